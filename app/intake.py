"""POST /v1/envelopes: the hot path. A raw ASGI function that stands in front of FastAPI.

An ordinary FastAPI route costs four times what the bare server does; this is the one address where
that counts, because every phone of a nation sends at once. It answers after COMMIT and never
before.
"""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from app.batch_intake import take_batch
from app.bodies import read_body
from app.entries import make_entry
from app.errors import RequestRefused, StoreUnavailable
from app.last_resort import answer_failure
from app.limits import Limits
from app.store import Store
from crypto.envelope import MAX_ENVELOPE

PATH = "/v1/envelopes"
SINGLE = b"application/octet-stream"
BATCH = b"application/cbor-seq"
ACCEPT = {"Accept": f"{SINGLE.decode()}, {BATCH.decode()}"}
ANSWERS = {"stored": b'{"status":"stored"}', "known": b'{"status":"known"}'}
JSON = (b"content-type", b"application/json")


def create_intake(store: Store, limits: Limits) -> ASGIApp:
    """The ASGI function for POST /v1/envelopes."""

    async def intake(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer, close = await _take(scope, receive, store, limits)
        except asyncio.CancelledError:  # the server stops, and has waited for long enough
            failure: Exception = StoreUnavailable()
        except Exception as error:  # noqa: BLE001 -- the last resort too: the server would log it
            failure = error
        else:
            await _send(send, answer, close=close)
            return
        response = answer_failure(failure, limits, {"media-type": ACCEPT})
        await response(scope, receive, send)

    return intake


async def _take(scope: Scope, receive: Receive, store: Store, limits: Limits) -> tuple[bytes, bool]:
    """Keeps what the request brings. Returns the answer, and whether to close the connection."""
    media_type, declared = _read_headers(scope)
    if media_type == SINGLE:
        if declared > MAX_ENVELOPE:
            raise RequestRefused("body-too-large")
        body = await read_body(receive, MAX_ENVELOPE, limits.body_seconds)
        (outcome,) = await store.submit([make_entry(body, store.day)]) or ("known",)
        return ANSWERS[outcome], False
    if declared > limits.batch_bytes:
        raise RequestRefused("body-too-large")
    results, unread = await take_batch(receive, store, limits)
    answers = b",".join([ANSWERS.get(result) or _tell(result) for result in results])
    return b'{"results":[%s]}' % answers, unread


def _read_headers(scope: Scope) -> tuple[bytes, int]:
    """The media type and the declared length (0 if none). Raises RequestRefused (`media-type`)."""
    media_type = b""
    declared = 0
    for name, value in scope["headers"]:
        if name == b"content-type":
            media_type = value
        elif name == b"content-length":
            declared = int(value)  # the server has checked that these are digits
        elif name == b"content-encoding" and value.lower() != b"identity":
            raise RequestRefused("media-type")
    if media_type not in (SINGLE, BATCH):
        media_type = media_type.partition(b";")[0].strip().lower()
        if media_type not in (SINGLE, BATCH):
            raise RequestRefused("media-type")
    return media_type, declared


def _tell(code: str) -> bytes:
    return b'{"status":"problem","code":"%s"}' % code.encode()


async def _send(send: Send, body: bytes, *, close: bool = False) -> None:
    headers = [JSON, (b"content-length", b"%d" % len(body))]
    if close:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
