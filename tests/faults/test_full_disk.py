"""A disk that fills up under load and gets room again: nothing is lost, nobody repairs anything."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.audit import check
from tests.faults.disks import filled_up, open_memory_disk
from tests.faults.load import Load
from tests.faults.machine import need
from tests.faults.processes import Place, reserve_port

MIB = 1 << 20
FULL_SECONDS = 2
"""How long the disk stays full while everybody goes on trying."""
AGAIN_SECONDS = 10
"""security.md, item 12: service again within so many seconds after there is room."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    need("mount", root=True)
    with open_memory_disk(tmp_path / "memory", 256 * MIB) as found:
        yield found


@pytest.mark.parametrize(
    "reserve", [64 * MIB, 0], ids=["with the reserve", "to the last byte, without it"]
)
@pytest.mark.parametrize("interval", [0.05, 3600.0], ids=["sequencing", "intake alone"])
def test_a_disk_that_fills_up(folder: Path, reserve: int, interval: float, tell) -> None:
    """Somebody else takes the room, again and again; without a reserve, in mid-commit."""
    longest = 0.0
    with reserve_port() as port, Load([port]).running() as load:
        place = Place(folder / "data", port, interval=interval, limits={"reserve_bytes": reserve})
        with place.serving() as running:
            load.wait_for(500)
            for left in (0, 40_000, 4 * MIB):
                with filled_up(folder, left):
                    load.wait_for_refusal("store-full")
                    load.wait(FULL_SECONDS)
                free = time.monotonic()
                load.wait_for(1)
                longest = max(longest, time.monotonic() - free)
                load.wait_for(500)
            assert running.process.poll() is None, running.read_output()
        with place.serving():
            load.wait_for(500)
    found = check(place, load)
    assert set(load.refused) == {"store-full"}
    assert longest < AGAIN_SECONDS
    tell(
        refused=load.refused["store-full"],
        again_seconds=f"{longest:.2f}",
        acknowledged=len(load.acknowledged),
        lost=len(found.lost),
    )


def test_a_start_on_a_full_disk(folder: Path, tell) -> None:
    """Killed while the disk is full, it starts when there is room, and has everything."""
    with reserve_port() as port, Load([port]).running() as load:
        place = Place(folder / "data", port, limits={"reserve_bytes": 0})
        for left in (0, 4096, 40_000, MIB):
            with place.running() as running:
                assert running.wait_ready(), running.read_output()
                load.wait_for(300)
                with filled_up(folder, left):
                    load.wait_for_refusal("store-full")
                    running.kill()
                    with place.running() as again:
                        started = again.wait_ready()
                        output = again.read_output()
                        if started:
                            load.wait_for_refusal("store-full")
            with place.serving():
                load.wait_for(300)
            check(place, load)
    tell(starts=4, last_started_full=started, acknowledged=len(load.acknowledged), lost=0)
    assert "Traceback" not in output
