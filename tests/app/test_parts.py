"""Sealed-SMS parts: any order, duplicates, gaps and conflicts; then one envelope."""

import asyncio
import itertools
from typing import Any

import pytest
from sqlalchemy import event

from app.errors import StoreFull
from app.limits import Limits
from app.store import Store
from crypto.sealed_sms import Part, join, read_text, write_texts
from tests.app.running import Place, make_envelope


def make_parts(number: int, texts: int) -> tuple[bytes, list[Part]]:
    envelope = make_envelope(number, length=114 * texts)
    parts = [read_text(text) for text in write_texts(envelope)]
    assert all(isinstance(part, Part) for part in parts)
    return envelope, parts  # type: ignore[return-value]


async def put(store: Store, part: Part, key: bytes | None = None) -> bool:
    return await store.put_part(part.ref, part.index, part.count, part.slice, message_key=key)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_any_order_joins(place: Place, order: tuple[int, ...]) -> None:
    envelope, parts = make_parts(1, 3)

    async def test(store: Store) -> None:
        for index in order[:-1]:
            assert await put(store, parts[index])
            assert store.pending == 0
        for part in [parts[order[-1]], *parts]:
            assert await put(store, part)
            assert store.pending == 1
        assert await store.put([envelope]) == ["known"]

    place.run(test)
    assert place.count("sms_part") == 3  # until they are swept (docs/adr/0014)


def test_fifteen_parts_at_once(place: Place) -> None:
    envelope, parts = make_parts(1, 15)

    async def test(store: Store) -> None:
        assert all(await asyncio.gather(*[put(store, part) for part in parts * 2]))
        assert await store.put([envelope]) == ["known"]
        assert await store.sequence() == 1

    place.run(test)


def test_parts_wait_through_restarts_and_days(place: Place) -> None:
    envelope, parts = make_parts(1, 2)
    place.run(lambda store: put(store, parts[0]))
    place.clock.now += 13 * 86_400

    async def test(store: Store) -> None:
        await store.sweep()
        await put(store, parts[1])
        assert await store.put([envelope]) == ["known"]

    place.run(test)


def test_duplicates_change_nothing(place: Place) -> None:
    _envelope, parts = make_parts(1, 2)

    async def test(store: Store) -> None:
        for _ in range(5):
            await put(store, parts[0])
        assert store.pending == 0

    place.run(test)
    assert place.count("sms_part") == 1


def test_conflicting_slices_do_not_stop_the_true_one(place: Place) -> None:
    envelope, parts = make_parts(1, 2)

    async def test(store: Store) -> None:
        for junk in (b"a", b"b", b"c"):
            await store.put_part(parts[0].ref, 0, 2, junk * 114)
        await put(store, parts[0])
        await store.put_part(parts[0].ref, 0, 2, b"fifth" * 22 + b"four")
        await put(store, parts[1])
        assert await store.put([envelope]) == ["known"]

    place.run(test)
    assert place.count("sms_part") == 5  # the junk too, until it is swept


FORGED = {
    0: b"\x01\x01\x00\x01" + (11_720_723).to_bytes(110, "big"),
    1: (5_209_078).to_bytes(114, "big"),
}
"""Instead of one true slice of make_parts(1, 2): with the other one, an envelope of the same ref.
Whoever sees one true part finds such a slice in seconds (2^24 hashes); these took as long.
"""


@pytest.mark.parametrize("place_of_forged", [0, 1])
@pytest.mark.parametrize("forged_first", [True, False])
def test_a_junk_join_does_not_cost_the_true_envelope(
    place: Place, place_of_forged: int, forged_first: bool
) -> None:
    envelope, parts = make_parts(1, 2)
    true_one, late = parts[1 - place_of_forged], parts[place_of_forged]
    forged = Part(late.ref, late.index, 2, FORGED[place_of_forged])
    assert join(late.ref, [[forged.slice], [true_one.slice]][:: 1 - 2 * place_of_forged])

    async def test(store: Store) -> None:
        for part in [forged, true_one][:: 1 if forged_first else -1]:
            assert await put(store, part)
        assert store.pending == 1  # the junk: only a keyholder can tell
        assert await put(store, late)
        assert store.pending == 2
        assert await store.put([envelope]) == ["known"]

    place.run(test)


def test_a_slice_that_completes_is_kept_above_the_limit(place: Place) -> None:
    """It may be the true one that completed a forger's envelope."""
    place.limits = Limits(part_bytes=114)
    envelope, parts = make_parts(1, 2)

    async def test(store: Store) -> None:
        await put(store, Part(parts[0].ref, 0, 2, FORGED[0]))
        await put(store, parts[1])
        assert place.count("sms_part") == 2
        assert store.pending == 1

    place.run(test)
    place.limits = Limits()
    place.run(lambda store: put(store, parts[0]))
    assert place.run(lambda store: store.put([envelope])) == ["known"]


def test_where_there_is_no_room_joined_slices_go_after_a_day(place: Place) -> None:
    place.limits = Limits(part_bytes=4 * 114)
    looks: list[str] = []

    async def test(store: Store) -> None:
        @event.listens_for(store._writing, "before_cursor_execute")
        def look(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            looks.extend(["delete"] * statement.startswith("DELETE FROM sms_part"))

        for part in make_parts(1, 2)[1] + make_parts(2, 3)[1][:2]:
            await put(store, part)
        for days in (0, 1):
            place.clock.now += days * 86_400
            for number in range(5, 9):
                with pytest.raises(StoreFull):
                    await put(store, make_parts(number, 2)[1][0])
            assert len(looks) == days + 1  # one look a day: it costs a walk over all slices
        place.clock.now += 86_400
        for number in (5, 6):
            assert await put(store, make_parts(number, 2)[1][0])
        with pytest.raises(StoreFull):
            await put(store, make_parts(7, 2)[1][0])
        assert len(looks) == 3

    place.run(test)
    assert place.count("sms_part") == 4  # two that wait since then, two new ones


def test_a_message_key_counts_once_for_parts_too(place: Place) -> None:
    _envelope, parts = make_parts(1, 2)

    async def test(store: Store) -> None:
        assert await put(store, parts[0], b"key") is True
        assert await put(store, parts[1], b"key") is False
        assert store.pending == 0

    place.run(test)


def test_the_room_for_parts_is_bounded_and_hurts_nobody_else(place: Place) -> None:
    place.limits = Limits(part_bytes=3 * 114)

    async def test(store: Store) -> None:
        _none, parts = make_parts(1, 5)
        envelope, pair = make_parts(2, 2)
        await put(store, pair[0])
        for part in parts[:2]:
            await put(store, part, b"key %d" % part.index)
        answers = await asyncio.gather(
            put(store, parts[2], b"key 2"),
            store.put([make_envelope(7)]),
            put(store, pair[1], b"key 3"),
            return_exceptions=True,
        )
        assert isinstance(answers[0], StoreFull)
        assert answers[0].code == "parts-full"
        assert answers[1:] == [["stored"], True]
        assert await store.put([envelope]) == ["known"]
        place.clock.now += 2 * 86_400
        assert await put(store, parts[2], b"key 2")  # there is room; the key was not used up

    place.run(test)


def test_a_full_disk_in_the_middle_of_parts_is_survived(sqlite_place: Place) -> None:
    async def main() -> None:
        store = sqlite_place.make_store()

        @event.listens_for(store._writing, "connect")
        def shrink(connection: Any, _record: object) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={pages + 5}")

        await store.start()
        kept = 0
        for number in range(600):
            try:
                await store.put_part(number.to_bytes(3, "big"), 0, 2, b"s" * 114)
            except StoreFull as error:
                assert error.code == "store-full"  # noqa: PT017
            else:
                kept += 1
        assert 0 < kept < 600
        await store.check()
        await store.stop()
        assert sqlite_place.count("sms_part") == kept

    asyncio.run(main())
    assert sqlite_place.fatal == []


@pytest.mark.parametrize(
    ("ref", "index", "count", "slice"),
    [
        (b"re", 0, 2, b"s" * 114),
        (b"ref", 2, 2, b"s" * 114),
        (b"ref", -1, 2, b"s" * 114),
        (b"ref", 0, 1, b"s" * 114),
        (b"ref", 0, 16, b"s" * 114),
        (b"ref", 0, 2, b"s" * 113),
    ],
)
def test_what_is_no_part_is_refused(
    place: Place, ref: bytes, index: int, count: int, slice: bytes
) -> None:
    async def test(store: Store) -> None:
        with pytest.raises(ValueError, match="not a part"):
            await store.put_part(ref, index, count, slice)

    place.run(test)
