"""Locks: the secret side of an epoch.

A holder keeps 32-byte seeds; every key is derived from them.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from nacl.bindings import crypto_scalarmult_base

from crypto import hybrid
from crypto.envelope import Suite
from crypto.errors import OpeningError

SEED_SIZE = 32
"""Bytes of a seed, and of what is derived from it."""
_LABEL = b"heliograph/lock/v1"


@dataclass(frozen=True, slots=True)
class LockKey:
    """One lock of one suite, ready to open with. Its secrets do not show in `repr`."""

    suite: Suite
    lock: str
    """"A" or "B"."""
    private: bytes = field(repr=False)
    """32 bytes: an X25519 private key, or an X-Wing seed where the layer is hybrid."""
    public: bytes
    """32 bytes, or 1,216 where the layer is hybrid."""
    hybrid_key: hybrid.PrivateKey | None = field(repr=False, compare=False)
    """The private key built from the seed, where the layer is hybrid."""


def new_seed() -> bytes:
    """A fresh seed for one lock of one epoch: 32 bytes from the system's random source."""
    return secrets.token_bytes(SEED_SIZE)


def derive_lock(seed: bytes, suite: Suite, lock: str) -> LockKey:
    """Derive one lock: the first 32 bytes of SHAKE256("heliograph/lock/v1" || suite || seed).

    `seed` is 32 bytes; `lock` is "A", or "B" for a dual suite. Each lock of an epoch has its own
    seed.
    Raises OpeningError: seed-length, lock-unknown.
    """
    if len(seed) != SEED_SIZE:
        raise OpeningError("seed-length")
    if lock not in suite.locks:
        raise OpeningError("lock-unknown")
    private = hashlib.shake_256(_LABEL + bytes((suite,)) + seed).digest(SEED_SIZE)
    if lock == suite.hybrid_lock:
        opener, public = hybrid.expand_seed(private)
        return LockKey(suite, lock, private, public, opener)
    return LockKey(suite, lock, private, crypto_scalarmult_base(private), None)


def check_lock(seed: bytes, lock: str, public: Mapping[Suite, bytes]) -> dict[Suite, LockKey]:
    """Derive the lock for every suite that the signed keyring lists; refuse another lock's seed.

    `public` is the keyring's `epoch.locks[lock]`. Raises OpeningError: lock-mismatch, lock-unknown,
    seed-length.
    """
    derived = {suite: derive_lock(seed, suite, lock) for suite in public}
    if not all(hmac.compare_digest(derived[suite].public, key) for suite, key in public.items()):
        raise OpeningError("lock-mismatch")
    return derived


def epoch_locks(
    number: int, locks: Mapping[str, Mapping[Suite, bytes]], seeds: Mapping[str, bytes]
) -> dict[tuple[int, Suite], tuple[LockKey, ...]]:
    """What an Opener needs for one epoch, from all of its locks' seeds.

    `number` and `locks` are the keyring's Epoch.number and Epoch.locks; `seeds` maps "A" (and "B")
    to 32 bytes. A suite of which a seed is not there is left out. Raises OpeningError as
    check_lock.
    """
    held = {
        lock: check_lock(seed, lock, locks[lock]) for lock, seed in seeds.items() if lock in locks
    }
    return {
        (number, suite): tuple(held[lock][suite] for lock in suite.locks)
        for suite in Suite
        if all(suite in held.get(lock, {}) for lock in suite.locks)
    }
