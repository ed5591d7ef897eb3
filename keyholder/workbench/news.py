"""What came while a workbench runs: how often and how much, and how it goes with fetching more."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class News:
    """All that was taken up since the start, added up: the page tells the difference."""

    times: int = 0
    reports: int = 0  # new ones
    changed: int = 0  # that envelopes came to, or that became part of others
    records: int = 0  # of what holders said

    def add(self, reports: int, changed: int, records: int) -> "News":
        """One more time."""
        return News(
            self.times + 1,
            self.reports + reports,
            self.changed + changed,
            self.records + records,
        )


@dataclass(frozen=True, slots=True)
class Fetching:
    """A fetching that runs, or what came of the last one. `lines` are ours: (what is said, whether
    it is a warning). `code` says why it ended early or is not whole, if so."""

    running: bool
    came: int = 0  # envelopes
    code: str | None = None
    lines: tuple[tuple[str, bool], ...] = field(default=(), repr=False)

    def describe(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "running": self.running,
            "came": self.came,
            "code": self.code,
            "lines": [{"text": text, "warns": warns} for text, warns in self.lines],
        }
