"""Peeled files as a holder of lock B reads them: checked whole, then read box by box.

A file counts only where a listed holder signed all of it. Boxes are read from the file when their
envelope is opened, so that a million of them need no memory and nothing is copied into the home.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from crypto.envelope import HEADER_SIZE, MAX_ENVELOPE, SEALED_BOX_OVERHEAD
from crypto.keyring import Keyring
from keyholder.envelopes import Kept
from keyholder.errors import TravelError
from keyholder.known import Known
from keyholder.peeling import FORMAT, MOST_BOXES, is_dual
from keyholder.travel.signed_file import Items, check_signed, is_listed, open_file

MISMATCH, DIFFERS = "peeled-mismatch", "peeled-differs"
"""Codes of what is damaged: a box that is not its envelope's; files with different boxes for it."""
_ID_SIZE = 32


class _Place(NamedTuple):
    """Where a box lies; `size` 0 where two files differ about it."""

    file: int
    header: bytes  # 4 B
    at: int  # where the inner box begins
    size: int  # of the inner box


class PeeledBoxes:
    """The boxes of all files that were given, by envelope id."""

    def __init__(self, files: Sequence[tuple[BinaryIO, Items]]) -> None:
        """`files` were checked. TravelError: travel-form, travel-too-many."""
        self._files = [stream for stream, _ in files]
        self._places: dict[bytes, _Place] = {}
        self._met = 0
        for number, (_, items) in enumerate(files):
            for envelope_id, place in _read_places(number, items):
                self._places[envelope_id] = self._compare(envelope_id, place)
                items.go_to(items.at)

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
        return place.header, stream.read(place.size)

    def _compare(self, envelope_id: bytes, place: _Place) -> _Place:
        """The place, marked where another file (or this one) has another box for the envelope."""
        before = self._places.get(envelope_id)
        if before is None or (before.size and self._read(before) == self._read(place)):
            return place
        return place._replace(size=0)


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
    with ExitStack() as stack:
        files = []
        for path in paths:
            stream = stack.enter_context(open_file(path))
            maker, items = check_signed(stream, FORMAT)
            if not is_listed(maker, holders):
                raise TravelError("peeled-holder")
            files.append((stream, items))
        yield PeeledBoxes(files)


def _read_places(number: int, items: Items) -> Iterator[tuple[bytes, _Place]]:
    """Id and place of every box of a file that was checked.

    A box whose form no dual envelope has is kept like others: its envelope will not match it.
    """
    count = 0
    while items.at < items.end:
        count += 1
        if count > MOST_BOXES:
            raise TravelError("travel-too-many")
        if items.take_array() != 3:
            raise TravelError("travel-form")
        envelope_id, header = items.take_bytes(_ID_SIZE), items.take_bytes(HEADER_SIZE)
        at, size = items.step_over_bytes(MAX_ENVELOPE)
        if len(envelope_id) != _ID_SIZE or len(header) != HEADER_SIZE or not size:
            raise TravelError("travel-form")
        yield envelope_id, _Place(number, header, at, size)
