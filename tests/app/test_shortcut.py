"""The short way of a single envelope: it says and does what the ordinary way does."""

import asyncio
import json
import socket
from types import SimpleNamespace

import pytest

from app.crowds import Crowd
from app.entries import Entry
from app.intake import SINGLE
from app.limits import Limits
from app.shortcut import Shortcut
from tests.app.running import Place, make_envelope
from tests.app.test_http_protocol import connect, post, read_all, read_answers

STORED, KNOWN = (200, b'{"status":"stored"}'), (200, b'{"status":"known"}')


def send_in_pieces(connection: socket.socket, request: bytes) -> None:
    """So that the body does not come with the headers: the ordinary way."""
    head, end, body = request.partition(b"\r\n\r\n")
    head += b"\r\nExpect: 100-continue"
    connection.sendall(head + end)
    assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(body)


def read_raw(connection: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"}"):
        chunk = connection.recv(65536)
        assert chunk, data
        data += chunk
    return data


def test_both_ways_answer_with_the_same_bytes(place: Place) -> None:
    with place.open_server() as address, connect(address) as short, connect(address) as ordinary:
        for number in (1, 2, 2):
            short.sendall(post(make_envelope(2 * number)))
            send_in_pieces(ordinary, post(make_envelope(2 * number + 1)))
            assert read_raw(short) == read_raw(ordinary)
        for request in (post(make_envelope(2)), post(make_envelope(3))):
            short.sendall(request)
            send_in_pieces(ordinary, request)
            assert read_raw(short) == read_raw(ordinary)


def test_requests_that_come_together_are_answered_in_order(place: Place) -> None:
    with place.open_server() as address, connect(address) as connection:
        requests = [post(make_envelope(number)) for number in (1, 2, 1, 3)]
        connection.sendall(b"".join(requests))
        assert read_answers(connection, 4) == [STORED, STORED, KNOWN, STORED]
        connection.sendall(requests[0] + post(b"\x01") + requests[3])
        first, rotten, last = read_answers(connection, 3)
        assert (first, last) == (KNOWN, KNOWN)
        assert (rotten[0], json.loads(rotten[1])["code"]) == (400, "envelope-too-short")


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_a_connection_that_shall_end_is_told_so_and_ends(place: Place, version: bytes) -> None:
    request = post(make_envelope(1), b"Connection: close\r\n").replace(b"1.1", version, 1)
    with place.open_server() as address, connect(address) as connection:
        connection.sendall(request)
        answer = read_all(connection)
        assert answer.startswith(b"HTTP/1.1 200 OK\r\nconnection: close\r\n")
        assert answer.endswith(STORED[1])


@pytest.mark.parametrize(
    ("limits", "status", "code"),
    [
        (Limits(reserve_bytes=1 << 62), 507, "store-full"),
        (Limits(queue_requests=0), 503, "store-busy"),
    ],
)
def test_trouble_is_told(sqlite_place: Place, limits: Limits, status: int, code: str) -> None:
    sqlite_place.limits = limits
    with sqlite_place.open_server() as address, connect(address) as connection:
        for _ in range(2):  # and the connection goes on
            connection.sendall(post(make_envelope(1)))
            told, body = read_answers(connection, 1)[0]
            assert (told, json.loads(body)["code"]) == (status, code)


def test_who_does_not_wait_for_the_answer_is_no_trouble(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    with place.open_server() as address:
        for number in range(20):
            with connect(address) as gone:
                gone.sendall(post(make_envelope(number)))
        with connect(address) as connection:
            requests = [post(make_envelope(number)) for number in range(20)]
            connection.sendall(b"".join(requests))
            assert {status for status, _ in read_answers(connection, 20)} == {200}
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_what_comes_in_one_turn_is_one_work_and_each_is_told() -> None:
    """Also where telling one of them goes wrong: the others have waited as long."""

    async def main() -> None:
        works: list[list[Entry]] = []
        future: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()

        def submit(entries: list[Entry]) -> asyncio.Future[list[str]]:
            works.append(entries)
            return future

        crowd, told = Crowd(3), []
        store = SimpleNamespace(day=20_000, submit=submit)
        shortcut = Shortcut(store, crowd, Limits())  # type: ignore[arg-type]

        def fail(answer: bytes) -> None:
            raise ValueError(answer)

        scope = {"path": "/v1/envelopes", "method": "POST", "headers": [(b"content-type", SINGLE)]}
        for number, answer in enumerate((told.append, fail, told.append)):
            assert shortcut.take(scope, make_envelope(number), answer)
        assert not shortcut.take(scope, make_envelope(4), told.append)  # a crowd
        await asyncio.sleep(0)
        assert [len(entries) for entries in works] == [3]
        assert crowd.full
        future.set_result(["stored", "stored", "known"])
        await asyncio.sleep(0)
        assert [answer.partition(b"\r\n\r\n")[2] for answer in told] == [STORED[1], KNOWN[1]]
        assert crowd.count == 0

    asyncio.run(main())
