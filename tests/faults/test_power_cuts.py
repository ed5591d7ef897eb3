"""Power cuts under load. The harness has to see the loss where there is one, or its run is void."""

import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.faults.audit import Findings, audit, finish
from tests.faults.disks import CuttableDisk, open_disk
from tests.faults.load import OWN, Load
from tests.faults.machine import need
from tests.faults.processes import SERVE, Place, reserve_port, serve_weakly

CUTS = int(os.environ.get("FAULT_CUTS", "30"))
CUTS_A_LIFE = 6
"""The last cut of a life is the disk on which the service starts again."""
WEAK_CUTS = 6
LONGEST = 1.0
"""Seconds from one cut to the next, at most."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[CuttableDisk]:
    need("mkfs.xfs", "mkfs.ext4", "losetup", "mount", "cp", root=True)
    with open_disk(tmp_path) as found:
        yield found


class Campaign:
    """The lives of one disk, and what each of them promised."""

    def __init__(self, disk: CuttableDisk, port: int) -> None:
        self.place = Place(disk.folder / "data", port)
        self.promised: list[int] = []
        """Acknowledged before the cut from which the disk goes on."""
        self.told: list[bytes] = []
        """Checkpoints told before that cut."""
        self.found: list[Findings] = []
        """One for each cut."""
        self._disk = disk
        self._sent: list[int] = []
        self._chance = random.Random(2)
        self._log_seed = b""

    def live(self, cuts: int, command: Sequence[str] = SERVE, *, finishing: bool = True) -> None:
        """Load, and so many cuts; the disk goes on from the last one."""
        with self.place.running(command) as running:
            assert running.wait_ready(), running.read_output()
            self._log_seed = self._log_seed or self.place.log_seed
            with Load([self.place.port], first=10 * OWN * len(self.found)).running() as load:
                for number in range(cuts):
                    load.wait_for(1)
                    load.wait(self._chance.uniform(0, LONGEST) if number else 0)
                    promised = self.promised + load.acknowledged
                    told = [*self.told, *load.seen]
                    with self._disk.cut() as folder, load.paused():
                        sent = [*self._sent, *load.sent]
                        place = Place(folder / "data", self.place.port)
                        if finishing:
                            assert place.log_seed == self._log_seed  # or it is another log
                            finish(place.store_url, place.log_seed)
                        self.found.append(self._audit(place, promised, sent, told))
                running.kill()
        self._disk.go_on_from_last_cut()
        self.promised, self.told = promised, told
        self._sent += load.sent

    def _audit(
        self, place: Place, promised: list[int], sent: list[int], told: list[bytes]
    ) -> Findings:
        return audit(
            place.store_url, self.place.log_key, acknowledged=promised, sent=sent, seen=told
        )


def test_power_cuts_under_load(disk: CuttableDisk, tell) -> None:
    with reserve_port() as port:
        campaign = Campaign(disk, port)
        while len(campaign.found) < CUTS:
            campaign.live(min(CUTS_A_LIFE, CUTS - len(campaign.found)))
    tell(
        cuts=len(campaign.found),
        acknowledged=len(campaign.promised),
        lost=sum(len(found.lost) for found in campaign.found),
        checkpoints=campaign.found[-1].checkpoints,
    )
    assert [found.faults for found in campaign.found] == [[]] * CUTS


@pytest.mark.parametrize(("synchronous", "read_back"), [("NORMAL", 1), ("OFF", 0)])
def test_the_harness_catches_a_weak_setting(
    disk: CuttableDisk, synchronous: str, read_back: int, tell
) -> None:
    """Or the run above has shown nothing."""
    with reserve_port() as port:
        campaign = Campaign(disk, port)
        campaign.live(WEAK_CUTS, serve_weakly(synchronous, read_back), finishing=False)
    lost = [len(found.lost) for found in campaign.found]
    tell(cuts=WEAK_CUTS, acknowledged=len(campaign.promised), lost=lost)
    assert any(lost), "the harness sees no loss where there is one: its run is void"
