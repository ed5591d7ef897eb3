"""The servers that are measured, each a process of its own on one core.

bare      uvicorn (uvloop, httptools): reads the body and answers 204
naive     a FastAPI route that inserts an envelope into the same table and commits, once a request
service   `heliograph serve`, as an operator runs it
gateway   `heliograph gateway`, its service away
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SERVER_CORE = 0
GENERATOR_CORE = 1
START_SECONDS = 180.0
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Running:
    """A server that listens on loopback."""

    port: int
    process: "subprocess.Popen[bytes]"

    def ask(self, request: bytes) -> bytes:
        """The beginning of the answer to one request, its status at least."""
        with socket.create_connection(("127.0.0.1", self.port), 60) as connection:
            connection.sendall(request)
            return connection.recv(65_536)

    def read_memory(self) -> tuple[float, float]:
        """MiB resident now, and the most there ever was."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        fields = dict(line.split(":", 1) for line in status.splitlines())
        now, most = (int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
        return now, most

    def read_cpu(self) -> float:
        """Seconds of CPU that the process has used, the kernel's work for it included."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def pin(core: int) -> None:
    """This process on one core. On a machine with one, or without such a call, nothing."""
    if hasattr(os, "sched_setaffinity") and core < (os.cpu_count() or 1):
        os.sched_setaffinity(0, {core})


def unpin() -> None:
    """This process on every core again."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))


def find_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def run_bare() -> Iterator[Running]:
    port = find_port()
    """uvicorn alone."""
    with _run([sys.executable, "-m", "bench.bare", str(port)], port, {}) as running:
        yield running


@contextmanager
def run_naive(database: Path) -> Iterator[Running]:
    """The naive way, into a migrated database."""
    port = find_port()
    with _run([sys.executable, "-m", "bench.naive", str(port), str(database)], port, {}) as running:
        yield running


@contextmanager
def run_service(
    data: Path,
    settings: Mapping[str, str],
    *,
    before: Sequence[str] = (),
    pinned: bool = True,
) -> Iterator[Running]:
    """`heliograph serve` with these settings; `before` are words such as strace's."""
    port = find_port()
    environ = _write_environ(data, port, settings)
    with _run([*before, str(BIN / "heliograph"), "serve"], port, environ, pinned=pinned) as running:
        yield running


@contextmanager
def run_gateway(data: Path, settings: Mapping[str, str]) -> Iterator[Running]:
    """`heliograph gateway` with these settings."""
    port = find_port()
    command = [str(BIN / "heliograph"), "gateway"]
    with _run(command, port, _write_environ(data, port, settings)) as running:
        yield running


def _write_environ(data: Path, port: int, settings: Mapping[str, str]) -> dict[str, str]:
    environ = {f"HELIOGRAPH_{name.upper()}": value for name, value in settings.items()}
    return environ | {"HELIOGRAPH_DATA_DIR": str(data), "HELIOGRAPH_PORT": str(port)}


@contextmanager
def _run(
    command: list[str], port: int, environ: dict[str, str], *, pinned: bool = True
) -> Iterator[Running]:
    rest = {name: value for name, value in os.environ.items() if not name.startswith("HELIOGRAPH_")}
    process = subprocess.Popen(
        command,
        env=rest | environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=(lambda: pin(SERVER_CORE)) if pinned else unpin,
    )
    try:
        _wait(process, port)
        yield Running(port, process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=120)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError("a server ended at its start")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("a server did not start")
