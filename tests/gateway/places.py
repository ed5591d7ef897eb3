"""A gateway and the service behind it, each a process of its own, on folders and ports that stay
theirs over any number of kills.
"""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from reports.codec import decode
from tests.coalition import Coalition, make_coalition
from tests.conftest import ROOT
from tests.faults.machine import end_with_parent
from tests.faults.processes import Running, reserve_port
from tests.nursery import start_loaded

BIN = Path(sys.executable).absolute().parent
SECRET = "path-secret-for-tests-only"
HOOK = f"/hooks/africastalking-sms/{SECRET}"
PROVIDERS = json.dumps(
    [{"name": "africastalking-sms", "path_secret": SECRET, "country": "MM", "languages": ["en"]}]
)
WAIT_SECONDS = 180
"""For a machine that has much else to do. Nothing here is measured by it."""


@dataclass
class Post:
    """Both processes' places. `loaded`: start them without their seconds of importing."""

    folder: Path
    coalition: Coalition
    service_port: int
    gateway_port: int
    loaded: bool = False
    gateway_settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / "root.json").write_bytes(self.coalition.root)
        (self.folder / "keyring.bundle").write_bytes(self.coalition.bundle)

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self.gateway_port}"

    @property
    def service_url(self) -> str:
        return f"http://127.0.0.1:{self.service_port}"

    @property
    def outbox(self) -> Path:
        return self.folder / "gateway" / "outbox.db"

    def start_service(self, *, loaded: bool = False) -> Running:
        """It listens when this returns."""
        settings = {"HELIOGRAPH_SEQUENCE_INTERVAL_SECONDS": "0.5"}
        loaded = loaded or self.loaded
        return self._wait(self._start("serve", "service", self.service_port, settings, loaded))

    def start_gateway(self, *, wait: bool = True) -> Running:
        settings = {
            "HELIOGRAPH_SERVICES": json.dumps([self.service_url]),
            "HELIOGRAPH_KEYRING_FILE": str(self.folder / "keyring.bundle"),
            "HELIOGRAPH_FORWARD_SECONDS": "0.05",
            "HELIOGRAPH_PROVIDERS": PROVIDERS,
            **self.gateway_settings,
        }
        running = self._start("gateway", "gateway", self.gateway_port, settings, self.loaded)
        return self._wait(running) if wait else running

    def _start(
        self, word: str, name: str, port: int, settings: Mapping[str, str], loaded: bool
    ) -> Running:
        output = self.folder / f"{name}.out"
        output.write_bytes(b"")
        kept = {key: value for key, value in os.environ.items() if "HELIOGRAPH" not in key}
        environ = kept | {
            "HELIOGRAPH_DATA_DIR": str(self.folder / name),
            "HELIOGRAPH_PORT": str(port),
            "HELIOGRAPH_ROOT_FILE": str(self.folder / "root.json"),
            **settings,
        }
        environ = {key: value for key, value in environ.items() if value}
        if loaded:
            return Running(start_loaded(("heliograph", word), environ, output), output)
        with output.open("wb") as file:
            process = subprocess.Popen(
                [str(BIN / "heliograph"), word],
                cwd=ROOT,
                env=environ,
                stdout=file,
                stderr=subprocess.STDOUT,
                preexec_fn=end_with_parent,
            )
        return Running(process, output)

    def _wait(self, running: Running) -> Running:
        try:
            assert running.wait_ready(), running.read_output()
        except BaseException:  # a test's timeout as well
            running.kill()
            raise
        return running

    def count_waiting(self) -> int:
        """Rows of the outbox, read beside the gateway."""
        with sqlite3.connect(f"{self.outbox.as_uri()}?mode=ro", uri=True) as db:
            found = int(db.execute("SELECT count(*) FROM envelope").fetchone()[0])
        db.close()
        return found

    def wait_forwarded(self) -> None:
        """Until nothing waits any more."""
        end = time.monotonic() + WAIT_SECONDS
        while self.count_waiting():
            assert time.monotonic() < end, "the outbox does not empty"
            time.sleep(0.05)

    def read_reports(self) -> list[dict[str, Any]]:
        """Every envelope in the service's store, opened."""
        path = self.folder / "service" / "store.db"
        with sqlite3.connect(path) as db:
            rows = db.execute("SELECT body FROM pending UNION ALL SELECT body FROM body").fetchall()
        db.close()
        opener = self.coalition.opener
        reports = []
        for (body,) in rows:
            opened = opener.open(body)
            start = self.coalition.reporter["epochs"][opened.epoch - 1]["seal_from"]
            reports.append(decode(opened.content, start))
        return reports


@contextmanager
def make_post(folder: Path, *, loaded: bool = False, **settings: str) -> Iterator[Post]:
    """Places with a coalition of today's. `settings`: the gateway's, by their names."""
    coalition = make_coalition(development=False, now=int(time.time()))
    named = {f"HELIOGRAPH_{name.upper()}": value for name, value in settings.items()}
    with reserve_port() as service_port, reserve_port() as gateway_port:
        yield Post(folder / "post", coalition, service_port, gateway_port, loaded, named)


def send_text(client: httpx2.Client, url: str, number: int, text: str) -> httpx2.Response:
    """A text as Africa's Talking hands it over; the same number is the same message."""
    fields = {
        "id": f"message-{number}",
        "from": f"+999{number:08}",
        "to": "+15550100001",
        "text": text,
    }
    return client.post(url + HOOK, data=fields)
