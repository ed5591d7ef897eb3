"""A replica of the real service, run as a supervisor runs it: ended, it is started again."""

import json
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.conftest import ROOT
from tests.ha.processes import Warden, find_family, send, wait_for, wait_gone
from tests.road.running import BIN

SEQUENCE_SECONDS = 1.0
START_SECONDS = 120


@dataclass
class Replica:
    """folder: its data folder, settings and output."""

    name: str
    url: str
    folder: Path
    warden: Warden
    pid: int = 0

    def configure(self, replicas: "Sequence[Replica]", database: str, root: bytes) -> None:
        """Write what the supervisor gives it: a data folder, the root file, the environment."""
        self.folder.mkdir(mode=0o700)
        (self.folder / "root.json").write_bytes(root)
        host, _colon, port = self.url.removeprefix("http://").partition(":")
        settings = {
            "HOST": host,
            "PORT": port,
            "PUBLIC_URLS": json.dumps([one.url for one in replicas]),
            "DATA_DIR": str(self.folder / "data"),
            "ROOT_FILE": str(self.folder / "root.json"),
            "DATABASE_URL": database,
            "LOG_KEY_FILE": str(self.folder.parent / "log.key"),
            "SEQUENCE_INTERVAL_SECONDS": str(SEQUENCE_SECONDS),
        }
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HELIOGRAPH_", "KEYHOLDER_", "PYTHONDONTWRITE"))
        }
        self.environ = kept | {f"HELIOGRAPH_{name}": value for name, value in settings.items()}

    def start(self) -> None:
        self.pid = self.warden.start(
            [str(BIN / "heliograph"), "serve"],
            environ=self.environ,
            folder=ROOT,
            output=self.folder / "output.log",
        )

    def is_ready(self) -> bool:
        """Whether it says that envelopes can be stored; started again if it has ended."""
        if not find_family(self.pid):
            self.start()
        try:
            return httpx2.get(f"{self.url}/readyz", timeout=5, trust_env=False).status_code == 200
        except httpx2.HTTPError:
            return False

    def wait_ready(self) -> None:
        wait_for(self.is_ready, START_SECONDS, f"{self.name} is ready")

    def kill(self) -> None:
        """kill -9, in mid-flight."""
        pids = find_family(self.pid)
        assert pids, f"{self.name} had ended by itself"
        send(pids, signal.SIGKILL)
        wait_gone(pids)
