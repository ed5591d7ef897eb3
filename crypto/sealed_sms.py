"""Sealed SMS: an envelope in one or more texts of 160 GSM-7 characters.

See spec/sealed-sms-v1.md.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, product

from crypto.envelope import (
    SMS_CLASS,
    SMS_MAX_PARTS,
    SMS_SINGLE,
    SMS_SLICE,
    VERSION,
    envelope_id,
    read_header,
)
from crypto.errors import EnvelopeError, SealedSmsError

MARK = ":"
TEXT_SIZE = 160
"""Characters of every sealed text, the mark included."""
REF_SIZE = 3
PART = 0x02
"""First byte of a part. The first byte of an envelope is its version, 01."""
MAX_ALTERNATIVES = 4
"""Conflicting slices that are tried for one index; the first ones count."""
MAX_COMBINATIONS = 4096
"""Combinations of slices that are tried for one group."""

_ALPHABET = re.compile(r"[A-Za-z0-9.-]*", re.ASCII)
_EXTRA = b"-."
"""In place of `+` and `/`: one code in ASCII and GSM 03.38, and safe in forms."""


@dataclass(frozen=True, slots=True)
class Single:
    """A text that is a whole envelope (119 bytes)."""

    envelope: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """A text that is one of 2 to 15 parts of an envelope."""

    ref: bytes
    """The first 3 bytes of the envelope's id."""
    index: int
    count: int
    slice: bytes
    """114 bytes."""


def is_sealed(text: str) -> bool:
    """Whether a text claims to be sealed: it starts with `:`."""
    return text.startswith(MARK)


def write_texts(envelope: bytes) -> list[str]:
    """The texts that carry an envelope: 1 to 15, each of 160 characters.

    Raises EnvelopeError for its form; SealedSmsError sms-envelope-form when it was not sealed for
    SMS.
    """
    size_class = read_header(envelope).size_class
    if size_class <= SMS_CLASS:
        raise SealedSmsError("sms-envelope-form")
    count = size_class - SMS_CLASS
    if count == 1:
        return [_write_text(envelope)]
    ref = envelope_id(envelope)[:REF_SIZE]
    return [
        _write_text(bytes((PART,)) + ref + bytes((index << 4 | count,)) + slice)
        for index, slice in enumerate(cut_slices(envelope))
    ]


def cut_slices(envelope: bytes) -> list[bytes]:
    """The slices (114 bytes each) of an envelope that travels as 2 to 15 texts, by index.

    An empty list for any other envelope: it never was in parts. Raises EnvelopeError for its form.
    """
    count = read_header(envelope).size_class - SMS_CLASS
    if count < 2:
        return []
    return [envelope[at : at + SMS_SLICE] for at in range(0, count * SMS_SLICE, SMS_SLICE)]


def read_text(text: str) -> Single | Part:
    """Read one sealed text.

    Raises SealedSmsError: sms-not-sealed, sms-length, sms-alphabet, sms-spare-bits, sms-type,
    sms-single-form, sms-part-count, sms-part-index.
    """
    if not is_sealed(text):
        raise SealedSmsError("sms-not-sealed")
    if len(text) != TEXT_SIZE:
        raise SealedSmsError("sms-length")
    if not _ALPHABET.fullmatch(text, len(MARK)):
        raise SealedSmsError("sms-alphabet")
    data = base64.b64decode(text[len(MARK) :] + "=", altchars=_EXTRA)
    if _write_text(data) != text:
        raise SealedSmsError("sms-spare-bits")
    if data[0] == VERSION:
        return _read_single(data)
    if data[0] == PART:
        return _read_part(data)
    raise SealedSmsError("sms-type")


def join(ref: bytes, slices: Sequence[Sequence[bytes]]) -> list[bytes]:
    """Every envelope that the slices of one group make: it matches `ref` and has a valid form.

    `slices[i]` holds the different slices that came for index i, oldest first; an index without any
    gives no envelope. At most MAX_ALTERNATIVES an index and MAX_COMBINATIONS in all are tried,
    oldest first.
    ValueError for a count or a slice that no Part can have.
    """
    if not 2 <= len(slices) <= SMS_MAX_PARTS:
        raise ValueError("an envelope has 2 to 15 parts")
    if any(len(piece) != SMS_SLICE for pieces in slices for piece in pieces):
        raise ValueError("a slice is 114 bytes")
    different = [list(dict.fromkeys(pieces))[:MAX_ALTERNATIVES] for pieces in slices]
    size_class = SMS_CLASS + len(slices)
    tried = islice(product(*different), MAX_COMBINATIONS)
    return [
        envelope
        for envelope in map(b"".join, tried)
        if envelope_id(envelope).startswith(ref) and _has_class(envelope, size_class)
    ]


def _write_text(data: bytes) -> str:
    return MARK + base64.b64encode(data, _EXTRA).decode("ascii").rstrip("=")


def _read_single(data: bytes) -> Single:
    if not _has_class(data, SMS_CLASS + 1):
        raise SealedSmsError("sms-single-form")
    return Single(data)


def _read_part(data: bytes) -> Part:
    index, count = data[1 + REF_SIZE] >> 4, data[1 + REF_SIZE] & 0x0F
    if count < 2:
        raise SealedSmsError("sms-part-count")
    if index >= count:
        raise SealedSmsError("sms-part-index")
    return Part(data[1 : 1 + REF_SIZE], index, count, data[SMS_SINGLE - SMS_SLICE :])


def _has_class(envelope: bytes, size_class: int) -> bool:
    try:
        return read_header(envelope).size_class == size_class
    except EnvelopeError:
        return False
