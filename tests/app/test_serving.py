"""How many may come at once, over real sockets with a real uvicorn."""

import asyncio
import json
import logging
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count

import pytest
from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from uvicorn import Server

from app.crowds import Crowd
from app.limits import Limits
from app.serving import (
    HEALTH_PLACES,
    OTHER_FILES,
    bound_requests,
    configure_server,
    fit_connections,
)
from app.signed_requests import create_signature_check
from crypto.requests import sign_request
from tests.app.running import PUBLIC, Place, make_envelope
from tests.app.test_http_protocol import HEALTH, connect, post, read_all, read_answers
from tests.coalition import make_coalition

COALITION = make_coalition()
LOG = b"GET /v1/envelopes HTTP/1.1\r\nHost: x\r\nSignature: a=:AA==:\r\n\r\n"
SIGNED = b"".join(
    [
        b"GET /v1/envelopes HTTP/1.1\r\nHost: x\r\n",
        *(
            f"{name}: {value}\r\n".encode()
            for name, value in sign_request(
                COALITION.holder_seed, COALITION.holder_id, "GET", f"{PUBLIC}/v1/envelopes"
            ).items()
        ),
        b"\r\n",
    ]
)
READY = HEALTH.replace(b"/healthz", b"/readyz")
STORED = (200, b'{"status":"stored"}')
LARGE = b"x" * 16_000_000


@contextmanager
def open_server(
    place: Place,
    connections: int = 2048,
    keep_alive: float = 15.0,
    routers: tuple[APIRouter, ...] = (),
) -> Iterator[tuple[tuple[str, int], Server]]:
    service, store, keyrings = place.make_service(routers=routers, root=COALITION.root)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = configure_server(
            service,
            limits=place.limits,
            connections=connections,
            store=store,
            is_keyholder=create_signature_check(keyrings, [PUBLIC]),
        )
        config.timeout_keep_alive = keep_alive  # type: ignore[assignment]
        server = Server(config)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield listener.getsockname(), server
        finally:
            server.should_exit = True
            thread.join(20)


def begin(connection: socket.socket, number: int) -> bytes:
    """Begins a request, and returns the rest of it once the service waits for that."""
    whole = post(make_envelope(number), b"Expect: 100-continue\r\n")
    head, end, body = whole.partition(b"\r\n\r\n")
    connection.sendall(head + end)
    assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
    return body


def read_refusal(connection: socket.socket) -> dict[bytes, bytes]:
    """Asserts that the answer is `store-busy`. Returns its headers."""
    data = b""
    while b"}" not in data:
        chunk = connection.recv(65536)
        assert chunk, data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    assert status == b"HTTP/1.1 503 Service Unavailable"
    assert json.loads(body)["code"] == "store-busy"
    headers = dict(line.split(b": ") for line in lines)
    assert headers[b"content-type"] == b"application/problem+json"
    assert headers[b"retry-after"] == b"10"
    return headers


def test_idle_connections_lock_nobody_out(place: Place) -> None:
    place.limits = Limits(reserve_requests=1)
    with open_server(place, connections=3) as (address, _), ExitStack() as stack:
        idle = []
        for request in [HEALTH, b""] * 4:
            connection = stack.enter_context(connect(address))
            if request:
                connection.sendall(request)
                assert read_answers(connection, 1)[0][0] == 200
            idle.append(connection)
        with connect(address) as reporter, connect(address) as keyholder:
            reporter.sendall(post(make_envelope(1)))
            keyholder.sendall(LOG)
            assert read_answers(reporter, 1) == [STORED]
            assert read_answers(keyholder, 1)[0][0] == 401
            for connection in idle[:6]:  # the longest idle gave way, and no more than had to
                assert read_all(connection) == b""
            idle[6].sendall(HEALTH)
            assert read_answers(idle[6], 1)[0][0] == 200


def bring_keyring(address: tuple[str, int]) -> None:
    bundle = COALITION.bundle
    head = b"POST /v1/keyring HTTP/1.1\r\nHost: x\r\nContent-Type: application/cbor\r\n"
    with connect(address) as connection:
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(bundle) + bundle)
        assert read_answers(connection, 1)[0][0] == 200


def test_requests_in_flight_have_a_cap_and_keyholders_a_reserve(place: Place) -> None:
    place.limits = Limits(reserve_requests=2)
    with open_server(place, connections=2) as (address, _), ExitStack() as stack:
        bring_keyring(address)
        busy = [stack.enter_context(connect(address)) for _ in range(2)]
        rest = [begin(connection, number) for number, connection in enumerate(busy)]
        with connect(address) as other:
            other.sendall(post(make_envelope(9)))
            assert read_refusal(other)[b"access-control-allow-origin"] == b"*"
            other.sendall(b"GET /v1/keyring/timestamp.json HTTP/1.1\r\nHost: x\r\n\r\n")
            read_refusal(other)
            other.sendall(LOG)  # a place in the reserve is for whoever signed, not for trying
            read_refusal(other)
            for request in (HEALTH, READY):
                other.sendall(request)
                assert read_answers(other, 1)[0][0] == 200
            other.sendall(SIGNED)
            assert read_chunks(other).startswith(b"HTTP/1.1 200 OK\r\n")
            for connection, body in zip(busy, rest, strict=True):
                connection.sendall(body)
                assert read_answers(connection, 1) == [STORED]
            other.sendall(post(make_envelope(9)))
            assert read_answers(other, 1) == [STORED]


def test_the_reserve_has_an_end(place: Place) -> None:
    place.limits = Limits(reserve_requests=0)
    with open_server(place, connections=1) as (address, _), connect(address) as busy:
        begin(busy, 1)
        with connect(address) as silent, connect(address) as other:
            # The other one takes the place of the silent one, which is told.
            assert read_refusal(silent)[b"connection"] == b"close"
            assert read_all(silent) == b""
            other.sendall(LOG)
            assert read_refusal(other)[b"connection"] == b"close"
            assert read_all(other) == b""


def read_chunks(connection: socket.socket) -> bytes:
    """An answer in chunks, to its end."""
    data = b""
    while not data.endswith(b"0\r\n\r\n"):
        chunk = connection.recv(65536)
        assert chunk, data
        data += chunk
    return data


def test_nobody_can_fill_the_reserve_without_a_signature() -> None:
    """Downloads and health that never end, more of them than there are places."""
    asyncio.run(fill_the_reserve())


async def fill_the_reserve() -> None:
    ends = asyncio.Event()
    answered: list[int] = []

    async def service(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await ends.wait()

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.append(message["status"])

    def is_keyholder(scope: Scope) -> bool:
        return bool(scope["headers"])

    bounded = bound_requests(service, Crowd(1), Limits(reserve_requests=2), is_keyholder)
    tasks = []

    async def ask(path: str, headers: list[tuple[bytes, bytes]], *, refused: bool) -> None:
        scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
        before = len(answered)
        tasks.append(asyncio.create_task(bounded(scope, receive, send)))
        await asyncio.sleep(0)
        assert answered[before:] == [503] * refused

    signed = [(b"signature", b"good")]
    await ask("/v1/keyring/timestamp.json", [], refused=False)
    for _ in range(HEALTH_PLACES):
        await ask("/healthz", [], refused=False)
    for path in ("/healthz", "/readyz", "/v1/envelopes"):
        for _ in range(5):
            await ask(path, [], refused=True)
    for refused in (False, False, True):
        await ask("/v1/envelopes", signed, refused=refused)
    ends.set()
    await asyncio.gather(*tasks)
    tasks.clear()
    await ask("/v1/envelopes", [], refused=False)  # the places are free again
    await asyncio.gather(*tasks)


def wait_for_connections(server: Server, number: int) -> None:
    end = time.monotonic() + 20
    while len(server.server_state.connections) != number:
        assert time.monotonic() < end, "a connection was never opened or closed"
        time.sleep(0.01)


def test_who_came_last_is_served_when_there_is_room_again(place: Place) -> None:
    place.limits = Limits(reserve_requests=0)
    with open_server(place, connections=1) as (address, server), connect(address) as busy:
        begin(busy, 1)
        with connect(address) as waiting:
            wait_for_connections(server, 2)
            busy.close()
            wait_for_connections(server, 1)
            waiting.sendall(HEALTH)
            assert read_answers(waiting, 1)[0][0] == 200


@pytest.mark.parametrize("keep_alive", [0.1, 600.0])
@pytest.mark.parametrize("extra", [b"", b"Connection: close\r\n"])
@pytest.mark.parametrize("path", [b"/large", b"/endless"])
def test_an_answer_that_nobody_fetches_ends_with_its_connection(
    place: Place, path: bytes, extra: bytes, keep_alive: float, caplog: pytest.LogCaptureFixture
) -> None:
    place.limits = Limits(body_seconds=0.2)
    router = APIRouter()

    @router.get("/large")
    async def read_large() -> Response:
        return Response(LARGE)

    @router.get("/endless")
    async def read_endless() -> Response:
        return StreamingResponse(LARGE[:65536] for _ in count())

    request = b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n" + extra + b"\r\n"
    server_of_this = open_server(place, keep_alive=keep_alive, routers=(router,))
    with server_of_this as (address, server), connect(address) as connection:
        connection.sendall(request * 2)
        assert connection.recv(8) == b"HTTP/1.1"
        wait_for_connections(server, 0)
        assert len(read_all(connection)) < len(LARGE)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_a_body_that_ends_after_its_answer_does_not_hold_the_connection(place: Place) -> None:
    with open_server(place, keep_alive=0.1) as (address, _), connect(address) as connection:
        connection.sendall(HEALTH[:-2] + b"Content-Length: 3\r\n\r\n")
        assert read_answers(connection, 1)[0][0] == 200
        connection.sendall(b"abc")
        assert read_all(connection) == b""


def test_a_404_has_these_headers_in_this_order(place: Place) -> None:
    """tests/sms/test_webhooks.py pins the same list, so that nobody can tell a hook's 404."""
    with place.open_client() as client:
        answer = client.post("/nowhere")
        assert answer.headers.raw == [
            (b"cache-control", b"no-store"),
            (b"content-length", b"%d" % len(answer.content)),
            (b"content-type", b"application/problem+json"),
        ]


def test_the_soft_limit_of_open_files_is_raised() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, before[1]), before[1]))
    try:
        assert fit_connections(5, Limits()) == 5
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before[1], before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize(("hard", "fitting"), [(1024, 1024 - OTHER_FILES - 32), (100, 1)])
def test_connections_fit_below_the_hard_limit_of_open_files(hard: int, fitting: int) -> None:
    code = (
        "import resource; from app.limits import Limits; from app.serving import fit_connections\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, (64, {hard}))\n"
        "print(fit_connections(2048, Limits()), resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == [str(fitting), str(hard)]
