"""The short way of a single envelope that came whole: from the parser to the writer and back.

Nearly every envelope is a small request whose headers and body come in one read. For it the server
starts no task and passes no ASGI messages: they cost more than all that the service does itself
(docs/performance.md). What comes in one turn of the event loop goes to the writer as one work.
It is the same work in the same order. Whatever is out of the ordinary, a rotten envelope, another
media type, a body in pieces, a crowd, takes the ordinary way through app/intake.py, which says what
is wrong.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from starlette.types import Scope

from app.cross_origin import ANYBODY, ENVELOPES
from app.crowds import Crowd
from app.entries import Entry, make_entry
from app.errors import StoreError
from app.intake import ANSWERS, PATH, SINGLE
from app.limits import Limits
from app.problems import code_of, make_response, write_answer
from app.store import Store
from crypto.errors import EnvelopeError

log = logging.getLogger("heliograph.shortcut")
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n%s: %s\r\n\r\n"
WIRE = {outcome: HEAD % (len(body), *ANYBODY) + body for outcome, body in ANSWERS.items()}

Answer = Callable[[bytes], None]
"""Writes an answer, head and body, to the client."""


class Shortcut:
    """The short way into this store. It counts in the same crowd as the ordinary way."""

    def __init__(self, store: Store, crowd: Crowd, limits: Limits) -> None:
        self._store = store
        self._crowd = crowd
        self._limits = limits
        self._came: list[tuple[Entry, Answer]] = []
        """What came in this turn of the event loop."""

    def take(self, scope: Scope, body: bytes | bytearray, answer: Answer) -> bool:
        """Begins with a request, of which `answer` will be called once; or leaves it (False) to the
        ordinary way.
        """
        crowd = self._crowd
        if scope["path"] != PATH or scope["method"] != "POST" or crowd.count >= crowd.most:
            return False
        media_type = b""
        for name, value in scope["headers"]:
            if name == b"content-type":
                media_type = value
            elif name == b"content-encoding":
                return False
        if media_type != SINGLE:
            return False
        try:
            entry = make_entry(bytes(body), self._store.day)
        except EnvelopeError:
            return False
        crowd.count += 1
        if not self._came:
            asyncio.get_running_loop().call_soon(self._hand_over)
        self._came.append((entry, answer))
        return True

    def _hand_over(self) -> None:
        """Makes one work of what came in one turn of the event loop: one future, and one look for
        doubles.
        """
        came, self._came = self._came, []
        try:
            future = self._store.submit([entry for entry, _answer in came])
        except StoreError as error:
            self._tell(came, [self._refuse(error)] * len(came))
        else:
            future.add_done_callback(partial(self._finish, came))

    def _finish(self, came: Sequence[tuple[Entry, Answer]], future: "asyncio.Future[Any]") -> None:
        error = future.exception()
        if error is None:
            self._tell(came, [WIRE[outcome] for outcome in future.result()])
        else:
            self._tell(came, [self._refuse(error)] * len(came))

    def _tell(self, came: Sequence[tuple[Entry, Answer]], answers: Sequence[bytes]) -> None:
        self._crowd.count -= len(came)
        for (_entry, answer), wire in zip(came, answers, strict=True):
            try:
                answer(wire)
            except Exception as error:  # noqa: BLE001 -- the others' answers must go out
                log.error("code=answer-fault type=%s", type(error).__name__)  # noqa: TRY400

    def _refuse(self, error: BaseException) -> bytes:
        code = code_of(error) if isinstance(error, Exception) else "internal"
        answer = make_response(code, retry_after_seconds=self._limits.retry_after_seconds)
        answer.raw_headers += ENVELOPES.headers(answer.status_code)
        return write_answer(answer)
