"""The workbench's HTTP server: loopback, one process, one request at a time.

Written on asyncio's streams rather than on a web framework: it has four kinds of requests, bounds
all that it reads, and writes no log.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from keyholder.workbench.answers import Answer, Refusal, answer_json, answer_refusal
from keyholder.workbench.page_files import read_page_file
from keyholder.workbench.pictures import PICTURES, answer_picture
from keyholder.workbench.requests import (
    MOST_HEAD,
    Request,
    check_caller,
    check_host,
    read_request,
)
from keyholder.workbench.routes import API, STATE, answer_get, answer_post
from keyholder.workbench.sitting import Sitting

HOST = "127.0.0.1"
_MOST_CONNECTIONS = 64
_HEAD_SECONDS = 5.0  # for a head that has begun
_REST_SECONDS = 5.0  # for a body, and for taking an answer
_QUIET_SECONDS = 60.0  # for the next request on a connection
_LOOK_SECONDS = 0.5  # how often the idle time is looked at


async def serve(sitting: Sitting, announce: Callable[[int], None]) -> None:
    """Serve on a port that the system chooses until the sitting is locked; then answer no more.

    announce: is told the port.
    """
    connections: dict[asyncio.Task[None], None] = {}  # that was used last, last

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or sitting.locked.is_set():
            writer.close()
            return
        # Anybody on this machine can take them all, and must not shut the page out by it.
        if len(connections) >= _MOST_CONNECTIONS:
            oldest = next(iter(connections))
            del connections[oldest]
            oldest.cancel()
        connections[task] = None

        def use() -> None:
            if connections.pop(task, task) is None:
                connections[task] = None

        try:
            with suppress(asyncio.CancelledError):  # it ends here, and asyncio is not to tell of it
                await _converse(sitting, port, reader, writer, use)
        finally:
            connections.pop(task, None)
            writer.close()

    server = await asyncio.start_server(connect, HOST, 0, limit=MOST_HEAD)
    port = server.sockets[0].getsockname()[1]
    async with server:
        announce(port)
        while not sitting.locked.is_set():
            if sitting.count_idle() <= 0:
                sitting.lock()
            await asyncio.sleep(_LOOK_SECONDS)
        for task in connections:
            task.cancel()


async def _converse(
    sitting: Sitting,
    port: int,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    use: Callable[[], None],
) -> None:
    """The requests of one connection, until either side ends it. `use` is told of each."""
    with suppress(TimeoutError, ConnectionError, asyncio.IncompleteReadError):
        while True:
            answer, goes_on = await _take_request(sitting, port, reader)
            use()
            writer.write(answer.write(last=not goes_on))
            async with asyncio.timeout(_REST_SECONDS):
                await writer.drain()
            if not goes_on:
                return


async def _take_request(
    sitting: Sitting, port: int, reader: asyncio.StreamReader
) -> tuple[Answer, bool]:
    """The answer to the next request, and whether the connection is still at a request's end."""
    try:
        async with asyncio.timeout(_QUIET_SECONDS):
            first = await reader.readexactly(1)
        async with asyncio.timeout(_HEAD_SECONDS):
            head = first + await reader.readuntil(b"\r\n\r\n")
        request = read_request(head)
        check_host(request, port)
        size = request.body_size
        async with asyncio.timeout(_REST_SECONDS):
            body = await reader.readexactly(size)
    except asyncio.LimitOverrunError:
        return answer_refusal(Refusal("too-large")), False
    except Refusal as refusal:
        return answer_refusal(refusal), False
    return _answer(sitting, port, request, body), request.keeps_alive


def _answer(sitting: Sitting, port: int, request: Request, body: bytes) -> Answer:
    """The answer, whatever happens: no exception's text leaves this function."""
    try:
        if not request.path.startswith(API):
            return _answer_file(request, body)
        check_caller(request, sitting, port)
        if request.path != STATE:  # the page asks for it by itself
            sitting.use()
        if request.path.startswith(PICTURES):
            return _answer_picture(sitting, request, body)
        return answer_json(_answer_api(sitting, request, body))
    except Refusal as refusal:
        return answer_refusal(refusal)
    except Exception:  # noqa: BLE001 - its text may repeat what a stranger wrote
        return answer_refusal(Refusal("failed"))


def _answer_api(sitting: Sitting, request: Request, body: bytes) -> dict[str, Any]:
    if request.method == "GET" and not body:
        return answer_get(sitting, request.path, request.query)
    if request.method == "POST" and not request.query:
        return answer_post(sitting, request.path, body)
    raise Refusal("method")


def _answer_picture(sitting: Sitting, request: Request, body: bytes) -> Answer:
    if request.method != "GET" or body or request.query:
        raise Refusal("method")
    return answer_picture(sitting, request.path)


def _answer_file(request: Request, body: bytes) -> Answer:
    if request.method != "GET" or body or request.query:
        raise Refusal("method")
    found = read_page_file(request.path)
    if found is None:
        raise Refusal("unknown")
    return Answer(200, *found)
