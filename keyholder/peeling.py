"""Peeling: the outer layer of dual envelopes opened by a holder of lock A, for a holder of lock B.

What comes of it travels as a signed file (spec/peeled-v1.md) and never lies in a home: one laptop
must not open a dual epoch alone. keyholder/peeled.py reads it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import cbor2

from crypto.attestations import attest
from crypto.envelope import HEADER_SIZE, Suite, read_header
from crypto.errors import CryptoError, EnvelopeError
from crypto.locks import LockKey, check_lock
from crypto.opening import peel
from keyholder.envelopes import Kept
from keyholder.errors import TravelError
from keyholder.opening import DAMAGED, NO_KEY, REMOVED, EpochKeys, Unopened

FORMAT = "heliograph/peeled/v1"
"""The file's first word, and the label that its signature is bound to."""
MOST_BOXES = 1 << 20
"""Boxes in one file."""
ITEM_HEAD = b"\x83\x58\x20"  # an array of three: id (32 bytes), header (4 bytes), inner box
HEADER_HEAD = b"\x44"
SIGNATURE_HEAD = b"\x58\x40"


class Peeled(NamedTuple):
    """One dual envelope without its outer layer. What lock B keeps is still sealed."""

    envelope_id: bytes  # 32 B
    header: bytes  # 4 B: the envelope's first ones, which tell suite and epoch
    inner: bytes


class Peeler:
    """Opens outer layers with the seeds of lock A that it was given."""

    def __init__(self, keys: Sequence[EpochKeys]) -> None:
        self._locks: dict[tuple[int, Suite], LockKey] = {
            (epoch.number, suite): lock
            for epoch in keys
            if "A" in epoch.seeds
            for suite, lock in check_lock(epoch.seeds["A"], "A", epoch.locks["A"]).items()
        }

    def open(self, kept: Kept) -> Peeled | Unopened:
        """The inner box of one envelope, or why there is none. Never raises."""
        place, envelope_id, day, body, fault, *_ = kept
        if fault is not None:
            return Unopened(place, envelope_id, day, DAMAGED, fault)
        if body is None:
            return Unopened(place, envelope_id, day, REMOVED, "")
        try:
            header = read_header(body)
            lock = self._locks.get((header.epoch, header.suite))
            if lock is None:
                return Unopened(place, envelope_id, day, NO_KEY, str(header.epoch))
            return Peeled(envelope_id, body[:HEADER_SIZE], peel(body, lock))
        except CryptoError as error:
            return Unopened(place, envelope_id, day, DAMAGED, error.code)


def is_dual(kept: Kept) -> bool:
    """Whether a downloaded envelope has two layers. What is damaged or gone has none to open."""
    if kept.fault is not None or kept.body is None:
        return False
    try:
        return read_header(kept.body).suite.dual
    except EnvelopeError:
        return False


def write_peeled(holder_id: str, signing_seed: bytes, boxes: Iterable[Peeled]) -> Iterator[bytes]:
    """The file piece by piece: head, boxes, the holder's signature over all before it.

    `holder_id` is 16 hex digits, `signing_seed` the 32 bytes of her Ed25519 key. TravelError:
    peeled-nothing where `boxes` has none, peeled-too-many.
    """
    digest = hashlib.sha256(head := write_head(holder_id))
    yield head
    count = 0
    for box in boxes:
        count += 1
        if count > MOST_BOXES:
            raise TravelError("peeled-too-many")
        item = ITEM_HEAD + box.envelope_id + HEADER_HEAD + box.header + cbor2.dumps(box.inner)
        digest.update(item)
        yield item
    if not count:
        raise TravelError("peeled-nothing")
    yield SIGNATURE_HEAD + attest(FORMAT, digest.digest(), signing_seed)


def write_head(holder_id: str) -> bytes:
    """The first bytes of a file of this holder."""
    return cbor2.dumps({"format": FORMAT, "holder": holder_id}, canonical=True)
