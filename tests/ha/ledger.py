"""What was acknowledged, and when: written down outside of everything that may die."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass
class Ledger:
    """Numbers in the order of their acknowledgements. Times are seconds of one monotonic clock."""

    name: str
    entries: list[tuple[float, int]] = field(default_factory=list, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, number: int) -> None:
        with self._lock:
            self.entries.append((time.monotonic(), number))

    @property
    def numbers(self) -> list[int]:
        with self._lock:
            return [number for _time, number in self.entries]

    @property
    def last(self) -> float:
        """When the newest acknowledgement came; 0 for none."""
        with self._lock:
            return self.entries[-1][0] if self.entries else 0.0

    def find_gap(self, start: float, end: float) -> float:
        """The longest time without an acknowledgement that begins or ends between two times.

        What was never acknowledged again counts until `end`.
        """
        with self._lock:
            times = [moment for moment, _number in self.entries]
        before = [moment for moment in times if moment <= start][-1:]
        after = [moment for moment in times if start < moment <= end]
        return max(b - a for a, b in pairwise([*before, *after, end]))


@dataclass(frozen=True)
class Failover:
    """One failover: how the leader went, and between which times all was well again."""

    how: str
    old: str
    new: str
    start: float
    end: float


def write_table(failovers: Sequence[Failover], ledgers: Sequence[Ledger]) -> str:
    """The gaps, as a table for a person."""
    names = [ledger.name for ledger in ledgers]
    rows = [["leader", "how it went", "new", *names]]
    for one in failovers:
        gaps = [f"{ledger.find_gap(one.start, one.end):.1f} s" for ledger in ledgers]
        rows.append([one.old, one.how, one.new, *gaps])
    counts = [f"{len(ledger.numbers)}" for ledger in ledgers]
    rows.append(["", "acknowledged", "", *counts])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
