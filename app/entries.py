"""An envelope on its way into the store: its bytes and the leaf they will have in the log."""

from typing import NamedTuple

from crypto.envelope import envelope_id, read_header
from crypto.leaves import envelope_leaf

LEAF_ID_START = 7
"""Where the 32-byte id begins in an envelope's leaf of 39 bytes."""


class Entry(NamedTuple):
    """An envelope of good form."""

    id: bytes
    leaf: bytes
    body: bytes


def prefix_of(id: bytes) -> int:
    """The first 8 bytes of a 32-byte envelope id as a signed 64-bit integer, in the same order."""
    return int.from_bytes(id[:8], "big") - (1 << 63)


def make_entry(envelope: bytes, day: int) -> Entry:
    """Checks the form of an envelope, and nothing else: nobody here can open it.

    `day` is days since 1970-01-01. Raises EnvelopeError. An unknown epoch is no error: the
    service's keyring may be the older one.
    """
    header = read_header(envelope)
    id = envelope_id(envelope)
    return Entry(id, envelope_leaf(header, day, id), envelope)
