"""Ctrl-C while the command is still being loaded."""

import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT

# The command's module waits where it would take a second to import.
_LOADING = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
class Waiting:
    def find_spec(self, name, path=None, target=None):
        if name == "keyholder.command":
            print("loading", flush=True)
            sys.stdin.read()
sys.meta_path.insert(0, Waiting())
from keyholder.entry import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_it_ends_without_a_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _LOADING],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"loading\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (-signal.SIGINT, b"")


def test_it_runs_the_command() -> None:
    words = [sys.executable, "-c", "from keyholder.entry import main; main()", "--help"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Usage: keyholder" in done.stdout
