"""Peeled files as a holder of lock B reads them: checked whole, then read box by box.

A file counts only where a listed holder signed all of it. Boxes are read from the file when their
envelope is opened, so that a million of them need no memory and nothing is copied into the home.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from crypto.attestations import SIGNATURE_SIZE, is_attested
from crypto.envelope import HEADER_SIZE, MAX_ENVELOPE, SEALED_BOX_OVERHEAD
from crypto.keyring import Keyring
from keyholder.envelopes import Kept
from keyholder.errors import TravelError
from keyholder.peeling import (
    FORMAT,
    HEADER_HEAD,
    ITEM_HEAD,
    MOST_BOXES,
    SIGNATURE_HEAD,
    is_dual,
    write_head,
)

MISMATCH, DIFFERS = "peeled-mismatch", "peeled-differs"
"""Codes of what is damaged: a box that is not its envelope's; files with different boxes for it."""
_HOLDER = re.compile(rb"[0-9a-f]{16}")
_HEAD_SIZE = len(write_head("0" * 16))
_END = len(SIGNATURE_HEAD) + SIGNATURE_SIZE
_ID_SIZE = 32
_BLOCK = 1 << 20
_SHORT, _LONG = b"\x58", b"\x59"  # heads of byte strings of one and two bytes of length


class _Place(NamedTuple):
    """Where a box lies; `size` 0 where two files differ about it."""

    file: int
    at: int  # of the header's 4 bytes
    inner: int  # where the inner box begins
    size: int  # of the inner box


class PeeledBoxes:
    """The boxes of all files that were given, by envelope id."""

    def __init__(self, files: Sequence[BinaryIO]) -> None:
        """`files` were checked. TravelError: peeled-form, peeled-too-many."""
        self._files = files
        self._places: dict[bytes, _Place] = {}
        self._met = 0
        for number, stream in enumerate(files):
            for envelope_id, place in _read_places(number, stream):
                self._places[envelope_id] = self._compare(envelope_id, place)

    def __len__(self) -> int:
        return len(self._places)

    @property
    def strangers(self) -> int:
        """How many boxes belong to no envelope that was attached so far."""
        return len(self._places) - self._met

    def attach(self, kept: Kept) -> Kept:
        """The envelope with its inner box, where there is one and the envelope is dual.

        With a fault where the box cannot be this envelope's, or files differ about it.
        """
        place = self._places.get(kept.envelope_id)
        if place is None:
            return kept
        self._met += 1
        if not is_dual(kept) or kept.body is None:
            return kept
        if not place.size:
            return kept._replace(fault=DIFFERS)
        header, inner = self._read(place)
        outer = HEADER_SIZE + SEALED_BOX_OVERHEAD
        if header != kept.body[:HEADER_SIZE] or outer + len(inner) != len(kept.body):
            return kept._replace(fault=MISMATCH)
        return kept._replace(inner=inner)

    def _read(self, place: _Place) -> tuple[bytes, bytes]:
        stream = self._files[place.file]
        stream.seek(place.at)
        header = stream.read(HEADER_SIZE)
        stream.seek(place.inner)
        return header, stream.read(place.size)

    def _compare(self, envelope_id: bytes, place: _Place) -> _Place:
        """The place, marked where another file (or this one) has another box for the envelope."""
        before = self._places.get(envelope_id)
        if before is None or (before.size and self._read(before) == self._read(place)):
            return place
        return place._replace(size=0)


def list_speakers(keyring: Keyring) -> dict[str, bytes]:
    """The holders whose word counts: id and Ed25519 key (32 bytes)."""
    return {holder.id: holder.key for holder in keyring.holders}


@contextmanager
def read_peeled(paths: Sequence[Path], holders: Mapping[str, bytes]) -> Iterator[PeeledBoxes]:
    """The boxes of these files, while the block lasts.

    `holders` maps the ids of holders whose word counts to their Ed25519 keys (32 bytes).
    TravelError: travel-unreadable, peeled-form, peeled-holder (unknown or revoked),
    peeled-signature (changed or cut off), peeled-too-many.
    """
    with ExitStack() as stack:
        files = []
        for path in paths:
            try:
                stream = stack.enter_context(path.open("rb"))
                _check(stream, holders)
                files.append(stream)
            except OSError as error:
                raise TravelError("travel-unreadable") from error
        yield PeeledBoxes(files)


def _check(stream: BinaryIO, holders: Mapping[str, bytes]) -> None:
    """Whether a listed holder signed every byte of the file."""
    end = os.fstat(stream.fileno()).st_size - _END
    head = stream.read(_HEAD_SIZE)
    name = head[-16:]
    if end < _HEAD_SIZE or not _HOLDER.fullmatch(name) or head != write_head(name.decode()):
        raise TravelError("peeled-form")
    key = holders.get(name.decode())
    if key is None:
        raise TravelError("peeled-holder")
    digest = hashlib.sha256(head)
    left = end - _HEAD_SIZE
    while left and (block := stream.read(min(left, _BLOCK))):
        digest.update(block)
        left -= len(block)
    last = stream.read(_END)
    signature = last.removeprefix(SIGNATURE_HEAD)
    if left or not is_attested(FORMAT, digest.digest(), signature, key):
        raise TravelError("peeled-signature")


def _read_places(number: int, stream: BinaryIO) -> Iterator[tuple[bytes, _Place]]:
    """Id and place of every box of a file that was checked.

    A box whose form no dual envelope has is kept like others: its envelope will not match it.
    """
    end = os.fstat(stream.fileno()).st_size - _END
    at, count = _HEAD_SIZE, 0
    fixed = len(ITEM_HEAD) + _ID_SIZE + len(HEADER_HEAD) + HEADER_SIZE
    while at < end:
        count += 1
        if count > MOST_BOXES:
            raise TravelError("peeled-too-many")
        stream.seek(at)
        start = stream.read(fixed + 3)
        id_end = len(ITEM_HEAD) + _ID_SIZE
        header_at = id_end + len(HEADER_HEAD)
        head, rest = start[fixed : fixed + 1], start[fixed + 1 :]
        width = {_SHORT: 1, _LONG: 2}.get(head, 0)
        size = int.from_bytes(rest[:width], "big")
        inner = at + fixed + 1 + width
        if (
            start[: len(ITEM_HEAD)] != ITEM_HEAD
            or start[id_end:header_at] != HEADER_HEAD
            or not width
            or not 0 < size <= MAX_ENVELOPE
            or inner + size > end
        ):
            raise TravelError("peeled-form")
        yield start[len(ITEM_HEAD) : id_end], _Place(number, at + header_at, inner, size)
        at = inner + size
