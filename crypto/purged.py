"""What a keyring lists as purged: envelopes and blobs that a service is to delete (purged.json).

See spec/keyring-v1.md. Whoever deletes, or judges what was deleted, reads it strictly; sealers
leave it aside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from crypto.errors import KeyringError
from crypto.keyring import Keyring, find_target
from crypto.strict_json import read_hex, read_json, read_list

PURGED = "purged.json"
PURGED_FORMAT = "heliograph/purged/v1"
MAX_PURGED = 4096
"""Ids of both lists together: about a quarter of the biggest bundle."""

_ID_HEX = 64


@dataclass(frozen=True, slots=True)
class Purged:
    """Ids (SHA-256, 32 bytes) of what is to be deleted, in rising order."""

    envelopes: tuple[bytes, ...] = ()
    blobs: tuple[bytes, ...] = ()


def find_purged(keyring: Keyring) -> Purged:
    """What a keyring that was accepted lists as purged; nothing where its officers signed no list.

    Raises KeyringError: keyring-file-missing where the signed list was left out on the way, and as
    read_purged.
    """
    data = find_target(keyring, PURGED)
    return Purged() if data is None else read_purged(data)


def read_purged(data: bytes) -> Purged:
    """Read purged.json. Raises KeyringError: keyring-json, -format, -field, -key."""
    fields = read_json(data, PURGED_FORMAT)
    purged = Purged(_read_ids(fields, "envelopes"), _read_ids(fields, "blobs"))
    if len(purged.envelopes) + len(purged.blobs) > MAX_PURGED:
        raise KeyringError("keyring-field")
    return purged


def _read_ids(fields: Mapping[str, Any], name: str) -> tuple[bytes, ...]:
    listed = [read_hex(one, _ID_HEX) for one in read_list(fields, name, MAX_PURGED)]
    # One order: the list must not tell which id was added when, or together with which.
    if any(one >= other for one, other in pairwise(listed)):
        raise KeyringError("keyring-field")
    return tuple(map(bytes.fromhex, listed))
