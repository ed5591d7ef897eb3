"""Sealing: from content to an envelope, with public keys alone. See spec/envelope-v1.md."""

import secrets
from dataclasses import dataclass

from nacl.bindings import crypto_box_PUBLICKEYBYTES, crypto_box_seal, sodium_pad

from crypto import hybrid
from crypto.envelope import LENGTHS, SMS_SUITES, Kind, Suite, padded_lengths, write_header
from crypto.errors import EnvelopeError

REPORT_ID_SIZE = 8
INNER_HEADER_SIZE = 2 + REPORT_ID_SIZE
"""Bytes before the content: suite, kind, report id."""
MAX_CONTENT = LENGTHS[-1] - INNER_HEADER_SIZE - 1
"""Bytes of the longest content; the padding takes at least one byte. What is longer is a blob."""
INFO = b"heliograph/report/v1"
"""HPKE's info is this and then the envelope's first 4 bytes."""


@dataclass(frozen=True, slots=True)
class SealingKey:
    """What one needs to seal for one epoch and channel. Public."""

    suite: Suite
    epoch: int
    epoch_start: int
    """Unix seconds; the report's times count from here."""
    keys: tuple[bytes, ...]
    """The public keys of lock A, or of locks A and B."""


def new_report_id() -> bytes:
    """A fresh report id: 8 random bytes.

    All envelopes of one report carry the same, inside the seal.
    """
    return secrets.token_bytes(REPORT_ID_SIZE)


def seal(
    key: SealingKey, kind: Kind, report_id: bytes, content: bytes, *, padded: int | None = None
) -> bytes:
    """Seal `content` into an envelope.

    `padded` is the length P in bytes of the innermost plaintext; None takes the shortest of LENGTHS
    that fits.
    Raises EnvelopeError: envelope-content-too-long, envelope-padded-length, envelope-report-id,
    envelope-sealing-key.
    """
    if len(report_id) != REPORT_ID_SIZE:
        raise EnvelopeError("envelope-report-id")
    needed = INNER_HEADER_SIZE + len(content) + 1
    if padded is None:
        padded = next((length for length in LENGTHS if length >= needed), 0)
    elif padded not in padded_lengths(key.suite):
        raise EnvelopeError("envelope-padded-length")
    if padded < needed:
        raise EnvelopeError("envelope-content-too-long")
    plaintext = sodium_pad(bytes((key.suite, kind)) + report_id + content, padded)
    header = write_header(key.suite, key.epoch)
    return header + _box(key, header, plaintext)


def seal_for_sms(key: SealingKey, kind: Kind, report_id: bytes, content: bytes) -> bytes:
    """Seal `content` into the envelope that fills the fewest texts exactly (suites 01 and 11).

    Raises EnvelopeError: envelope-suite-not-for-sms, and as `seal`.
    """
    if key.suite not in SMS_SUITES:
        raise EnvelopeError("envelope-suite-not-for-sms")
    needed = INNER_HEADER_SIZE + len(content) + 1
    fitting = (
        length for length in padded_lengths(key.suite) if length not in LENGTHS and length >= needed
    )
    padded = next(fitting, None)
    if padded is None:
        raise EnvelopeError("envelope-content-too-long")
    return seal(key, kind, report_id, content, padded=padded)


def _box(key: SealingKey, header: bytes, plaintext: bytes) -> bytes:
    """The layers, innermost first: the last lock's, then lock A's around it."""
    locks = key.suite.locks
    if len(key.keys) != len(locks):
        raise EnvelopeError("envelope-sealing-key")
    box = plaintext
    try:
        for lock, public in zip(reversed(locks), reversed(key.keys), strict=True):
            if lock == key.suite.hybrid_lock:
                box = hybrid.seal_hybrid(box, public, INFO + header)
            elif len(public) != crypto_box_PUBLICKEYBYTES:
                raise EnvelopeError("envelope-sealing-key")
            else:
                box = crypto_box_seal(box, public)
    except (ValueError, RuntimeError):
        # Both libraries refuse a low-order X25519 key this way: whoever put it in wants to read
        # along.
        raise EnvelopeError("envelope-sealing-key") from None
    return box
