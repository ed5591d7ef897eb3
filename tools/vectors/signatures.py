"""Vectors of keyrings with wrong roots, targets, or snapshots."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from tuf.api.metadata import Metadata, MetaFile, Root, Targets

from crypto.officers import tuf_signer
from tests.coalition import make_snapshot, sign
from tools.vectors.case import Case, swap
from tools.vectors.keys import make_seed
from tools.vectors.publishing import (
    OFFICERS,
    keyring_case,
    leave_out,
    publish,
    root_bytes,
    snapshot_files,
)
from tools.vectors.reporters import NOW

STRANGER = make_seed("nobody's officer")


def make_signatures() -> Iterator[Case]:
    """Cases of kind `keyring`."""
    yield from _roots()
    yield from _targets()
    yield from _snapshots()


def _roots() -> Iterator[Case]:
    files = publish(2)
    pins = [
        ("unsigned", "root-signatures", "nobody signed it", root_bytes(signers=())),
        ("one-signature", "root-signatures", "one of two", root_bytes(signers=OFFICERS[:1])),
        (
            "stranger",
            "root-signatures",
            "one of two, and a stranger",
            root_bytes(signers=(OFFICERS[0], STRANGER)),
        ),
        ("not-json", "root-form", "no JSON", b"{"),
        ("other-type", "root-form", "targets in a root's place", files["2.targets.json"]),
        ("twice", "root-form", "one key under two ids", root_bytes(change=_double_key)),
        (
            "signed-twice",
            "root-form",
            "one officer's signature twice",
            _repeat_signature(root_bytes(signers=OFFICERS[:1])),
        ),
        (
            "changed",
            "root-signatures",
            "changed after signing",
            swap(root_bytes(), b'"threshold":2', b'"threshold":1'),
        ),
    ]
    for name, code, comment, data in pins:
        given = {**files, "1.root.json": data}
        yield keyring_case(f"pin-{name}", f"keyring-{code}", comment, given, pinned=data)
    strangers = (STRANGER, make_seed("nobody's officer 2"))

    def give_to_strangers(root: Root) -> None:
        for seed in OFFICERS:
            root.revoke_key(tuf_signer(seed).public_key.keyid, "root")
        for seed in strangers:
            root.add_key(tuf_signer(seed).public_key, "root")

    def mark(root: Root) -> None:
        root.unrecognized_fields["x-heliograph-development"] = True

    walks = [
        (
            "old-threshold",
            "root-signatures",
            "enough of the new officers, none of the old",
            root_bytes(2, signers=strangers, change=give_to_strangers),
        ),
        (
            "new-threshold",
            "root-signatures",
            "enough of the old officers, none of the new",
            root_bytes(2, change=give_to_strangers),
        ),
        ("version", "root-version", "root 3 under the name of root 2", root_bytes(3)),
        ("form", "root-form", "no JSON", b"[]"),
        (
            "development",
            "development",
            "a development root after a real one",
            root_bytes(2, change=mark),
        ),
    ]
    for name, code, comment, data in walks:
        yield keyring_case(
            f"walk-{name}", f"keyring-{code}", comment, {**files, "2.root.json": data}
        )
    yield keyring_case(
        "root-fork",
        "keyring-root-fork",
        "another root 1 than the pinned one",
        files,
        pinned=root_bytes(signers=OFFICERS),
    )


def _double_key(root: Root) -> None:
    key = tuf_signer(OFFICERS[0]).public_key
    key.keyid = "00" * 32
    root.add_key(key, "root")


def _repeat_signature(data: bytes) -> bytes:
    fields = json.loads(data)
    fields["signatures"] *= 2
    return json.dumps(fields).encode()


def _edit(data: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Targets whose `signed` part is changed and then signed: officers publish something broken."""
    fields = json.loads(data)
    change(fields["signed"])
    fields["signatures"] = []
    metadata: Metadata[Targets] = Metadata.from_dict(fields)
    return sign(metadata.signed, OFFICERS[:2])


def _targets() -> Iterator[Case]:
    good = publish()
    name = "1.targets.json"
    yield keyring_case(
        "targets-missing", "keyring-targets-missing", "no targets", leave_out(good, "targets")
    )
    yield keyring_case(
        "targets-one-signature", "keyring-signatures", "one of two", publish(signers=OFFICERS[:1])
    )
    yield keyring_case(
        "targets-stranger",
        "keyring-signatures",
        "one of two, and a stranger",
        publish(signers=(OFFICERS[0], STRANGER)),
    )
    yield keyring_case(
        "targets-changed",
        "keyring-signatures",
        "changed after signing",
        {**good, name: swap(good[name], b"2026-", b"2036-")},
    )
    yield keyring_case(
        "targets-name",
        "keyring-version",
        "version 1 under the name of version 5",
        {**leave_out(good, "targets"), "5.targets.json": good[name]},
    )
    yield keyring_case("targets-json", "keyring-metadata-form", "no JSON", {**good, name: b"\xff"})
    yield keyring_case(
        "targets-type", "keyring-metadata-form", "a root in its place", {**good, name: root_bytes()}
    )

    def rename(path: str) -> Callable[[dict[str, Any]], None]:
        def change(signed: dict[str, Any]) -> None:
            signed["targets"][path] = copy.deepcopy(signed["targets"]["reporter.json"])

        return change

    def other_hash(signed: dict[str, Any]) -> None:
        signed["targets"]["holders.json"]["hashes"] = {"sha512": "00" * 64}

    def set_version(signed: dict[str, Any]) -> None:
        signed["version"] = True

    yield keyring_case(
        "targets-version-true",
        "keyring-metadata-form",
        "true in place of version 1",
        {**good, name: _edit(good[name], set_version)},
    )
    for label, path in (
        ("up", "../reporter.json"),
        ("root", "/reporter.json"),
        ("case", "Reporter.json"),
    ):
        yield keyring_case(
            f"target-path-{label}",
            "keyring-metadata-form",
            "a path outside the format",
            {**good, name: _edit(good[name], rename(path))},
        )
    yield keyring_case(
        "target-no-sha256",
        "keyring-metadata-form",
        "no SHA-256",
        {**good, name: _edit(good[name], other_hash)},
    )
    for part in ("reporter", "holders"):
        yield keyring_case(
            f"{part}-missing", "keyring-file-missing", f"no {part}.json", leave_out(good, part)
        )
        file = next(key for key in good if part in key)
        yield keyring_case(
            f"{part}-changed",
            "keyring-file-hash",
            "a byte was changed after signing",
            {**good, file: swap(good[file], b"1", b"2")},
        )
    file = next(key for key in good if "reporter" in key)
    yield keyring_case(
        "reporter-longer", "keyring-file-hash", "a byte more", {**good, file: good[file] + b"\n"}
    )


def _wrong_hashes() -> Iterator[tuple[str, dict[str, bytes], str]]:
    good = publish(2)
    other = MetaFile.from_data(2, b"other bytes", ["sha256"])
    snapshot, timestamp = make_snapshot(2, NOW)
    timestamp.snapshot_meta = other
    stamped = {"timestamp.json": sign(timestamp, OFFICERS[:2])}
    yield "hash", {**good, **stamped}, "timestamp has another hash of the snapshot"
    snapshot.meta["targets.json"] = other
    yield (
        "targets-hash",
        {**good, "2.snapshot.json": sign(snapshot, OFFICERS[:2])},
        "snapshot has another hash of targets",
    )


def _snapshots() -> Iterator[Case]:
    good = publish(2)
    for name, files, comment in _wrong_hashes():
        yield keyring_case(f"snapshot-{name}", "keyring-snapshot", comment, files)
    cases = [
        ("missing", "snapshot", "timestamp without its snapshot", leave_out(good, "snapshot")),
        ("other", "snapshot", "a snapshot of other targets", {**good, **snapshot_files(3)}),
        (
            "name",
            "snapshot",
            "snapshot 2 under the name of snapshot 3",
            {
                **leave_out(good, "snapshot"),
                "3.snapshot.json": good["2.snapshot.json"],
                "timestamp.json": snapshot_files(3)["timestamp.json"],
            },
        ),
        (
            "timestamp-signatures",
            "signatures",
            "one of two",
            {**good, "timestamp.json": snapshot_files(2, OFFICERS[:1])["timestamp.json"]},
        ),
        (
            "signatures",
            "signatures",
            "one of two",
            {**good, "2.snapshot.json": snapshot_files(2, OFFICERS[:1])["2.snapshot.json"]},
        ),
        ("timestamp-form", "metadata-form", "no JSON", {**good, "timestamp.json": b""}),
    ]
    for name, code, comment, files in cases:
        yield keyring_case(f"snapshot-{name}", f"keyring-{code}", comment, files)
