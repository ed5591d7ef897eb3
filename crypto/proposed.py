"""A proposal: the next keyring, whose TUF files may still lack officers' signatures.

A bundle like any other (crypto.bundles), of one writing alone, so that every byte of it is signed,
hashed or refused. What stands in it is checked as a reader checks it, all but the thresholds: those
are counted, and met or not. See spec/keyring-v1.md, "Proposals".
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tuf.api.metadata import (
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    Targets,
    Timestamp,
)

from crypto.bundles import write_bundle
from crypto.errors import KeyringError, ProposalError
from crypto.keyring import Keyring, assemble
from crypto.trust import TIMESTAMP, is_marked, parse_metadata, parse_root, root_name

_Following = TypeVar("_Following", Snapshot, Timestamp)
LABEL = b"heliograph/proposal/v1\0"
_SIGNATURE = re.compile(r"[0-9a-f]{128}", re.ASCII)
_ROOT = re.compile(r"([1-9][0-9]{0,8})\.root\.json", re.ASCII)
_TARGETS = re.compile(r"([1-9][0-9]{0,8})\.targets\.json", re.ASCII)
_TUF = re.compile(r"timestamp\.json|[0-9]{1,9}\.[a-z]+\.json", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A threshold that a file must meet: so many of these key ids must sign."""

    officers: frozenset[str]
    threshold: int


@dataclass(frozen=True, slots=True)
class Part:
    """One TUF file of a proposal. Every signature on it was verified."""

    name: str
    signed_by: frozenset[str]
    """Key ids."""
    wanted: tuple[Wanted, ...]
    """One threshold, or two for a root: the last root's and its own."""

    @property
    def lacking(self) -> int:
        """Signatures that are still needed at least."""
        return max(
            max(0, one.threshold - len(self.signed_by & one.officers)) for one in self.wanted
        )


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal that may follow the keyring it was read against."""

    keyring: Keyring
    """What it would be. Not to be used for anything before it is complete."""
    root: Root
    """The root under which its targets count: the newest one."""
    parts: tuple[Part, ...]
    """The files that are new in it and need signatures: a root or none, then the other three."""
    digest: bytes
    """SHA-256 of all it says, whoever signed: the same for every copy on its way."""

    @property
    def complete(self) -> bool:
        """Whether every threshold is met."""
        return not any(part.lacking for part in self.parts)


def read_proposed(current: Keyring | None, files: Mapping[str, bytes]) -> Proposed:
    """The proposal in `files`, which must be the very next keyring after `current`.

    None for `current`: root 1 and keyring 1 of a coalition that begins.
    Raises ProposalError (any of its codes but proposal-other), and KeyringError where what it says
    is no keyring.
    """
    version = _follow(current, files)
    roots, before = _read_held_roots(current)
    files = {**_leave_out_roots(roots, before, files), **roots}
    next_root = root_name(before.version + 1 if before else 1)
    parts = []
    root = before
    if next_root in files:
        metadata = parse_root(files[next_root])
        root = metadata.signed
        parts.append(_read_part(next_root, files, metadata, [before, root] if before else [root]))
    if root is None or root_name(root.version) not in (next_root, *roots):
        raise ProposalError("proposal-form")
    if before is not None and is_marked(root) != is_marked(before):
        raise KeyringError("keyring-development")
    name = f"{version}.targets.json"
    targets = parse_metadata(files[name], Targets)
    parts.append(_read_part(name, files, targets, [root]))
    snapshot, timestamp = _expect(targets.signed)
    parts.append(_read_part_as(f"{version}.snapshot.json", files, snapshot, root))
    parts.append(_read_part_as(TIMESTAMP, files, timestamp, root))
    served = {**roots, **{part.name: files[part.name] for part in parts}}
    keyring = assemble(root, targets.signed, served, files)
    # Nothing more and nothing less than what is signed: strays would be shown to nobody.
    if keyring.files.keys() != files.keys() or targets.signed.version != version:
        raise ProposalError("proposal-form")
    if current is not None and keyring.signed_at < current.signed_at:
        raise ProposalError("proposal-form")
    return Proposed(keyring, root, tuple(parts), _digest(keyring.files, root.version))


def join(copies: Sequence[Proposed]) -> dict[str, bytes]:
    """The files of one proposal with all signatures of its copies.

    Raises ProposalError proposal-other.
    """
    first = copies[0]
    if any(one.digest != first.digest for one in copies):
        raise ProposalError("proposal-other")
    joined = dict(first.keyring.files)
    for part in first.parts:
        metadata: Metadata[Any] = Metadata.from_bytes(joined[part.name])
        for one in copies:
            other: Metadata[Any] = Metadata.from_bytes(one.keyring.files[part.name])
            metadata.signatures.update(other.signatures)
        joined[part.name] = write_metadata(metadata)
    return joined


def write_metadata(metadata: Metadata[Any]) -> bytes:
    """The one writing of a TUF file in a proposal: signatures by rising key id."""
    metadata.signatures = dict(sorted(metadata.signatures.items()))
    return metadata.to_bytes()


def _read_held_roots(current: Keyring | None) -> tuple[dict[str, bytes], Root | None]:
    if current is None:
        return {}, None
    roots = {name: data for name, data in current.files.items() if _ROOT.fullmatch(name)}
    return roots, parse_root(roots[root_name(current.root_version)]).signed


def _leave_out_roots(
    held: Mapping[str, bytes], before: Root | None, files: Mapping[str, bytes]
) -> dict[str, bytes]:
    """`files` without the roots that are in use already. Homes begin with different ones."""
    if any(files.get(name, data) != data for name, data in held.items()):
        raise KeyringError("keyring-root-fork")
    last = before.version if before else 0
    return {
        name: data
        for name, data in files.items()
        if not (match := _ROOT.fullmatch(name)) or int(match[1]) > last
    }


def _follow(current: Keyring | None, files: Mapping[str, bytes]) -> int:
    """The version of targets that a proposal must have."""
    version = current.version + 1 if current else 1
    there = [int(match[1]) for match in map(_TARGETS.fullmatch, files) if match]
    if len(there) != 1:
        raise ProposalError("proposal-form")
    if there[0] < version:
        raise ProposalError("proposal-late")
    if there[0] > version:
        raise ProposalError("proposal-early")
    return version


def _expect(targets: Targets) -> tuple[Snapshot, Timestamp]:
    """They say nothing of their own: they follow from the targets."""
    version, spec, expires = targets.version, targets.spec_version, targets.expires
    listed = MetaFile(version)
    return (
        Snapshot(version, spec, expires, meta={"targets.json": listed}),
        Timestamp(version, spec, expires, snapshot_meta=listed),
    )


def _read_part_as(name: str, files: Mapping[str, bytes], expected: _Following, root: Root) -> Part:
    """A part that must say what is expected. Raises as `_read_part`."""
    if name not in files:
        raise ProposalError("proposal-form")
    metadata = parse_metadata(files[name], type(expected))
    if metadata.signed != expected:
        raise ProposalError("proposal-form")
    return _read_part(name, files, metadata, [root])


def _read_part(
    name: str, files: Mapping[str, bytes], metadata: Metadata[Any], roots: Sequence[Root]
) -> Part:
    """Raises ProposalError: proposal-stranger, -changed, -unsigned, -form."""
    role = metadata.signed.type
    signatures = metadata.signatures
    if not set(signatures) <= {key for root in roots for key in root.roles[role].keyids}:
        raise ProposalError("proposal-stranger")
    results = [
        root.get_verification_result(role, metadata.signed_bytes, signatures) for root in roots
    ]
    signed_by = frozenset(key for result in results for key in result.signed)
    if signed_by != set(signatures):
        raise ProposalError("proposal-changed")
    if not signed_by:
        raise ProposalError("proposal-unsigned")
    if files[name] != write_metadata(metadata) or not all(
        _SIGNATURE.fullmatch(one.signature) for one in signatures.values()
    ):
        raise ProposalError("proposal-form")
    wanted = tuple(
        Wanted(frozenset(root.roles[role].keyids), root.roles[role].threshold) for root in roots
    )
    return Part(name, signed_by, wanted)


def _digest(files: Mapping[str, bytes], root_version: int) -> bytes:
    """Of the files that are new and those they list; of TUF's, what is signed alone."""
    bare = {
        name: Metadata.from_bytes(data).signed_bytes if _TUF.fullmatch(name) else data
        for name, data in files.items()
        if name == root_name(root_version) or not _ROOT.fullmatch(name)
    }
    return hashlib.sha256(LABEL + write_bundle(bare)).digest()
