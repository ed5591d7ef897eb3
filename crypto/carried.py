"""Waiting envelopes and blobs in one file, for somebody to carry to a network: spec/bundle-v1.md.

A sequence of CBOR byte strings (RFC 8742), each told by its form alone. What packs a keyring is
crypto/bundles.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from crypto.blob_lengths import MIN_BLOB, read_blob_length
from crypto.envelope import MAX_ENVELOPE, read_header
from crypto.errors import BlobError, CarriedError, EnvelopeError

MAX_ITEMS = 65_536
MAX_REFUSED = 256
"""So many items that are neither envelope nor blob, and the file is taken for something else."""
MAX_CARRIED_BLOB = 256 * 1024 * 1024
"""Bytes."""

ENDS = frozenset({"bundle-empty", "bundle-form", "bundle-cut-off", "bundle-too-many"})
"""Nothing comes after an item that was refused for one of these."""

_BYTES, _TEXT = 2, 3
_STEP = 65_536


@dataclass(frozen=True, slots=True)
class CarriedEnvelope:
    """An envelope by its form. number: of the item, from 1."""

    number: int
    envelope: bytes


@dataclass(frozen=True, slots=True)
class CarriedBlob:
    """A blob by its length: it lies at `offset` of the stream and has `size` bytes."""

    number: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """An item that is neither: its code. Stepped over, or the last one (`ENDS`)."""

    number: int
    code: str


Item = CarriedEnvelope | CarriedBlob | RefusedItem


def read_items(stream: BinaryIO) -> Iterator[Item]:
    """Every item of a bundle, from where the stream stands; memory for one envelope.

    A blob is not read: where the stream can seek, it is stepped over. A cut-off stream gives its
    whole items. Codes of refused ones: bundle-empty, bundle-form, bundle-cut-off, bundle-too-many,
    bundle-item-type, bundle-item-length, and those of `read_header`.
    """
    reader = _Reader(stream)
    number = refused = 0
    while (first := stream.read(1)) or number == 0:
        number += 1
        if number > MAX_ITEMS or refused == MAX_REFUSED:
            yield RefusedItem(number, "bundle-too-many")
            return
        try:
            yield reader.read_item(number, first)
        except (CarriedError, EnvelopeError) as error:
            yield RefusedItem(number, error.code)
            refused += 1
            if error.code in ENDS:
                return


class _Reader:
    """Reads heads and keeps count of the place, which a pipe does not tell."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._seeks = stream.seekable()
        self._at = stream.tell() if self._seeks else 0
        self._end = stream.seek(0, 2) if self._seeks else 0
        if self._seeks:
            stream.seek(self._at)

    def read_item(self, number: int, first: bytes) -> CarriedEnvelope | CarriedBlob:
        if not first:
            raise CarriedError("bundle-empty")
        self._at += 1
        size = self._read_size(first[0])
        if first[0] >> 5 == _TEXT:
            self._step_over(size)
            raise CarriedError("bundle-item-type")
        if size <= MAX_ENVELOPE:
            envelope = self._take(size)
            read_header(envelope)
            return CarriedEnvelope(number, envelope)
        offset = self._at
        self._step_over(size)
        if not _is_blob_size(size):
            raise CarriedError("bundle-item-length")
        return CarriedBlob(number, offset, size)

    def _read_size(self, first: int) -> int:
        """The length that a head tells, in its shortest form: so all writers write it."""
        argument = first & 0x1F
        if first >> 5 not in (_BYTES, _TEXT) or argument > 26:
            raise CarriedError("bundle-form")
        if argument < 24:
            return argument
        size = int.from_bytes(self._take(1 << (argument - 24)), "big")
        if size < (24, 0x100, 0x10000)[argument - 24]:
            raise CarriedError("bundle-form")
        return size

    def _take(self, count: int) -> bytes:
        taken = self._stream.read(count)
        self._at += len(taken)
        if len(taken) < count:
            raise CarriedError("bundle-cut-off")
        return taken

    def _step_over(self, count: int) -> None:
        if self._seeks:
            if count > self._end - self._at:
                raise CarriedError("bundle-cut-off")
            self._at = self._stream.seek(self._at + count)
            return
        for left in range(count, 0, -_STEP):
            self._take(min(left, _STEP))


def _is_blob_size(size: int) -> bool:
    if not MIN_BLOB <= size <= MAX_CARRIED_BLOB:
        return False
    try:
        read_blob_length(size)
    except BlobError:
        return False
    return True
