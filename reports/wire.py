"""Deterministic CBOR: the walk over bytes that refuses every other form, and the writing of it.

RFC 8949 section 4.2.1: shortest heads, definite lengths, map keys in the bytewise order of their
encodings. Beyond it a report has no floats, no tags and no simple values but false, true and null.

cbor2 reads the bytes only after the walk. Left to itself it would run tags (regular expressions,
MIME parsers), take duplicate keys and indefinite lengths, and `canonical=True` sorts keys by
length first (RFC 7049), which is another order as soon as a key is negative or a text.
"""

from typing import Any

import cbor2

from reports.errors import ReportError
from reports.table import Limits

_UNSIGNED, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = 0, 2, 3, 4, 5, 6, 7
_FALSE, _TRUE, _NULL = 20, 21, 22
_SMALLEST = {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}


def check_wire(data: bytes, limits: Limits) -> None:
    """Raises ReportError (report-…) for everything but one map in deterministic form."""
    if len(data) > limits.report_bytes:
        raise ReportError("report-too-large")
    if data and data[0] >> 5 != _MAP:
        raise ReportError("report-not-map")
    walk = _Walk(data, limits)
    end = walk.pass_item(0, 1)
    if end != len(data):
        raise ReportError("report-trailing")


def pass_items(data: bytes, at: int, depth: int, limits: Limits) -> tuple[int, int]:
    """(offset after the item that begins at `at`, how many items it is with all that is in it).

    depth: of containers around it, and one. Raises ReportError (report-…) for every form but ours.
    """
    walk = _Walk(data, limits)
    return walk.pass_item(at, depth), walk.items


def read_wire(data: bytes, limits: Limits) -> dict[int, Any]:
    """The map that these bytes hold. Raises ReportError (report-…) for every other form."""
    check_wire(data, limits)
    content: dict[int, Any] = cbor2.loads(data)
    if not all(type(key) is int and key >= 0 for key in content):
        raise ReportError("report-key")
    return content


def write_wire(content: dict[int, Any]) -> bytes:
    """Deterministic CBOR of plain values (int, str, bytes, bool, None, list, dict).

    Raises ReportError field-value for what CBOR cannot hold.
    """
    try:
        return cbor2.dumps(_sort_keys(content))
    except cbor2.CBOREncodeError:
        raise ReportError("field-value") from None


def _sort_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sort_keys(value[key]) for key in sorted(value, key=cbor2.dumps)}
    if isinstance(value, list):
        return [_sort_keys(one) for one in value]
    return value


class _Walk:
    """One pass over the heads, each byte looked at once; nothing is built."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.items = 0

    def read_head(self, at: int) -> tuple[int, int, int]:
        """(major type, argument, offset after the head)."""
        data = self.data
        if at >= len(data):
            raise ReportError("report-truncated")
        major, low = data[at] >> 5, data[at] & 31
        if low < 24 and major < _TAG:  # nearly always
            return major, low, at + 1
        if major == _TAG:
            raise ReportError("report-tag")
        if major == _SIMPLE:
            if low in (_FALSE, _TRUE, _NULL):
                return major, low, at + 1
            raise ReportError("report-float" if 25 <= low <= 27 else "report-simple")
        if low > 27:
            raise ReportError("report-indefinite" if low == 31 else "report-not-shortest")
        width = 1 << (low - 24)
        end = at + 1 + width
        if end > len(data):
            raise ReportError("report-truncated")
        argument = int.from_bytes(data[at + 1 : end], "big")
        if argument < _SMALLEST[width]:
            raise ReportError("report-not-shortest")
        return major, argument, end

    def pass_item(self, at: int, depth: int) -> int:
        """The offset after the item that begins at `at`."""
        self.items += 1
        if self.items > self.limits.total_items:
            raise ReportError("report-too-many")
        major, argument, end = self.read_head(at)
        if major in (_BYTES, _TEXT):
            return self._pass_string(major, end, argument)
        if major not in (_ARRAY, _MAP):
            return end
        if depth > self.limits.depth:
            raise ReportError("report-too-deep")
        if argument > self.limits.container_items:
            raise ReportError("report-too-many")
        last_key = b""
        for _ in range(argument):
            if major == _MAP:
                start, end = end, self._pass_key(end)
                key = self.data[start:end]
                if key <= last_key:
                    raise ReportError("report-order")
                last_key = key
            end = self.pass_item(end, depth + 1)
        return end

    def _pass_key(self, at: int) -> int:
        major, argument, end = self.read_head(at)
        if major in (_ARRAY, _MAP, _SIMPLE):
            raise ReportError("report-key")
        return self._pass_string(major, end, argument) if major in (_BYTES, _TEXT) else end

    def _pass_string(self, major: int, start: int, size: int) -> int:
        end = start + size
        if end > len(self.data):
            raise ReportError("report-truncated")
        if major == _TEXT:
            try:
                self.data[start:end].decode()
            except UnicodeDecodeError:
                raise ReportError("report-text") from None
        return end
