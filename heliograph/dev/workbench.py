"""The development coalition's workbench: `keyholder workbench` as a process beside the service.

It ends with the service, and takes nothing with it where it ends before.
"""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO

from heliograph.dev.coalition import COMMAND, make_environ

IDLE_MINUTES = 24 * 60  # as long as it takes
_START_SECONDS = 60.0  # it is told as not started after so long
_END_SECONDS = 10.0
_ADDRESS = re.compile(r"Workbench: (http://127\.0\.0\.1:\d+/#[\w-]+)\n")
# Linux ends it with us even where we are killed: PR_SET_PDEATHSIG, with SIGTERM.
_WITH_US = """
import ctypes, os, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 15, 0, 0, 0)
    if os.getppid() != {parent}:
        sys.exit()
"""


@contextmanager
def running_workbench(
    home: Path, passphrase: Path, service: str
) -> Iterator[Callable[[], str | None]]:
    """The workbench, for the time of the block. service: whom its button asks.

    Gives what waits for its address, token and all: None where it did not start, of which it has
    said why on standard error itself.
    """
    words = ["workbench", "--idle-minutes", str(IDLE_MINUTES)]
    process = subprocess.Popen(  # noqa: S603 - our own command with our own words
        [sys.executable, "-c", _WITH_US.format(parent=os.getpid()) + COMMAND, *words],
        env={**make_environ(home, passphrase), "KEYHOLDER_SERVICE": service},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process.stdout, found), daemon=True)
    reader.start()

    def wait() -> str | None:
        with suppress(queue.Empty):
            return found.get(timeout=_START_SECONDS)
        return None

    def end(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)  # else it would end us before the lines below
    try:
        yield wait
    finally:
        signal.signal(signal.SIGTERM, before)
        process.terminate()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(_END_SECONDS)


def _read(lines: IO[str] | None, found: "queue.Queue[str | None]") -> None:
    """Take all that it says, so that it never waits for us; the address is in one line of it."""
    if lines is not None:
        with lines:
            for line in lines:
                if match := _ADDRESS.fullmatch(line):
                    found.put(match[1])
    found.put(None)
