"""`make run` as the tests run it: the real service as a process, its port and folder its own."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from heliograph.dev.line import Line
from heliograph.dev.providers import read_setups
from tests.conftest import ROOT
from tests.faults.machine import end_with_parent
from tests.nursery import Child, run_loaded, start_loaded
from tests.road.beforehand import make_beforehand

BIN = Path(sys.executable).absolute().parent
START_SECONDS = 180
LISTENS = "Ctrl-C stops it"


@dataclass(frozen=True)
class Running:
    """A service that listens. output: the file that takes all it writes. database: the folder of
    its database server, if it has one that we can look into."""

    url: str
    data: Path
    output: Path
    process: "subprocess.Popen[bytes] | Child"
    database: Path | None = None

    @property
    def port(self) -> int:
        """Where it listens, on loopback."""
        return int(self.url.rpartition(":")[2])

    @property
    def environ(self) -> dict[str, str]:
        """What a shell has after `. var/dev/env`."""
        found = dict(os.environ)
        for line in (self.data / "dev" / "env").read_text(encoding="utf-8").splitlines():
            if match := re.fullmatch(r"export (\w+)=(.*)", line):
                name, value = match.groups()
                found[name] = found["PATH"] if name == "PATH" else shlex.split(value)[0]
        found["PATH"] = f"{BIN}:{found['PATH']}"
        found["HELIOGRAPH_DEV"] = str(self.data / "dev")
        return found

    def run(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run one of our commands as the README does, but for its seconds of importing."""
        done = run_loaded(words, self.environ, timeout=300)
        assert not check or done.returncode == 0, (words, done.stdout, done.stderr)
        return done

    def line(self, client: httpx2.AsyncClient) -> Line:
        """A phone line to this service, which speaks the providers' real webhooks."""
        return Line(client, read_setups(self.data / "dev"), self.url, time.time)

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """SIGKILL, and nothing is left of it."""
        self.process.kill()
        self.process.wait(timeout=30)

    def settle(self) -> None:
        """Until everything that was acknowledged has its index and is fetched.

        The service gives indexes once a second, so two fetches in a row that bring nothing, more
        than a second apart, have seen all.
        """
        quiet = 0
        while quiet < 2:
            said = self.run("keyholder", "sync").stdout
            quiet = quiet + 1 if said.startswith("0 ") else 0
            time.sleep(1.2)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(
    data: Path,
    port: int | None = None,
    url: str = "",
    server: Path | None = None,
    *,
    fresh: bool = False,
    workbench: bool = False,
) -> Running:
    """Start `heliograph dev serve` and wait until it listens. `url`: of a database that is no
    SQLite file under `data`, and `server` the folder of its server. `fresh`: it makes its
    coalition itself, as on a newcomer's machine (see tests/road/beforehand.py), and is started as a
    shell does. `workbench`: with the one that `make run` starts too."""
    port = port or free_port()
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HELIOGRAPH_", "KEYHOLDER_"))
    }
    environ |= {"HELIOGRAPH_DATA_DIR": str(data), "HELIOGRAPH_PORT": str(port)}
    if url:
        environ["HELIOGRAPH_DATABASE_URL"] = url
    data.mkdir(parents=True, exist_ok=True)
    if not fresh and not (data / "dev").exists():
        make_beforehand(data, f"http://127.0.0.1:{port}")
    output = data.parent / f"{data.name}.out"
    output.touch()
    words = ("heliograph", "dev", "serve", "--workbench" if workbench else "--no-workbench")
    process = (
        _start_in_earnest(words, environ, output) if fresh else start_loaded(words, environ, output)
    )
    running = Running(f"http://127.0.0.1:{port}", data, output, process, server)
    try:
        wait_listening(running)
    except BaseException:  # a test's timeout as well
        running.kill()
        raise
    return running


def _start_in_earnest(
    words: Sequence[str], environ: Mapping[str, str], output: Path
) -> "subprocess.Popen[bytes]":
    with output.open("ab") as file:
        return subprocess.Popen(
            [str(BIN / words[0]), *words[1:]],
            cwd=ROOT,
            env=environ,
            stdout=file,
            stderr=subprocess.STDOUT,
            preexec_fn=end_with_parent,
        )


def wait_listening(running: Running, sign: str = LISTENS) -> None:
    """Until the service has written that it listens."""
    for _ in range(START_SECONDS * 10):
        if sign in running.output.read_text(encoding="utf-8"):
            return
        assert running.process.poll() is None, running.output.read_text(encoding="utf-8")
        time.sleep(0.1)
    raise AssertionError("the service did not start")


@contextmanager
def running_service(
    data: Path,
    url: str = "",
    server: Path | None = None,
    *,
    fresh: bool = False,
    workbench: bool = False,
) -> Iterator[Running]:
    """A service for the time of a test. As `start`."""
    running = start(data, url=url, server=server, fresh=fresh, workbench=workbench)
    try:
        yield running
    finally:
        running.stop()
