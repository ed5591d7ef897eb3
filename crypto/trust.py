"""Which of a keyring's files are signed by the right officers: TUF's roots and its targets.

TUF specification 1.0, sections 5.3 (root) and 5.6 (targets). Expiry is not checked here: an expired
keyring still seals (see crypto.keyring.expired).
"""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from tuf.api.exceptions import LengthOrHashMismatchError, RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp
from tuf.api.serialization import DeserializationError, SerializationError

from crypto.errors import KeyringError
from crypto.metadata_form import has_plain_form, has_plain_keys
from crypto.strict_json import parse_json

DEVELOPMENT_MARK = "x-heliograph-development"
"""A root with this field set to true is a development root."""
TIMESTAMP = "timestamp.json"

_TARGET_PATH = re.compile(r"(?:[a-z0-9-]{1,32}/){0,2}[a-z0-9-]{1,32}\.json", re.ASCII)
_S = TypeVar("_S", Root, Snapshot, Targets, Timestamp)


def root_name(version: int) -> str:
    """File name of a root version."""
    return f"{version}.root.json"


def read_root(data: bytes) -> Root:
    """A root that holds its own threshold of signatures.

    Raises KeyringError keyring-root-form, -root-signatures.
    """
    metadata = parse_root(data)
    _check_root(metadata, metadata.signed)
    return metadata.signed


def walk_roots(root: Root, files: Mapping[str, bytes]) -> tuple[Root, dict[str, bytes]]:
    """Go from `root` to the newest root in `files`; both thresholds must sign each step.

    Returns the newest root, and the files of the roots passed. Raises KeyringError:
    keyring-root-form, keyring-root-version, keyring-root-signatures, keyring-development.
    """
    passed: dict[str, bytes] = {}
    while (name := root_name(root.version + 1)) in files:
        metadata = parse_root(files[name])
        if metadata.signed.version != root.version + 1:
            raise KeyringError("keyring-root-version")
        _check_root(metadata, root)
        _check_root(metadata, metadata.signed)
        # A real root must not become a development root, nor the other way round: whoever pinned it
        # chose once.
        if is_marked(metadata.signed) != is_marked(root):
            raise KeyringError("keyring-development")
        passed[name] = files[name]
        root = metadata.signed
    return root, passed


def is_marked(root: Root) -> bool:
    """Whether the root is marked as a development root."""
    return root.unrecognized_fields.get(DEVELOPMENT_MARK) is True


def read_targets(root: Root, data: bytes, version: int) -> Targets:
    """Targets with enough signatures.

    Raises KeyringError keyring-metadata-form, -signatures, -version.
    """
    targets = _read_signed(root, data, Targets)
    if targets.version != version:
        raise KeyringError("keyring-version")
    return targets


def parse_targets(data: bytes) -> Targets:
    """Targets whose signatures were checked before. Raises KeyringError keyring-metadata-form."""
    return parse_metadata(data, Targets).signed


def read_snapshot_files(
    root: Root, targets: Targets, targets_data: bytes, files: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Timestamp and snapshot, which ordinary TUF clients need and our readers do not.

    What is there must be signed and lead to these targets, so that nobody can have junk served in
    their place.
    Raises KeyringError: keyring-snapshot, keyring-metadata-form, keyring-signatures.
    """
    if TIMESTAMP not in files:
        return {}
    timestamp = _read_signed(root, files[TIMESTAMP], Timestamp)
    name = f"{timestamp.snapshot_meta.version}.snapshot.json"
    if name not in files:
        raise KeyringError("keyring-snapshot")
    snapshot = _read_signed(root, files[name], Snapshot)
    listed = snapshot.meta.get("targets.json")
    if (
        snapshot.version != timestamp.snapshot_meta.version
        or listed is None
        or listed.version != targets.version
    ):
        raise KeyringError("keyring-snapshot")
    try:
        timestamp.snapshot_meta.verify_length_and_hashes(files[name])
        listed.verify_length_and_hashes(targets_data)
    except LengthOrHashMismatchError:
        raise KeyringError("keyring-snapshot") from None
    return {TIMESTAMP: files[TIMESTAMP], name: files[name]}


def says_the_same(one: bytes, other: bytes) -> bool:
    """Whether two TUF files differ in their signatures at most. Nothing in them is checked."""
    try:
        signed: list[Metadata[Any]] = [Metadata.from_bytes(data) for data in (one, other)]
        return signed[0].signed_bytes == signed[1].signed_bytes
    except (DeserializationError, RepositoryError, SerializationError):
        return False


def check_timestamp(old: bytes, new: bytes) -> None:
    """A timestamp's version may only rise, like that of targets. Signatures are checked elsewhere.

    Raises KeyringError: keyring-rollback, keyring-fork, keyring-metadata-form.
    """
    if new == old:
        return
    held, offered = (parse_metadata(data, Timestamp).signed.version for data in (old, new))
    if offered < held:
        raise KeyringError("keyring-rollback")
    if offered == held:
        raise KeyringError("keyring-fork")


def read_target_files(targets: Targets, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that targets lists and that are there, by target path.

    Raises KeyringError keyring-file-hash for a file of wrong length or hash, keyring-metadata-form.
    """
    found: dict[str, bytes] = {}
    if not all(map(_TARGET_PATH.fullmatch, targets.targets)):
        raise KeyringError("keyring-metadata-form")
    for path, target in targets.targets.items():
        name = target_name(targets, path)
        if name in files:
            try:
                target.verify_length_and_hashes(files[name])
            except LengthOrHashMismatchError:
                raise KeyringError("keyring-file-hash") from None
            found[path] = files[name]
    return found


def target_name(targets: Targets, path: str) -> str:
    """The name under which a target stands: its SHA-256 before its last path segment.

    KeyringError as above.
    """
    digest = targets.targets[path].hashes.get("sha256")
    if digest is None:
        raise KeyringError("keyring-metadata-form")
    folder, slash, last = path.rpartition("/")
    return f"{folder}{slash}{digest}.{last}"


def parse_root(data: bytes) -> Metadata[Root]:
    """A root by its form alone: nobody's signature is checked. KeyringError keyring-root-form."""
    try:
        metadata = parse_metadata(data, Root)
    except KeyringError:
        raise KeyringError("keyring-root-form") from None
    if not has_plain_keys(metadata.signed):
        raise KeyringError("keyring-root-form")
    return metadata


def _check_root(metadata: Metadata[Root], by: Root) -> None:
    if not _is_signed(metadata, by):
        raise KeyringError("keyring-root-signatures")


def _read_signed(root: Root, data: bytes, kind: type[_S]) -> _S:
    metadata = parse_metadata(data, kind)
    if not _is_signed(metadata, root):
        raise KeyringError("keyring-signatures")
    return metadata.signed


def parse_metadata(data: bytes, kind: type[_S]) -> Metadata[_S]:
    """One of TUF's files by its form alone: nobody's signature is checked.

    Raises KeyringError keyring-metadata-form.
    """
    try:
        metadata: Metadata[Any] = Metadata.from_bytes(data)
        plain = parse_json(data)
    except (DeserializationError, RepositoryError, KeyringError):
        raise KeyringError("keyring-metadata-form") from None
    if not isinstance(metadata.signed, kind) or not has_plain_form(metadata, plain):
        raise KeyringError("keyring-metadata-form")
    return metadata


def _is_signed(metadata: Metadata[Any], by: Root) -> bool:
    try:
        by.verify_delegate(metadata.signed.type, metadata.signed_bytes, metadata.signatures)
    except (RepositoryError, SerializationError, ValueError, TypeError):
        return False
    return True
