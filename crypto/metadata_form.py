"""One reading alone of TUF's files, where python-tuf allows several.

It takes the last of two fields of one name, true for a version and hex with spaces for a key, and
checks signatures over what it makes of a file: dates written anew, what it does not know of a
timestamp left out. Another program that reads the same file could see another one. See
spec/keyring-v1.md.
"""

import re
from collections.abc import Iterable
from typing import Any

from nacl.bindings import crypto_sign_ed25519_pk_to_curve25519
from nacl.exceptions import CryptoError
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

HASHES = frozenset(("sha256", "sha512"))
"""Algorithms that every reader has, browsers too."""
MAX_INTEGER = (1 << 53) - 1
"""Exact in JavaScript."""

_KEY = re.compile(r"[0-9a-f]{64}")


def has_plain_form(metadata: Metadata[Any], plain: dict[str, Any]) -> bool:
    """Whether `plain`, the same file as strict JSON, says to the letter what `metadata` says."""
    signed = metadata.signed
    listed = list(_list_files(signed))
    versions = [one.version for one in listed if isinstance(one, MetaFile)]
    lengths = [one.length for one in listed if one.length is not None]
    return (
        metadata.to_dict() == plain
        and all(map(_is_integer, (signed.version, *versions, *lengths)))
        and all(one.hashes.keys() <= HASHES for one in listed if one.hashes is not None)
        and all(isinstance(key_id, str) for key_id in metadata.signatures)
        # Our readers follow no delegation: a keyring that has one says more than they see.
        and getattr(signed, "delegations", None) is None
    )


def has_plain_keys(root: Root) -> bool:
    """Whether a root has one algorithm, and no key twice.

    A threshold counts key ids, and must mean as many people.
    """
    keys = [key.keyval.get("public") for key in root.keys.values()]
    return (
        all(isinstance(key, str) and _KEY.fullmatch(key) and _is_point(key) for key in keys)
        and len(set(keys)) == len(keys)
        and all((key.keytype, key.scheme) == ("ed25519", "ed25519") for key in root.keys.values())
        and all(
            _is_integer(role.threshold)
            and isinstance(role.keyids, list)
            and all(isinstance(key_id, str) for key_id in role.keyids)
            for role in root.roles.values()
        )
    )


def _is_point(key: str) -> bool:
    """Whether a key is a point of Ed25519's main subgroup, as every public key is.

    Of one of low order anybody can make signatures, and libraries differ on whether they count.
    """
    try:
        return bool(crypto_sign_ed25519_pk_to_curve25519(bytes.fromhex(key)))
    except CryptoError:
        return False


def _is_integer(value: object) -> bool:
    # `type`, because True is an int.
    return type(value) is int and value <= MAX_INTEGER


def _list_files(signed: Any) -> Iterable[MetaFile | TargetFile]:
    """What the file says of others."""
    if isinstance(signed, Targets):
        return signed.targets.values()
    if isinstance(signed, Snapshot):
        return signed.meta.values()
    if isinstance(signed, Timestamp):
        return [signed.snapshot_meta]
    return []
