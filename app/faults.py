"""What is wrong with a log, by code and by index. errors.py has the sentences."""

from collections.abc import Mapping
from typing import NamedTuple

from app.errors import FAULTS

RANGES = 100
"""Separate ranges that are kept of one fault. What lies beyond is counted alone."""


class Fault(NamedTuple):
    """A contradiction: its code (app.errors.FAULTS) and the first and last index concerned."""

    code: str
    first: int
    last: int

    def __str__(self) -> str:
        place = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        return f"{FAULTS[self.code]} Index {place}."


class Faults:
    """Faults as they are found, in bounded memory: neighbours of one kind become one range."""

    def __init__(self) -> None:
        self._ranges: dict[str, list[Fault]] = {}
        self._beyond: dict[str, int] = {}

    def add(self, code: str, first: int, last: int | None = None) -> None:
        """Note a fault of one index or of a range. From the same index on it is the same fault."""
        last = first if last is None else max(first, last)
        ranges = self._ranges.setdefault(code, [])
        if ranges and ranges[-1].first == first:
            return
        if ranges and ranges[-1].last == first - 1:
            ranges[-1] = Fault(code, ranges[-1].first, last)
        elif len(ranges) < RANGES:
            ranges.append(Fault(code, first, last))
        else:
            self._beyond[code] = self._beyond.get(code, 0) + 1

    def list(self) -> list[Fault]:
        """All that are kept, by code and then by index."""
        return [fault for ranges in self._ranges.values() for fault in ranges]

    @property
    def beyond(self) -> Mapping[str, int]:
        """Ranges that were found and not kept, by code."""
        return self._beyond

    def __bool__(self) -> bool:
        return bool(self._ranges)
