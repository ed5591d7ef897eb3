"""Several services on one PostgreSQL database, and what becomes of them in trouble."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import event, text

from app.errors import StoreUnavailable
from app.limits import Limits
from app.store import Store
from tests.app.running import Place, make_envelope, make_log

END_SESSIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@contextlib.asynccontextmanager
async def open_two(place: Place) -> AsyncIterator[tuple[Store, Store]]:
    async with place.open_store() as one, place.open_store() as two:
        yield one, two


def test_the_same_envelope_at_two_replicas_gets_one_leaf(postgres_place: Place) -> None:
    async def main() -> None:
        async with open_two(postgres_place) as (one, two):
            envelopes = [make_envelope(number) for number in range(50)]
            answers = await asyncio.gather(*[s.put(envelopes) for s in (one, two, one, two)])
            assert sorted(answer.count("stored") for answer in answers if answer) == [0, 0, 50, 50]
            counts = await asyncio.gather(one.sequence(), two.sequence(), one.sequence())
            assert sum(count or 0 for count in counts) == 50
            await one.sequence()
            await two.sequence()
            assert (one.pending, two.pending) == (0, 0)  # what the other one moved is forgotten
            rows = await two.download(-1, 1000)
            assert [row[0] for row in rows] == list(range(50))
            assert {row[2] for row in rows} == set(envelopes)
            assert await one.put(envelopes) == ["known"] * 50

    asyncio.run(main())
    assert postgres_place.count("pending") == 0
    assert postgres_place.count("body") == 50


def test_replicas_sequence_in_turns_under_load(postgres_place: Place) -> None:
    """Whoever sequences and whenever: sorted rounds, no gaps, one leaf each, checkpoints hold."""
    postgres_place.limits = Limits(sequence_rows=10)

    async def main() -> None:
        async with open_two(postgres_place) as stores:
            logs = [make_log(store) for store in stores]
            sent: set[bytes] = set()

            async def send(store: Store, start: int) -> None:
                for number in range(start, start + 60):
                    envelope = make_envelope(number)
                    assert await store.put([envelope]) == ["stored"]
                    sent.add(envelope)

            sending = [asyncio.create_task(send(s, 1000 * n)) for n, s in enumerate(stores)]
            while not all(task.done() for task in sending):
                await asyncio.gather(*[log.advance() for log in logs])
            await asyncio.gather(*sending)
            await logs[0].advance()
            rows = await stores[1].download(-1, 1000)
            assert [row[0] for row in rows] == list(range(120))
            assert {row[2] for row in rows} == sent
            assert await logs[0].find_checkpoint() == await logs[1].find_checkpoint()

    asyncio.run(main())


def test_a_replica_that_has_the_turn_is_waited_for_and_then_replaced(
    postgres_place: Place,
) -> None:
    async def main() -> None:
        async with open_two(postgres_place) as (one, two):
            await one.put([make_envelope(1)])
            assert await one.write(one._database.take_turn)
            assert await two.sequence() is None
            checkpoint = await make_log(two).find_checkpoint()
            await make_log(two).advance()
            assert await make_log(two).find_checkpoint() == checkpoint  # and nothing was signed
            await two.read(lambda connection: connection.execute(text(END_SESSIONS)).all())
            assert await two_tries(two.sequence) == 1

    asyncio.run(main())


async def two_tries(work):  # type: ignore[no-untyped-def]
    """Ended sessions are noticed by failing once."""
    try:
        return await work()
    except StoreUnavailable:
        return await work()


def test_a_lost_connection_is_told_and_replaced(
    postgres_place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with open_two(postgres_place) as (one, two):
            assert await one.put([make_envelope(1)]) == ["stored"]
            await two.read(lambda connection: connection.execute(text(END_SESSIONS)).all())
            with pytest.raises(StoreUnavailable):
                await one.put([make_envelope(2)])
            assert await one.put([make_envelope(2), make_envelope(1)]) == ["stored", "known"]
            assert await one.sequence() == 2
            assert len(await one.download(-1, 10)) == 2

    asyncio.run(main())
    assert postgres_place.fatal == []
    assert "code=store-unavailable" in caplog.text


def test_a_connection_lost_at_commit_is_no_acknowledgement(postgres_place: Place) -> None:
    """The server may have committed it: the sender hears "no", sends again, it is there once."""

    async def test(store: Store) -> None:
        lost = False

        @event.listens_for(store._writing, "commit")
        def lose(connection: object) -> None:
            nonlocal lost
            if not lost:
                lost = True
                connection.connection.dbapi_connection.close()  # type: ignore[attr-defined]

        with pytest.raises(StoreUnavailable):
            await store.put([make_envelope(1)])
        assert lost
        assert await store.put([make_envelope(1)]) == ["stored"]
        assert await store.sequence() == 1

    postgres_place.run(test)


def test_a_commit_with_a_warning_is_no_acknowledgement(postgres_place: Place) -> None:
    """As where somebody cancels the wait for a standby: it is on one server alone."""

    async def test(store: Store) -> None:
        warn = text("DO $$ BEGIN RAISE WARNING 'canceling wait'; END $$")
        with pytest.raises(StoreUnavailable):
            await store.write(lambda connection: connection.execute(warn))
        assert await store.put([make_envelope(1)]) == ["stored"]

    postgres_place.run(test)


def test_a_locked_table_is_waited_for(postgres_place: Place) -> None:
    async def main() -> None:
        async with open_two(postgres_place) as (one, two):
            locked, free = asyncio.Event(), asyncio.Event()
            loop = asyncio.get_running_loop()

            def hold(connection: object) -> None:
                connection.execute(text("LOCK TABLE pending"))  # type: ignore[attr-defined]
                loop.call_soon_threadsafe(locked.set)
                asyncio.run_coroutine_threadsafe(free.wait(), loop).result(20)

            holding = asyncio.ensure_future(two.write(hold))
            await locked.wait()
            waiting = asyncio.ensure_future(one.put([make_envelope(1)]))
            await asyncio.sleep(0.05)
            assert not waiting.done()
            free.set()
            await holding
            assert await waiting == ["stored"]

    asyncio.run(main())


def test_what_is_known_is_synced_like_what_is_new(postgres_place: Place) -> None:
    async def test(store: Store) -> None:
        where = text("SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn")
        await store.put([make_envelope(1)])
        for number in (1, 2):
            before = await store.read(lambda connection: connection.execute(where).scalar_one())
            await store.put([make_envelope(number)])
            after = await store.read(lambda connection: connection.execute(where).scalar_one())
            assert after > before

    postgres_place.run(test)


def test_a_server_that_does_not_sync_is_refused(postgres_place: Place) -> None:
    async def main() -> None:
        url = f"{postgres_place.url}&options=-c%20synchronous_commit%3Doff"
        async with Place(postgres_place.folder, url).open_store() as store:  # it is set anew
            shown = await store.write(
                lambda connection: connection.execute(text("SHOW synchronous_commit")).scalar_one()
            )
            assert shown == "on"
        read_only = f"{postgres_place.url}&options=-c%20default_transaction_read_only%3Don"
        store = Place(postgres_place.folder, read_only).make_store()
        with pytest.raises(StoreUnavailable):
            await store.start()
        await store.stop()

    asyncio.run(main())
