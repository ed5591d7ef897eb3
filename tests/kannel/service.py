"""The service with its mounted gateway behind Kannel: killed, and started again on its port."""

import json
import os
import secrets
import signal
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.faults.machine import end_with_parent
from tests.road.running import BIN, Running, free_port, start, wait_listening

COUNTRY = "MM"


@dataclass
class Service:
    """A development coalition's, whose only provider is Kannel, and what opens its reports.

    links: what else `heliograph serve` is told, by setting.
    """

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.data = self.folder / "var"
        start(self.data, self.port).stop()  # makes the coalition, and has its keyring in use
        self.running = self.run()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self) -> Running:
        provider = {"name": "kannel", "path_secret": self.secret, "country": COUNTRY}
        kept = {name: value for name, value in os.environ.items() if "HELIOGRAPH" not in name}
        environ = kept | {
            "HELIOGRAPH_DATA_DIR": str(self.data),
            "HELIOGRAPH_PORT": str(self.port),
            "HELIOGRAPH_PUBLIC_URLS": json.dumps([self.url]),
            "HELIOGRAPH_ROOT_FILE": str(self.data / "dev" / "keyholder" / "root.json"),
            "HELIOGRAPH_DEVELOPMENT": "true",
            "HELIOGRAPH_SEQUENCE_INTERVAL_SECONDS": "1",
            "HELIOGRAPH_PROVIDERS": json.dumps([provider]),
            **self.settings,
        }
        output = self.folder / "serve.out"
        with output.open("wb") as file:
            process = subprocess.Popen(
                [str(BIN / "heliograph"), "serve"],
                cwd=ROOT,
                env=environ,
                stdout=file,
                stderr=subprocess.STDOUT,
                preexec_fn=end_with_parent,
            )
        self.running = Running(self.url, self.data, output, process)
        wait_listening(self.running, "Listening on")
        return self.running

    def kill(self) -> None:
        """At once, with whatever is in its hands."""
        self.running.process.send_signal(signal.SIGKILL)
        self.running.process.wait()

    def count(self) -> int:
        """Texts that were taken: each has a message key."""
        store = sqlite3.connect(f"file:{self.data / 'store.db'}?mode=ro", uri=True)
        with closing(store):
            return int(store.execute("SELECT count(*) FROM message_key").fetchone()[0])

    def open(self) -> list[dict[str, Any]]:
        """Every report that the store has."""
        self.running.settle()
        document = json.loads(self.running.run("keyholder", "list", "--json").stdout)
        reports: list[dict[str, Any]] = document["reports"]
        return reports
