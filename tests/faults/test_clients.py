"""Slow and huge clients by the hundred, beside honest ones, against the real process."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from app.limits import Limits
from app.serving import fit_connections
from tests.app.running import make_batch
from tests.app.test_http_protocol import HEALTH, connect, read_answers
from tests.faults.audit import check
from tests.faults.load import HEAD, OWN, Load, write_envelope
from tests.faults.processes import Place, Running, reserve_port

MEMORY = 256 << 20
"""Bytes that the service may hold at most."""
SLOW = 1000
HUGE = 50
LIMITS = {"header_seconds": 5.0, "body_seconds": 10.0}
DRIP_SECONDS = 0.5
PATIENCE_SECONDS = 150
"""Until which the service must have ended a connection, on a machine with much else to do."""
WHOLE = 3
"""Whole items that a body brings before it goes wrong."""
OTHERS = 50 * OWN
"""From here on are the numbers of those who are not honest."""
LAST = b"Connection: close\r\n"
POST = (
    b"POST /v1/envelopes HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n" + LAST
)
BATCH = HEAD + LAST
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
GIB10 = 10 << 30


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[tuple[Load, Running, Place]]:
    """A service with honest clients, and its place."""
    wanted = SLOW + 200
    assert fit_connections(wanted, Limits()) == wanted, "ulimit -n is too low"
    with reserve_port() as port:
        place = Place(tmp_path / "data", port, limits=LIMITS)
        with place.serving() as running, Load([port]).running() as load:
            load.wait_for(100)
            yield load, running, place


def number(client: int, item: int) -> int:
    return OTHERS + client * WHOLE + item


def whole_items(client: int) -> bytes:
    return make_batch(*(write_envelope(number(client, item)) for item in range(WHOLE)))


def slow_request(client: int) -> tuple[bytes, bytes]:
    """What comes at once, and what drips. Of four kinds."""
    if client % 4 == 0:
        return b"GET /healthz HTTP/1.1\r\n", b"X-Drip: y\r\n" * 1000
    if client % 4 == 1:
        return POST + b"Content-Length: 564\r\n\r\n", write_envelope(0)
    if client % 4 == 2:
        return BATCH + b"Content-Length: 100000\r\n\r\n" + whole_items(client), make_batch(
            write_envelope(0)
        )
    return b"", b""  # it only stands there


def drip(client: int) -> Iterator[bytes]:
    start, rest = slow_request(client)
    yield start
    for byte in rest:
        yield bytes((byte,))


class Client(asyncio.Protocol):
    """Keeps what was answered, also when the connection is reset behind it."""

    def __init__(self) -> None:
        self.answer = bytearray()
        self.ended = asyncio.Event()
        self.may_write = asyncio.Event()
        self.may_write.set()

    def data_received(self, data: bytes) -> None:
        self.answer += data

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()
        self.may_write.set()

    def pause_writing(self) -> None:
        self.may_write.clear()

    def resume_writing(self) -> None:
        self.may_write.set()


async def send(port: int, pieces: Iterator[bytes], pause: float = 0) -> bytes:
    """Sends the pieces until there are no more or the service ends it. Returns what was
    answered.
    """
    loop = asyncio.get_running_loop()
    transport, client = await loop.create_connection(Client, "127.0.0.1", port)
    try:
        for piece in pieces:
            await client.may_write.wait()
            if client.ended.is_set() or transport.is_closing():
                break  # else asyncio warns of each piece that nobody gets
            transport.write(piece)
            if pause:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(client.ended.wait(), pause)
        await client.ended.wait()
        return bytes(client.answer)
    finally:
        transport.abort()


async def together(make: Callable[[int], Awaitable[bytes]], count: int) -> list[bytes]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await asyncio.gather(*map(make, range(count)))


def read_results(answer: bytes) -> list[str]:
    """The results of a batch, each its status or its problem's code."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    results = json.loads(body)["results"]
    return [result.get("code", result["status"]) for result in results]


def test_a_thousand_slow_clients(beside: tuple[Load, Running, Place], tell) -> None:
    load, running, place = beside
    standing = 0
    everybody = asyncio.Event()

    async def stand(client: int) -> bytes:
        nonlocal standing
        standing += 1
        if standing == SLOW:
            everybody.set()
        try:
            return await send(place.port, drip(client), DRIP_SECONDS)
        finally:
            standing -= 1

    async def run() -> tuple[list[bytes], int]:
        slow = asyncio.ensure_future(together(stand, SLOW))
        await everybody.wait()
        wanted = len(load.acknowledged) + 500
        while standing and len(load.acknowledged) < wanted:  # noqa: ASYNC110 -- a thread's ledger
            await asyncio.sleep(DRIP_SECONDS / 10)
        beside_them = standing
        return await slow, beside_them

    answers, beside_them = asyncio.run(run())
    assert beside_them, "nobody honest was answered while they stood there"
    for client in range(1, SLOW, 4):
        assert b"body-too-slow" in answers[client], answers[client]
    for client in range(2, SLOW, 4):
        assert read_results(answers[client]) == ["stored"] * WHOLE + ["body-too-slow"]
        numbers = [number(client, item) for item in range(WHOLE)]
        load.others += numbers
        load.acknowledged += numbers
    load.wait_for(100)
    peak = running.read_peak_memory()
    assert peak < MEMORY
    refused = dict(load.refused)
    running.stop()
    found = check(place, load)
    tell(
        slow=SLOW,
        standing_after_500_honest=beside_them,
        peak_mib=peak >> 20,
        honest_refused=refused,
        acknowledged=len(load.acknowledged),
        lost=len(found.lost),
    )
    assert refused == {}


def cut_chunks(body: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(body), size):
        piece = body[at : at + size]
        yield b"%x\r\n%s\r\n" % (len(piece), piece)


def endless(chunk: bytes) -> Iterator[bytes]:
    """A gigabyte in chunks, if anybody takes it."""
    line = b"%x\r\n%s\r\n" % (len(chunk), chunk)
    for _ in range((1 << 30) // len(chunk)):
        yield line


def plain(data: bytes) -> Iterator[bytes]:
    yield data


MANY = 10**6
HEAD_OF_10_GB = b"\x5b" + GIB10.to_bytes(8, "big")
HUGE_ONES: dict[str, tuple[Callable[[int], Iterator[bytes]], bytes]] = {
    "a million items": (
        lambda _: plain(BATCH + b"Content-Length: %d\r\n\r\n" % MANY + b"\x40" * MANY),
        b"batch-too-many",
    ),
    "a million rotten items": (
        lambda _: plain(BATCH + b"Content-Length: %d\r\n\r\n" % MANY + b"\x81" * MANY),
        b"batch-malformed",
    ),
    "a length of 10 GB": (
        lambda _: plain(BATCH + b"Content-Length: %d\r\n\r\n" % (GIB10 + 9) + HEAD_OF_10_GB),
        b"body-too-large",
    ),
    "an item of 10 GB": (
        lambda _: (
            piece
            for pieces in (
                plain(BATCH + CHUNKED),
                plain(b"9\r\n%s\r\n" % HEAD_OF_10_GB),
                endless(bytes(65536)),
            )
            for piece in pieces
        ),
        b"body-too-large",
    ),
    "a header without end": (
        lambda _: (
            piece
            for pieces in (plain(b"GET / HTTP/1.1\r\nX: "), endless(b"a" * 65536))
            for piece in pieces
        ),
        b"",
    ),
    "a length that is too short": (
        lambda client: plain(
            POST + b"Content-Length: 100\r\n\r\n" + write_envelope(number(client, 0))
        ),
        b"envelope-",
    ),
    "a length and chunks": (
        lambda client: plain(
            POST + b"Content-Length: 564\r\n" + CHUNKED + write_envelope(number(client, 0))
        ),
        b"request-malformed",
    ),
    "bare line ends": (
        lambda client: plain(
            POST.replace(b"\r\n", b"\n")
            + b"Content-Length: 564\n\n"
            + write_envelope(number(client, 0))
        ),
        b"request-malformed",
    ),
}


@pytest.mark.parametrize("kind", HUGE_ONES)
def test_huge_clients(beside: tuple[Load, Running, Place], kind: str, tell) -> None:
    """Each kind by fifty at once: told so, and without a trace in the store or in memory."""
    load, running, place = beside
    make, told = HUGE_ONES[kind]
    answers = asyncio.run(together(lambda client: send(place.port, make(client)), HUGE))
    load.wait_for(100)
    peak = running.read_peak_memory()
    running.stop()
    found = check(place, load)
    tell(clients=HUGE, peak_mib=peak >> 20, lost=len(found.lost))
    assert peak < MEMORY
    # Who is cut off while still sending may be too late to read the answer.
    heard = [answer for answer in answers if answer]
    assert all(told in answer for answer in heard), heard[:1]
    assert heard or kind in ("an item of 10 GB", "a header without end")


def test_chunks_of_one_byte(beside: tuple[Load, Running, Place], tell) -> None:
    load, running, place = beside

    def make(client: int) -> Iterator[bytes]:
        yield BATCH + CHUNKED
        yield b"".join(cut_chunks(whole_items(client), 1))
        yield b"0\r\n\r\n"

    answers = asyncio.run(together(lambda client: send(place.port, make(client)), HUGE))
    for client, answer in enumerate(answers):
        assert read_results(answer) == ["stored"] * WHOLE
        load.others += [number(client, item) for item in range(WHOLE)]
    load.acknowledged += load.others
    load.wait_for(100)
    peak = running.read_peak_memory()
    running.stop()
    found = check(place, load)
    tell(clients=HUGE, peak_mib=peak >> 20, lost=len(found.lost))
    assert peak < MEMORY


@pytest.mark.parametrize(
    "length", [b"Content-Length: 100000\r\n\r\n", CHUNKED], ids=["length", "chunks"]
)
def test_whole_items_of_bodies_that_are_cut_off_are_there(
    beside: tuple[Load, Running, Place], length: bytes, tell
) -> None:
    """Nobody hears of it: the connection is gone in the middle of an item."""
    load, running, place = beside

    async def go_away(client: int) -> bytes:
        _reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
        body = whole_items(client) + make_batch(write_envelope(0))[:-1]
        writer.write(
            BATCH + length + (body if length != CHUNKED else b"".join(cut_chunks(body, 700)))
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        return b""

    asyncio.run(together(go_away, HUGE))
    # Connections are accepted in order: once this one is answered, all of them were.
    with connect(("127.0.0.1", place.port)) as last:
        last.sendall(HEALTH)
        assert read_answers(last, 1)[0][0] == 200
    load.wait_for(1000)
    running.stop()
    load.others += [number(client, item) for client in range(HUGE) for item in range(WHOLE)]
    load.acknowledged += load.others
    found = check(place, load)
    tell(clients=HUGE, items=len(load.others), lost=len(found.lost))
