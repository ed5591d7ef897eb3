"""Opening in several processes gives what opening in one gives."""

import base64
import gc
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from keyholder import cores, envelopes, kept, vault
from keyholder.envelopes import list_ranges, open_envelopes, read_chunks
from keyholder.held import read_held
from keyholder.kept import read_range
from keyholder.opening import Opened, choose_keys
from tests.conftest import LOADING
from tests.keyholder.conftest import PASSPHRASE, DeskForTests
from tests.keyholder.fake_service import FakeService


def test_processes_give_the_same_in_the_same_order(
    coalition: DeskForTests, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = [coalition.seal({"chan": "app-sms", "text": str(number)}) for number in range(80)]
    bodies[7] = bodies[7][:-1] + bytes([bodies[7][-1] ^ 1])
    service.store(*bodies)
    coalition.done("sync")
    seeds = vault.read_seeds(coalition.home, vault.unlock(coalition.home, PASSPHRASE))
    keys = choose_keys(read_held(coalition.home).keyring, seeds)

    def open_all(total: int, count: int) -> list[Any]:
        with open_envelopes(coalition.home) as database:
            chunks = read_chunks(database, 2)
            return [one for part in cores.open_chunks(chunks, keys, total, count) for one in part]

    collecting = gc.get_threshold()
    alone = open_all(80, 1)
    assert [one.place for one in alone] == list(range(80))
    assert sum(isinstance(one, Opened) for one in alone) == 79
    assert open_all(cores.ALONE + 1, 2) == alone
    with open_envelopes(coalition.home) as database:
        for most in (cores.RANGE_BYTES, 1):  # all at once, and what is left by and by
            monkeypatch.setattr(cores, "RANGE_BYTES", most)
            ranges = list_ranges(database, cores.RANGE, 2)
            found = cores.open_ranges(coalition.home.envelopes, ranges, keys, 2)
            assert [one for part in found for one in part] == alone
    assert gc.get_threshold() == collecting


@pytest.mark.parametrize("part", [1, 2, 64])
@pytest.mark.parametrize("most", [0, 5, 1_000])
@pytest.mark.parametrize("size", [1, 3, 7, 1_000])
def test_ranges_have_every_envelope_once(
    coalition: DeskForTests, monkeypatch: pytest.MonkeyPatch, size: int, most: int, part: int
) -> None:
    monkeypatch.setattr(envelopes, "PART", part)
    monkeypatch.setattr(kept, "PART", part)
    with open_envelopes(coalition.home) as database:
        assert list(list_ranges(database, size, 1)) == []
        for place in (0, 1, 2, 5, 6, 40, 41, 1 << 60):
            row = (place, bytes(32), 1, b"\x01", b"body", None)
            database.execute("INSERT INTO envelopes VALUES (?, ?, ?, ?, ?, ?)", row)
        database.execute("UPDATE envelopes SET leaf = x'02' WHERE idx IN (2, 40)")
        reading = cores.connect_reading(str(coalition.home.envelopes))
        found = []
        for start, end in list_ranges(database, size, 1):
            assert start < end <= start + size
            then = start
            while then < end:
                held, then = read_range(reading, then, end, most)
                found += held
                assert sum(len(one.body or b"") for one in held) < max(most, 1) + 4 * part
        reading.close()
        assert found == [one for chunk in read_chunks(database, 3) for one in chunk]
        assert [one.place for one in found] == [0, 1, 5, 6, 41, 1 << 60]


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


_PROBE = """
import os, sys
from pathlib import Path
from keyholder import cores
from keyholder.opening import EpochKeys, Unopened

def look(_):
    told = [Path(f"/proc/self/{name}").read_bytes() for name in ("cmdline", "environ")]
    row = Unopened(len(cores._desk), b"", os.getpid(), b"".join(told).hex(), "")
    return cores._pack([row]), None

if __name__ == "__main__":
    cores._open_chunk = look
    keys = (EpochKeys(1, 0, {}, {"A": b"canary-seed-of-32-bytes-in-clear"}),)
    for ((desks, _, worker, told, _),) in cores.open_chunks([[]], keys, cores.ALONE + 1, 2):
        print(desks, worker != os.getpid(), told, len(os.listdir(os.environ["TMPDIR"])))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_get_seeds_by_no_argument_environment_or_file(tmp_path: Path) -> None:
    script = tmp_path / "probe.py"
    script.write_text(_PROBE, encoding="utf-8")
    folder = tmp_path / "temporary"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        check=True,
        env={**LOADING, "TMPDIR": str(folder)},
    )
    desks, apart, told, files = done.stdout.split()
    assert (desks, apart, files) == (b"1", b"True", b"0")
    seen = bytes.fromhex(told.decode())
    assert b"multiprocessing" in seen
    assert b"canary" not in seen
    assert b"canary".hex().encode() not in seen
    assert base64.b64encode(b"canary") not in seen


def test_a_worker_starts_with_what_it_needs_alone() -> None:
    """Every worker loads this anew: keyrings and signers took three times as long as all of it."""
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, keyholder.cores; print(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
        env=LOADING,
    ).stdout.split()
    assert "crypto.opening" in loaded
    unwanted = {"tuf", "securesystemslib", "crypto.keyring", "typer", "asyncio"}
    assert not (unwanted | {"keyholder.envelopes", "platformdirs"}).intersection(loaded)


def test_there_is_a_core() -> None:
    assert cores.count_cores() >= 1
