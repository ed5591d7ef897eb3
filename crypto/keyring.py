"""Reading the keyring: the signed, versioned, public statement of epochs, locks and keys.

See spec/keyring-v1.md.
A keyring that is refused changes nothing: the caller keeps the last good one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tuf.api.metadata import Root, Targets

from crypto.bundles import read_bundle, write_bundle
from crypto.errors import KeyringError
from crypto.statements import Epoch, Holder, read_holders, read_reporter
from crypto.trust import (
    TIMESTAMP,
    check_timestamp,
    is_marked,
    parse_targets,
    read_root,
    read_snapshot_files,
    read_target_files,
    read_targets,
    root_name,
    target_name,
    walk_roots,
)

__all__ = [
    "Epoch",
    "Holder",
    "Keyring",
    "expired",
    "find_target",
    "first",
    "is_development",
    "read_bundle",
    "successor",
    "write_bundle",
]

REPORTER = "reporter.json"
HOLDERS = "holders.json"

_TARGETS_NAME = re.compile(r"([1-9][0-9]{0,8})\.targets\.json", re.ASCII)


@dataclass(frozen=True, slots=True)
class Keyring:
    """A keyring whose signatures, versions and hashes were checked."""

    root_version: int
    version: int
    """Version of its targets; it only rises."""
    development: bool
    expires: int
    """Unix seconds: when root or targets expire, whichever is first."""
    signed_at: int
    """Unix seconds by the officers' clock."""
    epochs: tuple[Epoch, ...]
    addresses: tuple[str, ...]
    sms_numbers: tuple[str, ...]
    ussd_codes: tuple[str, ...]
    log_keys: tuple[str, ...]
    holders: tuple[Holder, ...]
    files: Mapping[str, bytes]
    """The checked files alone, by TUF's consistent-snapshot names: what may be served on."""


def first(pinned_root: bytes, files: Mapping[str, bytes]) -> Keyring:
    """The keyring in `files`, trusted from a root file that came another way.

    Raises KeyringError (any keyring-… code).
    """
    root = read_root(pinned_root)
    name = root_name(root.version)
    if files.get(name, pinned_root) != pinned_root:
        raise KeyringError("keyring-root-fork")
    root, passed = walk_roots(root, files)
    return _read(root, {name: pinned_root, **passed}, files)


def successor(current: Keyring, files: Mapping[str, bytes]) -> Keyring:
    """The keyring in `files`, when it may follow `current`. One version is one set of bytes.

    Raises KeyringError: keyring-rollback, keyring-fork, keyring-root-fork, and as `first`.
    """
    roots = {name: data for name, data in current.files.items() if name.endswith(".root.json")}
    if any(files.get(name, data) != data for name, data in roots.items()):
        raise KeyringError("keyring-root-fork")
    root, passed = walk_roots(read_root(roots[root_name(current.root_version)]), files)
    version = _newest_targets(files)
    name = f"{version}.targets.json"
    if version < current.version:
        raise KeyringError("keyring-rollback")
    if TIMESTAMP in files and TIMESTAMP in current.files:
        check_timestamp(current.files[TIMESTAMP], files[TIMESTAMP])
    if version == current.version:
        if files[name] != current.files[name]:
            raise KeyringError("keyring-fork")
        # The same targets again: target files that were left out this time are still the ones we
        # hold.
        files = {**current.files, **files}
    return _read(root, {**roots, **passed}, files)


def is_development(pinned_root: bytes) -> bool:
    """Whether a root file is marked as a development root.

    KeyringError keyring-root-form, -root-signatures.
    """
    return is_marked(read_root(pinned_root))


def expired(keyring: Keyring, now: int) -> bool:
    """Whether to warn: `now` (Unix seconds) is past the keyring's end. It still seals."""
    return now >= keyring.expires


def find_target(keyring: Keyring, path: str) -> bytes | None:
    """A file that the keyring's targets list, None where they do not list it.

    Raises KeyringError keyring-file-missing: it is listed, and was left out of the files.
    """
    targets = parse_targets(keyring.files[f"{keyring.version}.targets.json"])
    if path not in targets.targets:
        return None
    name = target_name(targets, path)
    if name not in keyring.files:
        raise KeyringError("keyring-file-missing")
    return keyring.files[name]


def _newest_targets(files: Mapping[str, bytes]) -> int:
    versions = [int(match[1]) for match in map(_TARGETS_NAME.fullmatch, files) if match]
    if not versions:
        raise KeyringError("keyring-targets-missing")
    return max(versions)


def _read(root: Root, roots: Mapping[str, bytes], files: Mapping[str, bytes]) -> Keyring:
    version = _newest_targets(files)
    name = f"{version}.targets.json"
    targets = read_targets(root, files[name], version)
    served = {
        **roots,
        name: files[name],
        **read_snapshot_files(root, targets, files[name], files),
    }
    return assemble(root, targets, served, files)


def assemble(
    root: Root, targets: Targets, served: Mapping[str, bytes], files: Mapping[str, bytes]
) -> Keyring:
    """The keyring that `targets` list, with `served`, its TUF files. Checks no signature: see
    `first`, `successor` and crypto.proposed.

    Raises KeyringError: keyring-file-missing, -file-hash, and what the statements' readers raise.
    """
    listed = read_target_files(targets, files)
    if REPORTER not in listed or HOLDERS not in listed:
        raise KeyringError("keyring-file-missing")
    reporter = read_reporter(listed[REPORTER])
    return Keyring(
        root_version=root.version,
        version=targets.version,
        development=is_marked(root),
        expires=int(min(root.expires, targets.expires).timestamp()),
        signed_at=reporter.signed_at,
        epochs=reporter.epochs,
        addresses=reporter.addresses,
        sms_numbers=reporter.sms_numbers,
        ussd_codes=reporter.ussd_codes,
        log_keys=reporter.log_keys,
        holders=read_holders(listed[HOLDERS]),
        files={
            **served,
            **{target_name(targets, path): data for path, data in listed.items()},
        },
    )
