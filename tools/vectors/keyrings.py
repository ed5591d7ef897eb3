"""Vectors of keyrings: first ones, bundles, successors, and what they say."""

from collections.abc import Iterator

from tuf.api.metadata import Targets

from crypto.bundles import MAX_BUNDLE, write_bundle
from tests.coalition import make_targets, name_target, write_json
from tools.vectors.case import Case
from tools.vectors.publishing import (
    OFFICERS,
    keyring_case,
    leave_out,
    publish,
    root_bytes,
    snapshot_files,
)
from tools.vectors.reporters import (
    HOLDERS,
    NOW,
    REPORTER,
    make_bad_holders,
    make_bad_reporters,
    make_choices,
)


def make_keyrings() -> Iterator[Case]:
    """All cases of kind `keyring`."""
    yield from _first_opened()
    yield from _bundles()
    yield from _successors()
    yield from _statements()


def _first_opened() -> Iterator[Case]:
    def told(version: int, root: int = 1, epochs: int = 2) -> list[tuple[str, str]]:
        return [("version", str(version)), ("root version", str(root)), ("epochs", str(epochs))]

    yield keyring_case("first", "open", "a keyring from its pinned root", publish(), *told(1))
    yield keyring_case("first-late", "open", "any version may be the first", publish(9), *told(9))
    yield keyring_case(
        "no-snapshot",
        "open",
        "snapshot and timestamp may be left out",
        publish(snapshot=False),
        *told(1),
    )
    stray = {**publish(), "stray.json": b"{}", "0.targets.json": b"{}"}
    yield keyring_case(
        "stray",
        "open",
        "files that nothing names are dropped",
        stray,
        *told(1),
        ("files", str(len(stray) - 2)),
    )
    second = {**publish(2), "2.root.json": root_bytes(2)}
    yield keyring_case("root-walk", "open", "two roots", second, *told(2, 2))
    yield keyring_case(
        "all-three", "open", "more signatures than are needed", publish(signers=OFFICERS), *told(1)
    )
    fields = {
        **REPORTER,
        "later": {"new": [1, 2]},
        "epochs": [{**epoch, "later": 1} for epoch in REPORTER["epochs"]],
    }
    yield keyring_case(
        "unknown-fields",
        "open",
        "unknown fields are ignored",
        publish(reporter=write_json(fields)),
        *told(1),
    )

    holders = {**HOLDERS, "revoked": ["00" * 8, "ff" * 8]}
    yield keyring_case(
        "holders-revoked",
        "open",
        "revoked holders beside those that are listed",
        publish(holders=write_json(holders)),
        *told(1),
    )

    def add_wraps(targets: Targets) -> None:
        extra = make_targets({"wraps/1-a.json": b"{}"}, version=1, now=NOW)
        targets.targets.update(extra.targets)

    wraps = {**publish(change=add_wraps), name_target("wraps/1-a.json", b"{}"): b"{}"}
    yield keyring_case(
        "other-target",
        "open",
        "a target that readers do not need",
        wraps,
        *told(1),
        ("files", str(len(wraps))),
    )
    yield keyring_case(
        "other-target-left-out",
        "open",
        "such a target may be left out",
        publish(change=add_wraps),
        *told(1),
    )


def _bundles() -> Iterator[Case]:
    small = {"a.json": b"{}"}
    cases = [
        ("empty", b"", "no bytes"),
        ("list", b"\x80", "a list"),
        ("cut", write_bundle(publish())[:-1], "the last byte is missing"),
        ("longer", write_bundle(small) + b"\x00", "a byte after the end"),
        ("indefinite", b"\xbf\x66a.json\x42{}\xff", "an indefinite length"),
        ("twice", b"\xa2\x66a.json\x42{}\x66a.json\x42{}", "one name twice"),
        ("order", b"\xa2\x66b.json\x42{}\x66a.json\x42{}", "names out of order"),
        ("long-form", b"\xa1\x78\x06a.json\x42{}", "a length in more bytes than it needs"),
        ("text-value", b"\xa1\x66a.json\x62{}", "text in place of bytes"),
        ("bytes-name", b"\xa1\x46a.json\x42{}", "bytes in place of a name"),
        ("tag", b"\xa1\x66a.json\xc2\x42{}", "a tag"),
        ("nested", b"\xa1\x66a.json\xa0", "a map in place of bytes"),
        ("not-utf-8", b"\xa1\x62\xff\xfe\x42{}", "a name that is not UTF-8"),
        ("length", b"\xa1\x66a.json\x5b" + b"\xff" * 8, "a length of 2^64 - 1"),
        ("count", b"\xba\xff\xff\xff\xff", "a count of 2^32 - 1"),
        ("name-long", b"\xa1\x78\xc9" + b"a" * 201 + b"\x40", "a name of 201 bytes"),
    ]
    for name, data, comment in cases:
        yield keyring_case(f"bundle-{name}", "keyring-bundle-form", comment, data)
    yield keyring_case(
        "bundle-too-big",
        "keyring-bundle-too-big",
        "one byte more than 1 MiB: zero bytes are added to the payload",
        b"\xa0",
        ("fill", str(MAX_BUNDLE + 1)),
    )


def _successors() -> Iterator[Case]:
    current = publish(5)
    again = leave_out(publish(5), "timestamp")
    other = publish(5, reporter=write_json({**REPORTER, "signed_at": NOW + 1}))
    late = [("version", "6"), ("root version", "1"), ("epochs", "2")]
    same = [("version", "5"), *late[1:]]
    yield keyring_case("successor", "open", "a rising version", publish(6), *late, current=current)
    yield keyring_case(
        "successor-gap",
        "open",
        "versions may be left out",
        publish(9),
        ("version", "9"),
        *late[1:],
        current=current,
    )
    yield keyring_case("same", "open", "the same keyring again", current, *same, current=current)
    yield keyring_case(
        "same-bare",
        "open",
        "the same without what we hold",
        {"5.targets.json": again["5.targets.json"]},
        *same,
        current=current,
    )
    walked = {**publish(6), "2.root.json": root_bytes(2)}
    yield keyring_case(
        "successor-root",
        "open",
        "a new root with it",
        walked,
        *late[:1],
        ("root version", "2"),
        late[2],
        current=current,
    )
    yield keyring_case(
        "rollback", "keyring-rollback", "an older version, well signed", publish(4), current=current
    )
    yield keyring_case(
        "rollback-bare",
        "keyring-rollback",
        "older targets without a timestamp",
        publish(4, snapshot=False),
        current=current,
    )
    yield keyring_case(
        "fork",
        "keyring-fork",
        "another keyring of the same version, well signed",
        other,
        current=current,
    )
    yield keyring_case(
        "rollback-unsigned",
        "keyring-rollback",
        "an older version, badly signed",
        publish(4, signers=()),
        current=current,
    )
    yield keyring_case(
        "successor-signatures",
        "keyring-signatures",
        "one of two",
        publish(6, signers=OFFICERS[:1]),
        current=current,
    )
    yield keyring_case(
        "successor-root-fork",
        "keyring-root-fork",
        "another root 1",
        {**publish(6), "1.root.json": root_bytes(signers=OFFICERS)},
        current=current,
    )
    yield keyring_case(
        "timestamp-rollback",
        "keyring-rollback",
        "the same targets with an older timestamp",
        {**current, "timestamp.json": snapshot_files(4)["timestamp.json"]},
        current=current,
    )
    yield keyring_case(
        "timestamp-fork",
        "keyring-fork",
        "another timestamp of the same version",
        {**current, "timestamp.json": snapshot_files(5, OFFICERS)["timestamp.json"]},
        current=current,
    )


def _statements() -> Iterator[Case]:
    for name, code, comment, reporter in make_bad_reporters():
        yield keyring_case(
            f"reporter-{name}", f"keyring-{code}", comment, publish(reporter=reporter)
        )
    for name, code, comment, holders in make_bad_holders():
        yield keyring_case(f"holders-{name}", f"keyring-{code}", comment, publish(holders=holders))
    for name, expect, comment, said, fields in make_choices():
        yield keyring_case(
            f"choose-{name}", expect, comment, publish(reporter=write_json(said)), *fields
        )
