"""A running workbench takes up what comes into its home, and fetches what is new when asked."""

import http.client
import json
import signal
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from keyholder.commands.fetching import Order, fetch, run_order
from keyholder.commands.rounds import Line
from keyholder.errors import HomeError, ServiceError
from keyholder.held import read_held
from keyholder.home import hold
from keyholder.vault import read_seeds, unlock
from keyholder.workbench.sitting import Sitting
from tests.blob_sealing import seal_blob
from tests.image_making import make_png
from tests.keyholder.conftest import (
    PASSPHRASE,
    DeskForTests,
    coalition,
    desk,
    founded,
    port,
    service,
)
from tests.keyholder.fake_service import FakeService
from tests.keyholder.homes import write_seeds
from tests.workbench.processes import ask, get_new, run_workbench, wait_opened, wait_until
from tests.workbench.sittings import HOLDER, keep

__all__ = ["coalition", "desk", "founded", "port", "service"]  # fixtures


def list_texts(host: str, token: str, query: str = "") -> list[str]:
    """The texts of the list, the newest first."""
    return [one["text"] for one in ask(host, token, f"/api/reports{query}")["rows"]]


def say(text: str, **more: Any) -> dict[str, Any]:
    """A report with this text."""
    return {"chan": "app", "cc": "MM", "text": text, **more}


@pytest.fixture
def filled(coalition: DeskForTests, service: FakeService) -> DeskForTests:
    """A home with one report that came by one way, and what is damaged."""
    broken = bytearray(coalition.seal(say("broken")))
    broken[-1] ^= 1
    service.store(coalition.seal(say("the first"), b"12345678"), bytes(broken))
    coalition.done("sync")
    return coalition


def test_what_another_command_fetched_is_taken_up(
    filled: DeskForTests, service: FakeService
) -> None:
    with run_workbench(filled) as (_, host, token):
        assert wait_opened(host, token)["fetching"] is None
        first = ask(host, token, "/api/reports")["rows"][0]
        tag = {"op": "tag", "report": first["id"], "tag": "seen"}
        assert ask(host, token, "/api/operations", tag)["accepted"]
        service.store(
            filled.seal(say("the second")),
            filled.seal(say("the first, and more", status="ongoing"), b"12345678"),
        )
        filled.done("sync")
        state = wait_until(host, token, lambda state: state["news"]["times"] == 1)
        assert state["news"] == {"times": 1, "reports": 1, "changed": 1, "records": 1}
        assert state["reports"] == 2
        assert state["fetching"] is None, "nobody asked for it here"
        assert [one["count"] for one in state["unopened"]] == [1]
        assert list_texts(host, token) == ["the second", "the first, and more"]
        assert list_texts(host, token, "?text=SECOND") == ["the second"]
        assert list_texts(host, token, "?tag=seen") == ["the first, and more"]
        row = ask(host, token, f"/api/reports?row_of={first['id']}")["row"]
        assert row == 1
        wait_until(host, token, lambda state: state["incidents"] is not None)
        rows = ask(host, token, "/api/incidents")["rows"]
        assert sum(one["reports"] for one in rows) >= 1


def test_what_is_said_in_another_terminal_is_shown(filled: DeskForTests) -> None:
    with run_workbench(filled) as (_, host, token):
        wait_opened(host, token)
        first = ask(host, token, "/api/reports")["rows"][0]
        deed = {"op": "tag", "report": first["id"], "tag": "here"}
        assert ask(host, token, "/api/operations", deed)["accepted"]
        filled.done("tag", first["id"], "elsewhere")
        state = wait_until(host, token, lambda state: state["news"]["times"] == 1)
        assert state["news"] == {"times": 1, "reports": 0, "changed": 0, "records": 1}
        assert list_texts(host, token, "?tag=elsewhere") == ["the first"]
        filled.done("undo")
        state = wait_until(host, token, lambda state: state["news"]["times"] == 2)
        assert state["news"]["records"] == 2
        assert list_texts(host, token, "?tag=elsewhere") == []
        assert list_texts(host, token, "?tag=here") == ["the first"]
        filled.done("history")  # reading is no change
        assert ask(host, token, "/api/operations", {**deed, "tag": "again"})["accepted"]
        assert list_texts(host, token, "?tag=again") == ["the first"]


def test_the_button_does_what_the_command_does(filled: DeskForTests, service: FakeService) -> None:
    with run_workbench(filled) as (_, host, token):
        wait_opened(host, token)
        asked = list(service.requests)
        cosigned = len(service.cosignatures)
        service.store(filled.seal(say("the second")))
        first = ask(host, token, "/api/reports")["rows"][0]
        note = {"op": "comment", "target": first["id"], "text": "a note"}
        assert ask(host, token, "/api/operations", note)["accepted"]
        assert service.requests == asked, "nothing is asked before the button is used"
        done = get_new(host, token)
        assert (done["code"], done["came"]) == (None, 2)  # the note's envelope came back as well
        said = [one["text"] for one in done["lines"]]
        assert not any(one["warns"] for one in done["lines"])
        assert said[0] == "2 new envelopes; 4 held. Keyring 2."
        assert said[1] == "1 record of yours was sent."
        assert "The log is whole up to 4 leaves." in said[2]
        assert len(service.cosignatures) == cosigned + 1
        assert list_texts(host, token) == ["the second", "the first"]
        again = get_new(host, token)
        assert again["lines"][0]["text"].startswith("0 new envelopes")
        state = ask(host, token, "/api/state")
        assert state["news"] == {"times": 1, "reports": 1, "changed": 0, "records": 1}
        asked = list(service.requests)
        with hold(filled.home):  # it was let go, and now another program has it
            done = get_new(host, token)
        assert done["code"] == "home-busy"
        assert "Another keyholder command" in done["lines"][0]["text"]
        assert service.requests == asked
    assert json.loads(filled.done("sync", "--json").out)["new"] == 0


def test_it_starts_without_a_network(filled: DeskForTests) -> None:
    with run_workbench(filled, "--service", "http://127.0.0.1:1") as (_, host, token):
        assert wait_opened(host, token)["reports"] == 1, "it starts without any network"


def test_html_in_the_place_of_a_service(filled: DeskForTests, service: FakeService) -> None:
    with run_workbench(filled) as (_, host, token):
        wait_opened(host, token)
        service.files = {"timestamp.json": b"<!doctype html><script>alert('canary1f')</script>"}
        done = get_new(host, token)
        assert done["code"] == "service-answer"
        assert "canary1f" not in json.dumps(done)


def run_here(desk: DeskForTests, service: FakeService) -> tuple[list[Line], str | None]:
    """What the other process does, in this one: its warnings first."""
    order = Order(desk.home, unlock(desk.home, PASSPHRASE), service.address, {}, desk.now)
    warned: list[Line] = []
    lines, code = run_order(
        order, lambda _: None, lambda text: warned.append(Line(text, warns=True)), lambda _: None
    )
    return [*warned, *lines], code


def test_a_keyring_that_was_rolled_back(coalition: DeskForTests, service: FakeService) -> None:
    former = dict(service.files)
    coalition.done("coalition", "change", "--sms-number", "+15550100")
    coalition.done("coalition", "publish")
    coalition.done("sync")
    held = read_held(coalition.home).keyring.version
    service.files = former
    service.store(coalition.seal(say("the second")))
    lines, code = run_here(coalition, service)
    assert code == "keyring-rollback"
    assert lines[0].warns
    assert f"Version {held} stays in use." in lines[0].text
    assert lines[1].text.startswith("1 new envelope"), "what came is kept all the same"
    assert read_held(coalition.home).keyring.version == held


def test_a_log_that_was_forked(filled: DeskForTests, service: FakeService) -> None:
    cosigned = len(service.cosignatures)
    leaves = [item[1] for item in service.items]
    service.note = service.sign([leaves[1], leaves[0]])
    lines, code = run_here(filled, service)
    assert code == "log-mismatch"
    assert any("log-forked" in one.text for one in lines if one.warns)
    assert len(service.cosignatures) == cosigned, "a fork is never cosigned"


def test_a_service_that_says_no(filled: DeskForTests, service: FakeService) -> None:
    service.status = 503
    with pytest.raises(ServiceError, match="busy"):
        run_here(filled, service)
    with pytest.raises(HomeError), hold(filled.home):
        run_here(filled, service)


def test_the_vault_was_locked_anew_meanwhile(filled: DeskForTests, service: FakeService) -> None:
    with run_workbench(filled) as (_, host, token):
        wait_opened(host, token)
        asked = list(service.requests)
        words = filled.folder.parent / "words.new"
        words.write_text("another passphrase", encoding="utf-8")
        filled.done("passphrase", "--new-file", words)
        done = get_new(host, token)
        assert done["code"] == "vault-renewed"
        assert "start it again" in done["lines"][0]["text"]
        assert service.requests == asked


def test_what_had_no_key_is_opened_once_there_is_one(filled: DeskForTests) -> None:
    identity = unlock(filled.home, PASSPHRASE)
    seeds = read_seeds(filled.home, identity)
    write_seeds(filled.home, identity, ())
    with run_workbench(filled) as (_, host, token):
        state = wait_opened(host, token)
        assert [one["outcome"] for one in state["unopened"]] == ["no-key"]
        write_seeds(filled.home, identity, seeds)
        state = wait_until(host, token, lambda state: state["news"]["times"] == 1)
        assert [one["outcome"] for one in state["unopened"]] == ["damaged"]
        assert list_texts(host, token) == ["the first"]


def test_what_the_service_had_kept_back(filled: DeskForTests, service: FakeService) -> None:
    service.store(filled.seal(say("the second")))
    body, service.items[2][2] = service.items[2][2], None
    assert filled.run("sync").status == 1
    with run_workbench(filled) as (_, host, token):
        state = wait_opened(host, token)
        assert {"outcome": "removed", "detail": "", "count": 1} in state["unopened"]
        assert get_new(host, token)["code"] == "log-mismatch"
        service.items[2][2] = body
        done = get_new(host, token)
        assert "1 that the service had not given before came now." in [
            one["text"] for one in done["lines"]
        ]
        assert list_texts(host, token) == ["the second", "the first"]
        state = ask(host, token, "/api/state")
        assert [one["outcome"] for one in state["unopened"]] == ["damaged"]


def test_what_is_purged_meanwhile_is_not_shown_any_more(
    coalition: DeskForTests, service: FakeService
) -> None:
    photo = seal_blob(make_png(4, 4))
    evidence = {"blobs": [photo.named]}
    service.store(coalition.seal(say("with a photo", evidence=evidence), b"12345678"))
    coalition.done("sync")
    coalition.home.blobs.mkdir(exist_ok=True)
    (coalition.home.blobs / photo.id.hex()).write_bytes(photo.data)
    with run_workbench(coalition) as (_, host, token):
        wait_opened(host, token)

        def state() -> str:
            (one,) = ask(host, token, f"/api/reports/{b'12345678'.hex()}")["attachments"]
            return str(one["state"])

        assert state() == "held"
        coalition.done("purge", "--blob", photo.id.hex(), "--yes", "--publish")
        assert get_new(host, token)["code"] is None
        assert state() == "attachment-purged"


def test_without_the_token_nobody_makes_it_fetch(
    filled: DeskForTests, service: FakeService
) -> None:
    with run_workbench(filled) as (_, host, token):
        wait_opened(host, token)
        asked = list(service.requests)
        for headers in (
            {},
            {"Authorization": f"Bearer {'x' * 43}"},
            {"Authorization": f"Bearer {token}", "Origin": "http://example.org"},
        ):
            connection = http.client.HTTPConnection(host, timeout=60)
            connection.request("POST", "/api/sync", b"{}", headers)
            answer = connection.getresponse()
            assert answer.status == 403
            assert json.loads(answer.read())["code"] == "refused"
            connection.close()
        assert ask(host, token, "/api/state")["fetching"] is None
        assert ask(host, token, "/api/sync")["code"] == "method"
        assert service.requests == asked


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a service that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("way", ["lock", "SIGINT", "SIGTERM"])
def test_it_ends_in_the_midst_of_a_fetch(filled: DeskForTests, silent: str, way: str) -> None:
    with run_workbench(filled, "--service", silent) as (process, host, token):
        wait_opened(host, token)
        assert ask(host, token, "/api/sync", {})["accepted"]
        assert ask(host, token, "/api/sync", {})["code"] == "fetching"
        assert list_texts(host, token) == ["the first"], "questions are answered meanwhile"
        if way == "lock":
            assert ask(host, token, "/api/lock", {}) == {"locked": True}
        else:
            process.send_signal(signal.Signals[way])
        _out, err = process.communicate(timeout=20)  # a service is given half a minute to answer
    assert (process.returncode, err) == (143 if way == "SIGTERM" else 0, "")
    with hold(filled.home):
        pass  # nothing of it runs on


def test_fetching_is_no_use_and_ends_with_the_sitting(filled: DeskForTests, silent: str) -> None:
    now = [0.0]
    sitting = Sitting(HOLDER, 60, lambda: now[0], keep)
    identity = unlock(filled.home, PASSPHRASE)
    order = Order(filled.home, identity, silent, {}, filled.now)

    def stop() -> bool:
        now[0] += 20  # seconds: nobody is there, and the service keeps it waiting
        return sitting.count_idle() <= 0

    assert fetch(order, stop, lambda _: None) is None
    with hold(filled.home):
        pass
