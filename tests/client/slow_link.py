"""A line between a phone and its service: slow, late, breaking off, gone, or in other hands."""

import asyncio
import contextlib
import random
import socket
import struct
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal

CHUNK = 512
"""Bytes that are carried at once: an eighth of a second at 32 kbit/s."""
QUEUE = 8
"""Chunks under way in one direction of one connection; whoever sends more has to wait."""
PORTAL = (
    b"<!doctype html><title>Free Wi-Fi</title><h1>Welcome</h1><form>"
    b"<input name=room><button>Connect</button></form>"
)
FULL_SECONDS = 0.01
"""How often somebody who has to wait looks again."""
END_SECONDS = 10
"""A phone that does not read to the end has no longer to do so."""
RESET = struct.pack("ii", 1, 0)
Mode = Literal["carry", "refuse", "silent", "portal"]


@dataclass
class SlowLink:
    """A TCP proxy at `url`, which stays the same over stop and start.

    bits: per second in each direction, shared by all connections; 0 for no limit. latency: seconds
    each way. resets: a connection breaks off after a random number of bytes between these two, of
    both directions together; None for never. mode: "silent" takes connections and says nothing,
    "portal" answers everything with a page of its own and 200, "refuse" has nobody listening.
    All of them may be changed at any time; connections that are there go on as they began, but
    for `cut`.
    """

    target: int
    bits: int = 0
    latency: float = 0.0
    resets: tuple[int, int] | None = None
    mode: Mode = "carry"
    seed: int = 1
    sent: int = 0
    """Bytes from the phone to the service."""
    received: int = 0
    broken: int = 0
    """Connections that were reset."""
    asked: int = 0
    """Connections that were taken."""
    heard: "list[tuple[bytearray, bytearray]] | None" = None
    """If a list: what went both ways, (sent, received) of each connection."""
    port: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._free = {"sent": 0.0, "received": 0.0}
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.become(self.mode)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def become(self, mode: Mode) -> None:
        """Another mode; connections that are there are broken off."""
        self._run(self._become(mode))

    def cut(self) -> None:
        """Breaks off every connection."""
        self._run(self._cut())

    def close(self) -> None:
        """Ends it for good."""
        self.become("refuse")
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> "SlowLink":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _become(self, mode: Mode) -> None:
        self.mode = mode
        if mode == "refuse":
            if self._server is not None:
                self._server.close()
                self._server = None
        elif self._server is None:
            self._server = await asyncio.start_server(self._greet, "127.0.0.1", self.port)
        await self._cut()

    async def _cut(self) -> None:
        await asyncio.sleep(0)  # what was taken in this turn has its task now
        mine = [task for task in self._tasks if not task.done()]
        for task in mine:
            task.cancel()
        await asyncio.gather(*mine, return_exceptions=True)
        await asyncio.sleep(0)  # and what they broke off is closed

    def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection; its line ends with its task, even one that never began."""
        self.asked += 1
        task = asyncio.ensure_future(self._take(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: _break_off(writer))

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            if self.mode == "portal":
                await _answer(reader, writer)
            elif self.mode == "silent":
                while await reader.read(CHUNK):
                    pass
            else:
                await self._carry(reader, writer)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard = (bytearray(), bytearray())
        if self.heard is not None:
            self.heard.append(heard)
        left = [self._random.randint(*self.resets) if self.resets else 1 << 62]
        there, away = await asyncio.open_connection("127.0.0.1", self.target)
        ways = [
            asyncio.ensure_future(self._pump(reader, away, "sent", left, heard[0])),
            asyncio.ensure_future(self._pump(there, writer, "received", left, heard[1])),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
            if left[0] < 0:
                self.broken += 1
            elif all(way.done() and way.exception() is None for way in ways):
                await asyncio.wait_for(_end(writer, away), END_SECONDS)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            _break_off(away)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        way: Literal["sent", "received"],
        left: list[int],
        heard: bytearray,
    ) -> None:
        """One direction of a connection. Raises OSError where it breaks off."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(QUEUE)

        async def deliver() -> None:
            while True:
                due, chunk = await queue.get()
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                if not chunk:
                    writer.write_eof()
                    return
                left[0] -= len(chunk)
                if left[0] < 0:
                    raise ConnectionResetError
                setattr(self, way, getattr(self, way) + len(chunk))
                if self.heard is not None:
                    heard.extend(chunk)
                writer.write(chunk)
                await writer.drain()

        delivering = asyncio.ensure_future(deliver())
        try:
            while True:
                # Whoever has said all waits for an answer, and no byte tells that the line broke.
                reading = asyncio.ensure_future(reader.read(CHUNK))
                await asyncio.wait([reading, delivering], return_when=asyncio.FIRST_COMPLETED)
                if delivering.done():
                    reading.cancel()
                    await asyncio.gather(reading, return_exceptions=True)
                    break
                chunk = reading.result()
                start = max(time.monotonic(), self._free[way])
                self._free[way] = start + (len(chunk) * 8 / self.bits if self.bits else 0)
                while queue.full() and not delivering.done():
                    await asyncio.wait([delivering], timeout=FULL_SECONDS)
                if not delivering.done():
                    queue.put_nowait((self._free[way] + self.latency, chunk))
                if not chunk:
                    break
            await delivering
        finally:
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A captive portal: whatever is asked, its own page."""
    with contextlib.suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PORTAL)}\r\n"
        writer.write(f"{head}Access-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n".encode())
        writer.write(PORTAL)
        await writer.drain()
        writer.write_eof()
        while await reader.read(CHUNK):
            pass


async def _end(*writers: asyncio.StreamWriter) -> None:
    """In good order: what was said at the end is still heard."""
    for writer in writers:
        writer.close()
        await writer.wait_closed()


def _break_off(writer: asyncio.StreamWriter) -> None:
    """As a network does: a reset where anything is still under way."""
    with contextlib.suppress(OSError, AttributeError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
