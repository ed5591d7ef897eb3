"""Two replicas on one PostgreSQL: each, both, and the server itself killed under load."""

import dataclasses
import os
import random
import secrets
import select
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.audit import check, finish
from tests.faults.load import Load
from tests.faults.processes import Place, Running, reserve_port
from tests.postgres import MISSING, Postgres, launch, start_postgres, stop_postgres, wait_for

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "100"))
AUDIT_EVERY = 25
LONGEST = 1.0
"""Seconds from the first answer to the kill, at most."""
VICTIMS = (("a",), ("b",), ("a", "b"), ("server",), ("a", "server"))


class Server:
    """PostgreSQL of our own, which can be killed with all its processes and started again."""

    def __init__(self, postgres: Postgres) -> None:
        self.postgres = postgres

    def kill(self) -> None:
        """SIGKILL to the server and to each of its children, as when a machine dies."""
        process = self.postgres.process
        assert process is not None
        process.send_signal(signal.SIGSTOP)  # or it would have more children by the time
        list_file = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        children = [int(child) for child in list_file.read_text().split()]
        ends = [os.pidfd_open(child) for child in children]
        for child in children:
            os.kill(child, signal.SIGKILL)
        process.kill()
        process.wait(30)
        for end in ends:  # the next server wants none of them at the memory that they share
            ended, _, _ = select.select([end], [], [], 30)
            os.close(end)
            assert ended

    def start(self) -> None:
        """It recovers from its WAL before it answers."""
        process, folder = self.postgres.process, self.postgres.folder
        assert process is not None
        assert folder is not None
        binaries = Path(process.args[0]).parent  # type: ignore[index]
        started = launch(binaries, folder / "data")
        self.postgres = dataclasses.replace(self.postgres, process=started)
        wait_for(self.postgres)


@pytest.fixture
def server() -> Iterator[Server]:
    started = start_postgres()
    if started is None:
        pytest.skip(MISSING)
    if started.process is None:
        pytest.skip("the server of TEST_DATABASE_URL is not ours to kill: unset it")
    found = Server(started)
    yield found
    stop_postgres(found.postgres)


def test_sigkill_of_replicas_and_of_postgresql(server: Server, tmp_path: Path, tell) -> None:
    chance = random.Random(3)
    kills = {"a": 0, "b": 0, "server": 0}
    key = tmp_path / "log.key"
    key.write_bytes(secrets.token_bytes(32))
    with (
        server.postgres.make_database() as url,
        reserve_port() as first,
        reserve_port() as second,
        Load([first, second]).running() as load,
    ):
        places = {
            name: Place(tmp_path / name, port, url=url, key_file=key)
            for name, port in (("a", first), ("b", second))
        }
        running: dict[str, Running] = {}
        try:
            for number in range(1, ROUNDS + 1):
                for name, place in places.items():
                    if name not in running:
                        running[name] = place.run()
                for one in running.values():
                    assert one.wait_ready(), one.read_output()
                load.wait_for(1)
                load.wait(chance.uniform(0, LONGEST))
                victims = chance.choice(VICTIMS)
                for victim in victims:
                    kills[victim] += 1
                    if victim == "server":
                        server.kill()
                    else:
                        running.pop(victim).kill()
                if "server" in victims:
                    server.start()  # the replicas that live go on by themselves
                for one in running.values():
                    assert one.process.poll() is None, one.read_output()
                load.wait_for(1 if running else 0)
                if number % AUDIT_EVERY == 0:
                    for name in list(running):
                        running.pop(name).kill()
                    finish(url, key.read_bytes())
                    found = check(places["a"], load)
        finally:
            for one in running.values():
                one.kill()
        finish(url, key.read_bytes())
        found = check(places["a"], load)
        assert found.leaves == found.envelopes
    tell(
        **kills,
        acknowledged=len(load.acknowledged),
        lost=len(found.lost),
        checkpoints=found.checkpoints,
        refused=dict(load.refused),
    )
