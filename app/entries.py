"""An envelope on its way into the store: its bytes and the leaf they will have in the log."""

import struct
from functools import lru_cache
from typing import NamedTuple

from crypto.envelope import HEADER_SIZE, check_form, envelope_id
from crypto.leaves import envelope_leaf

OFFSET = 1 << 63
_NUMBER = struct.Struct(">Q").unpack_from
LEAF_ID_START = 7
"""Where the 32-byte id begins in an envelope's leaf of 39 bytes."""


class Entry(NamedTuple):
    """An envelope of good form."""

    id: bytes
    leaf: bytes
    body: bytes


_new = tuple.__new__
"""Entry's own `__new__` does no more, in Python."""


def prefix_of(id: bytes) -> int:
    """The first 8 bytes of a 32-byte envelope id as a signed 64-bit integer, in the same order."""
    number: int = _NUMBER(id)[0]
    return number - OFFSET


def make_entry(envelope: bytes, day: int) -> Entry:
    """Checks the form of an envelope, and nothing else: nobody here can open it.

    `day` is days since 1970-01-01. Raises EnvelopeError. An unknown epoch is no error: the
    service's keyring may be the older one.
    """
    id = envelope_id(envelope)
    leaf = _start_leaf(envelope[:HEADER_SIZE], len(envelope), day) + id
    return _new(Entry, (id, leaf, envelope))


@lru_cache(maxsize=1024)
def _start_leaf(start: bytes, length: int, day: int) -> bytes:
    """The leaf up to the id: the same for all envelopes of a suite, epoch, length and day."""
    return envelope_leaf(check_form(start, length), day, bytes(32))[:LEAF_ID_START]
