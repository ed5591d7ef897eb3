"""Three machines of etcd, Patroni and PostgreSQL 15 on loopback."""

import contextlib
import json
import os
import random
import re
import shutil
import socket
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import ROOT
from tests.ha.machine import PASSWORDS, Machine
from tests.ha.processes import NOBODY, Warden, drop_rights, find_command, wait_for

INSTALL = "apt-get install --no-install-recommends postgresql-15 etcd-server"
BINARIES = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "heliograph-of-the-test"
MINUTES = 60
PORTS = (2379, 2380, 5432, 8000, 8008)
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Cluster:
    """folder: everything that is written, logs too. spare: addresses for others."""

    def __init__(self, folder: Path, machines: Sequence[Machine], spare: Sequence[str]) -> None:
        self.folder = folder
        self.machines = machines
        self.spare = spare

    def ask(self, machine: Machine, path: str) -> Any:
        """What Patroni's REST API says; None when it is no 200."""
        try:
            with OPENER.open(f"http://{machine.address}:8008{path}", timeout=1) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def find_leader(self) -> Machine | None:
        """The machine whose Patroni says that it leads."""
        return next((one for one in self.machines if self.ask(one, "/primary")), None)

    def wait_leader(self, *, other_than: Machine | None = None) -> Machine:
        def find() -> Machine | None:
            leader = self.find_leader()
            return None if leader is other_than else leader

        return wait_for(find, 120, "a leader")

    def settle(self) -> Machine:
        """Wait until both others follow the leader and count for its commits. The leader."""

        def is_whole() -> Machine | None:
            leader = self.find_leader()
            seen = leader and self.ask(leader, "/cluster")
            if not seen:
                return None
            timelines = {one.get("timeline") for one in seen["members"]}
            states = sorted((one["role"], one["state"]) for one in seen["members"])
            follows = ("quorum_standby", "streaming")
            wanted = [("leader", "running"), follows, follows]
            return leader if states == wanted and len(timelines) == 1 else None

        return wait_for(is_whole, 180, "a leader and two standbys that count")

    def give_etcd(self, machine: Machine) -> None:
        """Make a machine lead etcd too."""
        states = {one.name: self._ask_etcd(one, "status", {}) for one in self.machines}
        wanted = states[machine.name]["header"]["member_id"]
        for one in self.machines:
            if states[one.name]["leader"] == states[one.name]["header"]["member_id"] != wanted:
                self._ask_etcd(one, "transfer-leadership", {"targetID": wanted})
        assert self._ask_etcd(machine, "status", {})["leader"] == wanted

    @staticmethod
    def _ask_etcd(machine: Machine, what: str, body: dict[str, str]) -> Any:
        url = f"http://{machine.address}:2379/v3/maintenance/{what}"
        with OPENER.open(url, json.dumps(body).encode(), timeout=10) as answer:
            return json.load(answer)

    def conninfo(self, user: str = "heliograph", database: str = "heliograph") -> str:
        """libpq's words for the leader, whichever it is."""
        hosts = ",".join(one.address for one in self.machines)
        password = PASSWORD if user == "heliograph" else PASSWORDS["PATRONI_SUPERUSER_PASSWORD"]
        return (
            f"host={hosts} user={user} password={password} dbname={database}"
            " target_session_attrs=read-write connect_timeout=3"
        )

    @property
    def url(self) -> str:
        """The same as HELIOGRAPH_DATABASE_URL takes it."""
        hosts = "&".join(f"host={one.address}:5432" for one in self.machines)
        return (
            f"postgresql+psycopg://heliograph:{PASSWORD}@/heliograph?{hosts}"
            "&target_session_attrs=read-write"
        )

    def make_database(self) -> None:
        """Role and database as docs/operating.md says."""
        page = (ROOT / "docs" / "operating.md").read_text("utf-8")
        (block,) = re.findall(r"```sql\n(CREATE ROLE .*?)```", page, re.DOTALL)
        with psycopg.connect(self.conninfo("postgres", "postgres"), autocommit=True) as connection:
            for statement in block.replace("'a long random password'", f"'{PASSWORD}'").split(";"):
                if statement.strip():
                    connection.execute(statement)


def choose_addresses() -> list[str]:
    """Five loopback addresses on which nobody listens at our ports."""
    for _ in range(100):
        middle = f"{random.randrange(2, 255)}.{random.randrange(1, 255)}"
        found = [f"127.{middle}.{last}" for last in range(1, 6)]
        try:
            for address in found:
                for port in PORTS:
                    with socket.socket() as probe:
                        probe.bind((address, port))
        except OSError:
            continue
        return found
    pytest.fail("no free loopback addresses: does something listen on every address?")


@contextlib.contextmanager
def running_cluster(has_failed: Callable[[], bool]) -> Iterator[Cluster]:
    """A cluster for the time of some tests. Its folder stays where they failed."""
    etcd = find_command("etcd")
    if etcd is None or not (BINARIES / "postgres").exists():
        pytest.skip(f"no failover without its parts: {INSTALL}")
    folder = Path(tempfile.mkdtemp(prefix="heliograph-ha-"))
    words = drop_rights()
    addresses = choose_addresses()
    well = False
    with Warden(MINUTES * 60, words) as warden:
        machines = [
            Machine(f"db{number}", address, folder / f"db{number}", BINARIES, etcd, warden)
            for number, address in enumerate(addresses[:3], 1)
        ]
        for machine in machines:
            machine.folder.mkdir(mode=0o700)
            machine.configure(machines)
        if words:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        try:
            for machine in machines:
                machine.start_etcd(machines)
            for machine in machines:
                machine.start_patroni()
            cluster = Cluster(folder, machines, addresses[3:])
            cluster.settle()
            cluster.make_database()
            yield cluster
            well = not has_failed()
        finally:
            if not well:
                print(f"\nlogs of the cluster: {folder}")
    if well:
        shutil.rmtree(folder)
