"""Rounds: what is compared is measured in turns, because a machine is not the same twice."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.load import Load
from bench.servers import Running


@dataclass(frozen=True, slots=True)
class Scope:
    """How long and how big. `--quick` and the tests measure less, so that it is seen to run."""

    rounds: int = 3
    seconds: float = 3.0
    warm: float = 1.0
    rows: int = 5_000_000
    some_rows: int = 100_000
    few_rows: int = 10_000
    scale_seconds: float = 15.0
    opened: int = 20_000


QUICK = Scope(1, 1.0, 0.3, 200_000, 20_000, 5_000, 3.0, 4_000)
TINY = Scope(1, 0.8, 0.3, 2_000, 1_000, 500, 0.8, 600)


def tell(what: str) -> None:
    """Progress, on standard error."""
    print(f"  … {what}", file=sys.stderr, flush=True)


def divide(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios of each round."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))


def describe(loads: Sequence[Load]) -> str:
    """Of rounds of one server: the rates, and how busy the generator was."""
    rates = ", ".join(f"{load.rate:,.0f}" for load in loads)
    busy = max(load.busy for load in loads)
    return f"{rates}/s; generator's core at most {busy:.0%} busy"


def read_cost(server: Running, before: float, load: Load, scope: Scope) -> float:
    """Microseconds of the server's CPU for one request."""
    spent = server.read_cpu() - before
    return spent / (load.rate * (load.seconds + scope.warm)) * 1e6
