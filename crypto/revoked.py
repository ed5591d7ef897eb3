"""Whom a keyring revokes: holders whose word counts for nothing (`revoked` of holders.json).

See spec/keyring-v1.md. Whoever judges by it reads it strictly; sealers and services leave it aside:
a revoked holder's key is not among `holders`, which is all that they look at.
"""

from itertools import pairwise

from crypto.errors import KeyringError
from crypto.keyring import HOLDERS, Keyring, find_target
from crypto.statements import HOLDERS_FORMAT
from crypto.strict_json import read_hex, read_json, read_list

REVOKED = "revoked"
MAX_REVOKED = 1024
"""Ids: 20 KB of holders.json."""
_ID_HEX = 16


def find_revoked(keyring: Keyring) -> frozenset[str]:
    """The ids (16 hex digits) that a keyring that was accepted revokes.

    Raises KeyringError as `read_revoked`.
    """
    data = find_target(keyring, HOLDERS)
    return frozenset() if data is None else read_revoked(data)


def read_revoked(data: bytes) -> frozenset[str]:
    """The field `revoked` of a holders.json; none where it is not there.

    Raises KeyringError: keyring-json, -format, -field (out of order, twice, too many, or a holder's
    who is listed as well), -key.
    """
    fields = read_json(data, HOLDERS_FORMAT)
    if REVOKED not in fields:
        return frozenset()
    listed = [read_hex(one, _ID_HEX) for one in read_list(fields, REVOKED, MAX_REVOKED)]
    if any(one >= other for one, other in pairwise(listed)):
        raise KeyringError("keyring-field")
    holders = fields.get("holders")
    if isinstance(holders, list) and {one.get("id") for one in holders} & set(listed):
        raise KeyringError("keyring-field")
    return frozenset(listed)
