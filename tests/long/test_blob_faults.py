"""Blobs when things go wrong: SIGKILL in mid-upload, a disk that fills, bodies of any size."""

import hashlib
import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from app.limits import MIB, Limits
from crypto.blob_lengths import blob_length
from migrations.upgrading import upgrade
from tests.app.running import Place, make_envelope
from tests.app.uploads import (
    OFFSET_TYPE,
    VERSION,
    begin,
    code,
    list_pieces,
    make_blob,
    read_blob,
    run_blobs,
    send,
)
from tests.nursery import Child, start_loaded

SERVICE = """
import os, socket, sys, time
from pathlib import Path
from uvicorn import Server
from app.blobs import Blobs
from app.keyrings import Keyrings
from app.limits import Limits
from app.piece_files import PieceFiles
from app.service import create_service
from app.serving import configure_server
from app.store import Store
limits = Limits(blob_flush_seconds=0.05)
store = Store(sys.argv[1], clock=time.time, on_fatal=lambda code: os._exit(70), limits=limits)
service = create_service(store=store, keyrings=Keyrings(store, None), public_urls=[],
                         clock=time.time, log_seed=bytes(32),
                         blobs=Blobs(store, PieceFiles(Path(sys.argv[2]))))
Server(configure_server(service, limits=limits, fd=int(sys.argv[3]))).run()
"""
ROUNDS = 3
SECONDS = 240
"""A machine with much else to do may take so long to start a service."""
SMALL = 3_400_000
"""Bytes of a disk that a blob of 5 MB fills in the middle of a piece."""
LARGE = blob_length(100 * MIB)
SHARE = 64 * MIB
"""By so much a service may grow for a blob of 100 MiB; it would hold 33 of that in pieces alone if
it kept them.
"""


@contextmanager
def start_service(place: Place) -> Iterator[tuple[tuple[str, int], Child]]:
    """A service in a process of its own, which is killed at the end, if it still lives."""
    upgrade(place.url)
    output = place.folder / "service.out"
    output.touch()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        words = ("-c", SERVICE, place.url, str(place.folder / "blobs"))
        process = start_loaded(words, os.environ, output, listener=listener)
        address = listener.getsockname()
    try:  # the listener is the service's alone now, and ends with it
        yield address, process
    finally:
        process.kill()
        process.wait(20)


def call(
    address: tuple[str, int], method: str, path: str, body: object = None, **headers: str
) -> tuple[int, dict[str, str]]:
    line = HTTPConnection(*address, timeout=SECONDS)
    sent = {**VERSION, **{name.replace("_", "-"): value for name, value in headers.items()}}
    try:
        line.request(method, path, body, sent)  # type: ignore[arg-type]  # bytes, or pieces of them
        answer = line.getresponse()
        answer.read()
        return answer.status, {name.title(): value for name, value in answer.headers.items()}
    finally:
        line.close()


@pytest.mark.timeout(900)
def test_killed_in_the_middle_and_resumed(place: Place) -> None:
    """What was told as durable is there after each SIGKILL, and nothing is left behind."""
    data = make_blob(1, 6_000_000)
    chance = random.Random(1)
    path, offsets = "", [0]
    for _round in range(ROUNDS):
        with start_service(place) as (address, process):
            if not path:
                length = str(len(data))
                status, headers = call(address, "POST", "/v1/blobs", Upload_Length=length)
                assert status == 201
                path = headers["Location"]
            status, headers = call(address, "HEAD", path)
            offset = int(headers["Upload-Offset"])
            assert offset >= offsets[-1]  # as it was told before the kill
            offsets.append(offset)

            def drip(start: int, victim: Child) -> Iterator[bytes]:
                """More than a piece, and the kill while it keeps the second one."""
                end = start + 700_000 + chance.randrange(500_000)
                pieces = list_pieces(place)
                for position in range(start, end, 20_000):
                    yield data[position : position + 20_000]
                while len(list_pieces(place) - pieces) < 2 and victim.poll() is None:
                    time.sleep(0.005)
                victim.send_signal(signal.SIGKILL)
                yield data[end : end + 1]

            with suppress(OSError, HTTPException):
                call(
                    address,
                    "PATCH",
                    path,
                    drip(offset, process),
                    Upload_Offset=str(offset),
                    Content_Type=OFFSET_TYPE,
                )
            assert process.wait(20) == -signal.SIGKILL
    assert offsets[-1] > 0
    with start_service(place) as (address, _):
        offset = int(call(address, "HEAD", path)[1]["Upload-Offset"])
        assert offset >= offsets[-1]
        told = {"Upload_Offset": str(offset), "Content_Type": OFFSET_TYPE}
        status, _ = call(address, "PATCH", path, data[offset:], **told)
        assert status == 204
    id = hashlib.sha256(data).digest()
    assert run_blobs(place, lambda blobs: read_blob(blobs, id)) == data
    run_blobs(place, lambda blobs: blobs.sweep(0))
    assert len(list_pieces(place)) == -(-len(data) // Limits().blob_piece_bytes)


def test_memory_does_not_grow_with_the_blob(place: Place) -> None:
    piece = os.urandom(MIB)

    def make() -> Iterator[bytes]:
        for _ in range(LARGE // MIB):
            yield piece
        yield piece[: LARGE % MIB]

    def read_peak(pid: int) -> int:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        (line,) = [line for line in text.splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024

    with start_service(place) as (address, process):
        status, headers = call(address, "POST", "/v1/blobs", Upload_Length=str(LARGE))
        assert status == 201
        path = headers["Location"]
        before = read_peak(process.pid)
        told = {"Content_Type": OFFSET_TYPE, "Content_Length": str(LARGE)}
        status, headers = call(address, "PATCH", path, make(), Upload_Offset="0", **told)
        assert (status, headers["Upload-Offset"]) == (204, str(LARGE))
        grown = read_peak(process.pid) - before
    print(f"grown by {grown / MIB:.1f} MiB for {LARGE / MIB:.0f} MiB")
    assert grown < SHARE


def test_a_disk_that_fills(place: Place, tmp_path: Path) -> None:
    """Real ENOSPC: what fitted is kept, reports are taken, and it goes on once there is room."""
    mount = tmp_path / "small"
    mount.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(mount)]
    if os.geteuid() != 0 or subprocess.run(mounting, check=False).returncode != 0:
        pytest.skip("a disk that fills needs root and mount: sudo make test")
    try:
        from app.piece_files import PieceFiles

        place.pieces = PieceFiles(mount / "blobs")
        place.limits = Limits(
            reserve_bytes=0, blob_reserve_bytes=-(2**40)
        )  # the disk itself ends it
        data = make_blob(1, 5_000_000)
        with place.open_client() as client:
            address = begin(client, len(data))
            full = send(client, address, 0, data)
            assert code(full) == (507, "blobs-full")
            offset = int(client.head(address, headers=VERSION).headers["Upload-Offset"])
            assert 0 < offset < SMALL
            assert len(list_pieces(place)) == offset // Limits().blob_piece_bytes  # no half one
            again = send(client, address, offset, data[offset:])
            assert code(again) == (507, "blobs-full")
            kind = {"Content-Type": "application/octet-stream"}
            report = client.post("/v1/envelopes", content=make_envelope(1), headers=kind)
            assert report.json() == {"status": "stored"}
            subprocess.run(["mount", "-o", "remount,size=16m", str(mount)], check=True)
            offset = int(client.head(address, headers=VERSION).headers["Upload-Offset"])
            assert send(client, address, offset, data[offset:]).status_code == 204
        id = hashlib.sha256(data).digest()
        assert run_blobs(place, lambda blobs: read_blob(blobs, id)) == data
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_many_uploads_at_once_stay_within_their_share(place: Place) -> None:
    """Each request may hold one piece, whatever it sends."""
    data = make_blob(1, 2_000_000)
    statuses: list[int] = []

    with start_service(place) as (address, process):

        def run() -> None:
            path = call(address, "POST", "/v1/blobs", Upload_Length=str(len(data)))[1]["Location"]
            told = {"Upload_Offset": "0", "Content_Type": OFFSET_TYPE}
            statuses.append(call(address, "PATCH", path, data, **told)[0])

        threads = [threading.Thread(target=run) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert statuses == [204] * 16
        assert process.poll() is None
    assert len(list_pieces(place)) == -(-len(data) // Limits().blob_piece_bytes)
