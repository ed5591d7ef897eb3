"""The fixed test keys of all vectors.

Nobody's keys: the seeds are hashes of words that stand here.
"""

import hashlib

from crypto.envelope import Suite
from crypto.locks import derive_lock

EPOCH = 7
REPORT_ID = bytes.fromhex("0123456789abcdef")


def make_seed(word: str) -> bytes:
    """32 bytes from a word."""
    return hashlib.sha256(f"heliograph vectors / {word}".encode()).digest()


SEEDS = {"A": make_seed("lock A"), "B": make_seed("lock B")}
WRONG_SEED = make_seed("another lock")


def public_key(suite: Suite, lock: str) -> bytes:
    """The lock's public key for this suite."""
    return derive_lock(SEEDS[lock], suite, lock).public


def key_fields(suite: Suite, epoch: int = EPOCH, *, wrong: str = "") -> list[tuple[str, str]]:
    """Header lines: the epoch and its locks' seeds; the lock named by `wrong` gets another seed."""
    seeds = [
        (f"seed {lock}", (WRONG_SEED if lock == wrong else SEEDS[lock]).hex())
        for lock in suite.locks
    ]
    return [("epoch", str(epoch)), *seeds]
