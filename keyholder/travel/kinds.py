"""What a file that holders exchange is, by its form alone. Nothing is checked here."""

from crypto.bundles import read_bundle
from crypto.errors import KeyringError
from crypto.trust import parse_root
from keyholder.keys import cards, lock_offers
from keyholder.peeled import FORMAT as PEELED
from keyholder.travel.bundle import FORMAT as BUNDLE
from keyholder.travel.signed_file import Maker, write_head

_MAPS = {cards.FORMAT: "card", lock_offers.FORMAT: "lock offer"}
_SEQUENCES = {PEELED: "peeled file", BUNDLE: "bundle"}
_LONGEST = 1 << 20
KEYRING, ROOT = "keyring or proposal", "root file"


def find_kind(data: bytes) -> str | None:
    """One of: card, lock offer, peeled file, bundle, keyring or proposal, root file; else None.

    A vault, an export or anything else that holders do not exchange is none of them.
    """
    if not data or len(data) > _LONGEST:
        return None
    for label, kind in _SEQUENCES.items():
        head = write_head(label, Maker("0" * 16, bytes(32)))
        key_at = head.index(bytes(32))
        if (
            data[:key_at] == head[:key_at]
            and data[key_at + 32 : len(head) - 16] == (head[key_at + 32 : -16])
        ):
            return kind
    for label, kind in _MAPS.items():
        # deterministic CBOR: the map's head, and somewhere this key with this value
        if data[0] >> 5 == 5 and b"\x66format" + _write_text(label) in data:
            return kind
    return _find_keyring(data)


def _write_text(label: str) -> bytes:
    size = len(label)
    return (bytes((0x60 | size,)) if size < 24 else bytes((0x78, size))) + label.encode()


def _find_keyring(data: bytes) -> str | None:
    try:
        if read_bundle(data):
            return KEYRING
    except KeyringError:
        pass
    try:
        parse_root(data)
    except KeyringError:
        return None
    return ROOT
