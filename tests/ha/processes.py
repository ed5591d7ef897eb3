"""Processes of a test: started under another user where they must be, and surely ended."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Self, TypeVar

import psutil

NOBODY = 65534
T = TypeVar("T")


def wait_for(find: Callable[[], T], seconds: float, what: str) -> T:
    """Ask until the answer is true; the answer. Fails when the time is over."""
    end = monotonic() + seconds
    while not (found := find()):
        assert monotonic() < end, f"{what}: not within {seconds} s"
        sleep(0.05)
    return found


def drop_rights() -> list[str]:
    """Words before a command that make it run as nobody, where we are root; else none.

    PostgreSQL refuses to run as root. A Python in a closed home folder is out of nobody's reach:
    there the process may read what it could not, and that alone.
    """
    if os.geteuid() != 0:
        return []
    words = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    start = (
        "import subprocess, sys; subprocess.run([sys.argv[1], '-c', 'import patroni'], check=True)"
    )
    tried = [*words, sys.executable, "-c", start, sys.executable]
    if subprocess.run(tried, capture_output=True, check=False).returncode != 0:
        words += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return words


class Warden:
    """A process that starts others and ends them when this one ends (warden.py)."""

    def __init__(self, seconds: float, words: Sequence[str] = ()) -> None:
        self._process = subprocess.Popen(
            [*words, sys.executable, str(Path(__file__).with_name("warden.py")), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd="/",
            start_new_session=True,  # what ends a whole group of processes does not end this one
        )

    def start(
        self, argv: Sequence[str], *, environ: Mapping[str, str], folder: Path, output: Path
    ) -> int:
        """Start a process in a folder; the process id."""
        order = {"argv": list(argv), "env": dict(environ), "cwd": str(folder)}
        line = json.dumps(order | {"output": str(output)}) + "\n"
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line.encode())
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer.strip().isdigit(), f"{argv[0]} was not started"
        return int(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate(timeout=60)
        assert self._process.returncode == 0


def find_family(pid: int) -> list[int]:
    """A process and all that come of it, itself first; none if it is gone."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return []
        return [pid, *(child.pid for child in process.children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """A signal to each of them that is still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def wait_gone(pids: Sequence[int]) -> None:
    wait_for(lambda: not any(map(find_family, pids)), 20, "the processes end")


def find_command(name: str, folders: str = "/usr/bin:/usr/local/bin") -> str | None:
    return shutil.which(name, path=f"{folders}:{os.environ.get('PATH', '')}")
