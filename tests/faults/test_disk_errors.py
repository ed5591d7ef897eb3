"""System calls that fail or kill: what was acknowledged is there, and a restart mends the rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from heliograph.listening import FATAL_STATUS
from tests.faults.audit import check
from tests.faults.injections import inject
from tests.faults.load import Load
from tests.faults.machine import need
from tests.faults.processes import Place, reserve_port

END_SECONDS = 300
"""For a process under strace to get to the fault. Reaching it is a failure, not a slow machine."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A service's place that has lived: it was killed under load, so there is a WAL to recover."""
    need("strace")
    with reserve_port() as port:
        yield Place(tmp_path / "data", port)


def live(place: Place, load: Load, envelopes: int = 300) -> None:
    """A life without faults, which ends by SIGKILL."""
    with place.running() as running:
        assert running.wait_ready(), running.read_output()
        load.wait_for(envelopes)


@pytest.mark.parametrize("call", ["fdatasync", "pwrite64"])
def test_an_io_error_at_a_commit_ends_the_process(place: Place, call: str, tell) -> None:
    """Those who wait hear "not stored", the exit status is 70, and the next start recovers."""
    ends = []
    with Load([place.port]).running() as load:
        for when in (1, 2, 3, 4, 6, 9, 14, 21, 40):
            live(place, load)
            before = load.refused["store-unavailable"]
            command = inject(call, "error=EIO", f"{when}+", place.data / "store.db-wal")
            with place.running(wrap=command) as running:
                started = running.wait_ready()
                status = running.process.wait(END_SECONDS)
            ends.append((started, status))
            if started:  # else it was the recovery that failed, and nobody was served
                assert status == FATAL_STATUS, running.read_output()
                assert load.refused["store-unavailable"] > before
            else:
                assert status not in (0, FATAL_STATUS), running.read_output()
        with place.serving():
            load.wait_for(300)
    found = check(place, load)
    assert (True, FATAL_STATUS) in ends
    tell(
        call=call,
        faults=len(ends),
        status_70=ends.count((True, FATAL_STATUS)),
        acknowledged=len(load.acknowledged),
        lost=len(found.lost),
    )


def test_an_io_error_at_a_checkpoint_costs_nothing(place: Place, tell) -> None:
    """The WAL is synced already: SQLite writes those pages again at its next checkpoint."""
    with Load([place.port]).running() as load:
        live(place, load)
        for fault in ("error=EIO", "error=ENOSPC"):
            for call in ("fdatasync", "pwrite64"):
                command = inject(call, fault, "1..2", place.data / "store.db")
                with place.running(wrap=command) as running:
                    if running.wait_ready():
                        load.wait_for(3000)
                        assert running.process.poll() is None, running.read_output()
        with place.serving():
            load.wait_for(300)
    found = check(place, load)
    tell(faults=4, acknowledged=len(load.acknowledged), lost=len(found.lost))


def test_no_room_for_a_write_is_told_and_survived(place: Place, tell) -> None:
    """The group is rolled back and answered 507, and the same process goes on."""
    with Load([place.port]).running() as load:
        live(place, load)
        for first in (10, 11, 12, 13, 30, 47):
            command = inject(
                "pwrite64", "error=ENOSPC", f"{first}..{first + 20}", place.data / "store.db-wal"
            )
            before = load.refused["store-full"]
            with place.serving(wrap=command) as running:
                load.wait_for(1000)
                assert running.process.poll() is None
            assert load.refused["store-full"] > before
    found = check(place, load)
    tell(
        faults=6,
        refused=load.refused["store-full"],
        acknowledged=len(load.acknowledged),
        lost=len(found.lost),
    )


@pytest.mark.parametrize(("call", "most"), [("pwrite64", 32), ("fdatasync", 10)])
def test_a_kill_at_each_write(place: Place, call: str, most: int, tell) -> None:
    """Also at each write of the recovery from the kill before."""
    with Load([place.port]).running() as load:
        live(place, load)
        for when in range(1, most + 1):
            with place.running(wrap=inject(call, "signal=KILL", str(when))) as running:
                assert running.process.wait(END_SECONDS) == -9, running.read_output()
            if when % 8 == 0:
                check(place, load)
        with place.serving():
            load.wait_for(300)
    found = check(place, load)
    tell(call=call, kills=most, acknowledged=len(load.acknowledged), lost=len(found.lost))
