"""The real service as a process: `heliograph serve` on a folder and a port of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.limits import Limits
from crypto.checkpoints import make_log_signer
from crypto.notes import NoteKey
from tests.conftest import ROOT
from tests.faults.machine import end_with_parent
from tests.nursery import Child, start_loaded

BIN = Path(sys.executable).absolute().parent
SERVE = (str(BIN / "heliograph"), "serve")
START_SECONDS = 180
LISTENS = "Listening on"
SETTLED = "code=keyring-missing"
"""What it says at the end of its first round: none of these services has a keyring."""


def serve_weakly(synchronous: str, read_back: int) -> tuple[str, ...]:
    """`heliograph serve` with another `synchronous` than it would ever take: to be caught."""
    program = (
        "import app.sqlite as sqlite\n"
        "sqlite.PRAGMAS = tuple(\n"
        f"    ('synchronous', {synchronous!r}, {read_back}) if one[0] == 'synchronous' else one\n"
        "    for one in sqlite.PRAGMAS)\n"
        "from heliograph.command import main\n"
        "main()\n"
    )
    return (sys.executable, "-c", program, "serve")


@contextmanager
def reserve_port() -> Iterator[int]:
    """A loopback port that stays ours between two services: bound here, and never listened on."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])


@dataclass
class Place:
    """Where one service runs, again and again."""

    data: Path
    port: int
    url: str = ""
    """The database; SQLite in the data folder when empty."""
    key_file: Path | None = None
    """The log's key; `log.key` in the data folder when None."""
    interval: float = 0.05
    """Seconds between two rounds of sequencing."""
    limits: Mapping[str, float] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def store_url(self) -> str:
        return self.url or f"sqlite:///{self.data / 'store.db'}"

    @property
    def log_seed(self) -> bytes:
        return (self.key_file or self.data / "log.key").read_bytes()

    @property
    def log_key(self) -> NoteKey:
        return make_log_signer(self.log_seed).key

    def make_limits(self) -> Limits:
        return Limits(**self.limits)  # type: ignore[arg-type]

    def make_environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if "HELIOGRAPH" not in name}
        given = {
            "HELIOGRAPH_DATA_DIR": str(self.data),
            "HELIOGRAPH_PORT": str(self.port),
            "HELIOGRAPH_SEQUENCE_INTERVAL_SECONDS": str(self.interval),
            "HELIOGRAPH_LIMITS": json.dumps(dict(self.limits)),
        }
        if self.url:
            given["HELIOGRAPH_DATABASE_URL"] = self.url
        if self.key_file:
            given["HELIOGRAPH_LOG_KEY_FILE"] = str(self.key_file)
        return kept | given | dict(self.environ)

    def run(self, command: Sequence[str] = SERVE, *, wrap: Sequence[str] = ()) -> "Running":
        """Starts it and does not wait. What it says goes to a file beside the data folder."""
        self.data.mkdir(parents=True, exist_ok=True)
        output = self.data.parent / f"{self.data.name}.out"
        output.write_bytes(b"")
        if command == SERVE and not wrap and not self.environ:
            return Running(
                start_loaded(("heliograph", *SERVE[1:]), self.make_environ(), output), output
            )
        with output.open("wb") as file:
            process = subprocess.Popen(
                [*wrap, *command],
                cwd=ROOT,
                env=self.make_environ(),
                stdout=file,
                stderr=subprocess.STDOUT,
                preexec_fn=end_with_parent,
            )
        return Running(process, output)

    @contextmanager
    def running(
        self, command: Sequence[str] = SERVE, *, wrap: Sequence[str] = ()
    ) -> Iterator["Running"]:
        """A service for the time of the block, which is killed at its end."""
        running = self.run(command, wrap=wrap)
        try:
            yield running
        finally:
            running.kill()

    @contextmanager
    def serving(
        self, command: Sequence[str] = SERVE, *, wrap: Sequence[str] = ()
    ) -> Iterator["Running"]:
        """A service that listens, for the time of the block; it is stopped as operators do."""
        running = self.run(command, wrap=wrap)
        try:
            assert running.wait_ready(), running.read_output()
            yield running
        finally:
            running.stop()


@dataclass
class Running:
    process: "subprocess.Popen[bytes] | Child"
    output: Path

    def read_output(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_ready(self) -> bool:
        """Until it listens. False: it ended before."""
        return self._wait_for_words(LISTENS)

    def wait_settled(self) -> None:
        """Until its first round of upkeep is done, so that it writes nothing by itself."""
        assert self._wait_for_words(SETTLED), self.read_output()

    def _wait_for_words(self, words: str) -> bool:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if words in self.read_output():
                return True
            if self.process.poll() is not None:
                return False
            time.sleep(0.02)
        raise AssertionError(f"the service does not say {words}: {self.read_output()}")

    def kill(self) -> None:
        """SIGKILL, now."""
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> None:
        """SIGTERM, as operators do; what has ended already is left as it is."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def read_peak_memory(self) -> int:
        """The most bytes of memory that it has held (VmHWM, proc(5))."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024
