"""Peeled files (spec/travel-v1.md): what a holder of lock A peeled, for a holder of lock B.

A file is checked whole, then read box by box, and counts only where a listed holder signed all of
it. Boxes are read from the file when their envelope is opened, so that a million of them need no
memory and nothing is copied into the home.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

import cbor2

from crypto.envelope import HEADER_SIZE, MAX_ENVELOPE, SEALED_BOX_OVERHEAD
from crypto.keyring import Keyring
from keyholder.errors import TravelError
from keyholder.kept import Kept
from keyholder.known import Known
from keyholder.numbering import tell_place
from keyholder.peeling import Peeled, is_dual
from keyholder.travel.signed_file import (
    Items,
    Maker,
    is_listed,
    open_file,
    read_signed,
    write_signed,
)

FORMAT = "heliograph/peeled/v1"
"""The file's first word, and the label that its signature is bound to."""
MOST_BOXES = 1 << 20
"""Boxes in one file."""

MISMATCH, DIFFERS = "peeled-mismatch", "peeled-differs"
"""Codes of what is damaged: a box that is not its envelope's; files with different boxes for it."""
_ID_SIZE = 32
_PARTS = 3  # id, header, box
_DIGEST_SIZE = 16


class _Place(NamedTuple):
    """Where a box lies; `size` 0 where two files differ about it."""

    file: int
    header: bytes  # 4 B
    at: int  # where the inner box begins
    size: int  # of the inner box
    digest: bytes  # of the inner box, as it was when the file was checked


class PeeledBoxes:
    """The boxes of all files that were given, by envelope id."""

    def __init__(self) -> None:
        self._files: list[BinaryIO] = []
        self._places: dict[bytes, _Place] = {}
        self._met = 0

    def add(self, stream: BinaryIO, holders: Mapping[str, bytes]) -> None:
        """Take a file's boxes up, if one of the holders (id and key) signed it. TravelError."""
        maker, places = read_signed(stream, FORMAT, partial(_read_places, len(self._files)))
        if not is_listed(maker, holders):
            raise TravelError("peeled-holder")
        self._files.append(stream)
        for envelope_id, place in places:
            before = self._places.get(envelope_id)
            differs = before is not None and _tell(before) != _tell(place)
            self._places[envelope_id] = place._replace(size=0) if differs else place

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
        inner = self._read(place)
        outer = HEADER_SIZE + SEALED_BOX_OVERHEAD
        if place.header != kept.body[:HEADER_SIZE] or outer + len(inner) != len(kept.body):
            return kept._replace(fault=MISMATCH)
        return kept._replace(inner=inner)

    def _read(self, place: _Place) -> bytes:
        """The box, as it was when its file was checked. TravelError: travel-unreadable,
        travel-signature."""
        stream = self._files[place.file]
        try:
            stream.seek(place.at)
            inner = stream.read(place.size)
        except OSError as error:
            raise TravelError("travel-unreadable") from error
        if _digest(inner) != place.digest:
            raise TravelError("travel-signature")
        return inner


def _tell(place: _Place) -> tuple[bytes, int, bytes]:
    """What a place says of its box, whichever file it is in."""
    return place.header, place.size, place.digest


def _digest(inner: bytes) -> bytes:
    return hashlib.blake2b(inner, digest_size=_DIGEST_SIZE).digest()


def list_speakers(keyring: Keyring, known: Known) -> dict[str, bytes]:
    """The holders whose word counts: id and Ed25519 key (32 bytes)."""
    return {holder.id: holder.key for holder in keyring.holders if holder.id not in known.revoked}


@contextmanager
def read_peeled(paths: Sequence[Path], holders: Mapping[str, bytes]) -> Iterator[PeeledBoxes]:
    """The boxes of these files, while the block lasts.

    `holders` maps the ids of holders whose word counts to their Ed25519 keys (32 bytes).
    TravelError: travel-unreadable, travel-form, travel-signature (changed or cut off),
    peeled-holder (unknown or revoked), travel-too-many.
    """
    boxes = PeeledBoxes()
    with ExitStack() as stack:
        for number, path in enumerate(paths, start=1):
            with tell_place(number, len(paths)):
                boxes.add(stack.enter_context(open_file(path)), holders)
        yield boxes


def _read_places(number: int, items: Items) -> list[tuple[bytes, _Place]]:
    """Id and place of every box of a file.

    A box whose form no dual envelope has is kept like others: its envelope will not match it.
    """
    places: list[tuple[bytes, _Place]] = []
    while items.at < items.end:
        if len(places) == MOST_BOXES:
            raise TravelError("travel-too-many")
        if items.take_array() != _PARTS:
            raise TravelError("travel-form")
        envelope_id, header = items.take_bytes(_ID_SIZE), items.take_bytes(HEADER_SIZE)
        inner = items.take_bytes(MAX_ENVELOPE)
        if len(envelope_id) != _ID_SIZE or len(header) != HEADER_SIZE or not inner:
            raise TravelError("travel-form")
        at = items.at - len(inner)
        places.append((envelope_id, _Place(number, header, at, len(inner), _digest(inner))))
    return places


def write_peeled(maker: Maker, signing_seed: bytes, boxes: Iterable[Peeled]) -> Iterator[bytes]:
    """The file piece by piece. `signing_seed` are the 32 bytes of the maker's Ed25519 key.

    TravelError: peeled-nothing where `boxes` has none, travel-too-many.
    """
    return write_signed(FORMAT, maker, signing_seed, _write_items(boxes))


def _write_items(boxes: Iterable[Peeled]) -> Iterator[bytes]:
    count = 0
    for box in boxes:
        count += 1
        if count > MOST_BOXES:
            raise TravelError("travel-too-many")
        yield cbor2.dumps([box.envelope_id, box.header, box.inner])
    if not count:
        raise TravelError("peeled-nothing")
