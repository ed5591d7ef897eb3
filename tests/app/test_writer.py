"""The writer in trouble: everybody is answered, and what is fatal ends the store."""

import asyncio
import gc
import resource
import sqlite3
from typing import Any, ClassVar

import pytest
from sqlalchemy import event

from app.entries import Entry
from app.errors import StoreBusy, StoreFull, StoreUnavailable
from app.limits import Limits
from app.store import Store
from tests.app.running import Place, make_envelope


def test_an_io_error_ends_the_store(sqlite_place: Place) -> None:
    """A real one: the kernel refuses to let any file grow beyond a limit (EFBIG)."""

    async def main() -> None:
        store = sqlite_place.make_store()
        await store.start()
        assert await store.put([make_envelope(1)]) == ["stored"]
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, limit[1]))
        try:
            many = [[make_envelope(n * 100 + m) for m in range(100)] for n in range(2, 10)]
            answers = await asyncio.gather(
                *[store.put(batch) for batch in many], return_exceptions=True
            )
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        assert any(isinstance(answer, StoreUnavailable) for answer in answers)
        with pytest.raises(StoreUnavailable):
            await store.put([make_envelope(2)])  # never the same handle again
        await asyncio.sleep(0)
        assert sqlite_place.fatal == ["store-io-error"]
        await store.stop()

    asyncio.run(main())
    gc.collect()
    assert sqlite_place.run(lambda store: store.put([make_envelope(1)])) == ["known"]


class FailingConnection(sqlite3.Connection):
    """A connection that stops working at the first envelope, down to its rollback."""

    broken = False
    rollbacks = 0
    made: ClassVar[list["FailingConnection"]] = []

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.made.append(self)

    def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        if statement.startswith("INSERT INTO pending"):
            self.broken = True
            raise StoreFull
        return super().execute(statement, *parameters)

    def rollback(self) -> None:
        if self.broken:
            self.rollbacks += 1
            raise sqlite3.OperationalError("disk I/O error")
        super().rollback()


def break_connection(store: Store) -> list[FailingConnection]:
    """Returns the writing connection, once it is open."""
    FailingConnection.made.clear()

    @event.listens_for(store._writing, "do_connect")
    def choose(_dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:
        options["factory"] = FailingConnection

    return FailingConnection.made


def test_a_rollback_that_fails_ends_the_store(
    sqlite_place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        store = sqlite_place.make_store()
        broken = break_connection(store)
        await store.start()
        answers = await asyncio.wait_for(
            asyncio.gather(
                *[store.put([make_envelope(n)]) for n in range(3)],
                store.write(lambda _connection: None),
                return_exceptions=True,
            ),
            20,
        )
        assert all(isinstance(answer, StoreUnavailable) for answer in answers)
        await asyncio.sleep(0)
        assert sqlite_place.fatal == ["store-io-error"]
        with pytest.raises(StoreUnavailable):
            await store.put([make_envelope(2)])
        await store.stop()
        gc.collect()
        assert broken[0].rollbacks == 1  # nobody touches it again
        broken[0].broken = False  # in service the process ends here

    asyncio.run(main())
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("name", ["_collect", "_commit", "_answer"])
def test_whatever_escapes_in_the_writer_answers_everybody(
    sqlite_place: Place,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    def escape(*_arguments: object) -> None:
        raise KeyError("canary")

    async def main() -> None:
        store = sqlite_place.make_store()
        await store.start()
        monkeypatch.setattr(store._writer, name, escape)
        puts = [store.put([make_envelope(n)]) for n in range(3)]
        answers = await asyncio.wait_for(asyncio.gather(*puts, return_exceptions=True), 20)
        assert all(isinstance(answer, StoreUnavailable) for answer in answers)
        await asyncio.sleep(0)
        assert sqlite_place.fatal == ["store-io-error"]
        await store.stop()

    asyncio.run(main())
    assert "code=writer-fault type=KeyError" in caplog.text
    assert "canary" not in caplog.text


def test_a_locked_database_is_busy_and_then_works(sqlite_place: Place) -> None:
    async def test(store: Store) -> None:
        other = sqlite3.connect(sqlite_place.folder / "service.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            await store.put([make_envelope(1)])
        other.execute("ROLLBACK")
        other.close()
        assert await store.put([make_envelope(1)]) == ["stored"]

    sqlite_place.run(test)


@pytest.mark.parametrize("limits", [Limits(queue_requests=3), Limits(queue_bytes=1700)])
def test_the_queue_is_bounded(place: Place, limits: Limits) -> None:
    place.limits = limits

    async def test(store: Store) -> None:
        puts = [store.put([make_envelope(n)]) for n in range(10)]
        answers = await asyncio.gather(*puts, return_exceptions=True)
        assert sum(isinstance(answer, StoreBusy) for answer in answers) == 7
        assert await store.put([make_envelope(100)]) == ["stored"]  # and room again

    place.run(test)


def test_a_fault_in_a_group_hurts_only_the_group(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(store: Store) -> None:
        with pytest.raises(StoreUnavailable):
            await store.submit([Entry([1] * 32, b"leaf", b"body")])  # type: ignore[arg-type]
        assert await store.put([make_envelope(1)]) == ["stored"]

    place.run(test)
    assert "code=writer-fault" in caplog.text
