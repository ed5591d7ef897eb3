"""`heliograph serve` without its second or two of importing: forked from one that has it loaded.

A hundred kills are a hundred starts. What runs is the command as it is, in a process of its own; it
belongs to us like any child, so that it can be killed and waited for.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

from tests.conftest import ROOT
from tests.faults.machine import end_with_parent

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
PROGRAM = """
import json, os, sys, time
import httptools, uvloop, uvicorn.lifespan.on, uvicorn.loops.uvloop, app.postgres
import heliograph.data_lock, heliograph.gateway.process, heliograph.migrate, heliograph.serve
import heliograph.settings_loading  # loaded by each command when it runs, else
from heliograph.command import main
from reports.lexicon import load_lexicon
from tests.faults.machine import end_with_parent
load_lexicon()
for line in sys.stdin:
    order = json.loads(line)
    told, tell = os.pipe()
    if between := os.fork():
        os.waitpid(between, 0)  # from here on the child is our parent's
        os.write(1, os.read(told, 64))
        os.close(told)
        os.close(tell)
        continue
    if child := os.fork():
        os.write(tell, b"%d\\n" % child)
        os._exit(0)
    while os.getppid() != order["parent"]:  # once the one between has ended
        time.sleep(0.001)
    end_with_parent()
    output = os.open(order["output"], os.O_WRONLY)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(order["environ"])
    sys.argv = ["heliograph", *order["words"]]
    main()
    sys.exit(0)
"""


class Child:
    """As much of a Popen as is used here."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float) -> int:
        end = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.005)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start_loaded(words: tuple[str, ...], environ: dict[str, str], output: Path) -> Child:
    """Runs `heliograph WORDS`; what it says goes to `output`, which is there."""
    nursery = _open_nursery()
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    order = {
        "words": words,
        "environ": environ,
        "output": str(output),
        "parent": os.getpid(),
    }
    nursery.stdin.write(json.dumps(order).encode() + b"\n")
    nursery.stdin.flush()
    return Child(int(nursery.stdout.readline()))


@cache
def _open_nursery() -> "subprocess.Popen[bytes]":
    # Children whose parent has ended become ours, not those of the machine's first process.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=end_with_parent,
    )
