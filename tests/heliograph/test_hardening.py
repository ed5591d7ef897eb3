"""A hardened process leaves no core, no readable files, and cannot be traced by its equals."""

import subprocess
import sys
from pathlib import Path

PROBE = """
import os, pathlib, resource, sys
from heliograph.hardening import harden_process
harden_process()
pathlib.Path(sys.argv[1]).write_text("x")
import ctypes
print(resource.getrlimit(resource.RLIMIT_CORE)[0], ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


def test_no_core_no_trace_no_readable_files(tmp_path: Path) -> None:
    made = tmp_path / "made"
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(made)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["0", "0"]
    assert made.stat().st_mode & 0o077 == 0
