"""Files of a web app over HTTP: in memory, compressed once, the same for everybody.

This room does not know what it serves: the composition root hands it bytes by their addresses. An
address that is not among them never comes here, so what is unknown is one and the same 404.
"""

import asyncio
import gzip
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import brotli
from starlette.types import ASGIApp, Receive, Scope, Send

from app.limits import Limits
from app.problems import make_response

Headers = Sequence[tuple[bytes, bytes]]
LEAST_GAIN = 0.95
"""What compression does not make smaller than this share of it goes out as it is."""
CODINGS = {"br": "b", "gzip": "z"}
"""Content codings, the best first, each with what it adds to a tag. Browsers take brotli over HTTPS
and from loopback only."""
MOST_CODED = 2048
"""Files, by coding, that are kept compressed."""
TAG_DIGITS = 16
EVERYWHERE: Headers = (
    (b"vary", b"accept-encoding"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""What every answer has, so that no file is taken for something that it is not."""


@dataclass(frozen=True, slots=True)
class WebFile:
    """One file. It is compressed when it is first asked for: a start does not wait for that.

    digest: SHA-256 of the file in hex. tag: of the file and its headers, for ETag. headers: of
    every answer, 304 included.
    """

    body: bytes
    digest: str
    tag: str
    media_type: str
    headers: Headers


def make_file(body: bytes, media_type: str, caching: str, headers: Headers = ()) -> WebFile:
    """The file with this `Cache-Control`. The same bytes give the same answers on every replica."""
    every = (*EVERYWHERE, (b"cache-control", caching.encode()), *headers)
    digest = hashlib.sha256(body).hexdigest()
    return WebFile(
        body,
        digest,
        hashlib.sha256(repr((every, digest)).encode()).hexdigest()[:TAG_DIGITS],
        media_type,
        every,
    )


def cache_longer(file: WebFile, caching: str) -> WebFile:
    """The same file with another `Cache-Control`, for another address."""
    headers = [header for header in file.headers if header[0] != b"cache-control"]
    return replace(file, headers=(*headers, (b"cache-control", caching.encode())))


def create_web_app(
    files: Mapping[str, WebFile | Callable[[], WebFile]], limits: Limits
) -> dict[str, ASGIApp]:
    """An ASGI function by each whole path of `files`. A function among them is asked at each
    request. Takes GET and HEAD; keeps and logs nothing.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        found = files[scope["path"]]
        if scope["method"] not in ("GET", "HEAD"):
            refusal = make_response(
                "method-not-allowed",
                retry_after_seconds=limits.retry_after_seconds,
                headers={"Allow": "GET, HEAD"},
            )
            await refusal(scope, receive, send)
            return
        await _send(found() if callable(found) else found, scope, send)

    return dict.fromkeys(files, serve)


async def _send(file: WebFile, scope: Scope, send: Send) -> None:
    codings, wanted = _read_headers(scope)
    coding = next((name for name in CODINGS if name in codings), "")
    # Each coding has bytes, and therefore a tag, of its own (RFC 9110, section 8.8.3.3).
    tag = file.tag + CODINGS.get(coding, "")
    headers = [(b"etag", b'"%s"' % tag.encode()), *file.headers]
    if tag in wanted or "*" in wanted:
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    body = file.body
    if coding:
        # The best compression of a large file takes half a second: others are served meanwhile.
        coded = await asyncio.to_thread(_compress, body, coding)
        if coded is not None:
            body = coded
            headers.append((b"content-encoding", coding.encode()))
    headers.append((b"content-type", file.media_type.encode()))
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": body})


@lru_cache(maxsize=MOST_CODED)
def _compress(body: bytes, coding: str) -> bytes | None:
    """The file by that coding, or None where it gains nothing. The same bytes on every replica."""
    coded: bytes = brotli.compress(body) if coding == "br" else gzip.compress(body, 9, mtime=0)
    return coded if len(coded) < LEAST_GAIN * len(body) else None


def _read_headers(scope: Scope) -> tuple[set[str], set[str]]:
    """The content codings that the client takes, and the tags of what it has."""
    codings: set[str] = set()
    tags: set[str] = set()
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            for part in value.decode("latin-1").lower().split(","):
                coding, _, weight = part.replace(" ", "").partition(";q=")
                if weight.strip("0.") or not weight:
                    codings.add(coding)
        elif name == b"if-none-match":
            parts = value.decode("latin-1").split(",")
            tags |= {part.strip().removeprefix("W/").strip('"') for part in parts}
    return codings, tags
