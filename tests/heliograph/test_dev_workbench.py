"""The workbench beside a development service: its address, and that it ends with the service."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heliograph.dev import workbench
from heliograph.dev.workbench import running_workbench

ADDRESS = "http://127.0.0.1:1/#some-token_0"
STAND_IN = f"""
import os, pathlib, signal
pathlib.Path(os.environ["KEYHOLDER_HOME"], "pid").write_text(str(os.getpid()))
print("Something else", flush=True)
print("Workbench: {ADDRESS}", flush=True)
signal.pause()
"""
SERVICE = f"""
import os, pathlib, signal, sys
from heliograph.dev import workbench
workbench.COMMAND = {STAND_IN!r}
home = pathlib.Path(sys.argv[1])
with workbench.running_workbench(home, home / "passphrase", "http://127.0.0.1:2") as wait:
    print(wait(), flush=True)
    signal.pause()
"""


def test_one_that_cannot_start_is_no_reason_to_stop(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with running_workbench(tmp_path / "none", tmp_path / "words", "http://127.0.0.1:2") as wait:
        assert wait() is None
    assert "There is no keyholder's home here" in capfd.readouterr().err


def test_it_is_asked_to_end_with_the_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbench, "COMMAND", STAND_IN)
    before = signal.getsignal(signal.SIGTERM)
    with running_workbench(tmp_path, tmp_path / "passphrase", "http://127.0.0.1:2") as wait:
        assert wait() == ADDRESS
        process = int((tmp_path / "pid").read_text())
        os.kill(process, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_it_does_not_outlive_the_service(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    if number == signal.SIGKILL and sys.platform != "linux":
        pytest.skip("only Linux tells a process that its parent was killed")
    service = subprocess.Popen(
        [sys.executable, "-c", SERVICE, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert service.stdout is not None
    assert service.stdout.readline().strip() == ADDRESS
    process = int((tmp_path / "pid").read_text())
    service.send_signal(number)
    assert service.wait(timeout=30) == status
    service.stdout.close()
    for _ in range(300):
        if not _lives(process):
            return
        time.sleep(0.1)
    os.kill(process, signal.SIGKILL)
    raise AssertionError("it runs on")


def _lives(process: int) -> bool:
    """Whether it runs; one that nobody has buried yet does not."""
    try:
        return " Z " not in Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
