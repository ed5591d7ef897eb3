"""`keyholder workbench` as a process of its own, and what its page would ask."""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.keyholder.conftest import PASSPHRASE, DeskForTests

# Whoever runs the tests may ignore Ctrl-C, as a shell has what it runs in the background do.
_COMMAND = """
import signal
import keyholder.command as command
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    command.time.time = lambda: {now}
    command.main()
"""


@contextmanager
def run_workbench(
    desk: DeskForTests, *options: str
) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
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


def ask(host: str, token: str, path: str, body: Any = None) -> Any:
    connection = http.client.HTTPConnection(host, timeout=60)
    told = None if body is None else json.dumps(body)
    headers = {"Authorization": f"Bearer {token}"}
    connection.request("GET" if body is None else "POST", path, told, headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def wait_opened(host: str, token: str) -> Any:
    """The state once all is opened. A request at a time: nothing sleeps."""
    return wait_until(host, token, lambda state: state["opening"] is None)


def wait_until(host: str, token: str, wanted: Callable[[Any], bool]) -> Any:
    """The state as soon as it is so."""
    while not wanted(state := ask(host, token, "/api/state")):
        time.sleep(0.05)  # else asking would take the time that it waits for
    return state


def get_new(host: str, token: str) -> Any:
    """What the page's button came to."""
    assert ask(host, token, "/api/sync", {}) == {"accepted": True}
    done = wait_until(host, token, lambda state: not state["fetching"]["running"])
    return done["fetching"]
