"""Peeling: the outer layer of dual envelopes opened by a holder of lock A, for a holder of lock B.

What comes of it travels as a signed file and never lies in a home (keyholder/peeled.py): one laptop
must not open a dual epoch alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

from crypto.envelope import HEADER_SIZE, Suite, read_header
from crypto.errors import CryptoError, EnvelopeError
from crypto.locks import LockKey, check_lock
from crypto.opening import peel
from keyholder.kept import Kept
from keyholder.opening import DAMAGED, NO_KEY, REMOVED, EpochKeys, Unopened


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

    def open_all(self, chunk: Sequence[Kept]) -> list[Peeled | Unopened]:
        """As `open`, for each."""
        return [self.open(kept) for kept in chunk]

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
