"""An envelope as the text of one QR code: base45 (RFC 9285). See spec/bundle-v1.md.

QR's alphanumeric alphabet has 45 characters; two bytes take three of them.
"""

from crypto.envelope import read_header
from crypto.errors import CarriedError

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
MAX_TEXT = 4296
"""Characters: what version 40 holds at level L."""

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_BASE = len(ALPHABET)


def write_qr_text(envelope: bytes) -> str:
    """The text of an envelope.

    Raises EnvelopeError for its form, CarriedError `qr-text-too-long` where no code holds it.
    """
    read_header(envelope)
    return write_base45(envelope)


def read_qr_text(text: str) -> bytes:
    """The envelope of a text, to the character: nothing is trimmed, no letter is made great.

    Raises CarriedError: qr-text-length, qr-text-alphabet, qr-text-value; EnvelopeError.
    """
    envelope = read_base45(text)
    read_header(envelope)
    return envelope


def write_base45(data: bytes) -> str:
    """Any bytes as the text of one code. Raises CarriedError `qr-text-too-long`."""
    text = "".join(_write_group(data[at : at + 2]) for at in range(0, len(data), 2))
    if len(text) > MAX_TEXT:
        raise CarriedError("qr-text-too-long")
    return text


def read_base45(text: str) -> bytes:
    """The bytes of one code's text. Raises CarriedError: qr-text-length, -alphabet, -value."""
    if not 0 < len(text) <= MAX_TEXT or len(text) % 3 == 1:
        raise CarriedError("qr-text-length")
    try:
        values = [_VALUES[character] for character in text]
    except KeyError:
        raise CarriedError("qr-text-alphabet") from None
    return b"".join(_read_group(values[at : at + 3]) for at in range(0, len(values), 3))


def _write_group(group: bytes) -> str:
    number, text = int.from_bytes(group, "big"), ""
    for _ in range(len(group) + 1):
        number, value = divmod(number, _BASE)
        text += ALPHABET[value]
    return text


def _read_group(values: list[int]) -> bytes:
    number = 0
    for value in reversed(values):
        number = number * _BASE + value
    try:
        return number.to_bytes(len(values) - 1, "big")
    except OverflowError:
        raise CarriedError("qr-text-value") from None
