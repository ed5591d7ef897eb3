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
_MOST = (1 << 64) - 1
_UNSIGNED, _BYTES = 0, 2  # major types, RFC 8949 section 3.1


class Item(NamedTuple):
    """One line of the service's index. `body` is None where it was purged."""

    place: int  # its index at the service, from 0
    leaf: bytes
    body: bytes | None


def read_sequence(chunks: Iterable[bytes]) -> Iterator[Item]:
    """The items in `chunks`, each as soon as it is whole. ServiceError: service-answer."""
    kept = b""
    for chunk in chunks:
        kept += chunk
        at = 0
        while (read := _read_item(kept, at)) is not None:
            item, at = read
            yield item
        kept = kept[at:]


def _read_item(data: bytes, at: int) -> tuple[Item, int] | None:
    """The item at `at` and where the next one begins; None where more bytes are needed."""
    if at >= len(data):
        return None
    if data[at] != _ARRAY_OF_3:
        raise ServiceError("service-answer")
    head = _read_head(data, at + 1, _UNSIGNED)
    if head is None:
        return None
    index, at = head
    head = _read_head(data, at, _BYTES, LEAF_LIMIT)
    if head is None:
        return None
    length, at = head
    leaf = data[at : at + length]
    at += length
    if at >= len(data):
        return None
    if data[at] == _NULL:
        return Item(index, leaf, None), at + 1
    head = _read_head(data, at, _BYTES, BODY_LIMIT)
    if head is None:
        return None
    length, at = head
    end = at + length
    return (Item(index, leaf, data[at:end]), end) if end <= len(data) else None


def _read_head(data: bytes, at: int, major: int, most: int = _MOST) -> tuple[int, int] | None:
    """The argument of the head at `at`, `most` at most, and where its content begins. RFC 8949
    section 3."""
    if at >= len(data):
        return None
    low = data[at] - (major << 5)
    if not 0 <= low <= 27:
        raise ServiceError("service-answer")
    if low < 24:
        return low, at + 1
    end = at + 1 + (1 << low - 24)
    if end > len(data):
        return None
    argument = int.from_bytes(data[at + 1 : end], "big")
    if argument > most:
        raise ServiceError("service-answer")
    return argument, end
