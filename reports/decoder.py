"""`reports.codec.decode` for many reports of one epoch, ten times as fast.

Most wire values of a hundred thousand reports are the same few. What one read as is remembered, and
is then one object in all reports, which nobody may change. An item of CBOR says itself where it
ends, so bytes that begin with a remembered item hold that item: only what is met for the first
time is checked head by head. Whatever is not of the usual form (unknown keys, values that their
field does not allow, all that is refused) is left to `decode` itself, which alone knows what
becomes of it.
"""

from typing import Any

import cbor2

from reports.codec import decode
from reports.errors import ReportError
from reports.report import Report
from reports.table import Field, load_table
from reports.values import read_value
from reports.wire import pass_items

_LONGEST = 24  # bytes of a wire value that is remembered
_MOST = 4096  # values that are remembered of one field
_FORMS = 8  # lengths of lists that are remembered of one field
_MAP, _TEXT, _LONG_TEXT, _LONGER_TEXT, _LIST = 0xA0, 0x60, 0x78, 0x79, 0x80
_LONG_KEY = 0x18


def _measure(head: int) -> int:
    """Bytes of a whole number or short string with this first byte; 0 for everything else."""
    major, low = head >> 5, head & 31
    if major < 2:
        return 1 if low < 24 else {24: 2, 25: 3, 26: 5, 27: 9}.get(low, 0)
    return 1 + low if major < 4 and low < 24 else 0


_SIZES = [_measure(head) for head in range(256)]


class _Unusual(Exception):
    """The quick way does not reach here."""


class Decoder:
    """Reads the reports of one epoch. epoch_start: Unix seconds."""

    def __init__(self, epoch_start: int) -> None:
        self._start = epoch_start
        table = load_table()
        self._limits = table.limits
        self._fields: list[Field | None] = [table.by_key.get(key) for key in range(256)]
        self._names = ["" if field is None else field.name for field in self._fields]
        self._texts = {field.key: field.max_bytes for field in table.fields if field.type == "text"}
        self._regions = {field.key for field in table.fields if field.type == "region"}
        self._known: list[dict[bytes, Any]] = [{} for _ in range(256)]
        # A region's wire form leaves out what the country says, so it is remembered with it.
        self._placed: dict[tuple[bytes, Any], Any] = {}
        self._forms: list[list[int]] = [[] for _ in range(256)]

    def decode(self, data: bytes) -> Report:
        """As `reports.codec.decode`. Raises ReportError (report-…) and nothing else."""
        try:
            return self._read(data)
        except (_Unusual, IndexError, UnicodeDecodeError, ReportError, cbor2.CBORDecodeError):
            return decode(data, self._start)

    def _read(self, data: bytes) -> Report:
        names, known, sizes = self._names, self._known, _SIZES
        size, count, at = len(data), data[0] - _MAP, 1
        if count == _LONG_KEY:
            count, at = data[1], 2
        if not 0 <= count < 256 or (count >= 24) != (at == 2) or size > self._limits.report_bytes:
            raise _Unusual
        record: Report = {}
        last = -1
        items = 1 + count
        for _ in range(count):
            key = data[at]
            if key >= _LONG_KEY:
                at += 1
                key = data[at] if key == _LONG_KEY else 0
                if key < _LONG_KEY:
                    raise _Unusual
            if key <= last:
                raise _Unusual
            last = key
            start = at = at + 1
            head = data[at]
            if length := sizes[head]:
                at += length
            elif head >= _LIST:
                at += self._match(key, data, at)
                items += at - start
            value = known[key].get(data[start:at])
            if value is None:
                value, at, inside = self._read_other(key, data, start, at, record)
                items += inside
            record[names[key]] = value
        if at != size or items > self._limits.total_items:
            raise _Unusual
        return record

    def _read_other(
        self, key: int, data: bytes, start: int, end: int, record: Report
    ) -> tuple[Any, int, int]:
        """A value that is not remembered by its bytes alone: as `_learn`."""
        if longest := self._texts.get(key):
            start, end = _find_text(data, start, data[start])
            if end > len(data) or end - start > longest:
                raise _Unusual
            return data[start:end].decode(), end, 0
        if key in self._regions:
            value = self._placed.get((data[start:end], record.get("cc")))
            if value is not None:
                return value, end, 0
        return self._learn(key, data, start, record)

    def _match(self, key: int, data: bytes, at: int) -> int:
        """Bytes of the list that begins there, if it is a remembered one; else 0."""
        known = self._known[key]
        for length in self._forms[key]:
            if data[at : at + length] in known:
                return length
        return 0

    def _learn(self, key: int, data: bytes, at: int, record: Report) -> tuple[Any, int, int]:
        """A value met for the first time, checked: (what it means, where it ends, its items)."""
        end, items = pass_items(data, at, 2, self._limits)
        wire, country = data[at:end], record.get("cc")
        field = self._fields[key]
        value = (
            None if field is None else read_value(field, cbor2.loads(wire), self._start, country)
        )
        if value is None:
            raise _Unusual
        known, forms = self._known[key], self._forms[key]
        if key in self._regions:
            if len(wire) <= _LONGEST and len(self._placed) < _MOST:
                self._placed[wire, country] = value
        elif len(wire) <= _LONGEST and len(known) < _MOST:
            if wire[0] < _LIST:
                known[wire] = value
            elif len(wire) in forms or len(forms) < _FORMS:
                known[wire] = value
                if len(wire) not in forms:
                    forms.append(len(wire))
        return value, end, items - 1


def _find_text(data: bytes, at: int, head: int) -> tuple[int, int]:
    """Where the text that begins with `head` starts and ends."""
    length = head - _TEXT
    if 0 <= length < 24:
        return at + 1, at + 1 + length
    if head == _LONG_TEXT and (length := data[at + 1]) >= 24:
        return at + 2, at + 2 + length
    if head == _LONGER_TEXT and (length := data[at + 1] << 8 | data[at + 2]) >= 1 << 8:
        return at + 3, at + 3 + length
    raise _Unusual
