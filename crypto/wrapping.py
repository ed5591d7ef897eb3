"""Wrapping: a lock's seed sealed to a holder's one-time key. For keyholder alone.

Hybrid HPKE (crypto.hybrid) with `info = "heliograph/wrap/v1" || epoch u16 || lock || holder`, where
lock is one byte, `A` or `B`, and holder is the holder's id, 8 bytes. One-time keys are X-Wing
seeds of 32 bytes; whoever destroys hers can never unwrap again, whatever she kept of the wraps.
"""

import re
import secrets

from crypto import hybrid
from crypto.errors import OpeningError

WRAP_SEED_SIZE = 32
"""Bytes of a one-time key's secret half, and of the seed that is wrapped."""
WRAP_SIZE = 1120 + WRAP_SEED_SIZE + 16
"""Bytes of a wrap: encapsulation, seed, tag."""
_INFO = b"heliograph/wrap/v1"
_HOLDER_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)


def new_wrap_key() -> tuple[bytes, bytes]:
    """A fresh one-time key: its secret seed (32 bytes) and its public key (1,216 bytes)."""
    seed = secrets.token_bytes(WRAP_SEED_SIZE)
    return seed, wrap_public_key(seed)


def wrap_public_key(seed: bytes) -> bytes:
    """The public key (1,216 bytes) of a one-time key's seed. OpeningError: seed-length."""
    if len(seed) != WRAP_SEED_SIZE:
        raise OpeningError("seed-length")
    return hybrid.expand_seed(seed)[1]


def wrap_seed(seed: bytes, public: bytes, epoch: int, lock: str, holder_id: str) -> bytes:
    """Seal a lock's 32-byte seed to a one-time key, for this epoch, lock and holder alone.

    `holder_id` is 16 hex digits. OpeningError: seed-length, wrap-key (no
    valid public key), lock-unknown, wrap-holder.
    """
    if len(seed) != WRAP_SEED_SIZE:
        raise OpeningError("seed-length")
    try:
        return hybrid.seal_hybrid(seed, public, _info(epoch, lock, holder_id))
    except ValueError:
        raise OpeningError("wrap-key") from None


def unwrap_seed(wrap: bytes, wrap_key: bytes, epoch: int, lock: str, holder_id: str) -> bytes:
    """The seed. It may still be another lock's: `crypto.locks.check_lock` tells.

    OpeningError: wrap-not-opened (another key, epoch, lock or holder, or changed), seed-length,
    lock-unknown, wrap-holder.
    """
    if len(wrap_key) != WRAP_SEED_SIZE:
        raise OpeningError("seed-length")
    private, _ = hybrid.expand_seed(wrap_key)
    seed = hybrid.open_hybrid(wrap, private, _info(epoch, lock, holder_id))
    if seed is None:
        raise OpeningError("wrap-not-opened")
    if len(seed) != WRAP_SEED_SIZE:
        raise OpeningError("seed-length")
    return seed


def _info(epoch: int, lock: str, holder_id: str) -> bytes:
    if lock not in ("A", "B"):
        raise OpeningError("lock-unknown")
    if not _HOLDER_ID.fullmatch(holder_id):
        raise OpeningError("wrap-holder")
    return _INFO + epoch.to_bytes(2, "big") + lock.encode("ascii") + bytes.fromhex(holder_id)
