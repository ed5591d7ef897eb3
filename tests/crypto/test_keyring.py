"""The keyring: what its readers accept; and that ordinary TUF clients can use it too."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient import FetcherInterface, Updater

from crypto import keyring as keyrings
from crypto.bundles import read_bundle, write_bundle
from crypto.choosing import sealing_key, warnings
from crypto.envelope import Kind, Suite
from crypto.errors import KeyringError
from crypto.sealing import seal
from crypto.statements import read_reporter
from tests.coalition import DAY, NOW, make_coalition, make_root, make_seed, sign, write_json

ONE = make_coalition(fallback=True)


class FileFetcher(FetcherInterface):
    """A server that has these files and nothing else."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = urlsplit(url).path.removeprefix("/")
        if name not in self.files:
            raise DownloadHTTPError("no such file", 404)
        yield self.files[name]


def test_an_ordinary_tuf_client_uses_a_fresh_keyring(tmp_path: Path) -> None:
    coalition = make_coalition(officers=3, threshold=2).next(log_keys=["key"])
    (tmp_path / "targets").mkdir()
    with time_machine.travel(datetime.fromtimestamp(NOW + DAY, UTC), tick=False):
        updater = Updater(
            metadata_dir=str(tmp_path),
            metadata_base_url="https://reports.example/",
            target_dir=str(tmp_path / "targets"),
            target_base_url="https://reports.example/",
            fetcher=FileFetcher(dict(coalition.keyring.files)),
            bootstrap=coalition.root,
        )
        updater.refresh()
        info = updater.get_targetinfo("reporter.json")
        assert info is not None
        path = updater.download_target(info)
    assert json.loads(Path(path).read_bytes()) == coalition.reporter


@pytest.mark.parametrize("dual", [False, True])
def test_a_coalition_reads_what_it_wrote(dual: bool) -> None:
    coalition = make_coalition(epochs=2, fallback=True, dual=dual, development=False)
    keyring = coalition.keyring
    assert (keyring.version, keyring.root_version, keyring.development) == (1, 1, False)
    assert keyring.signed_at == NOW
    assert keyring.addresses == ("https://reports.example",)
    assert keyring.sms_numbers == ("+15550100001",)
    assert [epoch.number for epoch in keyring.epochs] == [1, 2, 3]
    assert [epoch.fallback for epoch in keyring.epochs] == [False, False, True]
    assert [holder.id for holder in keyring.holders] == [coalition.holder_id]
    assert dict(keyring.files) == coalition.files
    assert keyrings.first(coalition.root, read_bundle(coalition.bundle)) == keyring
    for channel in ("app", "app-sms", "sms"):
        key = sealing_key(keyring, channel, NOW)
        opened = coalition.opener.open(seal(key, Kind.REPORT, bytes(8), b"hello"))
        assert (opened.content, opened.suite.dual) == (b"hello", dual)


def test_development_is_marked_in_the_root() -> None:
    assert keyrings.is_development(ONE.root)
    assert ONE.keyring.development
    assert not keyrings.is_development(make_coalition(development=False).root)
    for change in (b"1", b'"true"'):
        data = ONE.root.replace(b'development":true', b'development":' + change)
        assert data != ONE.root
        with pytest.raises(KeyringError):
            keyrings.is_development(data)


def test_expired_still_reads_and_seals() -> None:
    keyring = ONE.keyring
    assert keyring.expires == NOW + 30 * DAY
    assert not keyrings.expired(keyring, keyring.expires - 1)
    assert keyrings.expired(keyring, keyring.expires)
    assert sealing_key(keyring, "app", keyring.expires + 5000 * DAY)


def test_successors_rise() -> None:
    two = ONE.next(addresses=["https://two.example"])
    three = two.next(sms_numbers=[])
    keyring = keyrings.successor(ONE.keyring, two.files)
    assert keyring == two.keyring
    assert keyrings.successor(ONE.keyring, three.files) == three.keyring
    assert keyrings.successor(keyring, two.files) == keyring
    for old in (ONE, two):
        with pytest.raises(KeyringError) as caught:
            keyrings.successor(three.keyring, old.files)
        assert caught.value.code == "keyring-rollback"


def test_a_walk_over_new_officers() -> None:
    """Root 2 hands everything to new officers; root 1 is still all that a reader pins."""
    coalition = make_coalition(development=False, officers=2, threshold=2)
    newer = (make_seed("new officer"), make_seed("newer officer"))
    root = make_root(newer, threshold=1, now=NOW, development=False, version=2)
    files = {"2.root.json": sign(root, (*coalition.officer_seeds, *newer))}
    handed_over = replace(coalition, officer_seeds=newer[:1]).next()
    published = {**handed_over.files, **files}
    keyring = keyrings.successor(coalition.keyring, published)
    assert (keyring.root_version, keyring.version) == (2, 2)
    assert set(files) <= set(keyring.files)
    assert keyrings.successor(keyring, published) == keyring


@given(st.integers(0, 10**7), st.integers(0, 7))
@settings(max_examples=150, deadline=None)
def test_any_flipped_bit_of_a_bundle_is_refused_or_changes_nothing(at: int, bit: int) -> None:
    bundle = bytearray(ONE.bundle)
    bundle[at % len(bundle)] ^= 1 << bit
    try:
        keyring = keyrings.first(ONE.root, read_bundle(bytes(bundle)))
    except KeyringError:
        return
    # A byte that no signature covers, as a space or a file's name that nothing needs.
    assert keyring.epochs == ONE.keyring.epochs
    assert keyring.holders == ONE.keyring.holders
    assert keyring.expires == ONE.keyring.expires


@given(st.binary(max_size=100))
def test_any_bytes_are_a_bundle_or_refused(data: bytes) -> None:
    try:
        files = read_bundle(data)
    except KeyringError:
        return
    assert write_bundle(files) == data


@given(st.dictionaries(st.text(max_size=20), st.binary(max_size=300), max_size=30))
def test_bundle_round_trip(files: dict[str, bytes]) -> None:
    assert read_bundle(write_bundle(files)) == files


def test_bundle_limits() -> None:
    most = {f"{number:03}": b"" for number in range(256)}
    assert read_bundle(write_bundle(most)) == most
    with pytest.raises(KeyringError):
        read_bundle(write_bundle({**most, "256": b""}))
    with pytest.raises(KeyringError) as caught:
        write_bundle({"a": bytes(1024 * 1024)})
    assert caught.value.code == "keyring-bundle-too-big"


def test_deep_json_is_refused() -> None:
    """Not a vector: how deep a reader goes is its own matter, that it does not fall over is not."""
    data = write_json({**ONE.reporter, "x": 0})
    deep = data.replace(b'"x":0', b'"x":' + b"[" * 100_000 + b"]" * 100_000)
    with pytest.raises(KeyringError) as caught:
        read_reporter(deep)
    assert caught.value.code == "keyring-json"


def test_warnings() -> None:
    keyring = ONE.keyring
    assert warnings(keyring, "app", NOW) == ()
    assert warnings(keyring, "app", NOW + 20 * DAY) == ()
    assert warnings(keyring, "app", 0) == ("clock-behind",)
    assert warnings(keyring, "app", NOW + 40 * DAY) == ("keyring-expired",)
    assert warnings(keyring, "app", NOW + 400 * DAY) == ("keyring-expired", "epoch-past")
    with pytest.raises(KeyringError):
        warnings(keyring, "unknown", NOW)


@given(st.integers(0, NOW + 5000 * DAY), st.booleans(), st.integers(1, 4))
@settings(max_examples=50, deadline=None)
def test_a_current_epoch_is_chosen_if_there_is_one(now: int, fallback: bool, epochs: int) -> None:
    keyring = make_coalition(epochs=epochs, fallback=fallback).keyring
    key = sealing_key(keyring, "sms", now)
    time = max(now, NOW)
    current = [e for e in keyring.epochs if e.seal_from <= time < e.seal_until]
    (chosen,) = [e for e in keyring.epochs if e.number == key.epoch]
    assert (chosen in current) == bool(current)
    if any(not e.fallback for e in current):
        assert not chosen.fallback
    assert key.suite == Suite.HYBRID
    assert key.keys == (chosen.locks["A"][Suite.HYBRID],)
    assert key.epoch_start == chosen.seal_from
