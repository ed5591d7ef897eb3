"""Opening in several processes gives what opening in one gives."""

from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from keyholder import cores, vault
from keyholder.envelopes import open_envelopes, read_chunks
from keyholder.held import read_held
from keyholder.opening import Opened, choose_keys
from tests.keyholder.conftest import PASSPHRASE, DeskForTests
from tests.keyholder.fake_service import FakeService


def test_processes_give_the_same_in_the_same_order(
    coalition: DeskForTests, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = [coalition.seal({"chan": "app-sms", "text": str(number)}) for number in range(20)]
    bodies[7] = bodies[7][:-1] + bytes([bodies[7][-1] ^ 1])
    service.store(*bodies)
    coalition.done("sync")
    seeds = vault.read_seeds(coalition.home, vault.unlock(coalition.home, PASSPHRASE))
    keys = choose_keys(read_held(coalition.home).keyring, seeds)

    def open_all(total: int, count: int) -> list[Any]:
        with open_envelopes(coalition.home) as database:
            chunks = read_chunks(database, 2)
            return [one for part in cores.open_chunks(chunks, keys, total, count) for one in part]

    alone = open_all(20, 1)
    assert [one.place for one in alone] == list(range(20))
    assert sum(isinstance(one, Opened) for one in alone) == 19
    assert open_all(cores.ALONE + 1, 2) == alone


def test_a_killed_worker_is_said_so(
    coalition: DeskForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise BrokenProcessPool

    monkeypatch.setattr(cores, "ALONE", -1)
    monkeypatch.setattr(cores, "_spread", fail)
    monkeypatch.setattr("keyholder.commands.opening.count_cores", lambda: 2)
    result = coalition.run("open")
    assert (result.status, "want of memory" in result.err) == (1, True)


def test_there_is_a_core() -> None:
    assert cores.count_cores() >= 1
