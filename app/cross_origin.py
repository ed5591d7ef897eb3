"""What pages of other origins may use (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol).

The web app has to reach every address of the keyring from the page of any one of them, when its own
is blocked. Nothing at these addresses rests on cookies, on who asks or on where from, so the answer
is the same for every origin, and a browser may do there what any other program may. Keyholders'
downloads and webhooks are not among them.
"""

from http import HTTPStatus
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ANYBODY = (b"access-control-allow-origin", b"*")
PREFLIGHT_SECONDS = 86_400
"""How long a browser may remember a preflight: each is a round trip, also on a bad link."""
TUS_ASKED = b"Content-Type, Tus-Resumable, Upload-Checksum, Upload-Length, Upload-Offset"
TUS_TOLD = b"Location, Retry-After, Tus-Resumable, Upload-Expires, Upload-Length, Upload-Offset"


class Share(NamedTuple):
    """What a page may do at an address: methods, headers of its own, headers that it may read."""

    methods: bytes
    asked: bytes
    told: bytes = b""
    preflight_goes_on: bool = False
    """The address has an answer of its own to OPTIONS."""

    def headers(self, status: int) -> list[tuple[bytes, bytes]]:
        """Of an answer."""
        told = self.told or (b"Retry-After" if status >= HTTPStatus.BAD_REQUEST else b"")
        return [ANYBODY, (b"access-control-expose-headers", told)] if told else [ANYBODY]

    @property
    def preflight(self) -> list[tuple[bytes, bytes]]:
        """Of the answer to a preflight."""
        return [
            ANYBODY,
            (b"access-control-allow-methods", self.methods),
            (b"access-control-allow-headers", self.asked),
            (b"access-control-max-age", b"%d" % PREFLIGHT_SECONDS),
        ]


ENVELOPES = Share(b"POST", b"Content-Type")
BLOBS = Share(b"POST", TUS_ASKED, TUS_TOLD, preflight_goes_on=True)
UPLOADS = Share(
    b"DELETE, HEAD, PATCH, POST", TUS_ASKED + b", X-HTTP-Method-Override", TUS_TOLD, True
)
READING = Share(b"GET", b"If-None-Match")


def find_share(scope: Scope) -> Share | None:
    """What a page may do at the address of a request with this method; None where it may not."""
    path: str = scope["path"]
    if path == "/v1/envelopes":
        share = ENVELOPES
    elif path == "/v1/blobs":
        share = BLOBS
    elif path.startswith("/v1/blobs/uploads/"):
        share = UPLOADS
    elif path == "/v1/keyring" or path.startswith(("/v1/keyring/", "/v1/log/")):
        share = READING
    else:
        return None
    method = scope["method"].encode()
    return share if method in (*share.methods.split(b", "), b"OPTIONS") else None


def open_to_pages(app: ASGIApp) -> ASGIApp:
    """The application with these headers on its answers, errors included. Preflights go no further
    where it has nothing to say to them.
    """

    async def opened(scope: Scope, receive: Receive, send: Send) -> None:
        share = find_share(scope) if scope["type"] == "http" else None
        if share is None:
            await app(scope, receive, send)
            return
        asks = scope["method"] == "OPTIONS" and any(
            name == b"access-control-request-method" for name, _value in scope["headers"]
        )
        if asks and not share.preflight_goes_on:
            head = {"type": "http.response.start", "status": 204, "headers": share.preflight}
            await send(head)
            await send({"type": "http.response.body", "body": b""})
            return

        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = share.preflight if asks else share.headers(message["status"])
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await app(scope, receive, send_with)

    return opened
