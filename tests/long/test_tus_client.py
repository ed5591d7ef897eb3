"""The real tus client, over a line that breaks every half a megabyte."""

import hashlib
import os
import shutil
import socket
import struct
import subprocess
import threading
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from crypto.blob_lengths import blob_length
from tests.app.running import Place
from tests.app.uploads import OFFSET_TYPE, VERSION, make_blob, read_blob, run_blobs
from tests.conftest import ROOT
from tests.road.relay import Relay, open_relay

FOLDER = ROOT / "tests/app/tus"
SIZE = blob_length(20_000_000)
RESET_AFTER = 500_000
ABORT = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends a reset, and drops what is not sent yet."""


class BreakingLine(Relay):
    """Resets both sides of each connection after so many bytes upwards."""

    def __init__(self, target: tuple[str, int], reset_after: int) -> None:
        super().__init__(target)
        self._reset_after = reset_after
        self._lock = threading.Lock()
        self.resets = 0

    def _pump(self, one: socket.socket, other: socket.socket, counts: bool) -> None:
        (self._pump_up if counts else self._pump_down)(one, other)

    def _pump_up(self, client: socket.socket, server: socket.socket) -> None:
        left = self._reset_after
        with suppress(OSError):
            while left and (data := client.recv(min(16_384, left))):
                server.sendall(data)
                left -= len(data)
                with self._lock:
                    self.up += len(data)
        if not left:
            self.resets += 1
            for end in (client, server):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        for end in (client, server):
            with suppress(OSError):
                if left:
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def _pump_down(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65_536):
                client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_WR)


def test_what_came_just_before_a_cut_is_kept(place: Place) -> None:
    """A client that goes away at once, while the service is still making room for its bytes."""
    data = make_blob(1)
    with place.open_server() as address:
        line = HTTPConnection(*address, timeout=60)
        line.request("POST", "/v1/blobs", headers={**VERSION, "Upload-Length": str(len(data))})
        answer = line.getresponse()
        answer.read()
        path = answer.headers["Location"]
        with socket.create_connection(address) as connection:
            head = (
                f"PATCH {path} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
            )
            head += f"Content-Type: {OFFSET_TYPE}\r\nContent-Length: {len(data)}\r\n\r\n"
            connection.sendall(head.encode() + data[:1000])
        offset = 0
        while not offset:  # the cut may be heard of after this is asked
            line.request("HEAD", path, headers=VERSION)
            answer = line.getresponse()
            answer.read()
            offset = int(answer.headers["Upload-Offset"])
        line.close()
    assert offset == 1000


def test_tus_js_client_gets_through_a_line_that_breaks(place: Place, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / "tus-js-client").is_dir():
        pytest.skip("no tus-js-client: apt-get install nodejs npm; npm ci --prefix tests/app/tus")
    data = os.urandom(SIZE)
    file = tmp_path / "blob"
    file.write_bytes(data)
    with place.open_server() as address, open_relay(BreakingLine(address, RESET_AFTER)) as line:
        done = subprocess.run(
            [node, FOLDER / "upload.mjs", f"{line.url}/v1/blobs", file],
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert line.resets >= SIZE // RESET_AFTER  # it did break
    ratio = line.up / SIZE
    print(f"tus-js-client: {line.resets} resets, {ratio:.3f} times the bytes")
    assert ratio <= 1.5
    id = hashlib.sha256(data).digest()
    assert run_blobs(place, lambda blobs: read_blob(blobs, id)) == data
