"""Reads the download as it arrives: a CBOR sequence (RFC 8742) of `[index, leaf, body or null]`.

The service is not trusted. Only this one shape is read, every length is bounded before a byte of
it is waited for, and an item that is cut off at the end counts as not sent.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from keyholder.errors import ServiceError

LEAF_LIMIT = 256  # bytes; a leaf of today has 39
BODY_LIMIT = 65_536  # bytes; the longest envelope has under 36 KiB
_ARRAY_OF_3 = 0x83
_NULL = 0xF6
_UNSIGNED, _BYTES = 0, 2  # major types, RFC 8949 section 3.1


class Item(NamedTuple):
    """One line of the service's index. `body` is None where it was purged."""

    place: int  # its index at the service, from 0
    leaf: bytes
    body: bytes | None


def read_sequence(chunks: Iterable[bytes]) -> Iterator[Item]:
    """The items in `chunks`, each as soon as it is whole. ServiceError: service-answer."""
    kept = bytearray()
    for chunk in chunks:
        kept += chunk
        at = 0
        while (read := _read_item(kept, at)) is not None:
            item, at = read
            yield item
        del kept[:at]


def _read_item(data: bytearray, at: int) -> tuple[Item, int] | None:
    """The item at `at` and where the next one begins; None where more bytes are needed."""
    if at >= len(data):
        return None
    if data[at] != _ARRAY_OF_3:
        raise ServiceError("service-answer")
    index = _read_head(data, at + 1, _UNSIGNED)
    if index is None:
        return None
    leaf = _read_bytes(data, index[1], LEAF_LIMIT)
    if leaf is None or leaf[1] >= len(data):
        return None
    if data[leaf[1]] == _NULL:
        return Item(index[0], leaf[0], None), leaf[1] + 1
    body = _read_bytes(data, leaf[1], BODY_LIMIT)
    return None if body is None else (Item(index[0], leaf[0], body[0]), body[1])


def _read_bytes(data: bytearray, at: int, limit: int) -> tuple[bytes, int] | None:
    head = _read_head(data, at, _BYTES)
    if head is None:
        return None
    length, start = head
    if length > limit:
        raise ServiceError("service-answer")
    end = start + length
    return (bytes(data[start:end]), end) if end <= len(data) else None


def _read_head(data: bytearray, at: int, major: int) -> tuple[int, int] | None:
    """The argument of the head at `at`, and where its content begins. RFC 8949 section 3."""
    if at >= len(data):
        return None
    if data[at] >> 5 != major or data[at] & 0x1F > 27:
        raise ServiceError("service-answer")
    low = data[at] & 0x1F
    if low < 24:
        return low, at + 1
    end = at + 1 + (1 << low - 24)
    return (int.from_bytes(data[at + 1 : end], "big"), end) if end <= len(data) else None
