"""Our commands without their second or two of importing: forked from a process that has all loaded.

A hundred kills are a hundred starts, and the road's tests type a hundred lines. What runs is the
command as it is, in a process of its own; it belongs to us like any child, so that it can be killed
and waited for. How a command starts in earnest is for tests/long/test_tour.py, the tests of the
entry points and of signals, which start theirs as a shell does.
"""

import atexit
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from tests.conftest import ROOT

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
PROGRAM = """
import gc, importlib, json, os, signal, socket, sys, time
interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the tests, and they us
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
os.write(1, b"ready\\n")
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
        os.close(tell)
        os.waitpid(between, 0)  # from here on the child is our parent's
        os.write(1, os.read(told, 64) or b"none\\n")
        for file in (told, *files):
            os.close(file)
        continue
    between = os.getpid()
    if child := os.fork():
        os.write(tell, b"%d\\n" % child)
        os._exit(0)
    os.close(told)
    os.close(tell)
    while os.getppid() == between:
        time.sleep(0.001)
    end_with_parent()
    if os.getppid() != order["parent"]:  # it ended before it could end us
        os._exit(1)
    signal.signal(signal.SIGINT, interrupted)
    orders.detach()
    opened = [os.open(os.devnull, os.O_RDONLY)]
    opened += [os.open(file, os.O_WRONLY | os.O_APPEND) for file in order["outputs"]]
    for number, file in enumerate(opened):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(order["environ"])
    time.tzset()
    sys.argv = [*order["words"], *map(str, files)]
    if sys.argv[0] == "-c":
        exec(sys.argv.pop(1), {"__name__": "__main__"})
    else:
        mains[sys.argv[0]]()
    sys.exit(0)
"""
_ONE_ORDER = Lock()  # a test's threads may start commands too


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
    order = {
        "words": list(words),
        "environ": dict(environ),
        "outputs": [str(output), str(errors or output)],
        "parent": os.getpid(),
    }
    with _ONE_ORDER:
        nursery, orders = _open_nursery(os.getpid(), Path("/proc/self/ns/mnt").stat().st_ino)
        given = [listener.fileno()] if listener else []
        try:
            with _taking_children():
                socket.send_fds(orders, [json.dumps(order).encode()], given)
                return Child(int(_read_answer(nursery)))
        except BaseException:  # a test's timeout as well: the answer would be the next one's
            _open_nursery.cache_clear()
            _close(os.getpid(), nursery, orders)
            raise


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
            child.wait(30)
        told = [file.read_text(encoding="utf-8") for file in (output, errors)]
    return subprocess.CompletedProcess(list(words), status, *told)


@cache
def _open_nursery(_process: int, _mounts: int) -> "tuple[subprocess.Popen[bytes], socket.socket]":
    """One that has all loaded. It ends when its stdin does, which is with this process.

    Another process cannot have its children, and one from before an `unshare` would not see what
    a test mounts: so each process, and each namespace of mounts, has its own.
    """
    orders, heard = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # an order, a packet
    with heard:
        nursery = subprocess.Popen(
            [sys.executable, "-c", PROGRAM], cwd=ROOT, stdin=heard, stdout=subprocess.PIPE
        )
    atexit.register(_close, os.getpid(), nursery, orders)
    _read_answer(nursery)
    return nursery, orders


def _close(process: int, nursery: "subprocess.Popen[bytes]", orders: socket.socket) -> None:
    if os.getpid() == process:  # a fork of ours has none of its own
        with orders, nursery:
            nursery.kill()


def _read_answer(nursery: "subprocess.Popen[bytes]") -> bytes:
    assert nursery.stdout is not None
    answer = nursery.stdout.readline()
    assert answer not in (b"", b"none\n"), "the nursery starts nothing: see above what it said"
    return answer


@contextmanager
def _taking_children() -> Iterator[None]:
    """For this time children whose parent has ended become ours, not those of the machine's first
    process. No longer: nobody here would bury a killed browser's or server's."""
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
