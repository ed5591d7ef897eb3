"""Starts processes for a test and ends them all, whatever becomes of the test.

`warden.py SECONDS` reads a line of JSON for each process to start (`argv`, `env`, `cwd`, `output`)
and answers its id. Orphans become its own children, so it knows all that came of what it started.
When its input ends, because the test closed it or died, or when its time is over, it kills them.
"""

import contextlib
import ctypes
import json
import os
import select
import subprocess
import sys
import time

import psutil

PR_SET_CHILD_SUBREAPER = 36
LOOK_SECONDS = 0.2


def start(order: dict[str, str], kept: "list[subprocess.Popen[bytes]]") -> int:
    with open(order["output"], "ab") as output:  # noqa: PTH123 -- nothing but bytes for a process
        process = subprocess.Popen(
            order["argv"],
            env=order["env"],
            cwd=order["cwd"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    kept.append(process)  # an object that is dropped would wait for the process
    return process.pid


def reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def end_all() -> None:
    """Kill children and their children until there are none."""
    while children := psutil.Process().children(recursive=True):
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        reap()
        time.sleep(0.01)


def main(seconds: float) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    end = time.monotonic() + seconds
    kept: list[subprocess.Popen[bytes]] = []
    waiting = b""
    try:
        while time.monotonic() < end:
            if select.select([0], [], [], LOOK_SECONDS)[0]:
                if not (data := os.read(0, 65536)):
                    return
                *lines, waiting = (waiting + data).split(b"\n")
                for line in lines:
                    print(start(json.loads(line), kept), flush=True)
            reap()
    finally:
        end_all()


if __name__ == "__main__":
    main(float(sys.argv[1]))
