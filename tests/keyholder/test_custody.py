"""The custody log after a bundle was made: lines are added, and nothing else changes."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from keyholder.errors import KeyholderError
from keyholder.evidence import custody, paths
from keyholder.evidence.sources import open_bundle
from keyholder.evidence.verification import Verdict, verify_bundle
from tests.keyholder.bundles import make_bundle, stock
from tests.keyholder.conftest import NOW, DeskForTests
from tests.keyholder.fake_service import FakeService

HANDED = ("handed over", "--to", "Registry of the court", "--by", "our archive")


@pytest.fixture
def stocked(coalition: DeskForTests, service: FakeService) -> DeskForTests:
    stock(coalition, service)
    return coalition


@pytest.fixture(params=["case.zip", "case"])
def bundle(stocked: DeskForTests, request: pytest.FixtureRequest) -> Path:
    return make_bundle(stocked, request.param, "--country", "MM")


def check(path: Path) -> Verdict:
    with open_bundle(path) as source:
        return verify_bundle(source, None)


def read_files(path: Path) -> dict[str, bytes]:
    with open_bundle(path) as source:
        return {name: b"".join(source.read(name)) for name in source.list_sizes()}


def refuse(desk: DeskForTests, code: str, *words: object) -> None:
    result = desk.run("custody", *words)
    assert (result.status, str(KeyholderError(code)) in result.err) == (1, True), result.err


def test_lines_are_added_and_nothing_else_changes(stocked: DeskForTests, bundle: Path) -> None:
    before = read_files(bundle)
    stocked.now = NOW + 3_600
    told = stocked.done("custody", bundle, *HANDED, "--when", "2026-09-22T11:00", "--json").json
    assert told["number"] == 5
    assert told["detail"] == {
        "by": "our archive",
        "to": "Registry of the court",
        "when": "2026-09-22T11:00Z",
    }
    assert "Line 6" in stocked.done("custody", bundle, "received", "--note", "seal whole").out
    after = read_files(bundle)
    assert after.pop(paths.CUSTODY).startswith(before.pop(paths.CUSTODY))
    assert after == before
    verdict = check(bundle)
    assert verdict.findings == {}
    acts = [(act.action, act.time) for act in verdict.acts[4:]]
    assert acts == [("handed over", "2026-09-21T15:15:00Z"), ("received", "2026-09-21T15:15:00Z")]
    listed = stocked.done("verify-bundle", bundle, "--root", stocked.home.root)
    assert "to: Registry of the court" in listed.out
    assert "words: seal whole" in listed.out
    given = stocked.done("verify-bundle", bundle, "--json").json["custody"]
    assert given[4]["detail"] == told["detail"]


def test_a_line_that_was_added_is_bound_to_those_before(
    stocked: DeskForTests, bundle: Path
) -> None:
    stocked.done("custody", bundle, *HANDED)
    stocked.done("custody", bundle, "stored", "--to", "safe 3")
    folder = bundle.with_name("unpacked")
    for name, data in read_files(bundle).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    file = folder / paths.CUSTODY
    lines = file.read_bytes().splitlines(keepends=True)
    entry = json.loads(lines[5])["entry"]
    assert entry["previous"] == hashlib.sha256(lines[4]).hexdigest()
    for spoiled in (
        [*lines[:4], lines[5]],
        [*lines[:4], lines[5], lines[4]],
        [*lines[:4], lines[4].replace(b"court", b"count"), lines[5]],
        [*lines[:4], lines[4], lines[5].replace(b"safe 3", b"safe 4")],
    ):
        file.write_bytes(b"".join(spoiled))
        assert {one.code for one in check(folder).findings} == {"custody-broken"}
    file.write_bytes(b"".join(lines))
    assert check(folder).findings == {}


def test_no_line_is_added_to_what_is_not_whole(stocked: DeskForTests, bundle: Path) -> None:
    other = stocked.folder.parent / "spoiled"
    for name, data in read_files(bundle).items():
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        (other / name).write_bytes(data)
    (other / paths.README).write_bytes(b"something else")
    before = (other / paths.CUSTODY).read_bytes()
    refuse(stocked, "bundle-altered", other, *HANDED)
    assert (other / paths.CUSTODY).read_bytes() == before


def test_only_a_holder_of_the_bundles_keyring_adds_one(
    stocked: DeskForTests, bundle: Path, tmp_path: Path
) -> None:
    stocked.done("coalition", "export", tmp_path / "keyring")
    stranger = DeskForTests(tmp_path / "stranger", stocked.capture)
    stranger.done("init")
    words = (stocked.home.root, "--keyring", tmp_path / "keyring", "--yes")
    stranger.done("coalition", "pin", *words)
    refuse(stranger, "evidence-signer", bundle, *HANDED)
    other = DeskForTests(tmp_path / "other", stocked.capture)
    other.done("init")
    other.done("coalition", "create", "--address", "https://reports.example.org")
    refuse(other, "bundle-altered", bundle, *HANDED)  # of another coalition
    assert check(bundle).findings == {}


@pytest.mark.parametrize(
    "words",
    [
        ("Handed over",),
        ("x" * 65,),
        ("stored", "--to", "two\nlines"),
        ("stored", "--note", "\x1b[31m"),
        ("stored", "--note", "\u202e"),
        ("stored", "--by", ""),
        ("stored", "--by", "x" * 1_001),
    ],
)
def test_words_of_another_form_are_refused(
    stocked: DeskForTests, tmp_path: Path, words: tuple[str, ...]
) -> None:
    bundle = make_bundle(stocked, "case.zip", "--country", "MM")
    before = bundle.read_bytes()
    refuse(stocked, "custody-words", bundle, *words)
    assert stocked.run("custody", bundle, "stored", "--when", "yesterday").status == 2
    assert bundle.read_bytes() == before


def test_a_full_log_takes_no_more(
    stocked: DeskForTests, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keyholder.evidence.passing.MAX_LINES", 5)
    stocked.done("custody", bundle, "stored")
    refuse(stocked, "custody-full", bundle, "stored")
    monkeypatch.setattr("keyholder.evidence.passing.MAX_LINES", custody.MAX_LINES)
    size = len(read_files(bundle)[paths.CUSTODY])
    monkeypatch.setattr("keyholder.evidence.passing.MAX_LOG", size + 1)
    refuse(stocked, "custody-full", bundle, "stored")
    assert len(check(bundle).acts) == 5


def test_every_zip_program_reads_it_still(stocked: DeskForTests) -> None:
    bundle = make_bundle(stocked, "case.zip", "--country", "MM")
    stocked.done("custody", bundle, *HANDED)
    assert bundle.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(bundle) as packed:
        assert packed.testzip() is None
