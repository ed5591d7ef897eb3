"""Which keyring `heliograph report` seals with, online and off, good and bad."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from crypto.errors import KeyringError
from crypto.keyring import read_bundle
from heliograph import outbox
from heliograph.errors import OperatorError
from heliograph.report.errors import ReportCommandError
from heliograph.report.keyrings import (
    KEPT,
    fetch_bundle,
    find_keyring,
    read_bundle_file,
    read_kept,
)
from heliograph.report.rows import read_rows
from heliograph.report.work import Place, Result, seal_and_send, send_waiting
from tests.coalition import DAY, NOW, Coalition, make_coalition

SERVICE = "http://127.0.0.1:8000"
Answer = Callable[[httpx2.Request], httpx2.Response]


def down(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("down")


def serving(bundle: bytes, status: int = 200) -> Answer:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            return httpx2.Response(status, content=bundle)
        raise httpx2.ReadTimeout("slow")

    return answer


def client_of(answer: Answer) -> Callable[[str], httpx2.Client]:
    return lambda address: httpx2.Client(base_url=address, transport=httpx2.MockTransport(answer))


def place(tmp_path: Path, coalition: Coalition, answer: Answer = down, **given: object) -> Place:
    (tmp_path / "root.json").write_bytes(coalition.root)
    return Place(
        **{
            "root": tmp_path / "root.json",
            "outbox": tmp_path / "outbox",
            "service": SERVICE,
            "environ": {"HELIOGRAPH_DEVELOPMENT": "on"},
            "open_client": client_of(answer),
            **given,
        }  # type: ignore[arg-type]
    )


def seal(place: Place, now: float = NOW) -> Result:
    return seal_and_send(place, [(1, [{"text": "x"}])], "app", now, lambda _doing, _count: None)


def test_the_service_s_keyring_is_kept_for_later(tmp_path: Path) -> None:
    coalition = make_coalition()
    first = seal(place(tmp_path, coalition, serving(coalition.bundle)))
    assert first.warnings == []
    second = seal(place(tmp_path, coalition))
    assert second.warnings == ["network-down"]
    assert second.sealed.count == 1
    third = seal(place(tmp_path, coalition, offline=True))
    assert third.warnings == []
    assert third.delivery is not None
    assert (third.delivery.waiting, third.delivery.stopped) == (3, "offline")


def test_without_any_keyring_nothing_is_sealed(tmp_path: Path) -> None:
    for given in ({}, {"service": SERVICE, "offline": True}):
        with pytest.raises(ReportCommandError) as caught:
            seal(place(tmp_path, make_coalition(), **given))
        assert caught.value.code == "keyring-missing"
    assert outbox.waiting(tmp_path / "outbox") == []


def test_an_expired_keyring_warns_and_seals(tmp_path: Path) -> None:
    coalition = make_coalition(fallback=True)
    result = seal(place(tmp_path, coalition, serving(coalition.bundle)), now=NOW + 3000 * DAY)
    assert "keyring-expired" in result.warnings
    assert "epoch-past" in result.warnings
    assert result.sealed.count == 1


def test_a_slow_clock_is_told(tmp_path: Path) -> None:
    coalition = make_coalition()
    result = seal(place(tmp_path, coalition, serving(coalition.bundle)), now=NOW - 3000 * DAY)
    assert "clock-behind" in result.warnings


def test_a_newer_keyring_replaces_the_kept_one(tmp_path: Path) -> None:
    coalition = make_coalition()
    seal(place(tmp_path, coalition, serving(coalition.bundle)))
    newer = coalition.next()
    seal(place(tmp_path, coalition, serving(newer.bundle)))
    kept = read_kept(tmp_path / "outbox", coalition.root)
    assert kept is not None
    assert kept.version == newer.version


def test_a_rollback_is_refused_and_the_last_good_one_serves(tmp_path: Path) -> None:
    coalition = make_coalition()
    seal(place(tmp_path, coalition, serving(coalition.next().bundle)))
    result = seal(place(tmp_path, coalition, serving(coalition.bundle)))
    assert result.warnings == ["keyring-rollback"]
    assert result.sealed.count == 1


@pytest.mark.parametrize(
    ("bundle", "status"), [(b"<html>", 200), (b"", 200), (b"{}", 404), (b"\0" * (1 << 21), 200)]
)
def test_what_is_no_keyring_is_refused(tmp_path: Path, bundle: bytes, status: int) -> None:
    coalition = make_coalition()
    with pytest.raises(OperatorError):
        seal(place(tmp_path, coalition, serving(bundle, status)))
    seal(place(tmp_path, coalition, serving(coalition.bundle)))
    result = seal(place(tmp_path, coalition, serving(bundle, status)))
    assert len(result.warnings) == 1
    assert result.sealed.count == 1


def test_a_keyring_of_other_officers_is_refused(tmp_path: Path) -> None:
    coalition, other = make_coalition(), make_coalition(officers=2)
    with pytest.raises(ReportCommandError) as caught:
        seal(place(tmp_path, coalition, serving(other.bundle)))
    assert caught.value.code.startswith("keyring-")


def test_envelopes_of_another_coalition_are_never_sent_here(tmp_path: Path) -> None:
    """They would be taken, deleted here, and never opened."""
    coalition, other = make_coalition(), make_coalition(officers=2)
    seal(place(tmp_path, coalition, serving(coalition.bundle)))
    theirs = place(tmp_path, other, serving(other.bundle))
    for attempt in (lambda: seal(theirs), lambda: send_waiting(theirs, lambda _d, _n: None)):
        with pytest.raises(ReportCommandError) as caught:
            attempt()
        assert caught.value.code == "outbox-of-another-coalition"
    outbox.remove(tmp_path / "outbox", outbox.waiting(tmp_path / "outbox"))
    assert seal(theirs).sealed.count == 1


def test_a_given_bundle_or_folder_serves_without_a_network(tmp_path: Path) -> None:
    coalition = make_coalition()
    (tmp_path / "k.bundle").write_bytes(coalition.bundle)
    (tmp_path / "k").mkdir()
    for name, data in coalition.files.items():
        (tmp_path / "k" / name).write_bytes(data)
    assert read_bundle_file(tmp_path / "k") == read_bundle_file(tmp_path / "k.bundle")
    assert seal(place(tmp_path, coalition, keyring=tmp_path / "k")).warnings == []
    with pytest.raises(ReportCommandError) as caught:
        read_bundle_file(tmp_path / "missing")
    assert caught.value.code == "keyring-unreadable"


def test_without_a_service_the_keyring_s_address_serves(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        raise httpx2.ConnectError("down")

    coalition = make_coalition(development=False)
    named = coalition.next(addresses=["https://service.example"])
    (tmp_path / "k.bundle").write_bytes(named.bundle)
    given = {"service": None, "keyring": tmp_path / "k.bundle", "environ": {}}
    seal(place(tmp_path, coalition, answer, **given))
    assert asked == ["https://service.example/v1/envelopes"]
    send_waiting(place(tmp_path, coalition, answer, service=None, environ={}), lambda _d, _n: None)
    assert len(asked) == 2


def test_no_address_at_all_is_told(tmp_path: Path) -> None:
    coalition = make_coalition(development=False).next(addresses=[])
    (tmp_path / "k.bundle").write_bytes(coalition.bundle)
    given = {"service": None, "keyring": tmp_path / "k.bundle", "environ": {}}
    result = seal(place(tmp_path, coalition, **given))
    assert result.delivery is not None
    assert (result.delivery.stopped, result.delivery.waiting) == ("service-unknown", 1)


def test_an_epoch_without_the_channel_is_told(tmp_path: Path) -> None:
    coalition = make_coalition(epochs=0)
    with pytest.raises(ReportCommandError) as caught:
        seal(place(tmp_path, coalition, serving(coalition.bundle)))
    assert caught.value.code == "no-epoch"


def test_a_kept_file_that_is_damaged_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    coalition = make_coalition()
    (tmp_path / KEPT).write_bytes(b"damaged")
    assert find_keyring(tmp_path, coalition.root, lambda: coalition.bundle).doubt is None


def test_an_outbox_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    coalition = make_coalition()
    (tmp_path / "outbox").write_text("in the way")
    with pytest.raises(OperatorError) as caught:
        find_keyring(tmp_path / "outbox", coalition.root, lambda: coalition.bundle)
    assert caught.value.code == "outbox-unwritable"


def test_an_endless_keyring_is_cut_off() -> None:
    client = client_of(serving(b"\0" * (1 << 22)))(SERVICE)
    bundle = fetch_bundle(client)
    with pytest.raises(KeyringError):
        read_bundle(bundle)


def test_every_row_of_stop_is_sealed(tmp_path: Path, shared: Path) -> None:
    coalition = make_coalition()
    (tmp_path / "k.bundle").write_bytes(coalition.bundle)
    with (shared / "data" / "stop-2016-2023.csv").open("rb") as stream:
        result = seal_and_send(
            place(tmp_path, coalition, keyring=tmp_path / "k.bundle", offline=True),
            read_rows(stream, int(time.time())),
            "import",
            NOW,
            lambda _doing, _count: None,
        )
    assert result.sealed.bad == []
    assert result.sealed.count >= 1485
    assert len(outbox.waiting(tmp_path / "outbox")) == result.sealed.count
