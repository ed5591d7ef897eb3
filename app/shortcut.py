"""The short way of a single envelope that came whole: from the parser to the writer and back.

Nearly every envelope is a small request whose headers and body come in one read. For it the server
starts no task and passes no ASGI messages: they cost more than all that the service does itself
(docs/performance.md). It is the same work in the same order. Whatever is out of the ordinary, a
rotten envelope, another media type, a body in pieces, a crowd, takes the ordinary way through
app/intake.py, which says what is wrong.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple

from fastapi import Response
from starlette.types import Scope

from app.entries import make_entry
from app.errors import StoreError
from app.intake import ANSWERS, PATH, SINGLE
from app.limits import Limits
from app.problems import code_of, make_response
from app.store import Store
from crypto.errors import EnvelopeError


@dataclass(slots=True)
class Crowd:
    """Requests in flight, whichever way they take."""

    most: int
    count: int = 0

    @property
    def full(self) -> bool:
        return self.count >= self.most


class Shortcut(NamedTuple):
    """take: begins with a request, or leaves it (None) to the ordinary way.
    tell: the whole answer, head and body, once that future is done. Call it in any case."""

    take: Callable[[Scope, bytes | bytearray], "asyncio.Future[Any] | None"]
    tell: Callable[["asyncio.Future[Any]"], bytes]


def write_answer(answer: Response) -> bytes:
    """An answer as it goes over the wire."""
    status = HTTPStatus(answer.status_code)
    lines = [b"%s: %s\r\n" % header for header in answer.raw_headers]
    head = b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode())
    return head + b"".join(lines) + b"\r\n" + bytes(answer.body)


def create_shortcut(store: Store, crowd: Crowd, limits: Limits) -> Shortcut:
    """The shortcut into this store. It counts in the same crowd as the ordinary way."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    answers = {outcome: head % len(body) + body for outcome, body in ANSWERS.items()}

    def take(scope: Scope, body: bytes | bytearray) -> "asyncio.Future[Any] | None":
        if scope["path"] != PATH or scope["method"] != "POST" or crowd.count >= crowd.most:
            return None
        media_type = b""
        for name, value in scope["headers"]:
            if name == b"content-type":
                media_type = value
            elif name == b"content-encoding":
                return None
        if media_type != SINGLE:
            return None
        try:
            future = store.submit((make_entry(bytes(body), store.day),))
        except (EnvelopeError, StoreError):
            return None
        crowd.count += 1
        return future

    def tell(future: "asyncio.Future[Any]") -> bytes:
        crowd.count -= 1
        error = future.exception()
        if error is None:
            return answers[future.result()[0]]
        code = code_of(error) if isinstance(error, Exception) else "internal"
        return write_answer(make_response(code, retry_after_seconds=limits.retry_after_seconds))

    return Shortcut(take, tell)
