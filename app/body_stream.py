"""A request's body as it comes, for a reader that must keep what came whatever ends it."""

import asyncio
from typing import Any, Literal

from starlette.types import Message, Receive

End = Literal["whole", "cut-off", "paused", "locked"]
"""How a body ended: whole; the client went away; its time is over; somebody else wants to go on."""
LAST_BYTES_SECONDS = 0.25
"""Whoever is told to stop takes what lies in the socket already: a network that comes and goes has
paid for it.
"""
STOP_SECONDS = 2.0
"""Whoever is told to stop and sends on is cut off after so long."""


class BodyStream:
    """The body of one request, until `seconds` from now or until `stop` is called.

    Where the client went away, the server gives what came before first (app/bodies.py).
    """

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._end = self._loop.time() + seconds
        self._pending: asyncio.Future[Message] | None = None
        self._stopped = asyncio.Event()
        self._stopping = asyncio.ensure_future(self._stopped.wait())
        self.end: End | None = None

    def stop(self) -> None:
        """Asks the reader to make an end. Safe to repeat."""
        self._stopped.set()
        self._end = min(self._end, self._loop.time() + STOP_SECONDS)

    async def read(self, patience: float) -> bytes:
        """The next bytes; none when nothing came for `patience` seconds, or at the end."""
        if self.end is not None:
            return b""
        if self._pending is None:
            self._pending = asyncio.ensure_future(self._receive())
        waiting: set[asyncio.Future[Any]] = {self._pending}
        stopping = self._stopped.is_set()
        if stopping:
            patience = LAST_BYTES_SECONDS
        else:
            waiting.add(self._stopping)
        left = max(0.0, min(patience, self._end - self._loop.time()))
        await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        if self._pending.done():
            return self._take(self._pending.result())
        if self._loop.time() >= self._end or stopping:
            self.end = "locked" if self._stopped.is_set() else "paused"
        return b""

    def _take(self, message: Message) -> bytes:
        self._pending = None
        if message["type"] != "http.request":
            self.end = "cut-off"
            return b""
        if not message.get("more_body", False):
            self.end = "whole"
        elif self._loop.time() >= self._end:
            self.end = "locked" if self._stopped.is_set() else "paused"
        body: bytes = message.get("body", b"")
        return body

    async def close(self) -> None:
        """Lets go of what still waits."""
        left: set[asyncio.Future[Any]] = {
            waiting for waiting in (self._pending, self._stopping) if waiting is not None
        }
        for waiting in left:
            waiting.cancel()
        await asyncio.wait(left)
