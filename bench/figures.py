"""What a measurement gives, and how it is printed and kept."""

import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. goal: the limit, or None where it is only shown beside another.

    most: the limit is the most that it may be; otherwise the least.
    """

    name: str
    value: float
    goal: float | None = None
    most: bool = False
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether the limit holds."""
        if self.goal is None:
            return True
        return self.value <= self.goal if self.most else self.value >= self.goal


def describe_machine() -> str:
    """Cores, processor and load: figures of two machines are not compared."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if "model name" in line), "")
    return (
        f"{os.cpu_count()} cores, {model or platform.machine()}, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )


def print_figures(title: str, figures: list[Figure]) -> None:
    """A table: value, limit, whether it holds."""
    print(f"\n{title}", flush=True)
    for figure in figures:
        goal = "" if figure.goal is None else f"{'<=' if figure.most else '>='} {figure.goal:g}"
        verdict = "" if figure.goal is None else ("ok" if figure.ok else "MISSED")
        print(f"  {figure.name:58} {figure.value:12,.2f}  {goal:10} {verdict:7} {figure.note}")


def write_figures(path: Path, figures: list[Figure]) -> None:
    """Keep the figures that have a limit: a list of {name, value, goal, ok}."""
    rows = [
        {"name": one.name, "value": one.value, "goal": one.goal, "ok": one.ok}
        for one in figures
        if one.goal is not None
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
