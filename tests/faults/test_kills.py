"""SIGKILL under load, a hundred times: what was acknowledged is there, once and whole."""

import os
import random
from pathlib import Path

from tests.faults.audit import check, finish
from tests.faults.load import Load
from tests.faults.processes import Place, reserve_port

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "100"))
AUDIT_EVERY = 10
LONGEST = 1.0
"""Seconds from the first answer to the kill, at most."""


def test_sigkill_under_load(tmp_path: Path, tell) -> None:
    chance = random.Random(1)
    with reserve_port() as port:
        place = Place(tmp_path / "data", port)
        with Load([port]).running() as load:
            for number in range(1, ROUNDS + 1):
                with place.running() as running:
                    if number % 5:  # the others are killed while they start and recover
                        assert running.wait_ready(), running.read_output()
                        load.wait_for(1)
                    load.wait(chance.uniform(0, LONGEST))
                if number % AUDIT_EVERY == 0:
                    check(place, load)
            with place.serving():
                load.wait_for(1000)
        finish(place.store_url, place.log_seed)
        found = check(place, load)
        assert found.leaves == found.envelopes
    tell(
        kills=ROUNDS,
        acknowledged=len(load.acknowledged),
        lost=len(found.lost),
        checkpoints=found.checkpoints,
        refused=dict(load.refused),
    )
