"""Debian's Kannel as our sample configuration has it, on loopback and in a folder of its own."""

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import ROOT
from tests.road.running import free_port
from tests.smsc import Smsc

SAMPLE = ROOT / "docs" / "samples" / "kannel.conf"
MISSING = "Kannel is not here: apt-get install kannel"
BOXES = {name: shutil.which(name, path="/usr/sbin:/usr/bin") for name in ("bearerbox", "smsbox")}
HERE = all(BOXES.values())


@dataclass
class Kannel:
    """folder: all that Kannel could write to, and what both programs said."""

    folder: Path
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def read_all(self) -> bytes:
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return b"\n".join(str(path).encode() + path.read_bytes() for path in files)


def write_configuration(folder: Path, smsc_port: int, gateway: str, path_secret: str) -> Path:
    """Our sample, with each of its placeholders replaced."""
    values = {
        "admin-port": str(free_port()),
        "admin-password": "not-used",
        "smsbox-port": str(free_port()),
        "sendsms-port": str(free_port()),
        "spool-folder": str(folder / "spool"),
        "smsc-host": "127.0.0.1",
        "smsc-port": str(smsc_port),
        "system-id": "esme",
        "password": "pw",
        "gateway": gateway,
        "path-secret": path_secret,
    }
    text = re.sub(
        r"\{([a-z-]+)\}",
        lambda found: values[found[1]] if found[1] != "placeholder" else found[0],
        SAMPLE.read_text("utf-8"),
    )
    path = folder / "kannel.conf"
    path.write_text(text, "utf-8")
    return path


@contextmanager
def running_kannel(folder: Path, smsc: Smsc, *, gateway: str, path_secret: str) -> Iterator[Kannel]:
    """Both boxes for the time of the block, bound to the SMSC."""
    folder.mkdir()
    kannel = Kannel(folder)
    (folder / "spool").mkdir()
    configuration = write_configuration(folder, smsc.port, gateway, path_secret)
    try:
        for name in BOXES:
            with (folder / f"{name}.out").open("wb") as output:
                kannel.processes[name] = subprocess.Popen(
                    # As the sample's head says.
                    [str(BOXES[name]), "-v", "3", str(configuration)],
                    cwd=folder,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
            if name == "bearerbox":
                smsc.wait(lambda: bool(smsc.binds), 30)
        yield kannel
    finally:
        for process in reversed(kannel.processes.values()):
            process.send_signal(signal.SIGTERM)
        for process in reversed(kannel.processes.values()):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(what: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
