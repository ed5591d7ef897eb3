"""`reports.codec.decode` for many reports of one epoch, ten times as fast.

Most wire values of a hundred thousand reports are the same few, and many stand beside each other in
the same way: channel, country and region; operator, services and kinds. What a value, or a run of
neighbouring ones, read as is remembered, and is then one object in all reports, which nobody may
change. An item of CBOR says itself where it ends, so bytes that begin with a remembered run hold
that run: only what is met for the first time is checked head by head. Whatever is not of the usual
form (unknown keys, values that their field does not allow, all that is refused) is left to `decode`
itself, which alone knows what becomes of it.
"""

from typing import Any, NamedTuple

import cbor2

from reports.codec import decode
from reports.errors import ReportError
from reports.report import Report
from reports.table import Field, load_table
from reports.values import read_value
from reports.wire import pass_items

_LONGEST = 24  # bytes of a wire value, or of a run of them, that is remembered
_MOST = 2048  # values, and runs, that are remembered of one field
_FORMS = 8  # lengths of runs, and of lists, that are remembered of one field
_MAP, _BYTES, _TEXT, _LONG_TEXT, _LONGER_TEXT, _LIST = 0xA0, 0x40, 0x60, 0x78, 0x79, 0x80
_LONG_KEY = 0x18
_VARIED = frozenset({"text", "time", "int", "bytes", "record", "record-list", "text-list"})
"""Types of which so many values are met that a run with one in it would not be met again."""


def _measure(head: int) -> int:
    """Bytes of a whole number or short string with this first byte; 0 for everything else."""
    major, low = head >> 5, head & 31
    if major < 2:
        return 1 if low < 24 else {24: 2, 25: 3, 26: 5, 27: 9}.get(low, 0)
    return 1 + low if major < 4 and low < 24 else 0


_SIZES = [_measure(head) for head in range(256)]


class _Unusual(Exception):
    """The quick way does not reach here."""


class _Run(NamedTuple):
    """Fields that follow each other."""

    fields: Report
    last: int  # the key of the last of them
    number: int  # of fields
    items: int  # in their lists, at most


class Decoder:
    """Reads the reports of one epoch. epoch_start: Unix seconds."""

    def __init__(self, epoch_start: int) -> None:
        self._start = epoch_start
        table = load_table()
        self._limits = table.limits
        self._fields: list[Field | None] = [table.by_key.get(key) for key in range(256)]
        self._names = ["" if field is None else field.name for field in self._fields]
        self._texts = [
            field.max_bytes if field is not None and field.type == "text" else 0
            for field in self._fields
        ]
        self._strings = {field.key: field for field in table.fields if field.type == "bytes"}
        self._regions = {field.key for field in table.fields if field.type == "region"}
        self._groups = _number_groups(self._fields)
        self._known: list[dict[bytes, Any]] = [{} for _ in range(256)]
        self._forms: list[list[int]] = [[] for _ in range(256)]
        # A region's wire form leaves out what the country says, so it is remembered with it.
        self._placed: dict[tuple[bytes, Any], Any] = {}
        self._runs: list[dict[bytes, _Run]] = [{} for _ in range(256)]
        self._lengths: list[list[int]] = [[] for _ in range(256)]

    def decode(self, data: bytes) -> Report:
        """As `reports.codec.decode`. Raises ReportError (report-…) and nothing else."""
        try:
            return self._read(data)
        except (_Unusual, IndexError, UnicodeDecodeError, ReportError, cbor2.CBORDecodeError):
            return decode(data, self._start)

    def _read(self, data: bytes) -> Report:
        names, texts, groups, sizes = self._names, self._texts, self._groups, _SIZES
        known, runs, lengths = self._known, self._runs, self._lengths
        size, left, at = len(data), data[0] - _MAP, 1
        if left == _LONG_KEY:
            left, at = data[1], 2
        if not 0 <= left < 256 or (left >= 24) != (at == 2):
            raise _Unusual
        record: Report = {}
        last = -1
        items = 1 + left
        while left > 0:
            key, start = data[at], at + 1
            if key >= _LONG_KEY:
                key, start = _read_key(data, at), at + 2
            if key <= last:
                raise _Unusual
            if groups[key]:
                for length in lengths[key]:
                    run = runs[key].get(data[at : at + length])
                    if run is not None:
                        at += length
                        break
                else:
                    run, at = self._read_run(data, at, left, record.get("cc"))
                fields, last, number, inside = run
                record.update(fields)
                left -= number
                items += inside
                continue
            last = key
            left -= 1
            if longest := texts[key]:
                start, at = _find_text(data, start, data[start])
                if at > size or at - start > longest:
                    raise _Unusual
                record[names[key]] = data[start:at].decode()
                continue
            at = start + sizes[data[start]]
            value = known[key].get(data[start:at])
            if value is None:
                value, at, inside = self._read_value(key, data, start, None)
                items += inside
            record[names[key]] = value
        limits = self._limits
        if left or at != size or size > limits.report_bytes or items > limits.total_items:
            raise _Unusual
        return record

    def _read_run(self, data: bytes, at: int, left: int, country: Any) -> tuple[_Run, int]:
        """The fields of one group that follow each other there, `left` of them at most, and where
        they end. country: what stood before them."""
        fields: Report = {}
        start, last, items, complete = at, -1, 0, True
        first = key = _read_key(data, at)
        while self._groups[key] == self._groups[first]:
            if key <= last:
                raise _Unusual
            at += 1 if key < _LONG_KEY else 2
            value, at, inside = self._read_value(key, data, at, fields.get("cc", country))
            complete = complete and (key not in self._regions or "cc" in fields)
            fields[self._names[key]] = value
            items += inside
            last = key
            if len(fields) == left:
                break
            key = _read_key(data, at)
        run = _Run(fields, last, len(fields), items)
        if complete:  # else it has a region and not its country
            _remember(self._runs[first], self._lengths[first], data[start:at], run)
        return run, at

    def _read_value(self, key: int, data: bytes, at: int, country: Any) -> tuple[Any, int, int]:
        """What stands there as a field's value: (what it means, where it ends, its items)."""
        if field := self._strings.get(key):
            end = at + 1 + data[at] - _BYTES
            if not field.min_bytes <= end - at - 1 <= min(field.max_bytes, 23) or end > len(data):
                raise _Unusual
            return data[at + 1 : end], end, 0
        known = self._known[key]
        if size := _SIZES[data[at]]:
            wire = data[at : at + size]
            value = self._placed.get((wire, country)) if key in self._regions else known.get(wire)
            if value is not None:
                return value, at + size, 0
        for length in self._forms[key]:
            value = known.get(data[at : at + length])
            if value is not None:
                return value, at + length, length  # it has no more items than bytes
        return self._learn(key, data, at, country)

    def _learn(self, key: int, data: bytes, at: int, country: Any) -> tuple[Any, int, int]:
        """As `_read_value`, for what is met for the first time, and checked."""
        end, items = pass_items(data, at, 2, self._limits)
        wire, field = data[at:end], self._fields[key]
        value = (
            None if field is None else read_value(field, cbor2.loads(wire), self._start, country)
        )
        if value is None:
            raise _Unusual
        if key in self._regions:
            if len(wire) <= _LONGEST and len(self._placed) < _MOST:
                self._placed[wire, country] = value
        else:
            forms = self._forms[key] if wire[0] >= _LIST else [len(wire)]
            _remember(self._known[key], forms, wire, value)
        return value, end, items - 1


def _number_groups(fields: list[Field | None]) -> list[int]:
    """For each key the number of its group: neighbouring fields of few values; 0 for all others."""
    groups, number = [], 1
    for field in fields:
        if field is None or field.type in _VARIED:
            number += 1
            groups.append(0)
        else:
            groups.append(number)
    return groups


def _remember(known: dict[bytes, Any], forms: list[int], wire: bytes, value: Any) -> None:
    """Under its bytes, if there is room. forms: the lengths that are looked for."""
    if len(wire) > _LONGEST or len(known) >= _MOST:
        return
    if len(wire) not in forms:
        if len(forms) >= _FORMS:
            return
        forms.append(len(wire))
    known[wire] = value


def _read_key(data: bytes, at: int) -> int:
    """The key that stands there: one byte, or from 24 to 255 two."""
    key = data[at]
    if key < _LONG_KEY:
        return key
    if key != _LONG_KEY or data[at + 1] < _LONG_KEY:
        raise _Unusual
    return data[at + 1]


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
