"""Purging: what a signed keyring lists loses its bytes and keeps its leaf, whenever it came."""

import asyncio
import os
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from app.errors import StoreFull
from app.limits import Limits
from app.purges import AWAITED, BLOB, DONE, DUE, PURGE, delete_due, note_purged
from app.purging import purge
from app.store import Store
from app.tables import LogBody, Pending, SmsPart
from crypto.checkpoints import open_checkpoint
from crypto.envelope import envelope_id
from crypto.leaves import find_digest
from crypto.log import find_root, hash_leaf
from crypto.purged import Purged
from tests.app.running import Place, make_envelope, make_log
from tests.app.test_parts import make_parts, put
from tests.nursery import start_loaded

BODY = LogBody.__table__  # type: ignore[attr-defined]
PENDING = Pending.__table__  # type: ignore[attr-defined]
PART = SmsPart.__table__  # type: ignore[attr-defined]


def ids(*envelopes: bytes) -> tuple[bytes, ...]:
    return tuple(sorted(map(envelope_id, envelopes)))


def list_purged(*envelopes: bytes, blobs: Sequence[bytes] = ()) -> Purged:
    return Purged(ids(*envelopes), tuple(blobs))


async def note(store: Store, purged: Purged) -> None:
    """As taking a keyring into use does."""
    await store.write(partial(note_purged, purged=purged))


async def count(store: Store, table: Any) -> int:
    query = select(func.count()).select_from(table)
    return await store.read(lambda connection: connection.execute(query).scalar_one())


async def read_states(store: Store) -> list[int]:
    query = select(PURGE.c.state).order_by(PURGE.c.kind, PURGE.c.id)
    return list(await store.read(lambda connection: connection.execute(query).scalars().all()))


async def read_bodies(store: Store) -> dict[bytes, bytes | None]:
    """Body by id, of everything in the log."""
    rows = await store.download(-1, 1 << 20)
    assert [row[0] for row in rows] == list(range(len(rows)))
    found = {find_digest(row[1]): row[2] for row in rows}
    assert len(found) == len(rows)  # no id has two leaves
    return {id: body for id, body in found.items() if id is not None}


async def check_log(store: Store) -> int:
    """The size of the log, whose signed root is that of its leaves."""
    log = make_log(store)
    await log.advance()
    leaves = [row[1] for row in await store.download(-1, 1 << 20)]
    checkpoint = open_checkpoint(await log.find_checkpoint() or b"", log.key)
    assert checkpoint.root == find_root(map(hash_leaf, leaves))
    assert checkpoint.size == len(leaves)
    return checkpoint.size


def test_a_logged_one_loses_its_body_and_keeps_its_leaf(place: Place) -> None:
    envelopes = [make_envelope(n) for n in range(5)]

    async def test(store: Store) -> None:
        await store.put(envelopes)
        assert await check_log(store) == 5
        leaves = [row[1] for row in await store.download(-1, 10)]
        purged = list_purged(*envelopes[1:3])
        await note(store, purged)
        assert await purge(store, purged) == 2
        assert await read_states(store) == [DONE, DONE]
        kept = await read_bodies(store)
        assert {id for id, body in kept.items() if body is None} == set(purged.envelopes)
        assert {body for body in kept.values() if body} == {*envelopes[:1], *envelopes[3:]}
        assert [row[1] for row in await store.download(-1, 10)] == leaves
        assert await store.put([envelopes[1]]) == ["known"]
        assert await store.sequence() == 0
        assert await purge(store, purged) == 0
        assert await check_log(store) == 5

    place.run(test)


def test_a_pending_one_gets_its_leaf_in_its_order_and_no_body(place: Place) -> None:
    envelopes = [make_envelope(n) for n in range(9)]

    async def test(store: Store) -> None:
        await store.put(envelopes)
        purged = list_purged(*envelopes[3:6])
        await note(store, purged)
        await purge(store, purged)
        assert await read_states(store) == [AWAITED] * 3
        assert await store.put(envelopes[3:4]) == ["known"]
        assert await check_log(store) == 9
        kept = await read_bodies(store)
        assert list(kept) == sorted(kept)
        assert {id for id, body in kept.items() if body is None} == set(purged.envelopes)
        assert await read_states(store) == [DONE] * 3
        assert (await count(store, PENDING), await count(store, BODY)) == (0, 6)

    place.run(test)


def test_one_that_comes_weeks_later_is_stored_for_its_sender_and_never_kept(place: Place) -> None:
    late, other = make_envelope(1), make_envelope(2)

    async def note_early(store: Store) -> None:
        await note(store, list_purged(late))
        assert await purge(store, list_purged(late)) == 1

    async def test(store: Store) -> None:
        assert await store.put([late, other, late]) == ["stored", "stored", "known"]
        assert await check_log(store) == 2
        assert await read_bodies(store) == {envelope_id(late): None, envelope_id(other): other}
        assert await store.put([late]) == ["known"]
        assert await read_states(store) == [DONE]

    place.run(note_early)
    place.run(test)


def test_what_is_listed_while_it_waits_for_its_step_is_found_by_sequencing(place: Place) -> None:
    """The list is noted, no step was done yet, and the envelope is sequenced: no body either."""
    envelope = make_envelope(1)

    async def test(store: Store) -> None:
        await store.put([envelope])
        await note(store, list_purged(envelope))
        assert await store.sequence() == 1
        assert await read_states(store) == [DONE]
        assert await read_bodies(store) == {envelope_id(envelope): None}
        assert await purge(store, list_purged(envelope)) == 0

    place.run(test)


def test_ids_that_begin_alike_are_not_taken_for_each_other(place: Place) -> None:
    envelope = make_envelope(1)
    near = envelope_id(envelope)[:8] + bytes(24)

    async def test(store: Store) -> None:
        await store.put([envelope])
        await store.sequence()
        purged = Purged((near,))
        await note(store, purged)
        await purge(store, purged)
        assert await read_bodies(store) == {envelope_id(envelope): envelope}
        assert await read_states(store) == [AWAITED]

    place.run(test)


@pytest.mark.parametrize("listed_first", [True, False])
def test_slices_go_with_their_envelope(place: Place, listed_first: bool) -> None:
    envelope, parts = make_parts(1, 3)
    _other, waiting = make_parts(2, 3)
    purged = list_purged(envelope)

    async def test(store: Store) -> None:
        await put(store, waiting[0])
        if listed_first:
            await note(store, purged)
        for part in parts:
            assert await put(store, part)
        assert await count(store, PART) == (1 if listed_first else 4)
        if not listed_first:
            await store.sequence()
            await note(store, purged)
        await purge(store, purged)
        await check_log(store)
        assert await count(store, PART) == 1  # the one that waits for an envelope of its own
        assert await read_bodies(store) == {envelope_id(envelope): None}

    place.run(test)


def test_slices_of_a_pending_one_go_when_it_is_sequenced(place: Place) -> None:
    envelope, parts = make_parts(1, 2)

    async def test(store: Store) -> None:
        for part in parts:
            await put(store, part)
        await note(store, list_purged(envelope))
        await purge(store, list_purged(envelope))
        assert await count(store, PART) == 2
        await store.sequence()
        assert await count(store, PART) == 0

    place.run(test)


def test_texts_that_are_sent_again_leave_nothing(place: Place) -> None:
    place.limits = Limits(part_bytes=4 * 114)
    envelope, parts = make_parts(1, 2)
    _other, waiting = make_parts(2, 4)

    async def test(store: Store) -> None:
        await store.put([envelope])
        await store.sequence()
        await note(store, list_purged(envelope))
        await purge(store, list_purged(envelope))
        for _again in range(3):
            for part in parts:
                assert await put(store, part)
            assert await count(store, PART) == 0
        assert store.pending == 0
        for part in waiting[:3]:  # the count of their bytes is right: there is room for four
            await put(store, part)
        assert await count(store, PART) == 3

    place.run(test)


def test_a_body_that_was_changed_is_deleted_as_well(place: Place) -> None:
    envelope = make_envelope(1)

    async def test(store: Store) -> None:
        await store.put([envelope])
        await store.sequence()
        change = BODY.update().values(body=b"\xff")
        await store.write(lambda connection: connection.execute(change))
        await note(store, list_purged(envelope))
        await purge(store, list_purged(envelope))
        assert await read_bodies(store) == {envelope_id(envelope): None}

    place.run(test)


def test_steps_are_bounded_and_a_step_that_fails_is_undone(place: Place) -> None:
    place.limits = Limits(purge_rows=2)
    envelopes = [make_envelope(n) for n in range(7)]
    purged = list_purged(*envelopes)

    def delete_and_fail(connection: Connection) -> None:
        assert delete_due(connection, 2) == 2
        raise StoreFull

    async def begin(store: Store) -> None:
        await store.put(envelopes)
        await store.sequence()
        await note(store, purged)
        assert await store.write(partial(delete_due, limit=2)) == 2
        with pytest.raises(StoreFull):
            await store.write(delete_and_fail)
        assert await count(store, BODY) == 5
        assert await read_states(store) == [DONE] * 2 + [DUE] * 5

    async def end(store: Store) -> None:
        assert await purge(store, purged) == 5
        assert await count(store, BODY) == 0
        assert await check_log(store) == 7

    place.run(begin)
    place.run(end)


def test_a_list_that_was_not_noted_is_noted_by_the_round(place: Place) -> None:
    """A service that knew no such lists took the keyring into use."""
    envelope = make_envelope(1)

    async def test(store: Store) -> None:
        await store.put([envelope])
        await store.sequence()
        assert await purge(store, list_purged(envelope)) == 1
        assert await read_bodies(store) == {envelope_id(envelope): None}

    place.run(test)


def test_two_services_on_one_database_purge_at_once(place: Place) -> None:
    place.limits = Limits(purge_rows=1)
    envelopes = [make_envelope(n) for n in range(12)]
    purged = list_purged(*envelopes, make_envelope(99))

    async def test(store: Store) -> None:
        await store.put(envelopes[:8])
        await store.sequence()
        await store.put(envelopes[8:])
        async with place.open_store() as other:
            await asyncio.gather(*(purge(one, purged) for one in (store, other)))
            await asyncio.gather(*(one.sequence() for one in (store, other)))
            assert await other.put(envelopes) == ["known"] * 12
        assert await count(store, BODY) == 0
        assert sorted(await read_states(store)) == [AWAITED] + [DONE] * 12
        assert await check_log(store) == 12

    place.run(test)


def test_blobs_go_one_by_one_and_wait_for_a_service_that_has_some(place: Place) -> None:
    there = {bytes([n]) * 32 for n in range(4)}
    listed = Purged(blobs=tuple(sorted(there))[:3])
    full = [True]

    async def delete_blob(id: bytes) -> None:
        if full and len(there) < 3:
            full.clear()
            raise StoreFull
        there.discard(id)

    async def test(store: Store) -> None:
        await note(store, listed)
        assert await purge(store, listed) == 0
        assert await read_states(store) == [DUE] * 3
        with pytest.raises(StoreFull):
            await purge(store, listed, delete_blob)
        assert await purge(store, listed, delete_blob) == 3  # the first two once more: no harm
        assert there == {bytes([3]) * 32}
        assert await read_states(store) == [DONE] * 3
        assert await purge(store, listed, delete_blob) == 0
        kinds = select(PURGE.c.kind).distinct()
        assert await store.read(lambda one: one.execute(kinds).scalars().all()) == [BLOB]

    place.run(test)


KILLED = """
import asyncio, sys
from app.limits import Limits
from app.purging import purge
from app.store import Store
from crypto.purged import Purged

async def main():
    store = Store(sys.argv[1], clock=lambda: 0, on_fatal=print, limits=Limits(purge_rows=1))
    await store.start()
    write = store.write
    async def tell(run):
        found = await write(run)
        print(found, flush=True)
        return found
    store.write = tell
    await purge(store, Purged())
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("steps", [1, 6, 11])
def test_killed_half_way_it_goes_on(place: Place, steps: int) -> None:
    envelopes = [make_parts(n, 2)[0] if n % 2 else make_envelope(n) for n in range(12)]
    purged = list_purged(*envelopes)

    async def begin(store: Store) -> None:
        parts = [part for n in range(1, 12, 2) for part in make_parts(n, 2)[1]]
        await asyncio.gather(*(put(store, part) for part in parts))
        await store.put(envelopes)
        await store.sequence()
        await note(store, purged)

    async def end(store: Store) -> None:
        states = await read_states(store)
        assert states.count(DONE) >= steps
        assert await count(store, BODY) == states.count(DUE)
        assert await purge(store, purged) == states.count(DUE)
        assert (await count(store, BODY), await count(store, PART)) == (0, 0)
        assert await read_states(store) == [DONE] * 12
        assert await check_log(store) == 12

    place.run(begin)
    output = place.folder / "output"
    output.touch()
    process = start_loaded(("-c", KILLED, place.url), os.environ, output)
    while output.read_text().count("\n") < steps:
        assert process.poll() is None, output.read_text()
        time.sleep(0.002)
    process.kill()
    process.wait(60)
    assert set(output.read_text().splitlines()[:steps]) == {"1"}
    place.run(end)


def test_nothing_of_it_is_left_in_the_file(sqlite_place: Place) -> None:
    """What `secure_delete` promises; the WAL is gone when the last connection closed.
    PostgreSQL keeps dead rows until VACUUM, and its WAL for longer (docs/threat-model.md).
    """
    logged, pending, kept = (make_envelope(n, length=2100) for n in range(3))

    async def test(store: Store) -> None:
        await store.put([logged, kept])
        await store.sequence()
        await store.put([pending])
        await note(store, list_purged(logged, pending))
        await purge(store, list_purged(logged, pending))
        await store.sequence()

    sqlite_place.run(test)
    data = b"".join(path.read_bytes() for path in sqlite_place.folder.iterdir())
    assert kept[100:400] in data
    for envelope in (logged, pending):
        assert not any(envelope[at : at + 64] in data for at in range(4, 2100 - 64))
