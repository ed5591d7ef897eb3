"""uvicorn's httptools protocol with the bounds that it leaves out.

Stock uvicorn holds a half-sent header for ever, and httptools keeps in memory whatever length a
header has. Three bounds close that: an absolute deadline from the first byte of a request (or from
the connection) to the end of its headers, one from there to the end of its body, and a cap on bytes
that bring the request no further. The cap holds for header lines, for trailers and for chunk
extensions alike.
"""

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.limits import Limits
from app.problems import MEDIA_TYPE, find_problem, make_incident, write_problem

BODY_GRACE = 1.5
"""The readers of bodies (app/bodies.py) have the first word: they can still answer."""


class BoundedProtocol(HttpToolsProtocol):
    """Use `make_protocol`, which sets the limits."""

    limits: ClassVar[Limits]

    _idle_bytes = 0
    _in_headers = False
    _in_body = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set_deadline(self.limits.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feeds the parser no more than may pass without progress, so that it cannot grow beyond
        that.
        """
        cap = self.limits.header_bytes
        view = memoryview(data)
        while view and not self.transport.is_closing():
            room = cap - self._idle_bytes
            if room <= 0:
                self._refuse("headers-too-large")
                return
            piece, view = view[:room], view[room:]
            self._idle_bytes += len(piece)
            super().data_received(bytes(piece) if len(piece) < len(data) else data)
        if self._deadline is None and not self.transport.is_closing():
            if self._in_headers:
                self._set_deadline(self.limits.header_seconds)
            elif self._in_body:
                self._set_deadline(self.limits.body_seconds * BODY_GRACE)

    def on_message_begin(self) -> None:
        self._in_headers = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if (
            self._in_headers
        ):  # else it is a trailer: the request is being answered by its headers already
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._in_body = True
        self._idle_bytes = 0
        self._clear_deadline()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._idle_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        self._idle_bytes = 0
        self._clear_deadline()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- uvicorn's text is not one of ours
        self._refuse("request-malformed")

    def _refuse(self, code: str) -> None:
        """Answers with a problem, if nothing was answered yet, and closes."""
        self._clear_deadline()
        if self.cycle is None or self.cycle.response_complete:
            kind = find_problem(code)
            body = write_problem(kind, make_incident())
            self.transport.write(
                STATUS_LINE[kind.status]
                + b"content-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
                % (MEDIA_TYPE.encode(), len(body))
                + body
            )
        self.transport.close()

    def _set_deadline(self, seconds: float) -> None:
        self._deadline = self.loop.call_later(seconds, self._expire)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expire(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()


def make_protocol(limits: Limits) -> type[asyncio.Protocol]:
    """The protocol class for uvicorn's `http` option, with these limits."""
    return type("LimitedProtocol", (BoundedProtocol,), {"limits": limits})
