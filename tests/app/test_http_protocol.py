"""The bounded protocol over a real socket with a real uvicorn."""

import asyncio
import json
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send
from uvicorn.server import ServerState

from app.http_protocol import make_protocol
from app.limits import Limits
from app.serving import configure_server
from tests.app.running import Place, make_batch, make_envelope

SOON = Limits(header_seconds=0.2, body_seconds=0.2)
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@contextmanager
def connect(address: tuple[str, int]) -> Iterator[socket.socket]:
    with socket.create_connection(address, timeout=20) as connection:
        yield connection


def read_all(connection: socket.socket) -> bytes:
    """Until the server closes."""
    data = b""
    try:
        while chunk := connection.recv(65536):
            data += chunk
    except ConnectionResetError:  # it closed with some of ours unread
        pass
    return data


def read_answers(connection: socket.socket, count: int) -> list[tuple[int, bytes]]:
    answers = []
    data = b""
    while len(answers) < count:
        head, found, rest = data.partition(b"\r\n\r\n")
        if found:
            lengths = [
                int(line.partition(b":")[2])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length:")
            ]
            if len(rest) >= lengths[0]:
                answers.append((int(head.split()[1]), rest[: lengths[0]]))
                data = rest[lengths[0] :]
                continue
        chunk = connection.recv(65536)
        assert chunk, data
        data += chunk
    return answers


def post(body: bytes, extra: bytes = b"") -> bytes:
    return (
        b"POST /v1/envelopes HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
        + extra
        + b"Content-Length: %d\r\n\r\n" % len(body)
        + body
    )


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Half",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nX-Half",
    ],
)
def test_a_half_sent_header_is_closed_at_the_deadline(place: Place, start: bytes) -> None:
    place.limits = SOON
    with place.open_server() as address, connect(address) as connection:
        connection.sendall(start)
        assert read_all(connection).count(b"HTTP/1.1 200") == start.count(b"\r\n\r\n")


def test_a_dripping_header_is_closed_all_the_same(place: Place) -> None:
    place.limits = SOON
    with place.open_server() as address, connect(address) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        connection.settimeout(0.01)
        for _ in range(2000):
            try:
                connection.sendall(b"X: y\r\n")
                if connection.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            pytest.fail("the connection was never closed")


def test_a_body_that_never_ends_is_answered_or_closed(place: Place) -> None:
    place.limits = SOON
    half = post(make_envelope(1))[:-1]
    with place.open_server() as address:
        with connect(address) as connection:
            connection.sendall(half)
            head, _, body = read_all(connection).partition(b"\r\n\r\n")
            assert b" 408 " in head.splitlines()[0]
            assert json.loads(body)["code"] == "body-too-slow"
        with connect(address) as connection:  # the server had not been asked to read this one
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
            assert read_all(connection).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("rest", [b"\r\n", b"\r\n\r\n\r\n"])
def test_line_ends_after_a_request_do_not_hold_the_connection(place: Place, rest: bytes) -> None:
    place.limits = SOON
    with place.open_server() as address, connect(address) as connection:
        connection.sendall(HEALTH)
        assert read_answers(connection, 1)[0][0] == 200
        connection.sendall(rest)
        assert read_all(connection) == b""


def test_line_ends_after_a_request_may_come_before_the_next(place: Place) -> None:
    with place.open_server() as address, connect(address) as connection:
        for _ in range(3):
            connection.sendall(HEALTH + b"\r\n")
            assert read_answers(connection, 1)[0][0] == 200


@pytest.mark.parametrize("size", [1, 2], ids=["half of it came", "all of it came"])
def test_what_came_before_the_connection_was_lost_is_read(size: int) -> None:
    """Also what comes in the very same moment, before the application could ask for it."""
    got: list[Message] = []

    async def application(_scope: Scope, receive: Receive, _send: Send) -> None:
        while not got or got[-1]["type"] == "http.request":
            got.append(await receive())

    async def run() -> None:
        config = configure_server(application, limits=SOON, loop="asyncio")
        config.load()
        ours, theirs = socket.socketpair()
        with theirs:
            protocol = config.http_protocol_class(config, ServerState(), {})  # type: ignore[operator]
            await asyncio.get_running_loop().connect_accepted_socket(lambda: protocol, ours)
            protocol.data_received(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")
            protocol.data_received(b"cd"[: 2 * size - 2])
            protocol.connection_lost(None)
            await asyncio.gather(*protocol.tasks)

    asyncio.run(run())
    assert got == [
        {"type": "http.request", "body": b"abcd"[: 2 * size], "more_body": size == 1},
        {"type": "http.disconnect"},
    ]


def send_for_ever(connection: socket.socket, data: bytes) -> None:
    while True:
        connection.sendall(data)


def test_endless_pipelining_is_closed(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """A request is twenty bytes, and what waits for its turn is kilobytes."""
    with (
        place.open_server() as address,
        connect(address) as connection,
        pytest.raises(ConnectionError),
    ):
        send_for_ever(connection, HEALTH * 1000)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


class FakeTransport(asyncio.Transport):
    """Has so much left to send, each time it is asked."""

    def __init__(self, *left: int) -> None:
        super().__init__()
        self.left = list(left)
        self.ended = False

    def get_write_buffer_size(self) -> int:
        return self.left.pop(0)

    def abort(self) -> None:
        self.ended = True


class FakeLoop(asyncio.SelectorEventLoop):
    """Calls at once what is to be called later."""

    def call_later(self, _delay: float, callback: Any, *_args: Any, **_options: Any) -> Any:
        callback()


@pytest.mark.parametrize(
    ("left", "ended"),
    [
        ((0,), False),
        ((1, 1), True),
        ((70_000, 70_000), True),
        ((70_000, 10_000), True),
        ((200_000, 100_000, 100_000, 0, 0), False),
        ((200_000, 100_000, 100_000, 99_999), True),
    ],
)
def test_a_long_answer_may_take_long_while_it_is_fetched(
    left: tuple[int, ...], ended: bool
) -> None:
    kind = make_protocol(Limits(), 1)
    protocol = kind.__new__(kind)
    transport, loop = FakeTransport(*left), FakeLoop()
    protocol.transport, protocol.loop = transport, loop  # type: ignore[attr-defined]
    protocol._watch_sending()  # type: ignore[attr-defined]
    loop.close()
    assert transport.ended is ended


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 300_000,
        b"GET /" + b"a" * 300_000,
        b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 50_000,
        b"POST /v1/envelopes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Type: application/cbor-seq\r\n\r\n1;" + b"e" * 300_000,
        b"POST /v1/envelopes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Type: application/cbor-seq\r\n\r\n0\r\nX-Trailer: " + b"t" * 300_000,
    ],
    ids=["value", "path", "lines", "chunk extension", "trailer"],
)
def test_headers_beyond_the_cap_are_refused(place: Place, head: bytes) -> None:
    with place.open_server() as address, connect(address) as connection:
        with suppress(ConnectionError):
            connection.sendall(head)
        answer = read_all(connection)
        assert b"HTTP/1.1 431 " in answer or answer == b"" or b" 200 " in answer
        assert b"aaaa" not in answer
    assert place.fatal == []


def test_sixteen_kilobytes_of_headers_pass(place: Place) -> None:
    with place.open_server() as address, connect(address) as connection:
        long = b"X-Long: " + b"a" * 16_000 + b"\r\n"
        connection.sendall(post(make_envelope(1), long))
        assert read_answers(connection, 1) == [(200, b'{"status":"stored"}')]


def test_a_long_body_does_not_let_a_long_header_pass_behind_it(place: Place) -> None:
    body = make_batch(*[make_envelope(number) for number in range(250)])
    batch = (
        b"POST /v1/envelopes HTTP/1.1\r\nHost: x\r\nContent-Type: application/cbor-seq\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    )
    with place.open_server() as address, connect(address) as connection:
        with suppress(ConnectionError):
            connection.sendall(batch + body + HEALTH + batch + body)
            connection.sendall(b"GET /healthz HTTP/1.1\r\nX-Long: " + b"a" * 300_000)
        data = read_all(connection)
        assert data.count(b"HTTP/1.1 200 ") <= 3
        assert b"aaaa" not in data
    assert place.run(lambda store: store.put([make_envelope(249)])) == ["known"]


def test_keep_alive_and_pipelining(place: Place) -> None:
    with place.open_server() as address, connect(address) as connection:
        connection.sendall(b"".join(post(make_envelope(number)) for number in range(200)))
        answers = read_answers(connection, 200)
        assert answers == [(200, b'{"status":"stored"}')] * 200
        connection.sendall(post(make_envelope(1)))
        assert read_answers(connection, 1) == [(200, b'{"status":"known"}')]


def test_one_byte_at_a_time(place: Place) -> None:
    with place.open_server() as address, connect(address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in post(make_envelope(1)):
            connection.sendall(bytes((byte,)))
        assert read_answers(connection, 1) == [(200, b'{"status":"stored"}')]


def test_trailers_do_not_become_headers(place: Place) -> None:
    body = make_envelope(1)
    request = (
        b"POST /v1/envelopes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Type: application/octet-stream\r\n\r\n"
        b"%x\r\n%s\r\n0\r\nContent-Encoding: gzip\r\n\r\n" % (len(body), body)
    )
    with place.open_server() as address, connect(address) as connection:
        connection.sendall(request)
        assert read_answers(connection, 1) == [(200, b'{"status":"stored"}')]


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00",
        b"POST /v1/envelopes HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /v1/envelopes HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\nHost: x\n\nGET",
        b"GET /canary\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_no_http_is_one_problem(
    place: Place, request_: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with place.open_server() as address, connect(address) as connection:
        connection.sendall(request_)
        head, _, body = read_all(connection).partition(b"\r\n\r\n")
        assert b" 400 " in head.splitlines()[0]
        assert b"application/problem+json" in head
        assert json.loads(body)["code"] == "request-malformed"
    assert "canary" not in caplog.text


def test_the_answers_say_nothing_of_the_server(place: Place) -> None:
    with place.open_server() as address, connect(address) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        head = read_all(connection).lower()
        assert b"\r\nserver:" not in head
        assert b"\r\ndate:" not in head
