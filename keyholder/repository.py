"""What an officer signs: the keyring as a TUF repository (specification 1.0.31, python-tuf's
metadata classes).

The same officers hold all four roles. What one of them signs alone is made whole here; where more
must sign, keyholder/signing/ goes on with what is laid out here.
"""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tuf.api.metadata import (
    Key,
    Metadata,
    MetaFile,
    Role,
    Root,
    Signed,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from crypto.keyring import Keyring
from crypto.officers import public_key, tuf_key
from crypto.trust import DEVELOPMENT_MARK, parse_targets, target_name
from keyholder.errors import CoalitionError

ROOT_LIFETIME = 730  # days
KEYRING_LIFETIME = 90  # days; an expired keyring still seals, with a warning
_HEX_DIGEST = 64  # digits of a SHA-256
_ROLES = ("root", "targets", "snapshot", "timestamp")


def lay_out_root(
    version: int,
    officers: Collection[bytes],
    threshold: int,
    root_threshold: int,
    now: int,
    development: bool,
) -> Root:
    """A root that nobody signed yet.

    `officers`: Ed25519 public keys (32 B). `threshold` of them sign keyrings, `root_threshold` the
    next root.
    """
    keys: dict[str, Key] = {key.keyid: key for key in map(tuf_key, sorted(officers))}
    return Root(
        version=version,
        expires=_expiry(now, ROOT_LIFETIME),
        keys=keys,
        roles={
            role: Role(list(keys), root_threshold if role == "root" else threshold)
            for role in _ROLES
        },
        consistent_snapshot=True,
        unrecognized_fields={DEVELOPMENT_MARK: True} if development else None,
    )


def lay_out_keyring(
    version: int, documents: Mapping[str, Mapping[str, Any]], now: int
) -> tuple[dict[str, bytes], dict[str, Signed]]:
    """Keyring `version` before anybody signs: its documents' files, and what is to be signed.

    Both by file name; a root is no part of it.
    """
    expires = _expiry(now, KEYRING_LIFETIME)
    files = {}
    targets = {}
    for name, content in documents.items():
        data = encode_document(content)
        target = TargetFile.from_data(name, data, ["sha256"])
        targets[name] = target
        files[name_target(name, target.hashes["sha256"])] = data
    listed = MetaFile(version)
    return files, {
        f"{version}.targets.json": Targets(version=version, expires=expires, targets=targets),
        f"{version}.snapshot.json": Snapshot(
            version=version, expires=expires, meta={"targets.json": listed}
        ),
        "timestamp.json": Timestamp(version=version, expires=expires, snapshot_meta=listed),
    }


def encode_document(content: Mapping[str, Any]) -> bytes:
    """A document as the keyring has it: one form for one content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def name_target(path: str, digest: str) -> str:
    """The name of a target's file: its SHA-256 before the last segment (TUF 1.0, section 6.2)."""
    folder, slash, last = path.rpartition("/")
    return f"{folder}{slash}{digest}.{last}"


def read_documents(keyring: Keyring) -> dict[str, dict[str, Any]]:
    """The signed documents of a keyring that was accepted, by the names they were signed under."""
    return {path: json.loads(data) for path, data in list_documents(keyring).items()}


def list_documents(keyring: Keyring) -> dict[str, bytes]:
    """The same as they stand in their files."""
    documents = {}
    for name, data in keyring.files.items():
        folder, slash, last = name.rpartition("/")
        digest, _, rest = last.partition(".")
        if len(digest) == _HEX_DIGEST:
            documents[f"{folder}{slash}{rest}"] = data
    return documents


def list_withheld(keyring: Keyring) -> list[str]:
    """Paths that a keyring lists and whose files whoever carried it kept back. Readers take it all
    the same; an officer who signs the next one from it would lose them for everybody."""
    targets = parse_targets(keyring.files[f"{keyring.version}.targets.json"])
    return sorted(
        path for path in targets.targets if target_name(targets, path) not in keyring.files
    )


def read_roots(keyring: Keyring) -> dict[str, bytes]:
    """The root files of a keyring that was accepted."""
    return {name: data for name, data in keyring.files.items() if name.endswith(".root.json")}


def check_officer(keyring: Keyring, officer_seed: bytes) -> None:
    """CoalitionError not-an-officer where the newest root gives this key no part in signing."""
    newest = Metadata[Root].from_bytes(keyring.files[f"{keyring.root_version}.root.json"]).signed
    key = tuf_key(public_key(officer_seed))
    if not all(key.keyid in newest.roles[role].keyids for role in _ROLES[1:]):
        raise CoalitionError("not-an-officer")


def _expiry(now: int, days: int) -> datetime:
    return datetime.fromtimestamp(now, UTC) + timedelta(days=days)
