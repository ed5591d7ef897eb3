"""The outbox: kept until settled, once for a message, parts joined, nothing in clear."""

import asyncio
import itertools
import sqlite3
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.envelope import envelope_id
from crypto.sealed_sms import MAX_ALTERNATIVES, Part
from sms.errors import SetupError
from sms.outbox import Counts, Outbox, read_counts
from sms.sink import SinkFull
from tests.sms.outboxes import DAY, LENGTH, LIMITS, Shelf, make_envelope, make_parts, name_key


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_a_message_is_kept_once(shelf: Shelf) -> None:
    async def test(outbox: Outbox) -> None:
        assert await outbox.put([make_envelope(1), make_envelope(2)], name_key(1))
        assert not await outbox.put([make_envelope(3)], name_key(1))

    shelf.run(test)
    assert shelf.take() == {make_envelope(1), make_envelope(2)}
    assert shelf.fatal == []


def test_only_its_owner_may_read_the_files(shelf: Shelf) -> None:
    async def test(outbox: Outbox) -> list[int]:
        await outbox.put([make_envelope(1)], name_key(1))
        return [path.stat().st_mode & 0o077 for path in shelf.folder.iterdir()]

    assert shelf.run(test) == [0, 0, 0]  # the file, its WAL, its shared memory


def test_sixty_four_webhooks_share_few_commits(shelf: Shelf) -> None:
    async def test(outbox: Outbox) -> int:
        before = outbox.commits
        puts = (outbox.put([make_envelope(n)], name_key(n)) for n in range(64))
        assert all(await asyncio.gather(*puts))
        return outbox.commits - before

    assert shelf.run(test) <= 3


def test_settling_deletes_what_arrived_and_keeps_what_was_refused(shelf: Shelf) -> None:
    ids = [envelope_id(make_envelope(n)) for n in range(4)]

    async def test(outbox: Outbox) -> Counts:
        await outbox.put([make_envelope(n) for n in range(4)], name_key(1))
        await outbox.settle(ids[:2], {ids[2]: "envelope-suite"})
        taken = await outbox.take(10, 1 << 20, 5)
        assert [id for id, _body in taken] == [ids[3]]
        return await outbox.count()

    assert shelf.run(test) == Counts(1, {"envelope-suite": 1}) == read_counts(shelf.path)
    # A newer service may take it: after a start it is tried once more.
    assert shelf.take() == {make_envelope(2), make_envelope(3)}
    assert read_counts(shelf.path) == Counts(2, {})


def test_what_is_taken_is_bounded(shelf: Shelf) -> None:
    async def test(outbox: Outbox) -> None:
        await outbox.put([make_envelope(n) for n in range(10)], name_key(1))
        assert len(await outbox.take(4, 1 << 20, 5)) == 4
        assert len(await outbox.take(10, 3 * (LENGTH + 5), 5)) == 3
        assert len(await outbox.take(10, 1, 5)) == 1

    shelf.run(test)


def test_it_is_taken_from_a_random_place_on(shelf: Shelf) -> None:
    """So one that the service never takes does not stand in front of the others for ever."""

    async def test(outbox: Outbox) -> set[bytes]:
        await outbox.put([make_envelope(n) for n in range(8)], name_key(1))
        return {(await outbox.take(1, 1 << 20, 5))[0][0] for _ in range(200)}

    assert len(shelf.run(test)) > 1


def test_rows_do_not_lie_in_the_order_in_which_they_came(shelf: Shelf) -> None:
    async def test(outbox: Outbox) -> None:
        for n in range(20):
            await outbox.put([make_envelope(n)], name_key(n))

    shelf.run(test)
    with sqlite3.connect(shelf.path) as db:
        rows = [row[0] for row in db.execute("SELECT body FROM envelope")]
        with pytest.raises(sqlite3.OperationalError):  # a row's number would count arrivals
            db.execute("SELECT rowid FROM envelope")
    db.close()
    assert rows == sorted(rows, key=envelope_id)


def test_parts_are_joined_in_any_order(shelf: Shelf) -> None:
    envelope, parts = make_parts(7, 4)

    async def test(outbox: Outbox) -> None:
        for n, part in enumerate([parts[2], parts[0], parts[2], parts[3]]):
            assert await outbox.put_part(part, name_key(n))
            assert (await outbox.count()).waiting == 0
        assert not await outbox.put_part(parts[1], name_key(3))
        await outbox.put_part(parts[1], name_key(9))

    shelf.run(test)
    assert shelf.take() == {envelope}


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_envelope_of_conflicting_parts_goes_on(data: st.DataObject) -> None:
    """Two envelopes' parts, some forged ones, in any order and doubled, over restarts."""
    first, second = make_parts(1, 3), make_parts(2, 2)
    forged = [replace(first[1][0], slice=bytes([n]) * 114) for n in range(MAX_ALTERNATIVES - 1)]
    sent = [*first[1], *second[1], *forged, *first[1][:1]]
    order = data.draw(st.permutations(sent))
    cut = data.draw(st.integers(0, len(order)))
    with TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        numbers = itertools.count()

        async def send(outbox: Outbox, parts: list[Part]) -> None:
            for part in parts:
                await outbox.put_part(part, name_key(next(numbers)))

        shelf.run(lambda outbox: send(outbox, order[:cut]))
        shelf.run(lambda outbox: send(outbox, order[cut:]))
        assert shelf.take() == {first[0], second[0]}


def test_a_fifth_slice_for_one_index_is_dropped(shelf: Shelf) -> None:
    envelope, parts = make_parts(1, 2)

    async def test(outbox: Outbox) -> None:
        for n in range(MAX_ALTERNATIVES):
            await outbox.put_part(replace(parts[0], slice=bytes([n]) * 114), name_key(n))
        assert await outbox.put_part(parts[0], name_key(10))  # taken, so that nobody sends it again
        await outbox.put_part(parts[1], name_key(11))

    shelf.run(test)
    assert shelf.take() == set()
    assert envelope


def test_parts_have_their_room(shelf: Shelf) -> None:
    """Beyond it only what completes something is taken; what was joined gives way in time."""
    shelf.limits = replace(LIMITS, part_bytes=3 * 114)
    one, other, third = make_parts(1, 2), make_parts(2, 2), make_parts(3, 3)

    async def fill(outbox: Outbox) -> None:
        await outbox.put_part(one[1][0], name_key(1))
        await outbox.put_part(other[1][0], name_key(2))
        await outbox.put_part(third[1][0], name_key(3))
        with pytest.raises(SinkFull):
            await outbox.put_part(third[1][1], name_key(4))
        await outbox.put_part(one[1][1], name_key(5))  # completes an envelope
        with pytest.raises(SinkFull):
            await outbox.put_part(third[1][1], name_key(4))

    shelf.run(fill)
    assert shelf.take() == {one[0]}
    shelf.now += 2 * DAY
    shelf.run(lambda outbox: outbox.put_part(third[1][1], name_key(4)))


def count_rows(shelf: Shelf, table: str) -> int:
    with sqlite3.connect(shelf.path) as db:
        found = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    db.close()
    return int(found)


def test_keys_and_slices_go_when_their_days_are_over(shelf: Shelf) -> None:
    async def fill(outbox: Outbox) -> None:
        await outbox.sweep()
        await outbox.put_part(make_parts(1)[1][0], name_key(1))

    shelf.run(fill)
    left = []
    for _day in range(16):
        shelf.now += DAY
        shelf.run(Outbox.sweep)
        left.append((count_rows(shelf, "message_key"), count_rows(shelf, "part")))
    assert left.index((0, 1)) == 7  # the eighth day
    assert left.index((0, 0)) == 14  # the fifteenth
    with sqlite3.connect(shelf.path) as db:
        assert db.execute("SELECT bytes FROM part_room").fetchone() == (0,)
    db.close()


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_jumps_deletes_nothing(shelf: Shelf, years: int) -> None:
    async def fill(outbox: Outbox) -> None:
        await outbox.sweep()
        await outbox.put_part(make_parts(1)[1][0], name_key(1))

    shelf.run(fill)
    shelf.now += years * 365 * DAY
    shelf.run(Outbox.sweep)
    assert (count_rows(shelf, "message_key"), count_rows(shelf, "part")) == (1, 1)
    shelf.now -= years * 365 * DAY
    shelf.run(Outbox.sweep)
    assert (count_rows(shelf, "message_key"), count_rows(shelf, "part")) == (1, 1)


def test_the_file_does_not_tell_how_much_once_waited(shelf: Shelf) -> None:
    async def test(outbox: Outbox) -> None:
        await outbox.put([make_envelope(n, 32_768 + 52) for n in range(100)], name_key(1))
        taken = await outbox.take(1000, 1 << 30, 5)
        await outbox.settle([id for id, _body in taken], {})
        await outbox.tidy()
        assert sum(path.stat().st_size for path in shelf.folder.iterdir()) < 200_000
        assert not any(
            make_envelope(n, 32_768 + 52)[100:200] in path.read_bytes()
            for n in range(100)
            for path in shelf.folder.iterdir()
        )

    shelf.run(test)


def test_a_disk_without_its_reserve_is_told(shelf: Shelf) -> None:
    """What deletes goes on: it makes room."""
    shelf.run(lambda outbox: outbox.put([make_envelope(1)], name_key(1)))
    shelf.limits = replace(LIMITS, reserve_bytes=1 << 60)

    async def test(outbox: Outbox) -> None:
        with pytest.raises(SinkFull):
            await outbox.put([make_envelope(2)], name_key(2))
        with pytest.raises(SinkFull):
            await outbox.check()
        await outbox.settle([envelope_id(make_envelope(1))], {})

    shelf.run(test)
    assert shelf.take() == set()


def test_no_outbox_no_counts(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as caught:
        read_counts(tmp_path / "none.db")
    assert caught.value.code == "outbox-unusable"
    (tmp_path / "empty.db").touch()
    with pytest.raises(SetupError):
        read_counts(tmp_path / "empty.db")


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "settle", "refuse", "restart"]), st.integers(0, 9)),
        max_size=20,
    )
)
def test_it_holds_what_was_put_and_not_settled(steps: list[tuple[str, int]]) -> None:
    """Any sequence of what can happen, beside a model of two sets."""
    keys: set[int] = set()
    held: set[bytes] = set()
    with TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))

        async def go(outbox: Outbox, steps: list[tuple[str, int]]) -> None:
            for word, number in steps:
                envelope = make_envelope(number)
                if word == "put":
                    assert await outbox.put([envelope], name_key(number)) == (number not in keys)
                    if number not in keys:
                        held.add(envelope)
                    keys.add(number)
                elif word == "settle":
                    await outbox.settle([envelope_id(envelope)], {})
                    held.discard(envelope)
                else:
                    await outbox.settle([], {envelope_id(envelope): "envelope-suite"})

        for restart, group in itertools.groupby(steps, lambda step: step[0] == "restart"):
            if not restart:
                some = list(group)
                shelf.run(lambda outbox, some=some: go(outbox, some))
        waiting = shelf.take()
        assert waiting == held
