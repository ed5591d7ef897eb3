"""Small signed files that travel between holders: one CBOR map with its signature inside.

    signed bytes = label || 00 || the map without "signature"      (crypto.attestations)

The label is the map's "format". The bytes are walked before anything is built from them, so that
a hostile file costs its reader no more than its length.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cbor2

from crypto.attestations import SIGNATURE_SIZE, attest, is_attested
from reports.errors import ReportError
from reports.table import Limits
from reports.wire import check_wire

_SIGNATURE = "signature"
_DEPTH = 4
_ITEMS = 4_096


class FormError(Exception):
    """The bytes are no map of the format. Whoever reads them gives it a code of its own."""


@dataclass(frozen=True, slots=True)
class SignedMap:
    """A map of good form. Nothing in it is true until `is_by` says whose it is."""

    label: str
    fields: Mapping[str, Any]
    signed: bytes
    signature: bytes

    def is_by(self, key: bytes) -> bool:
        """Whether the holder of this Ed25519 key (32 B) signed it."""
        return is_attested(self.label, self.signed, self.signature, key)


def write_signed(label: str, fields: Mapping[str, Any], seed: bytes) -> bytes:
    """The file: `fields`, the label as "format", and the signature of the key of `seed` (32 B)."""
    content = {**fields, "format": label}
    signature = attest(label, cbor2.dumps(content, canonical=True), seed)
    return cbor2.dumps({**content, _SIGNATURE: signature}, canonical=True)


def read_signed(data: bytes, label: str, names: frozenset[str], longest: int) -> SignedMap:
    """Read a file of at most `longest` bytes with exactly these fields beside its own two.

    FormError for every other bytes.
    """
    try:
        check_wire(data, Limits(longest, _DEPTH, _ITEMS, _ITEMS))
    except ReportError as error:
        raise FormError from error
    content = cbor2.loads(data)
    signature = content.pop(_SIGNATURE, None)
    signed = cbor2.dumps(content, canonical=True)
    if content.pop("format", None) != label or set(content) != names:
        raise FormError
    if not isinstance(signature, bytes) or len(signature) != SIGNATURE_SIZE:
        raise FormError
    return SignedMap(label, content, signed, signature)


def take_bytes(value: object, size: int) -> bytes:
    """A byte string of exactly this size. FormError."""
    if not isinstance(value, bytes) or len(value) != size:
        raise FormError
    return value


def take_number(value: object, least: int, most: int) -> int:
    """A whole number in this range; `true` is none. FormError."""
    if type(value) is not int or not least <= value <= most:
        raise FormError
    return value


def take_flag(value: object) -> bool:
    """True or false. FormError."""
    if not isinstance(value, bool):
        raise FormError
    return value


def take_text(value: object, longest: int) -> str:
    """A text of at most `longest` characters. FormError."""
    if not isinstance(value, str) or len(value) > longest:
        raise FormError
    return value


def take_map(value: object, most: int) -> dict[Any, Any]:
    """A map of at most `most` entries. FormError."""
    if not isinstance(value, dict) or len(value) > most:
        raise FormError
    return value


def take_holder(value: object) -> str:
    """A holder's id: 8 bytes in the file, 16 hex digits here. FormError."""
    return take_bytes(value, 8).hex()
