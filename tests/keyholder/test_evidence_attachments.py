"""A bundle of evidence with attachments: sealed as they are, named by what they are."""

import json
import zipfile
from pathlib import Path

import pytest

from keyholder.evidence import attached
from tests.blob_sealing import seal_blob
from tests.keyholder.bundles import list_log_key
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService, flip_last
from tests.keyholder.test_attachments import PHOTO, ask, store
from tests.keyholder.test_evidence import check, unpack

SECOND = seal_blob(b"another")
PATH = f"attachments/{PHOTO.id.hex()}.blob"


@pytest.fixture
def stocked(coalition: DeskForTests, service: FakeService) -> DeskForTests:
    list_log_key(coalition, service)
    store(coalition, service, PHOTO, SECOND, PHOTO)
    service.blobs = {PHOTO.id.hex(): PHOTO.data}
    ask(coalition, "--fetch", status=1)
    return coalition


def make(desk: DeskForTests, name: str, *options: str) -> tuple[Path, str, str]:
    path = desk.folder.parent / name
    result = desk.done("evidence", path, "--channel", "app", *options)
    return path, result.out, result.err


def test_they_are_in_it_sealed_and_only_if_asked_for(stocked: DeskForTests) -> None:
    path, _, _ = make(stocked, "without.zip")
    with zipfile.ZipFile(path) as packed:
        assert not [name for name in packed.namelist() if name.startswith("attachments/")]
    path, out, err = make(stocked, "with.zip", "--attachments")
    assert "1 attachment is in it, sealed." in out
    assert "1 more is not here, or was changed" in err
    with zipfile.ZipFile(path) as packed:
        assert packed.read(PATH) == PHOTO.data
        acts = [json.loads(line)["entry"] for line in packed.read("custody.jsonl").splitlines()]
    assert acts[0]["detail"]["attachments"] == 1
    verdict = check(path, stocked.home.root.read_bytes())
    assert (verdict.findings, verdict.attachments) == ({}, 1)
    told = stocked.done("verify-bundle", path, "--json").json
    assert (told["whole"], told["attachments"]) == (True, 1)
    assert (
        "Sealed attachments in it, each by its own SHA-256: 1."
        in stocked.done("verify-bundle", path).out
    )


def test_a_changed_one_is_found_and_named(stocked: DeskForTests) -> None:
    path, _, _ = make(stocked, "case.zip", "--attachments")
    folder = unpack(path)
    (folder / PATH).write_bytes(flip_last(PHOTO.data))
    found = {(one.item, one.code) for one in check(folder).findings}
    assert found == {(PATH, "item-altered"), (PATH, "attachment-altered")}
    (folder / PATH).unlink()
    assert [one.code for one in check(folder).findings] == ["item-missing"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (f"attachments/{'0' * 64}.blob", PHOTO.data),
        (f"attachments/{PHOTO.id.hex()}.jpg", PHOTO.data),
        ("attachments/photo.blob", b"anything"),
    ],
    ids=["another id", "another ending", "no id"],  # each run seals anew, so ids differ
)
def test_its_maker_cannot_call_something_else_one(
    stocked: DeskForTests, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes
) -> None:
    monkeypatch.setattr(
        "keyholder.commands.evidence.read_attached",
        lambda *_: attached.Attached({name: data}),
    )
    path, _, _ = make(stocked, "false.zip", "--attachments")
    assert [(one.item, one.code) for one in check(path).findings] == [(name, "attachment-altered")]


def test_what_was_changed_in_the_home_is_left_out(stocked: DeskForTests) -> None:
    (stocked.home.blobs / PHOTO.id.hex()).write_bytes(flip_last(PHOTO.data))
    path, out, err = make(stocked, "case.zip", "--attachments")
    assert "0 attachments are in it" in out
    assert "2 more are not here, or were changed" in err
    assert check(path).attachments == 0


def test_more_than_memory_has_room_for_is_refused(
    stocked: DeskForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attached, "MAX_ATTACHED", len(PHOTO.data) - 1)
    path = stocked.folder.parent / "case.zip"
    result = stocked.run("evidence", path, "--channel", "app", "--attachments")
    assert result.status == 1
    assert "512 MiB" in result.err
    assert not path.exists()
