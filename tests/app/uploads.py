"""Blobs for tests: bytes of good length, a tus client of a few lines, and a look behind the
service.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from httpx2 import Response
from sqlalchemy import text
from starlette.testclient import TestClient
from starlette.types import Message

from app.blobs import Blobs
from app.piece_files import PieceFiles
from app.pieces import SHARDS, Pieces
from app.store import Store
from crypto.blob_lengths import blob_length
from tests.app.running import Place

PATH = "/v1/blobs"
VERSION = {"Tus-Resumable": "1.0.0"}
OFFSET_TYPE = "application/offset+octet-stream"


def make_blob(number: int, size: int = 1) -> bytes:
    """A blob for `size` bytes of content, different for each number. Nobody can open it."""
    return hashlib.shake_128(b"blob" + number.to_bytes(8, "big")).digest(blob_length(size))


def begin(client: TestClient, length: int) -> str:
    """Begins an upload; returns its address."""
    answer = client.post(PATH, headers={**VERSION, "Upload-Length": str(length)})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def send(client: TestClient, address: str, offset: object, data: Any, **headers: str) -> Response:
    sent = {**VERSION, "Content-Type": OFFSET_TYPE, "Upload-Offset": str(offset)}
    for name, value in headers.items():
        sent[name.replace("_", "-")] = value
    return client.patch(address, content=data, headers=sent)


def ask(client: TestClient, address: str) -> int:
    """The offset of an upload; -1 where there is none."""
    answer = client.head(address, headers=VERSION)
    return int(answer.headers["Upload-Offset"]) if answer.status_code == 200 else -1


def upload(client: TestClient, data: bytes) -> str:
    """A whole blob in one request; returns its upload's address."""
    address = begin(client, len(data))
    answer = send(client, address, 0, data)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(data)))
    return address


def code(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def choose_pieces(place: Place) -> Pieces:
    return place.pieces or PieceFiles(place.folder / "blobs")


def list_pieces(place: Place) -> set[str]:
    """The paths of all pieces that lie there, counting or not."""
    pieces = choose_pieces(place)
    return {piece.path for shard in range(SHARDS) for piece in pieces.list(shard)}


def read_room(client: TestClient) -> tuple[int, int]:
    """Bytes that the database counts: of unfinished uploads, of blobs."""
    query = text("SELECT unfinished, kept FROM blob_room")
    read = client.store.read  # type: ignore[attr-defined]
    row = client.portal.call(read, lambda connection: connection.execute(query).one())  # type: ignore[union-attr]
    return row[0], row[1]


@contextlib.asynccontextmanager
async def open_blobs(place: Place, store: Store) -> AsyncIterator[Blobs]:
    """Blobs as one more replica has them."""
    blobs = Blobs(store, choose_pieces(place))
    await blobs.start()
    try:
        yield blobs
    finally:
        blobs.stop()


def run_blobs(place: Place, test: Callable[[Blobs], Awaitable[Any]]) -> Any:
    """Runs a test's coroutine with blobs over an open store."""

    async def main(store: Store) -> Any:
        async with open_blobs(place, store) as blobs:
            return await test(blobs)

    return place.run(main)


async def read_blob(blobs: Blobs, id: bytes, begin: int = 0, end: int | None = None) -> bytes:
    found = await blobs.find(id)
    chunks = [
        chunk async for chunk in blobs.read(found, begin, found.length if end is None else end)
    ]
    return b"".join(chunks)


class Line:
    """A request's body, a chunk at a time, as the test says: an ASGI `receive`."""

    def __init__(self, chunks: Sequence[bytes] = ()) -> None:
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        for chunk in chunks:
            self.bring(chunk)

    def bring(self, chunk: bytes, *, more: bool = True) -> None:
        self._messages.put_nowait({"type": "http.request", "body": chunk, "more_body": more})

    def end(self) -> None:
        self.bring(b"", more=False)

    def cut(self) -> None:
        self._messages.put_nowait({"type": "http.disconnect"})

    async def __call__(self) -> Message:
        return await self._messages.get()

    async def settle(self) -> None:
        """Until what was brought is taken."""
        async with asyncio.timeout(20):
            while not self._messages.empty():  # noqa: ASYNC110 -- there is no event for it
                await asyncio.sleep(0)


async def wait_for(holds: Callable[[], Awaitable[bool]]) -> None:
    """Until it does; a test that waits for 20 seconds has failed."""
    async with asyncio.timeout(20):
        while not await holds():  # noqa: ASYNC110 -- another replica gives no event
            await asyncio.sleep(0.005)


def whole(data: bytes) -> Line:
    """A body in one chunk."""
    line = Line([data])
    line.end()
    return line
