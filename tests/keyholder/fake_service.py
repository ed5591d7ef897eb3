"""A small service on loopback that speaks what the tool needs, and misbehaves when told.

It stands for app/: keyring files, POST /v1/keyring, the signed download as a CBOR sequence, and the
log's checkpoint, key and cosignatures.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import cbor2

from crypto import envelope, keyring
from crypto.checkpoints import Checkpoint, make_log_signer, write_checkpoint
from crypto.errors import CryptoError
from crypto.leaves import envelope_leaf
from crypto.log import find_root, hash_leaf
from crypto.notes import Note, sign, write_key, write_note
from crypto.requests import verify_request

DAY = 20_718  # 2026-09-22


@dataclass
class FakeService:
    """What it holds, and how it is to behave."""

    address: str = ""
    root: bytes = b""
    files: dict[str, bytes] = field(default_factory=dict)
    items: list[list[Any]] = field(default_factory=list)
    page: int = 10_000  # envelopes in one answer
    cut: Callable[[bytes], bytes] | None = None  # what of a download gets through, once
    status: int | None = None  # answers this to everything
    requests: list[str] = field(default_factory=list)
    log_seed: bytes = bytes(range(32))
    note: bytes | None = None  # shown as the checkpoint in place of the true one
    cosignatures: list[str] = field(default_factory=list)
    cosigning: int = 200  # the status that answers a cosignature
    promised: int = 0  # bytes that the answer to a cosignature says it has
    answer: bytes | None = None  # what it says in place of results
    unwanted: list[bytes] = field(default_factory=list)  # envelopes that it does not take
    blobs: dict[str, bytes] = field(default_factory=dict)  # attachments by their id in hex
    blob_answers: list[Any] = field(default_factory=list)  # how the next downloads of them go wrong
    headers: dict[str, str] = field(default_factory=dict)  # beside its own, in every answer

    def store(self, *bodies: bytes, day: int = DAY) -> None:
        """Take envelopes in, in this order."""
        for body in bodies:
            leaf = envelope_leaf(envelope.read_header(body), day, envelope.envelope_id(body))
            self.items.append([len(self.items), leaf, body])

    def sign(self, leaves: list[bytes], *, size: int | None = None) -> bytes:
        """A checkpoint over these leaves, true or not."""
        signer = make_log_signer(self.log_seed)
        root = find_root(map(hash_leaf, leaves))
        size = len(leaves) if size is None else size
        text = write_checkpoint(Checkpoint(signer.name, size, root))
        return write_note(Note(text, (sign(signer, text),)))

    def tell_log(self, name: str) -> bytes:
        """What stands under /v1/log."""
        if name == "key":
            return (write_key(make_log_signer(self.log_seed).key) + "\n").encode()
        if self.note is not None:
            return self.note
        return self.sign([item[1] for item in self.items if isinstance(item[1], bytes)])

    def download(self, after: int) -> bytes:
        """The sequence behind an index."""
        return b"".join(cbor2.dumps(item) for item in self.items if item[0] > after)


def flip_last(data: bytes) -> bytes:
    """The same bytes but for the last bit."""
    return data[:-1] + bytes((data[-1] ^ 1,))


@contextmanager
def serve(port: int = 0) -> Iterator[FakeService]:
    """The service on this port of loopback, else on one of its own, until the block ends."""
    fake = FakeService()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            fake.requests.append(f"GET {self.path}")
            path = urlsplit(self.path).path
            if fake.status is not None:
                self.answer(fake.status)
            elif path == "/v1/envelopes":
                self.download()
            elif path.startswith("/v1/blobs/"):
                self.give_blob(path.rpartition("/")[2])
            elif path in ("/v1/log/key", "/v1/log/checkpoint"):
                data = fake.tell_log(path.rpartition("/")[2])
                self.answer(200 if data else 404, data)
            elif path.removeprefix("/v1/keyring/") in fake.files:
                self.answer(200, fake.files[path.removeprefix("/v1/keyring/")])
            else:
                self.answer(404)

        def do_POST(self) -> None:
            fake.requests.append(f"POST {self.path}")
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v1/envelopes":
                self.take(body)
                return
            if self.path == "/v1/log/cosignatures":
                fake.cosignatures.append(body.decode())
                self.answer(fake.cosigning, promised=fake.promised)
                return
            try:
                files = keyring.read_bundle(body)
                accepted = (
                    keyring.successor(keyring.first(fake.root, fake.files), files)
                    if fake.files
                    else keyring.first(fake.root, files)
                )
            except CryptoError:
                self.answer(fake.status or 409)
                return
            fake.files = dict(accepted.files)
            self.answer(fake.status or 200)

        def take(self, body: bytes) -> None:
            if fake.status is not None:
                self.answer(fake.status)
                return
            results = []
            for one in cbor2.loads(b"\x9f" + body + b"\xff"):
                known = one in [item[2] for item in fake.items]
                if one in fake.unwanted:
                    results.append({"status": "problem", "code": "envelope-length"})
                    continue
                if not known:
                    fake.store(one)
                results.append({"status": "known" if known else "stored"})
            answer = json.dumps({"results": results}).encode()
            self.answer(200, answer if fake.answer is None else fake.answer)

        def is_signed(self) -> bool:
            holders = keyring.first(fake.root, fake.files).holders
            try:
                verify_request(
                    {holder.id: holder.key for holder in holders},
                    "GET",
                    [fake.address + self.path],
                    dict(self.headers.items()),
                )
            except CryptoError:
                self.answer(401)
                return False
            return True

        def give_blob(self, id: str) -> None:
            """As app/blob_download.py; else as the next of `blob_answers` says, which is a status
            or (headers, bytes): fewer bytes than promised, and then nothing."""
            if not self.is_signed():
                return
            blob = fake.blobs.get(id)
            odd = fake.blob_answers.pop(0) if fake.blob_answers else None
            if isinstance(odd, int) or (odd is None and blob is None):
                self.answer(odd or 404)
                return
            begin = int(self.headers.get("Range", "bytes=0-")[6:-1])
            blob = blob or b""
            if begin > len(blob):
                self.answer(416)
                return
            headers = {
                "Content-Type": "application/octet-stream",
                "Content-Length": str(len(blob) - begin),
            }
            if begin:
                headers["Content-Range"] = f"bytes {begin}-{len(blob) - 1}/{len(blob)}"
            status = 206 if begin else 200
            body = blob[begin:]
            if odd is not None:
                status, changed, cut = odd
                headers |= changed
                body = body if cut is None else cut(body)
            self.send_response(status)
            for name, value in headers.items():
                if value is not None:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def download(self) -> None:
            if not self.is_signed():
                return
            after = int(parse_qs(urlsplit(self.path).query)["after"][0])
            whole = b"".join(
                cbor2.dumps(item)
                for item in [item for item in fake.items if item[0] > after][: fake.page]
            )
            if fake.cut is None:
                self.answer(200, whole)
                return
            cut, fake.cut = fake.cut(whole), None
            self.send_response(200)
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(cut)  # fewer bytes than promised, and then nothing

        def answer(self, status: int, body: bytes = b"", *, promised: int = 0) -> None:
            self.send_response(status)
            for name, value in fake.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(promised or len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    fake.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
