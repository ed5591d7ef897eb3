"""Uploads as replicas see them: two writers, resumption, expiry, sweeps, purging."""

import asyncio
import contextlib
import hashlib
import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from app.blobs import Blobs
from app.errors import RequestRefused, StoreBusy, StoreFull, StoreUnavailable
from app.limits import Limits
from app.piece_files import PieceFiles
from app.pieces import Piece
from app.store import Store
from tests.app.running import Place
from tests.app.uploads import (
    Line,
    list_pieces,
    make_blob,
    open_blobs,
    read_blob,
    run_blobs,
    wait_for,
    whole,
)

DATA = make_blob(1)
SIZE = len(DATA)
ID = hashlib.sha256(DATA).digest()
PIECES = Limits(blob_piece_bytes=10_000)
DAY = 86_400


async def refused(doing: Awaitable[Any]) -> str:
    with pytest.raises(RequestRefused) as caught:
        await doing
    return caught.value.code


def received_by(blobs: Blobs, at_least: int) -> Callable[[], Awaitable[bool]]:
    """Whether the one upload has so many bytes, without disturbing whoever sends."""
    query = text("SELECT received FROM blob_upload")

    async def look() -> bool:
        read = blobs._store.read
        return bool(await read(lambda c: c.execute(query).scalar_one()) >= at_least)

    return look


def run_replicas(place: Place, test: Callable[[Store, Blobs, Blobs], Awaitable[Any]]) -> None:
    """Two services on one database and one folder, each with a writer of its own."""

    async def main(store: Store) -> None:
        async with (
            place.open_store() as second,
            open_blobs(place, store) as left,
            open_blobs(place, second) as right,
        ):
            await test(store, left, right)

    place.run(main)


@pytest.mark.parametrize("piece", [SIZE, SIZE - 1, SIZE + 1, SIZE // 2, 10_000])
def test_whatever_the_cuts_the_blob_is_the_same(place: Place, piece: int) -> None:
    place.limits = Limits(blob_piece_bytes=piece)

    async def test(blobs: Blobs) -> None:
        secret, upload = await blobs.create(SIZE)
        for start, end in ((0, 1), (1, 9_999), (9_999, 30_001), (30_001, 30_001), (30_001, SIZE)):
            line = Line([DATA[start:end][:1], DATA[start:end][1:]])
            line.end()
            upload = await blobs.take(secret, start, line)
            assert upload.received == end
        assert upload.finished
        assert await read_blob(blobs, ID) == DATA
        assert await read_blob(blobs, ID, 9_990, 20_010) == DATA[9_990:20_010]
        assert await blobs.sweep(0) == (0, 0)
        assert len(list_pieces(place)) == -(-SIZE // piece)  # short ones are not left lying about

    run_blobs(place, test)


def test_what_came_before_a_cut_is_kept(place: Place) -> None:
    place.limits = PIECES

    async def test(blobs: Blobs) -> None:
        secret, _ = await blobs.create(SIZE)
        line = Line([DATA[:25_000]])
        line.cut()
        assert await refused(blobs.take(secret, 0, line)) == "body-cut-off"
        assert (await blobs.look(secret)).received == 25_000
        line = Line([DATA[25_000:]])
        line.cut()  # all bytes came, and their end did not
        await blobs.take(secret, 25_000, line)
        assert await read_blob(blobs, ID) == DATA

    run_blobs(place, test)


def test_a_request_that_takes_too_long_is_ended_and_goes_on(place: Place) -> None:
    place.limits = Limits(body_seconds=0.2)

    async def test(blobs: Blobs) -> None:
        secret, _ = await blobs.create(SIZE)
        assert await refused(blobs.take(secret, 0, Line([DATA[:25_000]]))) == "blob-paused"
        assert (await blobs.take(secret, 25_000, whole(DATA[25_000:]))).finished
        assert await read_blob(blobs, ID) == DATA

    run_blobs(place, test)


def test_what_comes_slowly_is_made_durable_as_it_comes(place: Place) -> None:
    """Seen from another replica, while the request goes on."""
    place.limits = Limits(blob_flush_seconds=0.01)

    async def test(_store: Store, left: Blobs, right: Blobs) -> None:
        secret, _ = await left.create(SIZE)
        line = Line([DATA[:100]])
        taking = asyncio.create_task(left.take(secret, 0, line))
        for end in (100, 300):
            await wait_for(received_by(right, end))
            line.bring(DATA[end : 3 * end])
        line.bring(DATA[900:], more=False)
        assert (await taking).finished
        assert await read_blob(right, ID) == DATA
        assert len(list_pieces(place)) == 1

    run_replicas(place, test)


def test_a_second_writer_is_refused(place: Place) -> None:
    place.limits = PIECES

    async def test(blobs: Blobs) -> None:
        secret, _ = await blobs.create(SIZE)
        line = Line([DATA[:100]])
        taking = asyncio.create_task(blobs.take(secret, 0, line))
        await line.settle()
        assert await refused(blobs.take(secret, 0, whole(b"y" * SIZE))) == "blob-locked"
        line.bring(DATA[100:], more=False)
        assert (await taking).finished
        assert await read_blob(blobs, ID) == DATA

    run_blobs(place, test)


@pytest.mark.parametrize("ends", ["silent", "sends on"])
def test_whoever_asks_for_the_offset_goes_on(place: Place, ends: str) -> None:
    """The other connection may be dead for minutes before this end hears of it."""
    place.limits = PIECES

    async def test(blobs: Blobs) -> None:
        secret, _ = await blobs.create(SIZE)
        line = Line([DATA[:12_345]])
        taking = asyncio.create_task(blobs.take(secret, 0, line))
        await line.settle()
        asking = asyncio.create_task(blobs.look(secret))
        if ends == "sends on":
            line.bring(DATA[12_345:20_000])  # lay in the socket already
        received = (await asking).received
        assert await refused(taking) == "blob-locked"
        assert received == (20_000 if ends == "sends on" else 12_345)
        assert (await blobs.take(secret, received, whole(DATA[received:]))).finished
        assert await read_blob(blobs, ID) == DATA

    run_blobs(place, test)


def test_two_writers_on_two_replicas_mix_nothing(place: Place) -> None:
    """The later one goes on from what is durable; the earlier one can add nothing more."""
    place.limits = PIECES

    async def test(store: Store, left: Blobs, right: Blobs) -> None:
        secret, _ = await left.create(SIZE)
        line = Line([DATA[:15_000]])
        taking = asyncio.create_task(left.take(secret, 0, line))
        await wait_for(received_by(right, 10_000))
        later = Line([DATA[10_000:30_000]])
        going_on = asyncio.create_task(right.take(secret, 10_000, later))
        await wait_for(received_by(left, 30_000))
        line.bring(b"y" * (SIZE - 15_000), more=False)  # all it has, and other bytes at that
        assert await refused(taking) == "blob-locked"
        later.bring(DATA[30_000:], more=False)
        assert (await going_on).finished
        assert await read_blob(left, ID) == DATA
        assert await right.sweep(0) == (0, 0)  # the refused one took its piece away
        assert await store.read(lambda c: count(c, "blob")) == 1

    run_replicas(place, test)


def count(connection: Any, table: str) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_the_same_blob_twice_is_one(place: Place) -> None:
    place.limits = PIECES

    async def test(_store: Store, left: Blobs, right: Blobs) -> None:
        lines = (Line([DATA[:30_000]]), Line([DATA[:40_000]]))
        secrets = [(await blobs.create(SIZE))[0] for blobs in (left, right)]
        takings = [
            asyncio.create_task(blobs.take(secret, 0, line))
            for blobs, secret, line in zip((left, right), secrets, lines, strict=True)
        ]
        for line, start in zip(lines, (30_000, 40_000), strict=True):
            line.bring(DATA[start:], more=False)
        assert all(upload.finished for upload in await asyncio.gather(*takings))
        assert {(await left.look(secret)).received for secret in secrets} == {SIZE}
        assert await read_blob(left, ID) == await read_blob(right, ID) == DATA
        assert len(list_pieces(place)) == 7
        assert await read_room(left) == (0, SIZE)

    run_replicas(place, test)


async def read_room(blobs: Blobs) -> tuple[int, int]:
    query = text("SELECT unfinished, kept FROM blob_room")
    row = await blobs._store.read(lambda connection: connection.execute(query).one())
    return row[0], row[1]


def test_expired_uploads_go_and_blobs_stay(place: Place) -> None:
    place.limits = Limits(blob_days=3, blob_piece_bytes=10_000)

    async def test(blobs: Blobs) -> None:
        store = blobs._store
        await store.sweep()
        half, done = (await blobs.create(SIZE))[0], (await blobs.create(SIZE))[0]
        await blobs.take(half, 0, whole(DATA[:20_000]))
        await blobs.take(done, 0, whole(DATA))
        for _ in range(3):
            place.clock.now += DAY
            assert await blobs.sweep(await store.sweep()) == (0, 0)
        assert (await blobs.look(half)).received == 20_000
        place.clock.now += DAY
        assert await blobs.sweep(await store.sweep()) == (2, 0)
        for secret in (half, done):
            assert await refused(blobs.look(secret)) == "not-found"
            assert await refused(blobs.take(secret, 20_000, whole(b"y"))) == "not-found"
        assert await read_blob(blobs, ID) == DATA
        assert await read_room(blobs) == (0, SIZE)

    run_blobs(place, test)


def test_an_upload_that_expires_under_way_ends(place: Place) -> None:
    place.limits = PIECES

    async def test(blobs: Blobs) -> None:
        secret, upload = await blobs.create(SIZE)
        line = Line([DATA[:25_000]])
        taking = asyncio.create_task(blobs.take(secret, 0, line))
        await wait_for(received_by(blobs, 20_000))
        await blobs.sweep(upload.day + 8)
        line.bring(DATA[25_000:], more=False)
        assert await refused(taking) == "not-found"
        await blobs.sweep(upload.day)
        assert list_pieces(place) == set()
        assert await read_room(blobs) == (0, 0)

    run_blobs(place, test)


def test_a_clock_that_jumps_expires_nothing(place: Place) -> None:
    async def test(blobs: Blobs) -> None:
        store = blobs._store
        await store.sweep()
        secret, _ = await blobs.create(SIZE)
        place.clock.now += 30 * 365 * DAY
        await blobs.sweep(await store.sweep())
        assert (await blobs.look(secret)).received == 0

    run_blobs(place, test)


def test_a_sweep_takes_what_can_never_count_and_nothing_else(place: Place) -> None:
    """Beside an upload under way on another replica, whose next piece is there without its row."""
    place.limits = PIECES

    async def test(store: Store, left: Blobs, right: Blobs) -> None:
        secret, upload = await left.create(SIZE)
        line = Line([DATA[:25_000]])
        taking = asyncio.create_task(left.take(secret, 0, line))
        await wait_for(received_by(left, 20_000))
        query = text("SELECT turn FROM blob_upload")
        turn = await store.read(lambda connection: connection.execute(query).scalar_one())
        coming = Piece(upload.stem, turn, 20_000, 10_000)
        overtaken = Piece(upload.stem, bytes(16), 20_000, 10_000)
        nobodys = Piece(bytes(16), turn, 0, 10_000)
        files = PieceFiles(place.folder / "blobs")
        for piece in (coming, overtaken, nobodys):
            files.write(piece, bytes(10_000), 0)
        foreign = place.folder / "blobs" / "0" / "lost+found"
        foreign.touch()
        assert await right.sweep(upload.day) == (2, 0)
        assert coming.path in list_pieces(place)
        files.delete([coming], 0)  # it is its writer's, who now writes it
        line.bring(DATA[25_000:], more=False)
        assert (await taking).finished
        assert await read_blob(right, ID) == DATA
        files.write(overtaken, bytes(10_000), 0)  # late, by a writer that was stopped meanwhile
        assert await right.sweep(upload.day) == (1, 0)
        assert await read_blob(right, ID) == DATA
        assert foreign.exists()

    run_replicas(place, test)


def test_sweeps_beside_many_uploads_lose_nothing(place: Place) -> None:
    place.limits = PIECES

    async def test(_store: Store, left: Blobs, right: Blobs) -> None:
        async def upload(number: int) -> bytes:
            data, blobs = make_blob(number), (left, right)[number % 2]
            secret, _ = await insist(lambda: blobs.create(SIZE))
            for start in range(0, SIZE, 15_000):
                await insist(partial(send, secret, data, start))
            return hashlib.sha256(data).digest()

        async def send(secret: bytes, data: bytes, start: int) -> None:
            blobs = (left, right)[start // 15_000 % 2]
            offset = (await blobs.look(secret)).received  # an earlier try may have brought some
            line = Line([data[offset : start + 7_000], data[start + 7_000 : start + 15_000]])
            line.end()
            await blobs.take(secret, offset, line)

        async def sweep(blobs: Blobs) -> None:
            while not all(done):
                await insist(lambda: blobs.sweep(0))

        async def insist(do: Callable[[], Awaitable[Any]]) -> Any:
            """SQLite has one writer, and these are two: the other one may be told to try again."""
            while True:
                with contextlib.suppress(StoreBusy):
                    return await do()

        done = [False]
        sweeping = [asyncio.create_task(sweep(blobs)) for blobs in (left, right)]
        ids = await asyncio.gather(*[upload(number) for number in range(12)])
        done[0] = True
        await asyncio.gather(*sweeping)
        for number, id in enumerate(ids):
            assert await read_blob(left, id) == make_blob(number)
        assert await left.sweep(0) == (0, 0)
        assert len(list_pieces(place)) == 12 * 7

    run_replicas(place, test)


def test_a_purged_blob_is_gone(place: Place) -> None:
    async def test(blobs: Blobs) -> None:
        for _ in range(2):
            secret, _ = await blobs.create(SIZE)
            await blobs.take(secret, 0, whole(DATA))
        assert await blobs.delete(ID)
        assert not await blobs.delete(ID)
        assert await refused(blobs.find(ID)) == "not-found"
        assert list_pieces(place) == set()
        assert await read_room(blobs) == (0, 0)
        assert (await blobs.look(secret)).finished

    run_blobs(place, test)


def test_pieces_that_were_lost_are_told(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    place.limits = PIECES

    async def test(blobs: Blobs) -> None:
        half, done = (await blobs.create(SIZE))[0], (await blobs.create(SIZE))[0]
        await blobs.take(done, 0, whole(DATA))
        await blobs.take(half, 0, whole(DATA[:20_000]))
        for path in list_pieces(place):
            (place.folder / "blobs" / path).unlink()
        assert await blobs.sweep(0) == (0, 9)
        assert caplog.messages == ["code=blob-damaged count=9"]
        with pytest.raises(StoreUnavailable):
            await read_blob(blobs, ID)
        # this one can never become a blob: its sender is told to begin anew
        assert await refused(blobs.take(half, 20_000, whole(DATA[20_000:]))) == "not-found"
        assert await refused(blobs.look(half)) == "not-found"

    run_blobs(place, test)


def test_a_disk_with_little_room_takes_reports_and_no_blobs(place: Place) -> None:
    free = os.statvfs(place.folder)
    limits = Limits(blob_reserve_bytes=free.f_bavail * free.f_frsize)
    place.limits = limits

    async def test(blobs: Blobs) -> None:
        await blobs._store.check()
        with pytest.raises(StoreFull) as caught:
            await blobs.create(SIZE)
        assert caught.value.code == "blobs-full"

    run_blobs(place, test)


def test_a_folder_that_is_not_there_is_told_and_stops_no_report(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    (place.folder / "file").touch()
    place.pieces = PieceFiles(place.folder / "file" / "blobs")

    async def test(blobs: Blobs) -> None:
        assert caplog.messages == ["code=blobs-unavailable"]
        await blobs._store.check()
        with pytest.raises(StoreUnavailable) as caught:
            await blobs.create(SIZE)
        assert caught.value.code == "blobs-unavailable"

    run_blobs(place, test)
