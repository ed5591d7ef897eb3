"""`keyholder workbench` as a process: what it prints, what it leaves on the disk, how it ends."""

import signal
from pathlib import Path

import pytest

from tests.keyholder.conftest import DeskForTests, coalition, desk, founded, port, service
from tests.keyholder.fake_service import FakeService
from tests.workbench.processes import ask, run_workbench, wait_opened

__all__ = ["coalition", "desk", "founded", "port", "service"]  # fixtures

CANARY = "canary5e0d"


@pytest.fixture
def filled(coalition: DeskForTests, service: FakeService) -> DeskForTests:
    """A home with a report that came twice, and what is damaged."""
    report = {"chan": "app", "cc": "MM", "text": f"{CANARY} since morning"}
    again = {"chan": "sms", "cc": "MM", "raw": f"{CANARY} since morning", "auth": "checked"}
    bodies = [coalition.seal(report, b"12345678"), coalition.seal(again, b"12345678")]
    broken = bytearray(coalition.seal(report))
    broken[-1] ^= 1
    service.store(*bodies, bytes(broken))
    coalition.done("sync")
    return coalition


def test_a_session_leaves_nothing_readable_behind(filled: DeskForTests) -> None:
    with run_workbench(filled, "--open") as (process, host, token):
        state = wait_opened(host, token)
        assert (state["reports"], state["unopened"]) == (
            1,
            [{"outcome": "damaged", "detail": "box-not-opened", "count": 1}],
        )
        (row,) = ask(host, token, f"/api/reports?text={CANARY.upper()}")["rows"]
        sheet = ask(host, token, f"/api/reports/{row['id']}")
        assert [copy["channel"] for copy in sheet["copies"]] == ["app", "sms"]
        note = {"op": "comment", "target": row["id"], "text": f"{CANARY} is a note"}
        assert ask(host, token, "/api/operations", note)["accepted"] is True
        door = filled.folder / "workbench.html"
        assert token in door.read_text(encoding="ascii")
        assert door.stat().st_mode & 0o777 == 0o600
        arguments = Path(f"/proc/{process.pid}/cmdline")
        assert not arguments.exists() or token.encode() not in arguments.read_bytes()
        assert ask(host, token, "/api/lock", {}) == {"locked": True}
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "Locked" in out
    assert not door.exists()
    for path in filled.folder.parent.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            for text in (CANARY, CANARY.encode().hex(), token):
                assert text.encode() not in held, path
                assert text.encode("utf-16-le") not in held, path
    told = filled.done("show", row["id"], "--json").out
    assert f"{CANARY} is a note" in told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_by_a_signal(filled: DeskForTests, number: signal.Signals) -> None:
    with run_workbench(filled) as (process, host, token):
        wait_opened(host, token)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == (0 if number == signal.SIGINT else 128 + number)
    assert err == ""
    assert ("Locked" in out) == (number == signal.SIGINT)


def test_a_wrong_passphrase_serves_nothing(filled: DeskForTests) -> None:
    filled.by_file = False
    filled.answers = ["not the passphrase"]
    result = filled.run("workbench")
    assert (result.status, result.out) == (1, "")
