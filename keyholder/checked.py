"""What a check of the log found: contradictions, and how far all is well."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

_FINDINGS = 10_000


class Held(NamedTuple):
    """A checkpoint that still held: how many leaves it has, and the day it was first seen here."""

    size: int
    day: int


class Finding(NamedTuple):
    """A contradiction: its code (keyholder/errors.py), and the first and last index concerned.

    The rest says when, in days since 1970-01-01 (keyholder/dating.py); None is not known.
    """

    code: str
    first: int
    last: int
    held: Held | None = None  # the newest checkpoint under which this is known to have held
    since: int | None = None  # the first day of the checkpoint that shows it
    taken: tuple[int, int] | None = None  # days of the first and the last leaf, as they say


@dataclass(slots=True)
class Checked:
    """The outcome. `confirmed` is the newest checkpoint that the leaves held agree with."""

    findings: list[Finding] = field(default_factory=list)
    confirmed: tuple[int, bytes] | None = None  # size, root
    cosigners: list[str] = field(default_factory=list)  # ids of the holders who cosigned that one
    leaves: int = 0  # held without a gap
    seen: int = 0  # checkpoints remembered
    purged: Counter[int] = field(default_factory=Counter)  # keyring version -> bodies gone by it
    copies: int = 0  # envelopes that are listed as purged and are still held here

    _newest: dict[str, int] = field(default_factory=dict)  # code to its place in findings

    def find(self, code: str, first: int, last: int) -> None:
        """Note a contradiction once: later checkpoints show the same one again.

        Neighbours of one code become one finding. Beyond _FINDINGS, all of one code do: a service
        may contradict itself a million times, and memory and work stay bounded.
        """
        last = max(first, last)
        place = self._newest.get(code)
        if place is not None:
            before = self.findings[place]
            if before.first <= first <= before.last + 1 or len(self.findings) >= _FINDINGS:
                if first != before.first:
                    self.findings[place] = before._replace(last=max(before.last, last))
                return
        self._newest[code] = len(self.findings)
        self.findings.append(Finding(code, first, last))
