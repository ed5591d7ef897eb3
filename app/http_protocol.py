"""uvicorn's httptools protocol with the bounds that it leaves out.

Stock uvicorn holds a half-sent header for ever, and httptools keeps in memory whatever length a
header has. These bounds close that: an absolute deadline from the first byte of a request (or from
the connection) to the end of its headers, one from there to the end of its body, one for answers
that the client does not fetch, and a cap on bytes that bring the request no further. The cap holds
for header lines, for trailers and for chunk extensions alike.

Connections are bounded too. At the cap a new one takes the place of the one that has been without
a request for the longest, so that nobody is kept out by connections that only stand there.
"""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from starlette.types import ASGIApp
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.bodies import receive_all
from app.limits import Limits
from app.problems import make_response, write_answer

if TYPE_CHECKING:  # a gateway has no shortcut, and need not load the store behind it
    from app.shortcut import Shortcut

BODY_GRACE = 1.5
"""The readers of bodies (app/bodies.py) have the first word: they can still answer."""
SENT_BYTES = HIGH_WATER_LIMIT
"""Of a long answer, a client has to fetch so many bytes in each `body_seconds`, or the rest."""
PIPELINED = 256
"""Requests of one connection that wait for the one in front. Each costs some kilobytes, and twenty
bytes to send; uvicorn reads on all the while."""


class BoundedProtocol(HttpToolsProtocol):
    """Use `make_protocol`, which sets the limits."""

    limits: ClassVar[Limits]
    shortcut: "ClassVar[Shortcut | None]"
    max_connections: ClassVar[int]
    idle: ClassVar[dict["BoundedProtocol", None]]
    """Connections without a request in flight, the longest without one first."""

    _idle_bytes = 0
    _in_headers = False
    _in_body = False
    _body_left = 0
    """Bytes of the body that are still to come, where its length was declared: they are nothing
    else, however many come at once."""
    _came_last = False
    """No other connection could give way to this one: it is there only to be told so."""
    _deadline: asyncio.TimerHandle | None = None
    _send_deadline: asyncio.TimerHandle | None = None
    _unsent = 0
    _running: RequestResponseCycle | None = None
    _feeding = False
    _held: tuple[RequestResponseCycle, ASGIApp] | None = None
    """A request for the short way, until all of the piece that its headers came in is parsed."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set_deadline(self.limits.header_seconds)
        while self._crowded() and self.idle:
            next(iter(self.idle)).give_way()
        self._came_last = self._crowded()
        self.idle[self] = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        self._clear_send_deadline()
        self.idle.pop(self, None)
        super().connection_lost(exc)
        running = self._running
        if running is not None and not running.response_complete:
            # uvicorn tells only the last of pipelined requests that nobody is there any more.
            running.disconnected = True
            running.message_event.set()

    def data_received(self, data: bytes) -> None:
        """Feeds the parser no more than may pass without progress, so that it cannot grow beyond
        that.
        """
        if self._came_last and self._crowded():
            self._refuse("store-busy")
            return
        self._came_last = False
        self._feeding = True
        try:
            self._feed(data)
        finally:
            self._feeding = False
        if self._held is not None:
            self._start_held()
        if self._deadline is None and not self.transport.is_closing():
            self._await_more()

    def _feed(self, data: bytes) -> None:
        size = len(data)
        cap = self.limits.header_bytes
        if size <= cap - self._idle_bytes:  # nearly always
            self._idle_bytes += size
            super().data_received(data)
            if len(self.pipeline) > PIPELINED:
                self.transport.abort()
            return
        view = memoryview(data)
        while view and not self.transport.is_closing():
            room = self._body_left or cap - self._idle_bytes
            if room <= 0:
                self._refuse("headers-too-large")
                return
            piece, view = view[:room], view[room:]
            self._idle_bytes += len(piece)
            super().data_received(bytes(piece))
            if len(self.pipeline) > PIPELINED:
                self.transport.abort()
                return

    def _await_more(self) -> None:
        """Sets the deadline for what has to come next. uvicorn has cancelled its own by now."""
        if self._in_headers:
            self._set_deadline(self.limits.header_seconds)
        elif self._in_body:
            self._set_deadline(self.limits.body_seconds * BODY_GRACE)
        elif self.cycle is None or self.cycle.response_complete:
            if self._idle_bytes:  # such as a lone line end, which begins no request
                self._set_deadline(self.limits.header_seconds)
            elif self.timeout_keep_alive_task is None:  # the end of a body, after its answer
                self.timeout_keep_alive_task = self.loop.call_later(
                    self.timeout_keep_alive, self.timeout_keep_alive_handler
                )

    def eof_received(self) -> None:
        self._watch_sending()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_sending()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.transport.is_closing():
            self._clear_send_deadline()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._watch_sending()

    def on_message_begin(self) -> None:
        self._in_headers = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_headers:
            return  # a trailer: the request is being answered by its headers already
        name = name.lower()
        if name == b"expect":
            super().on_header(name, value)
        else:  # as uvicorn does, without a call for each line
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._in_body = True
        self._idle_bytes = 0
        self._clear_deadline()
        self.idle.pop(self, None)
        super().on_headers_complete()
        for name, value in self.headers:
            if name == b"content-length":
                self._body_left = int(value)  # the parser has checked it, and that there is one

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:  # type: ignore[override]
        self._running = cycle
        if self._feeding and self.shortcut is not None:
            self._held = cycle, app
        else:
            self._start(cycle, app)

    def _start_held(self) -> None:
        """Gives a request that came whole to the shortcut; every other one gets its task."""
        cycle, app = self._held  # type: ignore[misc]  # the caller has looked
        self._held = None
        if not (cycle.more_body or cycle.waiting_for_100_continue or self.flow.write_paused):
            answer = partial(self._answer_short, cycle)
            if self.shortcut.take(cycle.scope, cycle.body, answer):  # type: ignore[union-attr,arg-type]
                return
        self._start(cycle, app)

    def _start(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:
        cycle.receive = partial(receive_all, cycle)  # type: ignore[method-assign,assignment]
        super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]

    def _answer_short(self, cycle: RequestResponseCycle, answer: bytes) -> None:
        if cycle.disconnected:
            return
        cycle.response_started = cycle.response_complete = True
        if cycle.keep_alive:
            self.transport.write(answer)
        else:
            self.transport.write(answer.replace(b"\r\n", b"\r\nconnection: close\r\n", 1))
            self.transport.close()
        self.on_response_complete()

    def on_body(self, body: bytes) -> None:
        self._idle_bytes = 0
        if self._body_left:
            self._body_left -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        self._body_left = 0
        self._idle_bytes = 0
        self._clear_deadline()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self in self.connections and self.cycle.response_complete:
            self.idle[self] = None
        if self.transport.is_closing():
            self._watch_sending()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- uvicorn's text is not one of ours
        self._refuse("request-malformed")

    def give_way(self) -> None:
        """Ends this connection at once: its place is taken."""
        if self._came_last and not self.transport.is_closing():
            self._refuse("store-busy")
        else:
            self.transport.abort()
        self.idle.pop(self, None)
        self.connections.discard(self)

    def _crowded(self) -> bool:
        return len(self.connections) > self.max_connections

    def _refuse(self, code: str) -> None:
        """Answers with a problem, if nothing was answered yet, and closes."""
        self._clear_deadline()
        if self.cycle is None or self.cycle.response_complete:
            answer = make_response(
                code,
                retry_after_seconds=self.limits.retry_after_seconds,
                headers={"Connection": "close", "Access-Control-Allow-Origin": "*"},  # for pages
            )
            self.transport.write(write_answer(answer))
        self.transport.close()
        self._watch_sending()

    def _set_deadline(self, seconds: float) -> None:
        self._deadline = self.loop.call_later(seconds, self._expire)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expire(self) -> None:
        self._deadline = None
        self.transport.abort()  # close() would wait until the client has fetched its answers

    def _watch_sending(self) -> None:
        """Sets the deadline for the client to fetch what is written, if anything is left."""
        if self._send_deadline is None:
            self._unsent = self.transport.get_write_buffer_size()
            if self._unsent:
                self._send_deadline = self.loop.call_later(
                    self.limits.body_seconds, self._expire_sending
                )

    def _clear_send_deadline(self) -> None:
        if self._send_deadline is not None:
            self._send_deadline.cancel()
            self._send_deadline = None

    def _expire_sending(self) -> None:
        """Ends the connection unless the client is fetching a long answer, if slowly."""
        self._send_deadline = None
        if self.transport.get_write_buffer_size() > self._unsent - SENT_BYTES:
            self.transport.abort()
        else:
            self._watch_sending()


def make_protocol(
    limits: Limits, max_connections: int, shortcut: "Shortcut | None" = None
) -> type[asyncio.Protocol]:
    """The protocol class for uvicorn's `http` option, with these limits, for one server."""
    members = {
        "limits": limits,
        "max_connections": max_connections,
        "idle": {},
        "shortcut": shortcut,
    }
    return type("LimitedProtocol", (BoundedProtocol,), members)
