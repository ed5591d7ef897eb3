"""Our commands without their second or two of importing: forked from a process that has all loaded.

A hundred kills are a hundred starts, and the road's tests type a hundred lines. What runs is the
command as it is, in a process of its own; it belongs to us like any child, so that it can be killed
and waited for. How a command starts in earnest is for tests/road/test_tour.py, the tests of the
entry points and of signals, which start theirs as a shell does.
"""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.conftest import ROOT
from tests.faults.machine import end_with_parent

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
PROGRAM = """
import gc, importlib, json, os, socket, sys, time
import httptools, uvloop, uvicorn.lifespan.on, uvicorn.loops.uvloop, app.postgres
import heliograph.data_lock, heliograph.gateway.process, heliograph.migrate, heliograph.serve
import heliograph.settings_loading  # loaded by each command when it runs, else
from heliograph.command import main as heliograph
from reports.lexicon import load_lexicon
from tests.faults.machine import end_with_parent
load_lexicon()
gc.freeze()
mains = {"heliograph": heliograph}
more = {  # when first needed: else a service whose memory is measured would have it too
    "keyholder": "keyholder.command", "report": "heliograph.report.command",
    "dev": "heliograph.dev.start",
}
orders = socket.socket(fileno=0)
while True:
    line, files, _flags, _address = socket.recv_fds(orders, 1 << 20, 1)
    if not line:
        break
    order = json.loads(line)
    for word in order["words"][:2]:
        if word in more:
            module = importlib.import_module(more[word])
            if word == "keyholder":
                mains[word] = module.main
    told, tell = os.pipe()
    if between := os.fork():
        os.waitpid(between, 0)  # from here on the child is our parent's
        os.write(1, os.read(told, 64))
        for file in (told, tell, *files):
            os.close(file)
        continue
    if child := os.fork():
        os.write(tell, b"%d\\n" % child)
        os._exit(0)
    while os.getppid() != order["parent"]:  # once the one between has ended
        time.sleep(0.001)
    end_with_parent()
    orders.detach()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, file in enumerate(order["outputs"], start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_APPEND), number)
    os.environ.clear()
    os.environ.update(order["environ"])
    sys.argv = [*order["words"], *map(str, files)]
    if sys.argv[0] == "-c":
        exec(sys.argv.pop(1), {"__name__": "__main__"})
    else:
        mains[sys.argv[0]]()
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


def start_loaded(
    words: Sequence[str],
    environ: Mapping[str, str],
    output: Path,
    errors: Path | None = None,
    listener: socket.socket | None = None,
) -> Child:
    """Runs `words`: a command of ours, or `-c` and a program as Python has them.

    What it says goes to `output`, which is there; what it says on stderr goes to `errors`, also
    there, or to `output` too. A `listener` goes along; its number there is the last of the words.
    """
    nursery, orders = _open_nursery()
    assert nursery.stdout is not None
    order = {
        "words": list(words),
        "environ": dict(environ),
        "outputs": [str(output), str(errors or output)],
        "parent": os.getpid(),
    }
    socket.send_fds(orders, [json.dumps(order).encode()], [listener.fileno()] if listener else [])
    return Child(int(nursery.stdout.readline()))


def run_loaded(
    words: Sequence[str], environ: Mapping[str, str], timeout: float
) -> "subprocess.CompletedProcess[str]":
    """As `subprocess.run` with its outputs captured; it is killed after `timeout` seconds."""
    with TemporaryDirectory() as folder:
        output, errors = Path(folder, "output"), Path(folder, "errors")
        for file in (output, errors):
            file.touch()
        child = start_loaded(words, environ, output, errors)
        try:
            status = child.wait(timeout)
        finally:
            child.kill()
        told = [file.read_text(encoding="utf-8") for file in (output, errors)]
    return subprocess.CompletedProcess(list(words), status, *told)


@cache
def _open_nursery() -> "tuple[subprocess.Popen[bytes], socket.socket]":
    # Children whose parent has ended become ours, not those of the machine's first process.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    orders, heard = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # an order, a packet
    with heard:
        nursery = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=heard,
            stdout=subprocess.PIPE,
            preexec_fn=end_with_parent,
        )
    return nursery, orders
