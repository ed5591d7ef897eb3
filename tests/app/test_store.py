"""The store: what is acknowledged is there once, whatever else happens."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import Connection, event, text

from app.errors import StoreError, StoreFull, StoreUnavailable
from app.limits import Limits
from app.sqlite import PRAGMAS
from app.store import Store
from crypto.envelope import envelope_id
from crypto.errors import EnvelopeError
from crypto.leaves import read_leaf
from tests.app.running import LENGTH, NOW, Place, make_envelope, make_log

KEY = b"k" * 32


def test_stored_then_known_pending_and_logged(place: Place) -> None:
    async def test(store: Store) -> None:
        first, second = make_envelope(1), make_envelope(2)
        assert await store.put([first, second, first]) == ["stored", "stored", "known"]
        assert await store.put([second]) == ["known"]
        assert await store.sequence() == 2
        assert await store.put([first, make_envelope(3)]) == ["known", "stored"]
        assert await store.sequence() == 1
        assert await store.sequence() == 0
        rows = await store.download(-1, 10)
        assert [row[0] for row in rows] == [0, 1, 2]
        assert {row[2] for row in rows} == {first, second, make_envelope(3)}
        for _index, leaf, body in rows:
            assert body is not None
            found = read_leaf(leaf)
            assert found.envelope_id == envelope_id(body)
            assert found.day == NOW // 86_400

    place.run(test)


def test_a_wrong_form_stores_nothing_beside_it(place: Place) -> None:
    async def test(store: Store) -> None:
        with pytest.raises(EnvelopeError):
            await store.put([make_envelope(1), b"rotten"])
        assert store.pending == 0
        assert await store.put([make_envelope(1, epoch=65535)]) == ["stored"]  # any epoch

    place.run(test)


def test_a_message_key_counts_once(place: Place) -> None:
    async def test(store: Store) -> None:
        assert await store.put([make_envelope(1)], message_key=KEY) == ["stored"]
        assert await store.put([make_envelope(2)], message_key=KEY) is None
        assert await store.put([make_envelope(2)], message_key=b"other") == ["stored"]
        both = await asyncio.gather(
            *[store.put([make_envelope(n)], message_key=b"same") for n in (3, 4, 5)]
        )
        assert both == [["stored"], None, None]
        assert await store.sequence() == 3
        assert await store.put([make_envelope(1)], message_key=b"third") == ["known"]

    place.run(test)


def test_a_hundred_at_once_share_commits(place: Place) -> None:
    async def test(store: Store) -> None:
        outcomes = await asyncio.gather(*[store.put([make_envelope(n)]) for n in range(100)])
        assert outcomes == [["stored"]] * 100
        assert store.commits <= 10

    place.run(test)


def test_the_same_envelope_at_once_is_stored_once(place: Place) -> None:
    async def test(store: Store) -> None:
        outcomes = await asyncio.gather(*[store.put([make_envelope(n % 5)]) for n in range(100)])
        assert sum(outcome == ["stored"] for outcome in outcomes) == 5
        assert await store.sequence() == 5

    place.run(test)


def test_what_is_pending_is_known_after_a_restart(place: Place) -> None:
    place.run(lambda store: store.put([make_envelope(1)]))
    assert place.run(lambda store: store.put([make_envelope(1), make_envelope(2)])) == [
        "known",
        "stored",
    ]
    assert place.run(lambda store: store.sequence()) == 2
    assert place.run(lambda store: store.put([make_envelope(1)])) == ["known"]


def test_stopping_commits_what_waits(place: Place) -> None:
    async def main() -> None:
        store = place.make_store()
        await store.start()
        waiting = [asyncio.ensure_future(store.put([make_envelope(n)])) for n in range(50)]
        await asyncio.sleep(0)  # lets them reach the queue
        await store.stop()
        assert await asyncio.gather(*waiting) == [["stored"]] * 50
        with pytest.raises(StoreUnavailable):
            await store.put([make_envelope(1)])
        await store.stop()

    asyncio.run(main())
    assert place.count("pending") == 50


def test_leaves_are_sorted_by_id_and_have_no_gaps(place: Place) -> None:
    place.limits = Limits(sequence_rows=7)

    async def test(store: Store) -> None:
        for numbers in (range(50), range(50, 80)):
            await store.put([make_envelope(number) for number in numbers])
            assert await store.sequence() == len(numbers)
        rows = await store.download(-1, 1000)
        assert [row[0] for row in rows] == list(range(80))
        ids = [row[1][7:] for row in rows]
        assert ids[:50] == sorted(ids[:50])
        assert ids[50:] == sorted(ids[50:])
        assert await store.download(77, 1) == [rows[78]]

    place.run(test)


def test_a_run_takes_a_crowd_at_most_and_those_that_came_first(place: Place) -> None:
    place.limits = Limits(pending_envelopes=3)

    async def test(store: Store) -> None:
        envelopes = [make_envelope(number) for number in range(8)]
        await store.put(envelopes)
        for count in (3, 3):
            assert await store.sequence() == count
            assert await store.put(envelopes) == ["known"] * 8
        rows = await store.download(-1, 10)
        assert {row[2] for row in rows[:3]} == set(envelopes[:3])
        assert {row[2] for row in rows[3:]} == set(envelopes[3:6])
        assert await store.sequence() == 2
        assert await store.sequence() == 0
        assert store.pending == 0

    place.run(test)


def test_what_another_service_has_sequenced_is_no_crowd(place: Place) -> None:
    place.limits = Limits(pending_envelopes=3)

    async def test(store: Store) -> None:
        await store.put([make_envelope(number) for number in range(5)])
        other = Store(place.url, clock=place.clock, on_fatal=print)
        await other.start()
        assert await other.sequence() == 5
        await other.stop()
        assert store.pending == 5
        assert await store.sequence() == 0
        assert store.pending == 0
        assert await store.put([make_envelope(4)]) == ["known"]

    place.run(test)


@pytest.mark.parametrize("crowd", [0, 1, 3, 7])
def test_a_round_signs_all_that_waited_a_crowd_at_a_time(place: Place, crowd: int) -> None:
    place.limits = Limits(pending_envelopes=crowd)

    async def test(store: Store) -> None:
        await store.put([make_envelope(number) for number in range(7)])
        await make_log(store).advance()
        assert store.pending == 0

    place.run(test)
    assert place.count("leaf") == 7
    assert place.count("checkpoint") >= 7 // max(1, crowd)


def test_steps_are_bounded_in_bytes_too(place: Place) -> None:
    place.limits = Limits(sequence_bytes=1)

    async def test(store: Store) -> None:
        await store.put([make_envelope(number) for number in range(5)])
        assert await store.sequence() == 5

    place.run(test)


def test_a_run_that_is_cut_off_between_copying_and_deleting_is_finished_by_the_next(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(store: Store) -> None:
        await store.put([make_envelope(number) for number in range(5)])
        with monkeypatch.context() as patch:
            patch.setattr(store._database, "delete_pending", Mock(side_effect=StoreUnavailable))
            with pytest.raises(StoreUnavailable):
                await store.sequence()
        assert len(await store.download(-1, 10)) == 5
        assert await store.put([make_envelope(1)]) == ["known"]

    place.run(test)
    assert place.count("pending") == 5
    assert place.run(lambda store: store.put([make_envelope(n) for n in (1, 9)])) == [
        "known",
        "stored",
    ]
    assert place.run(lambda store: store.sequence()) == 1
    assert (place.count("pending"), place.count("leaf"), place.count("body")) == (0, 6, 6)


@pytest.mark.parametrize(("room", "most"), [(0, 1), (2 * LENGTH, 2), (1 << 40, 20)])
def test_what_is_copied_is_deleted_before_it_fills_the_disk(
    place: Place, room: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.limits = Limits(sequence_rows=1)
    twice: list[int] = []

    async def test(store: Store) -> None:
        await store.put([make_envelope(number) for number in range(20)])
        monkeypatch.setattr(store, "count_free", lambda: 4 * room)
        write = store.write

        async def count(run: Callable[[Connection], Any]) -> Any:
            done = await write(run)
            twice.append(place.count("pending") + place.count("leaf") - 20)
            return done

        monkeypatch.setattr(store, "write", count)
        assert await store.sequence() == 20

    place.run(test)
    assert max(twice) == most
    assert place.count("pending") == 0


def test_a_second_row_in_pending_never_gets_a_second_leaf(place: Place) -> None:
    """As another service on the same database would leave it behind."""

    async def test(store: Store) -> None:
        await store.put([make_envelope(1), make_envelope(2)])
        again = text("INSERT INTO pending (leaf, body) SELECT leaf, body FROM pending")
        await store.write(lambda connection: connection.execute(again))
        assert await store.sequence() == 2
        await store.write(
            lambda connection: connection.execute(
                text(
                    "INSERT INTO pending (leaf, body)"
                    " SELECT leaf, body FROM leaf JOIN body USING (log_index)"
                )
            )
        )
        assert await store.sequence() == 0
        assert len(await store.download(-1, 10)) == 2

    place.run(test)
    assert place.count("pending") == 0


def test_a_purged_body_is_null(place: Place) -> None:
    async def test(store: Store) -> None:
        await store.put([make_envelope(1)])
        await store.sequence()
        purge = text("DELETE FROM body")
        await store.write(lambda connection: connection.execute(purge))
        assert [(row[0], row[2]) for row in await store.download(-1, 10)] == [(0, None)]
        assert await store.put([make_envelope(1)]) == ["known"]

    place.run(test)


def test_a_full_disk_is_told_and_survived(
    sqlite_place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        store = sqlite_place.make_store()

        @event.listens_for(store._writing, "connect")
        def shrink(connection: Any, _record: object) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={pages + 5}")

        await store.start()
        stored: list[int] = []
        full = 0
        for number in range(300):
            try:
                await store.put([make_envelope(number)], message_key=b"key %d" % number)
            except StoreFull:
                full += 1
            else:
                stored.append(number)
        assert full
        assert stored
        assert store.pending == len(stored)
        with pytest.raises(StoreFull):
            await store.sequence()  # moving needs room for a moment
        grow = text("PRAGMA max_page_count=100000")
        await store.write(lambda connection: connection.execute(grow).all())
        refused = next(number for number in range(300) if number not in stored)
        again = await store.put([make_envelope(refused)], message_key=b"key %d" % refused)
        assert again == ["stored"]
        assert await store.sequence() == len(stored) + 1
        await store.stop()

    asyncio.run(main())
    assert sqlite_place.fatal == []
    assert caplog.messages[0] == "code=store-full"
    assert len(caplog.messages) < 5  # not a line for each request


def test_a_reserve_is_kept_for_checkpoints(sqlite_place: Place) -> None:
    sqlite_place.limits = Limits(reserve_bytes=1 << 62)

    async def test(store: Store) -> None:
        with pytest.raises(StoreFull):
            await store.put([make_envelope(1)])
        with pytest.raises(StoreFull):
            await store.check()
        assert await store.sequence() == 0  # that goes on

    sqlite_place.run(test)


def test_what_a_lone_function_raises_is_undone_and_raised(place: Place) -> None:
    async def test(store: Store) -> None:
        await store.put([make_envelope(1)])

        def run(connection: Any) -> None:
            connection.execute(text("DELETE FROM pending"))
            raise KeyError("mine")

        with pytest.raises(KeyError):
            await store.write(run)
        assert await store.sequence() == 1

    place.run(test)


def test_what_is_known_costs_a_commit_like_what_is_new(sqlite_place: Place) -> None:
    """Or the time of an answer would tell which envelopes are there."""

    async def test(store: Store) -> None:
        wal = sqlite_place.folder / "service.db-wal"
        await store.put([make_envelope(1)], message_key=KEY)
        for works in ([make_envelope(1)], [make_envelope(2)]):
            for key in (None, KEY):
                size = wal.stat().st_size
                await store.put(works, message_key=key)
                assert wal.stat().st_size > size

    sqlite_place.run(test)


def test_every_connection_has_the_pragmas(sqlite_place: Place) -> None:
    async def test(store: Store) -> None:
        for name, _wanted, expected in PRAGMAS:
            query = text(f"PRAGMA {name}")
            assert await store.read(lambda c, q=query: c.execute(q).scalar()) == expected
            assert await store.write(lambda c, q=query: c.execute(q).scalar()) == expected

    sqlite_place.run(test)


def test_a_pragma_that_does_not_take_is_refused(
    sqlite_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = sqlite_place.make_store()
    monkeypatch.setattr("app.sqlite.PRAGMAS", (("synchronous", "NORMAL", 2),))
    with pytest.raises(StoreUnavailable) as caught:
        asyncio.run(store.start())
    assert caught.value.code == "pragma-refused"
    asyncio.run(store.stop())


@pytest.mark.parametrize(
    "url",
    ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://host/name", "postgresql://host"],
)
def test_an_unknown_database_is_refused(url: str) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        Store(url, clock=lambda: 0.0, on_fatal=print)
    assert caught.value.code == "database-unknown"


def test_a_database_without_our_schema_is_refused(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'empty.db'}", clock=lambda: 0.0, on_fatal=print)
    with pytest.raises(StoreError) as caught:
        asyncio.run(store.start())
    assert caught.value.code == "schema-mismatch"
    assert "heliograph migrate" in str(caught.value)
    asyncio.run(store.stop())


def test_a_read_only_database_is_refused_at_the_start(sqlite_place: Place) -> None:
    sqlite_place.make_store()
    store = Store(
        f"sqlite:///file:{sqlite_place.folder / 'service.db'}?mode=ro&uri=true",
        clock=sqlite_place.clock,
        on_fatal=sqlite_place.fatal.append,
    )
    with pytest.raises(StoreUnavailable):
        asyncio.run(store.start())
    asyncio.run(store.stop())


def test_nothing_is_kept_that_tells_the_time(sqlite_place: Place) -> None:
    """Two stores with clocks hours apart on one day hold the same bytes in every table."""

    def dump(folder: str, now: int) -> list[str]:
        other = Place(sqlite_place.folder / folder)
        other.folder.mkdir()
        other.clock.now = now

        async def test(store: Store) -> None:
            await store.put([make_envelope(1), make_envelope(2)], message_key=KEY)
            await store.put_part(b"ref", 0, 2, b"s" * 114)
            await store.sequence()
            await store.put([make_envelope(3)])

        other.run(test)
        with sqlite3.connect(other.folder / "service.db") as connection:
            rows = list(connection.iterdump())
        connection.close()
        return rows

    midnight = NOW // 86_400 * 86_400
    assert dump("morning", midnight + 1) == dump("evening", midnight + 86_399)
