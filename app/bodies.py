"""Reading request bodies into memory, bounded in bytes and in time."""

import asyncio

from starlette.types import Message, Receive
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.errors import RequestRefused


async def read_body(receive: Receive, limit: int, deadline: float) -> bytes:
    """A whole body of at most `limit` bytes.

    From its first piece on, the rest must come within `deadline` seconds. For the first piece the
    server's protocol has a deadline of its own (app/http_protocol.py): most bodies are one piece,
    and a timer for each of them would cost more than reading it.
    Raises RequestRefused: body-too-large, body-too-slow, body-cut-off (the client went away).
    """
    body, more = _take(await receive(), limit)
    if not more:
        return body
    chunks = [body]
    left = limit - len(body)
    try:
        async with asyncio.timeout(deadline):
            while more:
                chunk, more = _take(await receive(), left)
                chunks.append(chunk)
                left -= len(chunk)
    except TimeoutError:
        raise RequestRefused("body-too-slow") from None
    return b"".join(chunks)


async def read_timed_body(receive: Receive, limit: int, deadline: float) -> bytes:
    """As read_body, but the whole body, its first piece too, must come within `deadline` seconds.

    For what holds a place in a short queue while it comes.
    """
    try:
        async with asyncio.timeout(deadline):
            return await read_body(receive, limit, deadline)
    except TimeoutError:
        raise RequestRefused("body-too-slow") from None


async def receive_all(cycle: RequestResponseCycle) -> Message:
    """What came of a body before the connection was lost, and only then that it was lost.

    uvicorn forgets what was not fetched by then, and with it whole items of a cut-off body.
    """
    message: Message = await RequestResponseCycle.receive(cycle)  # type: ignore[assignment]
    if message["type"] == "http.disconnect" and cycle.body and not cycle.response_complete:
        body, cycle.body = bytes(cycle.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": cycle.more_body}
    return message


def _take(message: Message, limit: int) -> tuple[bytes, bool]:
    """The bytes of one ASGI message, and whether more come."""
    if message["type"] != "http.request":
        raise RequestRefused("body-cut-off")
    chunk: bytes = message.get("body", b"")
    if len(chunk) > limit:
        raise RequestRefused("body-too-large")
    return chunk, message.get("more_body", False)
