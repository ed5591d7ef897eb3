"""The bundle: what a machine that never touches a network gets from one that does, and back.

A signed sequence (spec/travel-v1.md). All in it is public or sealed. Its signature only tells
whose it is and that no byte was changed: each thing in it proves itself, as if a service gave it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

import cbor2

from crypto.envelope import MAX_ENVELOPE
from keyholder.errors import TravelError
from keyholder.keys.cards import LONGEST as LONGEST_CARD
from keyholder.sequence import BODY_LIMIT, LEAF_LIMIT, Item
from keyholder.travel.signed_file import (
    Items,
    Maker,
    name_maker,
    open_file,
    read_signed,
    write_signed,
)
from keyholder.vault import Identity

FORMAT = "heliograph/bundle/v1"
MOST_CHECKPOINTS = 4_096
MOST_WAITING = 4_096
MOST_CARDS = 256
_LONGEST_KEYRING = 1 << 20
_LONGEST_NOTE = 1 << 17
_LONGEST_KEY = 256
_LAST_INDEX = 2**53
_KEYRING, _CARD, _CHECKPOINT, _WAITING, _LEAF = range(1, 6)
_MOST = {_KEYRING: 1, _CARD: MOST_CARDS, _CHECKPOINT: MOST_CHECKPOINTS, _WAITING: MOST_WAITING}
_SMALL_LIMIT = 64 << 20  # bytes of all that is no leaf: a reader keeps it in memory


class Shown(NamedTuple):
    """A checkpoint that the maker was shown, and the log's key it was checked by."""

    note: bytes
    key: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes into a bundle beside the leaves."""

    keyring: bytes | None = None
    """A keyring's bundle (crypto.bundles)."""
    cards: Sequence[bytes] = ()
    checkpoints: Sequence[Shown] = ()
    waiting: Sequence[bytes] = ()
    """The maker's own records, sealed and not yet sent."""


@dataclass(slots=True)
class Bundle:
    """A bundle that was checked and read; its leaves are read again from the file."""

    stream: BinaryIO = field(repr=False)
    parcel: Parcel = Parcel()
    count: int = 0
    """Leaves."""
    bodies: int = 0
    """Of them with an envelope."""
    first: int = 0
    """Index of the first leaf, where there is one. They follow each other without a gap."""
    at: int = 0
    """Where the first leaf lies in the file."""
    file_end: int = 0
    digest: bytes = b""
    """Over all leaves, as they were when the file was checked."""

    @property
    def end(self) -> int:
        """The index behind the last leaf."""
        return self.first + self.count

    def read_leaves(self) -> Iterator[Item]:
        """The leaves by rising index, and the envelopes that came with them.

        TravelError travel-signature, behind the last one: they are others than those that were
        checked. Envelopes are checked by their leaves.
        """
        if not self.count:
            return
        items, digest = Items(self.stream, self.at, self.file_end), hashlib.sha256()
        while items.at < items.end:
            items.take_array()
            items.take_number(_LEAF)
            item = _take_leaf(items)
            _hash(digest, item)
            yield item
        if digest.digest() != self.digest:
            raise TravelError("travel-signature")


def write_bundle(identity: Identity, parcel: Parcel, leaves: Iterable[Item]) -> Iterator[bytes]:
    """The file piece by piece. `leaves` follow each other without a gap."""
    items = _write_items(parcel, leaves)
    return write_signed(FORMAT, name_maker(identity), identity.signing_seed, items)


def _write_items(parcel: Parcel, leaves: Iterable[Item]) -> Iterator[bytes]:
    if parcel.keyring is not None:
        yield cbor2.dumps([_KEYRING, parcel.keyring])
    for card in parcel.cards:
        yield cbor2.dumps([_CARD, card])
    for one in parcel.checkpoints:
        yield cbor2.dumps([_CHECKPOINT, one.note, one.key])
    for envelope in parcel.waiting:
        yield cbor2.dumps([_WAITING, envelope])
    for item in leaves:
        yield cbor2.dumps([_LEAF, *item])


@contextmanager
def open_bundle(path: Path) -> Iterator[tuple[Maker, Bundle]]:
    """A bundle, checked from the first to the last byte, while the block lasts.

    TravelError: travel-unreadable, travel-form, travel-signature, travel-too-many.
    """
    with open_file(path) as stream:
        yield read_signed(stream, FORMAT, partial(_read, stream))


def _read(stream: BinaryIO, items: Items) -> Bundle:
    found: dict[int, list[bytes]] = {kind: [] for kind in _MOST}
    keys: list[str] = []
    last_kind, start = _KEYRING, items.at
    bundle = Bundle(stream, file_end=items.end)
    digest = hashlib.sha256()
    while items.at < items.end:
        at = items.at
        length, kind = items.take_array(), items.take_number(_LEAF)
        if kind < last_kind:
            raise TravelError("travel-form")
        last_kind = kind
        if length != {_CHECKPOINT: 3, _LEAF: 4}.get(kind, 2):
            raise TravelError("travel-form")
        if kind == _LEAF:
            item = _take_leaf(items)
            _count_leaf(bundle, item, at)
            _hash(digest, item)
            continue
        found[kind].append(items.take_bytes(_LONGEST[kind]))
        if kind == _CHECKPOINT:
            keys.append(items.take_text(_LONGEST_KEY))
        if len(found[kind]) > _MOST[kind] or items.at - start > _SMALL_LIMIT:
            raise TravelError("travel-too-many")
    bundle.digest = digest.digest()
    bundle.parcel = Parcel(
        next(iter(found[_KEYRING]), None),
        found[_CARD],
        [Shown(*one) for one in zip(found[_CHECKPOINT], keys, strict=True)],
        found[_WAITING],
    )
    return bundle


def _count_leaf(bundle: Bundle, item: Item, at: int) -> None:
    if not bundle.count:
        bundle.first, bundle.at = item.place, at
    if item.place != bundle.end:
        raise TravelError("travel-form")
    bundle.count += 1
    bundle.bodies += item.body is not None


def _hash(digest: "hashlib._Hash", item: Item) -> None:
    digest.update(len(item.leaf).to_bytes(2, "big") + item.leaf)


def _take_leaf(items: Items) -> Item:
    return Item(
        items.take_number(_LAST_INDEX),
        items.take_bytes(LEAF_LIMIT),
        items.take_bytes_or_null(BODY_LIMIT),
    )


_LONGEST = {
    _KEYRING: _LONGEST_KEYRING,
    _CARD: LONGEST_CARD,
    _CHECKPOINT: _LONGEST_NOTE,
    _WAITING: MAX_ENVELOPE,
}
