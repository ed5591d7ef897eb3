"""Leaves: what the log says of an envelope (39 bytes) or of a keyring (33 bytes) for ever."""

from dataclasses import dataclass

from crypto.envelope import Header, Suite, envelope_length
from crypto.errors import EnvelopeError

LEAF_ENVELOPE = 0x01
LEAF_KEYRING = 0x02
LEAF_SIZE = 39
"""Bytes: type u8, suite u8, epoch u16, size class u8, day u16, id 32."""
KEYRING_LEAF_SIZE = 33
"""Bytes: type u8, SHA-256 of the keyring's bundle."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One envelope: its header, the day it came (u16, days since 1970-01-01), its id (32 bytes)."""

    header: Header
    day: int
    envelope_id: bytes


def envelope_leaf(header: Header, day: int, envelope_id: bytes) -> bytes:
    """The leaf of an envelope: 39 bytes.

    `day` is a u16, `envelope_id` 32 bytes (ValueError or OverflowError else).
    """
    if len(envelope_id) != 32:
        raise ValueError("an envelope id is 32 bytes")
    return b"".join(
        (
            bytes((LEAF_ENVELOPE, header.suite)),
            header.epoch.to_bytes(2, "big"),
            bytes((header.size_class,)),
            day.to_bytes(2, "big"),
            envelope_id,
        )
    )


def read_leaf(leaf: bytes) -> Leaf:
    """Read a leaf of type 01. Raises EnvelopeError leaf-invalid for any other bytes."""
    if len(leaf) != LEAF_SIZE or leaf[0] != LEAF_ENVELOPE:
        raise EnvelopeError("leaf-invalid")
    try:
        suite = Suite(leaf[1])
    except ValueError:
        raise EnvelopeError("leaf-invalid") from None
    if envelope_length(suite, leaf[4]) is None:
        raise EnvelopeError("leaf-invalid")
    header = Header(suite, int.from_bytes(leaf[2:4], "big"), leaf[4])
    return Leaf(header, int.from_bytes(leaf[5:7], "big"), leaf[7:])


def keyring_leaf(digest: bytes) -> bytes:
    """The leaf of a keyring: 33 bytes. `digest` is the SHA-256 of its bundle (ValueError else)."""
    if len(digest) != 32:
        raise ValueError("a digest is 32 bytes")
    return bytes((LEAF_KEYRING,)) + digest


def find_digest(leaf: bytes) -> bytes | None:
    """The digest by which a leaf is found: an envelope's id, a keyring's; None for others."""
    if len(leaf) == LEAF_SIZE and leaf[0] == LEAF_ENVELOPE:
        return leaf[7:]
    if len(leaf) == KEYRING_LEAF_SIZE and leaf[0] == LEAF_KEYRING:
        return leaf[1:]
    return None
