"""Blobs to the service by tus 1.0, from where they lie in a file; what came there is never sent
again, also after this program was killed. See spec/service-v1.md, "/v1/blobs".

An upload's address is its only capability. It is kept beside the outbox until the blobs of a file
are up, so that a second run goes on where the first one ended.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx2

from heliograph import outbox
from heliograph.private_files import write_private
from heliograph.service_batches import ANSWER_BYTES, read_answer

PATH = "/v1/blobs"
PIECE = 1024 * 1024
"""Bytes in one request: two pieces as the service keeps them."""
TRIES = 4
"""Requests one behind the other that bring nothing, before the link is given up."""
SUFFIX = ".upload"

_VERSION = {"tus-resumable": "1.0.0"}
_OFFSET = re.compile(r"[0-9]{1,10}", re.ASCII)
_GONE = frozenset({404, 410})
_LOCKED = 423
_ASK_AGAIN = _GONE | {409, _LOCKED, 460, 500, 502, 503, 504}
"""Answers to a PATCH after which the offset tells what to do."""
OnProgress = Callable[[int], None]  # bytes that the service has of this blob


class UploadStopped(Exception):
    """This blob cannot be sent now. code: of the service, network-down, answer-strange, or
    blob-unreadable where its file is not as it was."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def send_blob(
    client: httpx2.Client, folder: Path, stream: BinaryIO, start: int, size: int, show: OnProgress
) -> bytes:
    """Send the `size` bytes of `stream` from `start` on; return the blob's id (32 bytes).

    Raises UploadStopped; OperatorError `outbox-unwritable`.
    """
    id = _find_id(stream, start, size)
    for fresh in (False, True):
        address = _make(client, folder, id, size) if fresh else _find(client, folder, id)
        if address is None:
            continue
        if _send(client, address, stream, start, size, show):
            return id
        _path(folder, id).unlink(missing_ok=True)
    raise UploadStopped("answer-strange")  # it made an upload and did not know it


def forget_addresses(folder: Path, ids: Iterable[bytes]) -> None:
    """Delete the addresses of uploads that are finished."""
    for id in ids:
        _path(folder, id).unlink(missing_ok=True)


def _send(
    client: httpx2.Client, address: str, stream: BinaryIO, start: int, size: int, show: OnProgress
) -> bool:
    """Send what the service has not; False where it does not know the address any more."""
    idle = 0
    offset = _ask(client, address, size)
    furthest = offset or 0
    while offset is not None and offset < size:
        show(offset)
        piece = _read(stream, start + offset, min(PIECE, size - offset))
        reached, code = _patch(client, address, offset, piece)
        if reached is None or reached > offset + len(piece):
            reached = _ask(client, address, size)  # it cannot have what it was never sent
        # Whoever goes back and forth for ever brings nothing.
        idle = 0 if reached is None or reached > furthest else idle + 1
        furthest = max(furthest, reached or 0)
        if idle == TRIES:
            raise UploadStopped(code)
        offset = reached
    return offset is not None


def _ask(client: httpx2.Client, address: str, size: int) -> int | None:
    """What the service has of it; None where it knows no such upload, or one of another length."""
    for _ in range(TRIES):
        answer = _request(client, "HEAD", address, {})
        if answer is None or answer.status == _LOCKED:
            continue  # a lost connection; or this request ended another one, which is to be seen
        if answer.status in _GONE and "tus-resumable" in answer.headers:
            return None
        offset = answer.offset
        if answer.status != httpx2.codes.OK or offset is None or offset > size:
            raise UploadStopped("answer-strange")
        return offset if answer.headers.get("upload-length") == str(size) else None
    raise UploadStopped("network-down")


def _patch(
    client: httpx2.Client, address: str, offset: int, piece: bytes
) -> tuple[int | None, str]:
    """The new offset, or None and why: then the service must be asked.

    Raises UploadStopped for what asking does not help.
    """
    headers = {"upload-offset": str(offset), "content-type": "application/offset+octet-stream"}
    answer = _request(client, "PATCH", address, headers, piece)
    if answer is None:
        return None, "network-down"
    if answer.status == httpx2.codes.NO_CONTENT:
        return answer.offset, "answer-strange"
    if answer.status not in _ASK_AGAIN:
        raise UploadStopped(answer.code)
    return None, answer.code


def _make(client: httpx2.Client, folder: Path, id: bytes, size: int) -> str:
    """A new upload's address, which is on disk before a byte is sent."""
    answer = _request(client, "POST", PATH, {"upload-length": str(size)})
    if answer is None:
        raise UploadStopped("network-down")
    if answer.status != httpx2.codes.CREATED:
        raise UploadStopped(answer.code)
    address = _judge(client, answer.headers.get("location", ""))
    if address is None:
        raise UploadStopped("answer-strange")
    path = _path(folder, id)
    try:
        write_private(path, address.encode())
        os.utime(path, (outbox.FIXED_TIME_SECONDS,) * 2)
    except OSError:
        raise outbox.unwritable() from None
    return address


def _find(client: httpx2.Client, folder: Path, id: bytes) -> str | None:
    try:
        return _judge(client, _path(folder, id).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def _judge(client: httpx2.Client, location: str) -> str | None:
    """The address, if it is this service's: nothing is sent elsewhere because somebody says so."""
    try:
        url = client.base_url.join(location)
    except httpx2.InvalidURL:
        return None
    same = (url.scheme, url.host, url.port) == (
        client.base_url.scheme, client.base_url.host, client.base_url.port
    )  # fmt: skip
    return str(url) if same and url.path.startswith(f"{PATH}/") else None


@dataclass(frozen=True, slots=True)
class _Answered:
    """data: ANSWER_BYTES and a little more at most."""

    status: int
    headers: httpx2.Headers
    data: bytes

    @property
    def code(self) -> str:
        """Why it is a refusal."""
        return read_answer(self.status, self.headers, self.data, 0).stopped or "answer-strange"

    @property
    def offset(self) -> int | None:
        """What the service has of the blob, in bytes, if it says so."""
        value = self.headers.get("upload-offset", "")
        return int(value) if _OFFSET.fullmatch(value) else None


def _request(
    client: httpx2.Client, method: str, url: str, headers: dict[str, str], content: bytes = b""
) -> _Answered | None:
    """The answer; None where the network failed."""
    data = bytearray()
    try:
        with client.stream(method, url, headers={**_VERSION, **headers}, content=content) as answer:
            for chunk in answer.iter_bytes():
                data += chunk
                if len(data) > ANSWER_BYTES:
                    break
    except httpx2.HTTPError:
        return None
    return _Answered(answer.status_code, answer.headers, bytes(data))


def _find_id(stream: BinaryIO, start: int, size: int) -> bytes:
    digest = hashlib.sha256()
    for at in range(0, size, PIECE):
        digest.update(_read(stream, start + at, min(PIECE, size - at)))
    return digest.digest()


def _read(stream: BinaryIO, at: int, count: int) -> bytes:
    try:
        stream.seek(at)
        data = stream.read(count)
    except OSError:
        raise UploadStopped("blob-unreadable") from None
    if len(data) < count:
        raise UploadStopped("blob-unreadable")
    return data


def _path(folder: Path, id: bytes) -> Path:
    return folder / (id.hex() + SUFFIX)
