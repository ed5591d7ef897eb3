"""keyholder attachments: fetched once, checked, opened in memory, saved only where it was asked."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crypto.sealing import new_report_id
from tests.blob_sealing import MESSAGE, Sealed, seal_blob
from tests.image_making import make_png
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService, flip_last

PICTURE = make_png(40, 30)
PHOTO = seal_blob(PICTURE)
FILM = seal_blob(b"\0\0\0\x18ftypisom" + os.urandom(300_000))
PAGE = seal_blob(b"<html><script>alert(1)</script>")


@pytest.fixture
def reported(coalition: DeskForTests, service: FakeService) -> DeskForTests:
    """A home that holds one report which names these three; the service has their blobs."""
    named = {**PAGE.named, "unknown": {9: "../../.bashrc", 10: {0: "photo.html"}}}
    store(coalition, service, PHOTO, FILM, named)
    service.blobs = {one.id.hex(): one.data for one in (PHOTO, FILM, PAGE)}
    return coalition


def store(desk: DeskForTests, service: FakeService, *named: Any) -> None:
    """A report that names these, at the service and in the home."""
    told = [one.named if isinstance(one, Sealed) else one for one in named]
    service.store(desk.seal({"chan": "app", "evidence": {"kinds": ["photo"], "blobs": told}}))
    desk.done("sync")


def ask(desk: DeskForTests, *words: object, status: int = 0) -> dict[str, Any]:
    result = desk.run("attachments", "--json", *words)
    assert result.status == status, result.err
    told: dict[str, Any] = result.json
    return told


def states(told: dict[str, Any]) -> list[str]:
    return [one["state"] for one in told["attachments"]]


def asked_for(service: FakeService) -> list[str]:
    return [one.rpartition("/")[2] for one in service.requests if "/v1/blobs/" in one]


def test_listed_fetched_once_and_kept_sealed(reported: DeskForTests, service: FakeService) -> None:
    assert states(ask(reported)) == ["attachment-not-fetched"] * 3
    assert asked_for(service) == []
    told = ask(reported, "--fetch")
    assert told["fetched"] == 3
    assert [(one["state"], one["kind"], one["size"]) for one in told["attachments"]] == [
        ("held", "png", len(PICTURE)),
        ("held", "mp4", FILM.size),
        ("held", "other", PAGE.size),
    ]
    assert ask(reported, "--fetch")["fetched"] == 0
    # In the order of ids, not of the report: the service is not told which comes first.
    assert asked_for(service) == sorted(service.blobs)
    kept = {path.name: path.read_bytes() for path in reported.home.blobs.iterdir()}
    assert kept == service.blobs
    assert {path.stat().st_mode & 0o777 for path in reported.home.blobs.iterdir()} == {0o600}
    assert reported.home.blobs.stat().st_mode & 0o777 == 0o700
    for path in reported.folder.rglob("*"):
        assert path.is_dir() or PICTURE[:40] not in path.read_bytes()


def test_lines_for_people(reported: DeskForTests) -> None:
    (report,) = reported.done("list", "--json").json["reports"]
    assert "Attachments: 3, which" in reported.done("show", report["id"]).out
    told = reported.done("attachments", "--fetch").out
    assert "PNG picture" in told
    assert f"{FILM.size:,} B" in told
    assert "held here" in told
    assert "3 attachments; 3 were fetched now." in told


def test_saved_only_by_names_of_ours_and_never_over_another(
    reported: DeskForTests, tmp_path: Path
) -> None:
    folder = tmp_path / "out" / "pictures"
    result = reported.run("attachments", "--save", folder)
    assert result.status == 1
    assert "attachment-not-fetched" in result.err
    assert list(folder.iterdir()) == []
    result = reported.run("attachments", "--fetch", "--save", folder)
    assert result.status == 0
    assert "can be made to attack" in result.err
    (report,) = reported.done("list", "--json").json["reports"]
    names = [f"{report['id']}-0{number}" for number in (1, 2, 3)]
    assert {path.name for path in folder.iterdir()} == {
        f"{names[0]}.png",
        f"{names[1]}.mp4",
        f"{names[2]}.bin",
    }
    assert (folder / f"{names[0]}.png").read_bytes() == PICTURE
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    (folder / f"{names[0]}.png").write_bytes(b"mine")
    (folder / f"{names[2]}.bin").unlink()
    told = ask(reported, "--save", folder, status=1)
    assert [(one["saved"], one["unsaved"]) for one in told["attachments"]] == [
        (None, "output-exists"),
        (None, "output-exists"),
        (f"{names[2]}.bin", None),
    ]
    assert (folder / f"{names[0]}.png").read_bytes() == b"mine"


def test_a_link_where_a_file_would_be_is_not_followed(
    reported: DeskForTests, tmp_path: Path
) -> None:
    ask(reported, "--fetch")
    (report,) = reported.done("list", "--json").json["reports"]
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / f"{report['id']}-01.png").symlink_to(tmp_path / "elsewhere")
    told = ask(reported, "--save", folder, status=1)
    assert told["attachments"][0]["unsaved"] == "output-exists"
    assert not (tmp_path / "elsewhere").exists()


LIES: list[tuple[Any, str]] = [
    (404, "attachment-not-there"),
    (500, "service-answer"),
    ((200, {"Content-Type": "text/html"}, None), "service-answer"),
    ((200, {"Content-Length": "7"}, lambda body: body[:7]), "attachment-length"),
    ((200, {"Content-Length": "99999999"}, lambda body: body * 9), "attachment-length"),
    ((200, {"Content-Length": None}, None), "service-answer"),
    ((200, {"Content-Encoding": "gzip"}, None), "service-answer"),
    ((206, {"Content-Range": "bytes 5-9/10"}, None), "service-answer"),
    ((206, {"Content-Range": "rotten"}, None), "service-answer"),
    ((302, {"Location": "http://127.0.0.1:1/"}, None), "service-answer"),
    ((200, {}, flip_last), "attachment-hash"),
]


def test_what_goes_wrong_with_one_hinders_no_other(
    reported: DeskForTests, service: FakeService
) -> None:
    first, *others = sorted(service.blobs)
    for answer, code in LIES:
        service.blob_answers = [answer]
        told = ask(reported, "--fetch", status=1)
        states = {one["id"]: one["state"] for one in told["attachments"]}
        assert states == {first: code, **dict.fromkeys(others, "held")}, answer
        assert {path.name for path in reported.home.blobs.iterdir()} == set(others)
    assert ask(reported, "--fetch")["fetched"] == 1


def test_what_would_meet_all_of_them_ends_it(reported: DeskForTests, service: FakeService) -> None:
    for status, words in ((401, "signature"), (503, "busy"), (429, "busy")):
        service.requests.clear()
        service.blob_answers = [status] * 9
        result = reported.run("attachments", "--fetch")
        assert result.status == 1
        assert words in result.err
        assert len(asked_for(service)) == 1


def test_a_cut_connection_is_gone_on_with(reported: DeskForTests, service: FakeService) -> None:
    half: Callable[[bytes], bytes] = lambda body: body[: len(body) // 2]  # noqa: E731
    service.blob_answers = [(200, {}, half), (206, {}, half), (206, {}, half)]
    assert states(ask(reported, "--fetch")) == ["held"] * 3
    assert len(reported.pauses) == 3


def test_an_end_in_the_middle_is_gone_on_with_by_the_next_run(
    reported: DeskForTests, service: FakeService
) -> None:
    """What an end of the program left lies there as a part, and may be damaged."""
    reported.home.blobs.mkdir(mode=0o700)
    film, photo = FILM.id.hex(), PHOTO.id.hex()
    (reported.home.blobs / f"{film}.part").write_bytes(FILM.data[:100_000])
    (reported.home.blobs / f"{photo}.part").write_bytes(bytes(500))
    told = ask(reported, "--fetch", status=1)
    assert states(told) == ["attachment-hash", "held", "held"]
    assert states(ask(reported, "--fetch")) == ["held"] * 3
    assert not list(reported.home.blobs.glob("*.part"))


def test_a_service_that_ends_each_time_without_more_is_told(
    reported: DeskForTests, service: FakeService
) -> None:
    service.blob_answers = [(200, {}, lambda body: body[:9]), *[(206, {}, lambda _: b"")] * 3]
    told = ask(reported, "--fetch", status=1)
    assert sorted(states(told)) == ["attachment-cut-off", "held", "held"]
    (part,) = reported.home.blobs.glob("*.part")
    assert part.stat().st_size == 9
    service.blobs[part.stem] = b"short"  # shorter than what is here already
    told = ask(reported, "--fetch", status=1)
    assert sorted(states(told)) == ["attachment-length", "held", "held"]


def test_one_that_the_service_lost_ends_no_run(
    reported: DeskForTests, service: FakeService
) -> None:
    """It answers, and breaks off before the first byte: a piece of the blob is gone there."""
    service.blob_answers = [(200, {}, lambda _: b"")] * 4
    told = ask(reported, "--fetch", status=1)
    assert sorted(states(told)) == ["attachment-cut-off", "held", "held"]
    assert reported.pauses == [1.0, 2.0, 4.0]
    assert not list(reported.home.blobs.glob("*.part"))


def test_a_service_that_is_not_there(reported: DeskForTests, service: FakeService) -> None:
    result = reported.run("attachments", "--fetch", "--service", "http://127.0.0.1:9")
    assert result.status == 1
    assert "does not answer" in result.err


WRONG = seal_blob(b"content", behind=b"hidden")
UNENDED = seal_blob(b"content", last=MESSAGE)
OTHER_KEY = replace(PHOTO, key=bytes(32))
SHORTER = replace(FILM, size=FILM.size - 1)  # the same padded length: what is left is no padding


def test_hostile_blobs_leave_no_file(
    coalition: DeskForTests, service: FakeService, tmp_path: Path
) -> None:
    named = [WRONG, UNENDED, OTHER_KEY, SHORTER]
    store(coalition, service, *named)
    service.blobs = {one.id.hex(): one.data for one in named}
    told = ask(coalition, "--fetch", "--save", tmp_path / "out", status=1)["attachments"]
    assert [(one["state"], one["unsaved"]) for one in told] == [
        ("blob-padding", "blob-padding"),
        ("blob-tag", "blob-tag"),
        ("blob-chunk", "blob-chunk"),
        ("held", "blob-padding"),  # its first 64 KiB are well: only all of it shows the fault
    ]
    assert list((tmp_path / "out").iterdir()) == []


def test_what_was_changed_in_the_home_is_not_opened(reported: DeskForTests, tmp_path: Path) -> None:
    ask(reported, "--fetch")
    path = reported.home.blobs / FILM.id.hex()
    path.write_bytes(flip_last(path.read_bytes()))
    (reported.home.blobs / PHOTO.id.hex()).write_bytes(PHOTO.data[:-1])
    told = ask(reported, "--save", tmp_path / "out", status=1)["attachments"]
    assert [one["unsaved"] for one in told[:2]] == ["attachment-length", "blob-id"]
    assert told[2]["saved"].endswith("-03.bin")


def test_what_no_attachment_can_be_is_never_asked_for(
    coalition: DeskForTests, service: FakeService
) -> None:
    store(
        coalition,
        service,
        {"key": bytes(32), "hash": bytes(32), "size": 0},
        {"key": bytes(32), "hash": bytes(32), "size": 1 << 40},
        {"hash": bytes(32), "size": 9},
        {},
        {"key": bytes(32), "hash": bytes(32), "size": 9},
    )
    told = ask(coalition, "--fetch", status=1)
    incomplete = "attachment-incomplete"
    assert states(told) == [
        incomplete,
        "attachment-too-large",
        incomplete,
        incomplete,
        "attachment-not-there",
    ]
    assert asked_for(service) == ["00" * 32]


def test_a_forged_size_hides_no_true_attachment(
    coalition: DeskForTests, service: FakeService
) -> None:
    for size in (PHOTO.size + 70_000, PHOTO.size, PHOTO.size + 90_000):
        store(coalition, service, replace(PHOTO, size=size))
    service.blobs = {PHOTO.id.hex(): PHOTO.data}
    told = ask(coalition, "--fetch", status=1)
    assert {one["size"]: one["state"] for one in told["attachments"]} == {
        PHOTO.size: "held",
        PHOTO.size + 70_000: "attachment-length",
        PHOTO.size + 90_000: "attachment-length",
    }


def test_a_flood_is_bounded_and_the_smallest_come_first(
    coalition: DeskForTests, service: FakeService
) -> None:
    large = seal_blob(bytes(1_100_000))
    store(coalition, service, large, PHOTO)
    service.blobs = {one.id.hex(): one.data for one in (large, PHOTO)}
    told = ask(coalition, "--fetch", "--most-mib", 1, status=1)
    assert (told["fetched"], told["left"]) == (1, 1)
    assert states(told) == ["attachment-not-fetched", "held"]
    assert ask(coalition, "--fetch")["left"] == 0


def test_by_id_and_by_filter(reported: DeskForTests, service: FakeService) -> None:
    id = new_report_id()
    report = {"chan": "web", "cc": "MM", "evidence": {"blobs": [PHOTO.named]}}
    service.store(reported.seal(report, id))
    reported.done("sync")
    assert len(ask(reported)["attachments"]) == 4
    for words in ((id.hex(),), (id.hex()[:6],), ("--country", "MM")):
        assert [one["report"] for one in ask(reported, *words)["attachments"]] == [id.hex()]
    for words in (("abc",), (id.hex(), "--country", "MM")):
        assert reported.run("attachments", *words).status == 2
    result = reported.run("attachments", "f" * 16)
    assert result.status == 1
    assert "No opened report" in result.err


def test_sync_fetches_them_where_it_was_asked_to(
    reported: DeskForTests, service: FakeService
) -> None:
    assert reported.done("sync", "--json").json["attachments"] is None
    assert asked_for(service) == []
    del service.blobs[FILM.id.hex()]
    told = reported.done("sync", "--attachments", "--json").json["attachments"]
    assert told == {"fetched": 2, "left": 0, "faults": {"attachment-not-there": 1}}
    assert "2 attachments" not in reported.done("sync").out
    result = reported.done("sync", "--attachments")
    assert "0 attachments were fetched." in result.out
    assert "attachment-not-there: 1" in result.err
    service.blob_answers = [503]
    result = reported.run("sync", "--attachments", "--json")
    assert (result.status, result.json["attachments"]) == (1, None)
    assert "is busy" in result.err


def test_what_is_purged_is_neither_fetched_nor_opened(
    reported: DeskForTests, service: FakeService
) -> None:
    ask(reported, "--fetch")
    reported.done("purge", "--blob", PHOTO.id.hex(), "--yes", "--publish")
    assert states(ask(reported, "--fetch")) == ["attachment-purged", "held", "held"]
    told = reported.done("purge", "--local", "--yes", "--json").json
    assert told == {"deleted": 1}
    assert not (reported.home.blobs / PHOTO.id.hex()).exists()
    assert states(ask(reported, "--fetch")) == ["attachment-purged", "held", "held"]
    assert asked_for(service).count(PHOTO.id.hex()) == 1


def test_a_full_disk_keeps_nothing_of_it(
    reported: DeskForTests, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_handle: int) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr("keyholder.attachments.fetching.os.fsync", fail)
    result = reported.run("attachments", "--fetch")
    assert result.status == 1
    assert "cannot be read or written" in result.err
    assert list(reported.home.blobs.iterdir()) == []


def test_errors_repeat_nothing_that_came_in(reported: DeskForTests, service: FakeService) -> None:
    service.blob_answers = [(200, {"Content-Type": "text/canary"}, None)] * 3
    result = reported.run("attachments", "--fetch")
    assert "canary" not in result.out + result.err
