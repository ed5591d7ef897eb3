"""A service on loopback that misbehaves on request, for the app's sender.

It serves the tree's files and an empty page as well, so a test's page may lie on its own origin,
and answers every origin, so that one page may speak to several of them. What it takes it counts.
"""

import hashlib
import json
import socket
import struct
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler
from io import BytesIO

import cbor2

from tests.client.http_server import serving
from tests.conftest import ROOT

UPLOADS = "/v1/blobs/uploads/"
TUS = {"Tus-Resumable": "1.0.0"}
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Content-Type, Tus-Resumable, Upload-Length, Upload-Offset",
    "Access-Control-Expose-Headers": (
        "Location, Retry-After, Tus-Resumable, Upload-Length, Upload-Offset"
    ),
}
DRIP_SECONDS = 10
HTML = b"<!doctype html><title>Sign in</title>"


@dataclass
class HostileService:
    """script: what it does to the next requests with envelopes, one word each (`_Handler`); then it
    is good. uploads: the same for requests to uploads. files: of its keyring, by name. Each proof
    is what `prove` gives for an id, or 404.
    """

    address: str
    script: deque[str] = field(default_factory=deque)
    upload_script: deque[str] = field(default_factory=deque)
    files: Mapping[str, bytes] = field(default_factory=dict)
    cut: str = ""
    """What the names of those files of the keyring end with that break off in the middle."""
    root: bytes = b""
    elsewhere: str = ""
    prove: Callable[[str], bytes | None] = lambda _id: None
    stored: Counter[bytes] = field(default_factory=Counter)
    """Envelopes, and how often each came into the store."""
    uploads: dict[str, tuple[int, bytearray]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)

    @property
    def blobs(self) -> set[bytes]:
        """What was uploaded to its end."""
        return {bytes(data) for length, data in self.uploads.values() if len(data) == length}

    @property
    def ids(self) -> set[str]:
        """The ids of what is stored."""
        return {hashlib.sha256(envelope).hexdigest() for envelope in self.stored}

    def count(self, method: str, path: str) -> int:
        """Requests so far of this method to addresses that begin so."""
        return sum(1 for one, where in self.requests if one == method and where.startswith(path))


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}  # noqa: RUF012
    timeout = 30

    def __init__(self, service: HostileService, *values: object) -> None:
        self.service = service
        super().__init__(*values, directory=str(ROOT))  # type: ignore[arg-type]

    def do_OPTIONS(self) -> None:
        self._say(204, {}, b"")

    def do_GET(self) -> None:
        path = self.path
        self._note()
        if path == "/":
            self._say(200, {"Content-Type": "text/html"}, b"<!doctype html><title>Page</title>")
        elif path == "/root.json":
            self._say(200, {"Content-Type": "application/json"}, self.service.root)
        elif path.startswith("/v1/keyring/"):
            data = self.service.files.get(path.removeprefix("/v1/keyring/"))
            if data is not None and self.service.cut and path.endswith(self.service.cut):
                self._break_off(data, "application/octet-stream")
            else:
                self._give(data, "application/octet-stream")
        elif path.startswith("/v1/log/proof/"):
            self._give(self.service.prove(path.rpartition("/")[2]), "text/plain")
        else:
            super().do_GET()

    def do_POST(self) -> None:
        self._note()
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        if self.path == "/v1/envelopes":
            script = self.service.script
            getattr(self, f"_{script.popleft() if script else 'good'}")(body)
        elif self.path == "/v1/blobs":
            self._begin(int(self.headers["Upload-Length"]))

    def do_HEAD(self) -> None:
        self._note()
        found = self.service.uploads.get(self.path)
        if not self._spoil(b"") and found:
            length, data = found
            sizes = {"Upload-Offset": str(len(data)), "Upload-Length": str(length)}
            self._say(200, {**TUS, **sizes}, b"")
        elif not found:
            self._say(404, TUS, b"")

    def do_PATCH(self) -> None:
        self._note()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._spoil(body):
            return
        found = self.service.uploads.get(self.path)
        if found is None:
            self._say(404, TUS, b"")
        elif int(self.headers["Upload-Offset"]) != len(found[1]):
            self._say(409, TUS, b"")
        else:
            found[1].extend(body)
            self._say(204, {**TUS, "Upload-Offset": str(len(found[1]))}, b"")

    # What it does to envelopes.

    def _good(self, body: bytes) -> None:
        self._answer(self._store(body))

    def _error(self, _body: bytes) -> None:
        self._problem(500, "internal")

    def _busy(self, _body: bytes) -> None:
        self._problem(429, "store-busy", {"Retry-After": "120"})

    def _full(self, _body: bytes) -> None:
        self._problem(507, "store-full")

    def _unavailable(self, _body: bytes) -> None:
        self._problem(503, "store-unavailable", {"Retry-After": "10"})

    def _html(self, _body: bytes) -> None:
        self._say(200, {"Content-Type": "text/html"}, HTML)

    def _lying_html(self, _body: bytes) -> None:
        self._json(HTML)

    def _half(self, body: bytes) -> None:
        """Stores, and breaks off in the middle of its answer."""
        self._break_off(json.dumps(self._store(body)).encode(), "application/json")

    def _lost(self, body: bytes) -> None:
        """Stores, and the answer never comes."""
        self._store(body)
        self._reset(b"")

    def _too_many(self, body: bytes) -> None:
        answer = self._store(body)
        results = answer.get("results", [answer])
        self._json(json.dumps({"results": [*results, {"status": "stored"}]}).encode())  # type: ignore[misc]

    def _too_few(self, _body: bytes) -> None:
        self._json(b'{"results":[{"status":"stored"}]}')

    def _cut_off(self, body: bytes) -> None:
        """Takes one item of a batch, as if the rest had not come."""
        first = cbor2.load(BytesIO(body))
        self.service.stored[first] += 1
        results = [{"status": "stored"}, {"status": "problem", "code": "body-cut-off"}]
        self._json(json.dumps({"results": results}).encode())

    def _refuse(self, _body: bytes) -> None:
        self._problem(400, "envelope-suite")

    def _lie(self, body: bytes) -> None:
        """Says `stored`, and keeps nothing: an old answer replayed."""
        self._answer(self._store(body, keep=False))

    def _other_shape(self, _body: bytes) -> None:
        self._json(b'{"status":"stored","more":true}')

    def _long(self, _body: bytes) -> None:
        self._json(b'{"status":"stored"}' + b" " * 2_000_000)

    def _redirect(self, _body: bytes) -> None:
        where = f"{self.service.elsewhere}/v1/envelopes"
        self._say(307, {"Location": where, "Content-Type": "application/json"}, b"")

    def _reset(self, _body: bytes) -> None:
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.shutdown(socket.SHUT_RD)
        self.close_connection = True
        self.connection.close()

    def _drip(self, _body: bytes) -> None:
        """One byte at a time, until the other side leaves."""
        self.send_response(200)
        for name, value in {**CORS, "Content-Type": "application/json"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True
        end = time.monotonic() + DRIP_SECONDS
        try:
            while time.monotonic() < end:
                self.wfile.write(b" ")
                time.sleep(0.05)
        except OSError:
            return

    # What it does to uploads.

    def _begin(self, length: int) -> None:
        manner = self.service.upload_script.popleft() if self.service.upload_script else ""
        if manner == "full":
            self._problem(507, "blobs-full", TUS)
        elif manner == "elsewhere":
            path = f"{UPLOADS}{'A' * 43}"
            self._say(201, {**TUS, "Location": self.service.elsewhere + path}, b"")
        elif manner == "strange":
            self._say(201, {**TUS, "Location": f"{UPLOADS}../../v1/envelopes"}, b"")
        else:
            path = f"{UPLOADS}{len(self.service.uploads):043}"
            self.service.uploads[path] = (length, bytearray())
            self._say(201, {**TUS, "Location": path}, b"")

    def _spoil(self, body: bytes) -> bool:
        script = self.service.upload_script
        manner = script.popleft() if script else ""
        if manner == "cut":
            self.service.uploads[self.path][1].extend(body[: len(body) // 2])
            self._reset(b"")
        elif manner == "locked":
            self._say(423, TUS, b"")
        elif manner == "full":
            self._problem(507, "blobs-full", TUS)
        elif manner == "html":
            self._say(200, {"Content-Type": "text/html"}, HTML)
        elif manner == "gone":
            del self.service.uploads[self.path]
            self._say(404, TUS, b"")
        elif manner == "boast":
            self._say(204, {**TUS, "Upload-Offset": "999999999"}, b"")
        return bool(manner)

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    # How it answers.

    def _note(self) -> None:
        self.service.requests.append((self.command, self.path))

    def _store(self, body: bytes, *, keep: bool = True) -> dict[str, object]:
        if self.headers["Content-Type"] == "application/octet-stream":
            return self._keep(body, keep)
        stream, results = BytesIO(body), []
        while stream.tell() < len(body):
            results.append(self._keep(cbor2.load(stream), keep))
        return {"results": results}

    def _keep(self, envelope: bytes, keep: bool) -> dict[str, object]:
        known = envelope in self.service.stored
        if keep and not known:
            self.service.stored[envelope] += 1
        return {"status": "known" if known else "stored"}

    def _answer(self, answer: dict[str, object]) -> None:
        self._json(json.dumps(answer).encode())

    def _json(self, body: bytes) -> None:
        self._say(200, {"Content-Type": "application/json"}, body)

    def _problem(self, status: int, code: str, headers: Mapping[str, str] | None = None) -> None:
        body = json.dumps({"title": "", "status": status, "code": code}).encode()
        self._say(status, {"Content-Type": "application/problem+json", **(headers or {})}, body)

    def _break_off(self, data: bytes, media_type: str) -> None:
        """Half of it, and the connection ends."""
        self.send_response(200)
        for name, value in {**CORS, "Content-Type": media_type}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2])
        self.close_connection = True

    def _give(self, data: bytes | None, media_type: str) -> None:
        if data is None:
            self._problem(404, "not-found")
        else:
            self._say(200, {"Content-Type": media_type}, data)

    def _say(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**CORS, **headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running_hostile() -> Iterator[HostileService]:
    """One for the time of the block."""
    service = HostileService("")
    with serving(partial(_Handler, service)) as service.address:
        yield service
