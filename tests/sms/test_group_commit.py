"""The outbox's writer: shared commits, a full disk rolled back, anything else the end."""

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from sms import group_commit
from sms.durable_file import BEAT, PRAGMAS, open_file
from sms.errors import SetupError
from sms.group_commit import GroupCommit
from sms.sink import SinkFull, SinkUnavailable

SCHEMA = ("CREATE TABLE row (number INTEGER PRIMARY KEY, body BLOB)",)
ROW = "INSERT INTO row VALUES (?, ?)"


def run(
    path: Path, test: Callable[[GroupCommit], Awaitable[Any]], fatal: list[str] | None = None
) -> Any:
    async def main() -> Any:
        fatal_codes = [] if fatal is None else fatal
        file = GroupCommit(path, SCHEMA, reserve_bytes=0, on_fatal=fatal_codes.append)
        await file.start()
        try:
            return await test(file)
        finally:
            await file.stop()
            if fatal_codes:  # a test's process goes on; the real one has ended
                file._db.close()

    return asyncio.run(main())


def add(number: int, size: int = 10) -> Callable[[sqlite3.Connection], None]:
    def insert(db: sqlite3.Connection) -> None:
        db.execute(ROW, (number, bytes(size)))

    return insert


def count(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM row").fetchone()[0])


def test_a_fault_of_one_costs_nobody_else(tmp_path: Path) -> None:
    def fail(db: sqlite3.Connection) -> None:
        add(7)(db)
        raise KeyError

    async def test(file: GroupCommit) -> int:
        jobs = [file.do(add(1), "add"), file.do(fail, "add"), file.do(add(2), "add")]
        first, second, third = await asyncio.gather(*jobs, return_exceptions=True)
        assert (first, third) == (None, None)
        assert isinstance(second, KeyError)
        return await file.do(count, "read")

    assert run(tmp_path / "file.db", test) == 2


def test_a_full_disk_is_rolled_back_and_then_it_goes_on(tmp_path: Path) -> None:
    """SQLite's own bound on the file gives the error that a full disk does."""

    async def test(file: GroupCommit) -> int:
        await file.do(lambda db: db.execute("PRAGMA max_page_count=12").fetchone(), "read")
        jobs = [file.do(add(n, 60_000), "add") for n in range(3)]
        results = await asyncio.gather(*jobs, return_exceptions=True)
        assert any(isinstance(result, SinkFull) for result in results)
        await file.do(lambda db: db.execute("PRAGMA max_page_count=99999").fetchone(), "read")
        await file.do(add(100), "add")
        kept = sum(result is None for result in results) + 1
        assert await file.do(count, "read") == kept
        return kept

    assert run(tmp_path / "file.db", test) >= 1


def test_a_locked_file_is_told_and_then_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file.db"

    async def test(file: GroupCommit) -> None:
        await file.do(lambda db: db.execute("PRAGMA busy_timeout=0").fetchall(), "read")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(SinkUnavailable):
            await file.do(add(1), "add")
        other.execute("ROLLBACK")
        other.close()
        await file.do(add(1), "add")

    run(path, test)


def test_anything_else_is_the_end_and_everybody_hears_of_it(tmp_path: Path) -> None:
    fatal: list[str] = []

    async def test(file: GroupCommit) -> None:
        jobs = [
            file.do(add(1), "add"),
            file.do(lambda db: db.execute("SELECT * FROM nothing"), "read"),
            file.do(add(2), "add"),
        ]
        for result in await asyncio.gather(*jobs, return_exceptions=True):
            assert isinstance(result, SinkUnavailable | None)
        await asyncio.sleep(0)  # on_fatal comes after the answers
        with pytest.raises(SinkUnavailable):
            await file.do(add(3), "add")

    run(tmp_path / "file.db", test, fatal)
    assert fatal == ["outbox-io-error"]


def test_what_waits_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "WAITING", 2)

    async def test(file: GroupCommit) -> None:
        jobs = [file.do(add(n), "add") for n in range(3)]
        results = await asyncio.gather(*jobs, return_exceptions=True)
        assert [type(one) for one in results] == [type(None), type(None), SinkUnavailable]

    run(tmp_path / "file.db", test)


def test_a_stop_finishes_what_waits(tmp_path: Path) -> None:
    path = tmp_path / "file.db"

    async def test(file: GroupCommit) -> None:
        waiters = [asyncio.create_task(file.do(add(n), "add")) for n in range(20)]
        await asyncio.sleep(0)
        await file.stop()
        await asyncio.gather(*waiters)

    run(path, test)
    with sqlite3.connect(path) as db:
        assert count(db) == 20
    db.close()


def test_every_commit_has_something_to_sync(tmp_path: Path) -> None:
    """A message that is known is found, and nothing is written: but what was found may be from
    before a crash, in the system's memory alone."""

    def read(db: sqlite3.Connection) -> int:
        return int(db.execute("SELECT beat FROM beat").fetchone()[0])

    async def test(file: GroupCommit) -> list[int]:
        beats = [await file.do(read, "read")]
        await file.do(lambda _db: None, "add")
        return [*beats, await file.do(read, "read")]

    before, after = run(tmp_path / "file.db", test)
    assert before != after


def test_what_durability_needs_is_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weak = tuple((n, "OFF", 2) if n == "synchronous" else (n, s, b) for n, s, b in PRAGMAS)
    monkeypatch.setattr("sms.durable_file.PRAGMAS", weak)
    with pytest.raises(SetupError) as caught:
        open_file(tmp_path / "file.db", SCHEMA)
    assert caught.value.code == "outbox-unusable"


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    run(path, lambda file: file.do(add(1, 100_000), "add"))
    data = bytearray(path.read_bytes())
    data[8192:12_000] = os.urandom(12_000 - 8192)
    path.write_bytes(data)
    with pytest.raises(SetupError) as caught:
        open_file(path, SCHEMA)
    assert caught.value.code == "outbox-damaged"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(SetupError) as caught:
        open_file(path, SCHEMA)
    assert caught.value.code == "outbox-damaged"


def test_a_file_of_another_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    db = open_file(path, SCHEMA)
    db.execute("PRAGMA user_version=9")
    db.close()
    with pytest.raises(SetupError) as caught:
        open_file(path, SCHEMA)
    assert caught.value.code == "outbox-version"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as caught:
        open_file(tmp_path / "nowhere" / "file.db", SCHEMA)
    assert caught.value.code == "outbox-unusable"


def test_a_start_that_was_cut_off_is_made_up_for(tmp_path: Path) -> None:
    """Killed between making the file and its tables: there is nothing, or all of it."""
    path = tmp_path / "file.db"
    path.touch()
    open_file(path, SCHEMA).close()
    assert BEAT
    open_file(path, SCHEMA).close()
