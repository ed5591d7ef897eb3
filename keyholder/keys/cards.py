"""Cards: what a holder gives the others, so that they can list her and wrap seeds for her.

See spec/holders-v1.md. A card is public and signed by its own signing key: it proves that whoever
made it has the keys in it, never who that is. People compare its fingerprint.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from crypto.envelope import HYBRID_KEY_SIZE
from crypto.officers import public_key
from crypto.wrapping import wrap_public_key
from keyholder.errors import KeysError
from keyholder.keys.signed_map import (
    FormError,
    read_signed,
    take_bytes,
    take_holder,
    take_map,
    take_number,
    write_signed,
)
from keyholder.vault import Identity, WrapKey

FORMAT = "heliograph/card/v1"
LONGEST = 160 * 1024
"""Bytes of a card: more than its keys take."""
MAX_KEYS = 104
"""One-time keys on a card: two years of weeks."""
LAST_EPOCH = 0xFFFF
_KEY_SIZE = 32
_FIELDS = frozenset({"holder", "signing", "officer", "wrap_keys"})


@dataclass(frozen=True, slots=True)
class Card:
    """One holder's public keys."""

    holder_id: str
    """16 hex digits."""
    signing_key: bytes
    """Ed25519, 32 B: it signs her requests, her cards and all else that she says as a holder."""
    officer_key: bytes
    """Ed25519, 32 B: it signs the keyring if she is an officer."""
    wrap_keys: Mapping[int, bytes]
    """Epoch number -> one-time key (1,216 B)."""


def make_card(identity: Identity, wrap_keys: tuple[WrapKey, ...]) -> bytes:
    """The signed card of this identity. KeysError card-full: more than 104 one-time keys."""
    if len(wrap_keys) > MAX_KEYS:
        raise KeysError("card-full")
    fields = {
        "holder": bytes.fromhex(identity.holder_id),
        "signing": public_key(identity.signing_seed),
        "officer": public_key(identity.officer_seed),
        "wrap_keys": {one.epoch: wrap_public_key(one.seed) for one in wrap_keys},
    }
    return write_signed(FORMAT, fields, identity.signing_seed)


def read_card(data: bytes) -> Card:
    """KeysError: card-form, card-signature."""
    try:
        written = read_signed(data, FORMAT, _FIELDS, LONGEST)
        fields = written.fields
        card = Card(
            take_holder(fields["holder"]),
            take_bytes(fields["signing"], _KEY_SIZE),
            take_bytes(fields["officer"], _KEY_SIZE),
            {
                take_number(number, 0, LAST_EPOCH): take_bytes(key, HYBRID_KEY_SIZE)
                for number, key in take_map(fields["wrap_keys"], MAX_KEYS).items()
            },
        )
    except FormError:
        raise KeysError("card-form") from None
    if not written.is_by(card.signing_key):
        raise KeysError("card-signature")
    return card


def digest_card(card: Card) -> bytes:
    """What people compare: SHA-256 (32 B) over id and both keys. One-time keys play no part, so
    that a renewed card has the fingerprint of the old one."""
    content = bytes.fromhex(card.holder_id) + card.signing_key + card.officer_key
    return hashlib.sha256(FORMAT.encode() + b"\0" + content).digest()
