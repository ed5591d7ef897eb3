"""The bare loop: nothing but the openings of the same envelopes, by the libraries that do them.

libsodium's crypto_box_seal_open through PyNaCl's thinnest binding, and `cryptography`'s HPKE, with
keys and info that stand ready. In as many processes as `keyholder` takes, given the same chunks.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from nacl.bindings import crypto_box_seal_open

from crypto.envelope import HEADER_SIZE, Suite
from crypto.hybrid import _HPKE as HPKE
from crypto.locks import LockKey, derive_lock
from crypto.sealing import INFO

_locks: dict[int, LockKey] = {}  # by the envelope's suite, in each worker process


def open_bare(seed: bytes, chunks: Sequence[list[bytes]], cores: int) -> int:
    """How many boxes were opened. chunks: whole envelopes of one epoch under one seed."""
    with ProcessPoolExecutor(
        cores, get_context("spawn"), initializer=_start, initargs=(seed,)
    ) as pool:
        return sum(pool.map(_open, chunks))


def _start(seed: bytes) -> None:
    for suite in (Suite.SEALED_BOX, Suite.HYBRID):
        _locks[suite] = derive_lock(seed, suite, "A")


def _open(bodies: list[bytes]) -> int:
    box, hybrid = _locks[Suite.SEALED_BOX], _locks[Suite.HYBRID].hybrid_key
    if hybrid is None:
        raise RuntimeError("the hybrid lock has no key")
    public, private = box.public, box.private
    for body in bodies:
        if body[1] == Suite.SEALED_BOX:
            crypto_box_seal_open(body[HEADER_SIZE:], public, private)
        else:
            HPKE.decrypt(body[HEADER_SIZE:], hybrid, INFO + body[:HEADER_SIZE])
    return len(bodies)
