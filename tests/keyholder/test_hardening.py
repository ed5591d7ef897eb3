"""The command and its workers leave no core, no readable files, and cannot be traced."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LOADING

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's process flags")

_TELL = """
import ctypes, os, resource, sys
def tell(*_):
    mask = os.umask(0o077)
    dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)  # PR_GET_DUMPABLE
    return [oct(mask), *resource.getrlimit(resource.RLIMIT_CORE), dumpable]
"""

_COMMAND = (
    _TELL
    + """
from keyholder import command
def run(*_):
    print(tell())
    return 0
command.run = run
command.main()
"""
)

_WORKERS = (
    _TELL
    + """
from keyholder import cores
def work(_):
    return tell(), None  # and nothing is left to do
if __name__ == "__main__":
    cores._open_chunk = work  # what a worker is asked to do
    cores._unpack = lambda told: told  # and what its answer is taken for
    for told in cores.open_chunks([[], []], (), cores.ALONE + 1, 2):
        print(told)
"""
)


SHELL = ["/bin/sh", "-c", 'umask 022; ulimit -Sc unlimited 2>/dev/null; exec "$@"', "sh"]


def run(script: Path, text: str) -> list[str]:
    script.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [*SHELL, sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=True,
        env=LOADING,
    )
    return done.stdout.splitlines()


def test_the_command_is_hardened_before_it_does_anything(tmp_path: Path) -> None:
    assert run(tmp_path / "probe.py", _COMMAND) == ["['0o77', 0, 0, 0]"]


def test_workers_are_hardened_too(tmp_path: Path) -> None:
    assert run(tmp_path / "probe.py", _WORKERS) == ["['0o77', 0, 0, 0]"] * 2
