"""What stands in front of the real service and answers in its place, by a script."""

import http.client
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from tests.client.http_server import serving

HTML = b"<!doctype html><title>Sign in</title>"
PROBLEMS = {"500": b"internal", "429": b"store-busy", "507": b"store-full"}
HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"}
Answer = tuple[int, list[tuple[str, str]], bytes]


@dataclass
class Front:
    """A proxy at `url`. script: what it does to the next requests with envelopes, one word each:
    a status of PROBLEMS, "html" with 200, "half" of the service's own answer. Then, and with all
    other requests, it only carries.
    """

    service: str
    url: str = ""
    script: deque[str] = field(default_factory=deque)
    envelopes: int = 0
    """Requests with envelopes, so far."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def __init__(self, front: Front, *values: object) -> None:
        self.front = front
        super().__init__(*values)  # type: ignore[arg-type]

    def _carry(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        front = self.front
        manner = ""
        if self.command == "POST" and self.path == "/v1/envelopes":
            front.envelopes += 1
            manner = front.script.popleft() if front.script else ""
        if manner in PROBLEMS:
            problem = b'{"title":"","status":%s,"code":"%s"}' % (
                manner.encode(),
                PROBLEMS[manner],
            )
            retry = [("Retry-After", "120")] if manner == "429" else []
            self._say(int(manner), [("Content-Type", "application/problem+json"), *retry], problem)
        elif manner == "html":
            self._say(200, [("Content-Type", "text/html")], HTML)
        else:
            self._say(*_ask(front.service, self.command, self.path, self.headers, body), manner)

    do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = do_OPTIONS = _carry  # noqa: N815

    def _say(
        self, status: int, headers: list[tuple[str, str]], body: bytes, manner: str = ""
    ) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP:
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if manner == "half":
            self.close_connection = True
            body = body[: len(body) // 2]
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def _ask(service: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """The service's own answer."""
    host = urlsplit(service).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        carried = {name: value for name, value in headers.items() if name.lower() not in HOP}
        connection.request(method, path, body or None, {**carried, "Host": host})
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()


@contextmanager
def running_front(service: str) -> Iterator[Front]:
    """One for the time of the block, before the service at this address."""
    front = Front(service)
    with serving(partial(_Handler, front)) as front.url:
        yield front
