"""How much of long reports a desk holds in memory.

A stranger can fill the service with the longest reports that there are: one takes up to 360 KB here
for 32 KB that were sent, with its place in the index of texts. So a desk holds them whole up to a
limit and cuts those that come on top. Usual reports are never cut, and none is ever left out.
"""

import sys
from typing import Any

from keyholder.opening import Opened
from reports.report import Report

ROOM = 256 << 20
"""Bytes, estimated, that long reports may take before more of them are cut."""
USUAL = 4_096
"""Bytes up to which a report is never cut. What is left of one that was cut takes 8 KB at
most, and 1 KB more for each of up to 16 attachments that it names."""
_QUICK = 200  # characters of texts up to which a report need not be weighed
_KEPT = {"text": 160, "raw": 160}  # characters that are left of a text: one SMS
_KEPT_OF_OTHERS = 40
_TEXTS = ("text", "raw", "area", "contact", "plat_other", "op_other")
_HEAVY = frozenset(("unknown", "evidence"))
_DROPPED = frozenset(("unknown", "links"))  # lists in lists, and links of 768 bytes each
_FOLDED = 12  # bytes of a character that is not ASCII in the index of texts, at most


class Room:
    """What is left of it, and the ids of envelopes whose reports were cut. Not one with a limit:
    Room(None)."""

    def __init__(self, left: int | None = ROOM) -> None:
        self._left = left
        self.cut: set[bytes] = set()

    def fit(self, opened: Opened) -> Opened:
        """The report as it is, if it is a usual one or there is room for it; else cut."""
        if self._left is None:
            return opened
        report = opened.report
        if not _HEAVY.isdisjoint(report) or sum(map(len, _list_texts(report))) > _QUICK:
            weight = weigh(report)
            if weight > USUAL:
                if weight > self._left:
                    self.cut.add(opened.envelope_id)
                    return opened._replace(report=cut(report))
                self._left -= weight
        return opened


def weigh(value: Any) -> int:
    """Bytes that a value takes here, about: what is shared is counted each time, and every text
    with its place in the index of texts."""
    if isinstance(value, str):
        return sys.getsizeof(value) + len(value) * (1 if value.isascii() else _FOLDED)
    if isinstance(value, dict):
        return sys.getsizeof(value) + sum(map(weigh, value.values()))
    if isinstance(value, list):
        return sys.getsizeof(value) + sum(map(weigh, value))
    return sys.getsizeof(value)


def cut(report: Report) -> Report:
    """What it says in fields, attachments among them, the beginnings of its texts, and nothing that
    is longer."""
    return {
        name: value[: _KEPT.get(name, _KEPT_OF_OTHERS)] if isinstance(value, str) else _thin(value)
        for name, value in report.items()
        if name not in _DROPPED
    }


def _thin(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _thin(one) for name, one in value.items() if name not in _DROPPED}
    if isinstance(value, list):
        return [_thin(one) for one in value]
    return value


def _list_texts(report: Report) -> list[str]:
    return [report[name] for name in _TEXTS if name in report]
