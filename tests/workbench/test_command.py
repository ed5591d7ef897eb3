"""`keyholder workbench` as a process: what it prints, what it leaves on the disk, how it ends."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

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

__all__ = ["coalition", "desk", "founded", "port", "service"]  # fixtures

CANARY = "canary5e0d"
# Whoever runs the tests may ignore Ctrl-C, as a shell has what it runs in the background do.
_COMMAND = """
import signal
import keyholder.command as command
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    command.time.time = lambda: {now}
    command.main()
"""


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


@contextmanager
def _run(desk: DeskForTests, *options: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The process, its address and the token; killed at the end if it is still there."""
    words = desk.folder.parent / "words"
    words.write_text(PASSPHRASE + "\n", encoding="utf-8")
    given = ["--home", str(desk.folder), "--passphrase-file", str(words), "workbench", *options]
    temporary = desk.folder.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND.format(now=desk.now), *given],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TMPDIR": str(temporary), "BROWSER": "true"},
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        found = re.fullmatch(r"Workbench: http://(127\.0\.0\.1:\d+)/#([\w-]{43})\n", line)
        assert found is not None, process.communicate()[1]
        yield process, found[1], found[2]
    finally:
        process.kill()
        process.communicate()


def _ask(host: str, token: str, path: str, body: Any = None) -> Any:
    connection = http.client.HTTPConnection(host, timeout=60)
    told = None if body is None else json.dumps(body)
    headers = {"Authorization": f"Bearer {token}"}
    connection.request("GET" if body is None else "POST", path, told, headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def _wait(host: str, token: str) -> Any:
    """The state once all is opened. A request at a time: nothing sleeps."""
    while True:
        state = _ask(host, token, "/api/state")
        if state["opening"] is None:
            return state


def test_a_session_leaves_nothing_readable_behind(filled: DeskForTests) -> None:
    with _run(filled, "--open") as (process, host, token):
        state = _wait(host, token)
        assert (state["reports"], state["unopened"]) == (
            1,
            [{"outcome": "damaged", "detail": "box-not-opened", "count": 1}],
        )
        (row,) = _ask(host, token, f"/api/reports?text={CANARY.upper()}")["rows"]
        sheet = _ask(host, token, f"/api/reports/{row['id']}")
        assert [copy["channel"] for copy in sheet["copies"]] == ["app", "sms"]
        note = {"op": "comment", "target": row["id"], "text": f"{CANARY} is a note"}
        assert _ask(host, token, "/api/operations", note)["accepted"] is True
        door = filled.folder / "workbench.html"
        assert token in door.read_text(encoding="ascii")
        assert door.stat().st_mode & 0o777 == 0o600
        arguments = Path(f"/proc/{process.pid}/cmdline")
        assert not arguments.exists() or token.encode() not in arguments.read_bytes()
        assert _ask(host, token, "/api/lock", {}) == {"locked": True}
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
    with _run(filled) as (process, host, token):
        _wait(host, token)
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
