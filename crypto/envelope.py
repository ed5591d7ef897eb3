"""The envelope's form: what can be known of it without any secret. See spec/envelope-v1.md."""

import hashlib
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from crypto.errors import EnvelopeError

VERSION = 0x01
HEADER_SIZE = 4
"""Bytes: version, suite, epoch u16."""

SEALED_BOX_OVERHEAD = 48
"""Bytes that libsodium's crypto_box_seal adds: a public key (32) and a tag (16)."""
HYBRID_OVERHEAD = 1136
"""Bytes that hybrid HPKE adds: an encapsulation (1,088 + 32) and a tag (16)."""
HYBRID_KEY_SIZE = 1216
"""Bytes of a hybrid public key: ML-KEM-768's (1,184), then X25519's (32). It stands here, and not
beside the boxes, so that who reads public keys need not load what opens.
"""

LENGTHS = (512, 2048, 8192, 32768)
"""Padded lengths P of the innermost plaintext, in bytes, as size classes 0 to 3."""

SMS_SINGLE = 119
"""Bytes of an envelope that fills one text (size class 17)."""
SMS_SLICE = 114
"""Bytes of an envelope that each of several texts carries (size classes 18 to 31)."""
SMS_MAX_PARTS = 15
SMS_CLASS = 16
"""An envelope that fills n texts has size class 16 + n."""

_DAY = 86_400


class Suite(IntEnum):
    """How an envelope is sealed: byte 1.

    The high digit 1 means dual control (lock A outside, lock B inside).
    """

    SEALED_BOX = 0x01
    HYBRID = 0x02
    DUAL_SEALED_BOX = 0x11
    DUAL_HYBRID = 0x12

    @property
    def dual(self) -> bool:
        """Whether two locks, A and B, must both be opened."""
        return self in (Suite.DUAL_SEALED_BOX, Suite.DUAL_HYBRID)

    @property
    def locks(self) -> tuple[str, ...]:
        """The names of its locks, outermost first."""
        return ("A", "B") if self.dual else ("A",)

    @property
    def hybrid_lock(self) -> str | None:
        """The lock whose layer is hybrid HPKE, if any; every other layer is a sealed box."""
        return {Suite.HYBRID: "A", Suite.DUAL_HYBRID: "B"}.get(self)

    @property
    def overhead(self) -> int:
        """Bytes from the innermost padded plaintext to the envelope, header included."""
        inner = HYBRID_OVERHEAD if self.hybrid_lock else SEALED_BOX_OVERHEAD
        return HEADER_SIZE + inner + (SEALED_BOX_OVERHEAD if self.dual else 0)


class Kind(IntEnum):
    """What an envelope holds: byte 1 of the innermost plaintext."""

    REPORT = 1
    FOLLOW_UP = 2
    RECORD = 3


SMS_SUITES = (Suite.SEALED_BOX, Suite.DUAL_SEALED_BOX)
"""Hybrid boxes alone take ten texts: they do not travel by SMS."""


def _count_sms_lengths(suite: Suite) -> dict[int, int]:
    """Envelope length -> number of texts.

    Two layers leave no room for a report in a single text.
    """
    if suite not in SMS_SUITES:
        return {}
    several = {SMS_SLICE * count: count for count in range(2, SMS_MAX_PARTS + 1)}
    return several if suite.dual else {SMS_SINGLE: 1, **several}


_SUITES = {int(suite): suite for suite in Suite}
_SIZE_CLASSES: dict[int, dict[int, int]] = {
    int(suite): {
        **{suite.overhead + padded: size_class for size_class, padded in enumerate(LENGTHS)},
        **{length: SMS_CLASS + count for length, count in _count_sms_lengths(suite).items()},
    }
    for suite in Suite
}
_MIN_SIZE = min(length for lengths in _SIZE_CLASSES.values() for length in lengths)
MAX_ENVELOPE = max(length for lengths in _SIZE_CLASSES.values() for length in lengths)
"""Bytes of the longest envelope that has a valid form."""


def list_lengths(suite: Suite) -> tuple[int, ...]:
    """Bytes that a whole envelope of this suite can have, size class by size class."""
    return tuple(_SIZE_CLASSES[suite])


class Header(NamedTuple):
    """What everybody can see: suite, epoch (u16) and size class (u8)."""

    suite: Suite
    epoch: int
    size_class: int
    """0 to 3: index into LENGTHS. 17 to 31: 16 + n, where the envelope fills n texts exactly."""


def read_header(envelope: bytes) -> Header:
    """Check an envelope's form, which opens nothing.

    Raises EnvelopeError: envelope-too-short, envelope-version, envelope-suite, envelope-length.
    """
    return check_form(envelope[:HEADER_SIZE], len(envelope))


@lru_cache(maxsize=1024)  # a store has few forms, and each is read a hundred thousand times
def check_form(start: bytes, length: int) -> Header:
    """As read_header, from an envelope's first 4 bytes and its length: all that its form is."""
    if len(start) < HEADER_SIZE:
        raise EnvelopeError("envelope-too-short")
    if start[0] != VERSION:
        raise EnvelopeError("envelope-version")
    suite = _SUITES.get(start[1])
    if suite is None:
        raise EnvelopeError("envelope-suite")
    if length < _MIN_SIZE:
        raise EnvelopeError("envelope-too-short")
    size_class = _SIZE_CLASSES[suite].get(length)
    if size_class is None:
        raise EnvelopeError("envelope-length")
    return Header(suite, start[2] << 8 | start[3], size_class)


def envelope_length(suite: Suite, size_class: int) -> int | None:
    """Bytes of an envelope of this suite and size class, or None where there is no such one."""
    for length, known in _SIZE_CLASSES[suite].items():
        if known == size_class:
            return length
    return None


def padded_lengths(suite: Suite) -> tuple[int, ...]:
    """All lengths P in bytes that this suite's innermost plaintext may have, shortest first."""
    return _PADDED[suite]


_PADDED = {
    _SUITES[suite]: tuple(sorted(length - _SUITES[suite].overhead for length in lengths))
    for suite, lengths in _SIZE_CLASSES.items()
}


def write_header(suite: Suite, epoch: int) -> bytes:
    """The first 4 bytes of an envelope; `epoch` is a u16."""
    return bytes((VERSION, suite)) + epoch.to_bytes(2, "big")


def envelope_id(envelope: bytes) -> bytes:
    """The envelope's id: SHA-256 of all its bytes (32 bytes)."""
    return hashlib.sha256(envelope).digest()


def day_of(now: int) -> int:
    """Days from 1970-01-01 to `now` (Unix seconds), kept in a u16: a wrong clock loses nothing."""
    return max(0, min(now // _DAY, 0xFFFF))
