"""One machine of the cluster: etcd, Patroni and PostgreSQL on a loopback address of its own.

So every machine has the usual ports, and docs/samples/patroni.yml holds but for addresses and
folders. Connections from elsewhere come from 127.0.0.1, and take no port of a machine that is down.
"""

import copy
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT
from tests.ha.processes import Warden, find_family, send, wait_gone

SAMPLE = ROOT / "docs" / "samples" / "patroni.yml"
PASSWORDS = {
    "PATRONI_SUPERUSER_USERNAME": "postgres",
    "PATRONI_SUPERUSER_PASSWORD": "superuser-of-the-test",
    "PATRONI_REPLICATION_USERNAME": "replicator",
    "PATRONI_REPLICATION_PASSWORD": "replicator-of-the-test",
    "PATRONI_REWIND_USERNAME": "rewinder",
    "PATRONI_REWIND_PASSWORD": "rewinder-of-the-test",
}
HEARTBEAT, ELECTION = 150, 1500
"""etcd's milliseconds, half as much again as its own: a machine that runs other tests too must not
look dead. When etcd's leader dies, up to three elections' time is added to Patroni's lease.
"""


def read_sample() -> dict[str, Any]:
    sample: dict[str, Any] = yaml.safe_load(SAMPLE.read_text("utf-8"))
    return sample


@dataclass
class Machine:
    """name: as Patroni knows it. folder: everything it writes. binaries: where PostgreSQL is."""

    name: str
    address: str
    folder: Path
    binaries: Path
    etcd: str
    warden: Warden
    etcd_pid: int = 0
    patroni_pid: int = 0

    def configure(self, machines: "Sequence[Machine]") -> None:
        """Write Patroni's settings: the sample's, with this machine's addresses and folders."""
        settings = copy.deepcopy(read_sample())
        settings["name"] = self.name
        settings["restapi"] = dict.fromkeys(settings["restapi"], f"{self.address}:8008")
        settings["etcd3"]["hosts"] = [f"{one.address}:2379" for one in machines]
        own = settings["postgresql"]
        own |= dict.fromkeys(("listen", "connect_address"), f"{self.address}:5432")
        own |= {"bin_dir": str(self.binaries), "data_dir": str(self.data)}
        own["parameters"]["unix_socket_directories"] = str(self.folder)
        own["pg_hba"] = [line.replace("10.0.0.0/24", "127.0.0.0/8") for line in own["pg_hba"]]
        own["pg_hba"][0] = "local all postgres scram-sha-256"  # nobody here is called postgres
        own["pgpass"] = str(self.folder / "pgpass")
        settings["watchdog"]["mode"] = "off"
        (self.folder / "patroni.yml").write_text(yaml.safe_dump(settings), "utf-8")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start_etcd(self, machines: "Sequence[Machine]") -> None:
        peers = ",".join(f"{one.name}=http://{one.address}:2380" for one in machines)
        client, peer = f"http://{self.address}:2379", f"http://{self.address}:2380"
        words = {
            "name": self.name,
            "data-dir": str(self.folder / "etcd"),
            "listen-client-urls": client,
            "advertise-client-urls": client,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": peers,
            "heartbeat-interval": str(HEARTBEAT),
            "election-timeout": str(ELECTION),
        }
        argv = [self.etcd, *(f"--{name}={value}" for name, value in words.items())]
        self.etcd_pid = self._start(argv, "etcd.log")

    def start_patroni(self) -> None:
        argv = [sys.executable, "-m", "patroni", str(self.folder / "patroni.yml")]
        self.patroni_pid = self._start(argv, "patroni.log")

    def _start(self, argv: Sequence[str], output: str) -> int:
        environ = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
        return self.warden.start(
            argv,
            environ=environ | PASSWORDS,
            folder=self.folder,
            output=self.folder / output,
        )

    @property
    def postgres(self) -> list[int]:
        """PostgreSQL's processes, the first one first."""
        try:
            line = (self.data / "postmaster.pid").read_text().splitlines()[0]
        except (OSError, IndexError):
            return []
        found = find_family(int(line))
        return found if self._is_postgres(found) else []

    def _is_postgres(self, found: list[int]) -> bool:
        """A file of a killed PostgreSQL may name a process that is somebody else's by now."""
        try:
            return bool(found) and Path(f"/proc/{found[0]}/cwd").resolve() == self.data.resolve()
        except OSError:
            return False

    def kill_postgres(self) -> None:
        """kill -9 of PostgreSQL alone."""
        self._kill(self.postgres)

    def kill_database(self) -> None:
        """kill -9 of Patroni and PostgreSQL."""
        self._kill([*find_family(self.patroni_pid), *self.postgres])
        self.patroni_pid = 0

    def kill(self) -> None:
        """kill -9 of everything: the machine is dead."""
        self._kill([*find_family(self.etcd_pid), *find_family(self.patroni_pid), *self.postgres])
        self.etcd_pid = self.patroni_pid = 0

    def _kill(self, pids: list[int]) -> None:
        send(pids, signal.SIGSTOP)  # first all stand still, so that none sees another one die
        pids += self.postgres
        send(pids, signal.SIGKILL)
        wait_gone(pids)

    def freeze(self) -> list[int]:
        """Patroni and PostgreSQL stand still: connections stay open and nobody answers. Who."""
        pids = [*find_family(self.patroni_pid), *self.postgres]
        send(pids, signal.SIGSTOP)
        pids += [pid for pid in self.postgres if pid not in pids]
        send(pids, signal.SIGSTOP)
        return pids

    def freeze_patroni(self) -> None:
        send(find_family(self.patroni_pid), signal.SIGSTOP)

    @staticmethod
    def thaw(pids: list[int]) -> None:
        send(pids, signal.SIGCONT)
