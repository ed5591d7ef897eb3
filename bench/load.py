"""The generator: so many connections, each with one request under way, over plain sockets.

It runs in the bench's own process, pinned to the core that the server does not have. A request is
built by joining bytes, an answer is read by its length alone: whatever a real client does besides
would be measured as the server's. How busy the generator's core was stands in the result.
"""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import uvloop

LENGTH = b"content-length: "
CHUNKED = b"transfer-encoding: chunked"
LAST_CHUNK = b"0\r\n\r\n"
PATIENCE = 60.0
"""Seconds to wait for a first answer at least, where a round is shorter than that."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one round measured. Latencies are in seconds, sorted."""

    requests: int
    seconds: float
    latencies: Sequence[float]
    busy: float
    """Share of the time that the generator's process held its core."""
    received: int
    """Bytes of all answers."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def p99(self) -> float:
        """Seconds within which 99 of 100 requests were answered."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * 0.99))]


class UnexpectedAnswer(Exception):
    """The server answered something else than was expected: the figure would mean nothing."""


class _Meter:
    def __init__(self, requests: Iterator[bytes], status: bytes) -> None:
        self.requests = requests
        self.status = b"HTTP/1.1 " + status
        self.latencies: list[float] = []
        self.received = 0
        self.open = True
        self.trouble: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class _Client(asyncio.Protocol):
    """One connection: sends a request, reads its answer to the end, sends the next one."""

    def __init__(self, meter: _Meter) -> None:
        self._meter = meter
        self._buffer = b""
        self._needed = 0
        self._in_chunks = False
        self._started = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport

    def send(self) -> None:
        request = next(self._meter.requests, None)
        if request is None:
            self.transport.close()
            return
        self._started = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._meter.received += len(data)
        if self._in_chunks:
            self._buffer = self._buffer[-len(LAST_CHUNK) :] + data
            if self._buffer.endswith(LAST_CHUNK):
                self._in_chunks = False
                self._finish()
            return
        if self._buffer:
            data = self._buffer + data
        if not self._needed and not self._read_head(data):
            self._buffer = data
        elif len(data) >= self._needed:
            self._finish()
        else:
            self._buffer = data

    def _read_head(self, data: bytes) -> bool:
        """Sets how many bytes the answer has. False: it is not known, or not by its head."""
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not data.startswith(self._meter.status):
            self._fail(data)
            return False
        place = data.find(LENGTH, 0, end)
        if place < 0 and CHUNKED in data[:end]:
            self._in_chunks = not data.endswith(LAST_CHUNK)
            self._needed = 0 if self._in_chunks else len(data)
            return not self._in_chunks
        length = 0 if place < 0 else int(data[place + len(LENGTH) : data.index(b"\r", place)])
        self._needed = end + 4 + length
        return True

    def _finish(self) -> None:
        self._buffer = b""
        self._needed = 0
        if self._meter.open:
            self._meter.latencies.append(time.perf_counter() - self._started)
            self.send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's
        if self._meter.open and self._started:
            self._fail(b"the connection was closed")

    def _fail(self, data: bytes) -> None:
        if not self._meter.trouble.done():
            self._meter.trouble.set_exception(UnexpectedAnswer(data[:200].decode("latin-1")))


def run_load(
    port: int,
    make_requests: Callable[[], Iterator[bytes]],
    *,
    status: bytes = b"200",
    connections: int = 64,
    warm: float = 1.0,
    seconds: float = 4.0,
) -> Load:
    """Keeps `connections` requests under way for `seconds`, after `warm` seconds that do not count.

    Raises UnexpectedAnswer for any other status, and OSError.
    """
    gc.collect()
    gc.disable()
    try:
        return uvloop.run(_measure(port, make_requests(), status, connections, warm, seconds))
    finally:
        gc.enable()


async def _measure(
    port: int,
    requests: Iterator[bytes],
    status: bytes,
    connections: int,
    warm: float,
    seconds: float,
) -> Load:
    loop = asyncio.get_running_loop()
    meter = _Meter(requests, status)
    clients = []
    for _ in range(connections):
        _transport, client = await loop.create_connection(lambda: _Client(meter), "127.0.0.1", port)
        clients.append(client)
    for client in clients:
        client.send()
    await _pass(meter, warm)
    meter.latencies.clear()
    meter.received = 0
    started, spent = time.perf_counter(), time.process_time()
    await _pass(meter, seconds)
    while not meter.latencies and time.perf_counter() - started < PATIENCE:
        await _pass(meter, 1.0)
    took, spent = time.perf_counter() - started, time.process_time() - spent
    meter.open = False
    latencies = sorted(meter.latencies)
    for client in clients:
        client.transport.abort()
    if not latencies:
        raise UnexpectedAnswer("not one answer came in time")
    return Load(len(latencies), took, latencies, spent / took, meter.received)


async def _pass(meter: _Meter, seconds: float) -> None:
    await asyncio.wait([meter.trouble], timeout=seconds)
    if meter.trouble.done():
        meter.trouble.result()
