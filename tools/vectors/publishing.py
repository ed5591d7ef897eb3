"""Publishes the keyrings of the vectors: three officers, two of whom must sign."""

from collections.abc import Callable, Mapping
from functools import partial

from tuf.api.metadata import Root, Targets

from crypto.bundles import write_bundle
from tests.coalition import make_root, make_snapshot, make_targets, name_target, sign, write_json
from tools.vectors.case import Case
from tools.vectors.keys import make_seed
from tools.vectors.reporters import HOLDERS, NOW, REPORTER

OFFICERS = tuple(make_seed(f"officer {number}") for number in range(3))
Files = dict[str, bytes]


def root_bytes(
    version: int = 1,
    *,
    signers: tuple[bytes, ...] = OFFICERS[:2],
    change: Callable[[Root], None] | None = None,
) -> bytes:
    """A root: three officers, two of whom must sign."""
    root = make_root(OFFICERS, threshold=2, now=NOW, development=False, version=version)
    if change:
        change(root)
    return sign(root, signers)


def publish(
    version: int = 1,
    *,
    reporter: bytes | None = None,
    holders: bytes | None = None,
    signers: tuple[bytes, ...] = OFFICERS[:2],
    root: bytes = b"",
    snapshot: bool = True,
    change: Callable[[Targets], None] | None = None,
    more: Mapping[str, bytes] | None = None,
) -> Files:
    """All files of a keyring of this version; `more` are further targets by path."""
    contents = {
        "reporter.json": write_json(REPORTER) if reporter is None else reporter,
        "holders.json": write_json(HOLDERS) if holders is None else holders,
        **(more or {}),
    }
    targets = make_targets(contents, version=version, now=NOW)
    if change:
        change(targets)
    files = {
        "1.root.json": root or root_bytes(),
        f"{version}.targets.json": sign(targets, signers),
        **{name_target(path, data): data for path, data in contents.items()},
    }
    if snapshot:
        files.update(snapshot_files(version))
    return files


def snapshot_files(version: int, signers: tuple[bytes, ...] = OFFICERS[:2]) -> Files:
    snapshot, timestamp = make_snapshot(version, NOW)
    return {
        f"{version}.snapshot.json": sign(snapshot, signers),
        "timestamp.json": sign(timestamp, signers),
    }


def publishing_case(
    kind: str,
    name: str,
    expect: str,
    comment: str,
    files: Mapping[str, bytes] | bytes,
    *more: tuple[str, str],
    current: Mapping[str, bytes] | None = None,
    pinned: bytes = b"",
) -> Case:
    """A case whose payload is a bundle, read from a pinned root."""
    bundle = files if isinstance(files, bytes) else write_bundle(files)
    fields = [("pinned root", (pinned or root_bytes()).hex())]
    if current is not None:
        fields.append(("current", write_bundle(current).hex()))
    return Case(f"{kind}-{name}", expect, comment, kind, [*fields, *more], bundle)


keyring_case = partial(publishing_case, "keyring")
"""A case of kind `keyring`."""


def leave_out(files: Files, part: str) -> Files:
    return {name: data for name, data in files.items() if part not in name}
