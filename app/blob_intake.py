"""One PATCH to an upload: bytes come in, are cut into pieces, made durable, and made to count.

No more than a piece is in memory. Whatever ends the request, what came is kept, unless it came with
a checksum: then all of it counts at once, or nothing.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar

from app.blob_rows import Upload, find_pieces, finish_upload, keep_pieces
from app.body_stream import BodyStream, End
from app.errors import RequestRefused, StoreError, StoreFull
from app.limits import Limits
from app.pieces import Piece, Pieces
from app.store import Store

T = TypeVar("T")
PROBLEMS: dict[End, str] = {
    "cut-off": "body-cut-off",
    "paused": "blob-paused",
    "locked": "blob-locked",
}


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the body of a PATCH must hash to."""

    algorithm: Literal["sha1", "sha256"]
    digest: bytes


@dataclass(frozen=True, slots=True)
class Ground:
    """Where blobs are kept: rows in `store`, bytes in `pieces`, reached by the threads of
    `workers`.
    """

    store: Store
    pieces: Pieces
    workers: Executor
    limits: Limits

    async def work(self, run: Callable[..., T], *values: Any) -> T:
        """Runs a function that blocks in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self.workers, run, *values)

    def check_room(self, more: int) -> None:
        """Blocks. Raises StoreFull (`blobs-full`) if `more` bytes would touch what is kept for
        reports.
        """
        reserve = self.limits.reserve_bytes + self.limits.blob_reserve_bytes
        for free in (self.store.count_free(), self.pieces.count_free()):
            if free is not None and free < reserve + more:
                raise StoreFull("blobs-full")

    async def discard(self, pieces: Sequence[Piece]) -> None:
        """Deletes pieces that no row names. What this leaves behind, a sweep finds."""
        if pieces:
            try:
                await self.work(self.pieces.delete, list(pieces), self.store.day)
            except StoreError:
                return


class BlobIntake:
    """Takes the body of one PATCH, whose turn it is (app/blob_rows.py), into one upload."""

    def __init__(
        self,
        ground: Ground,
        address: bytes,
        turn: bytes,
        upload: Upload,
        last: Piece | None,
        checksum: Checksum | None,
    ) -> None:
        self._ground = ground
        self._size = ground.limits.blob_piece_bytes
        self._address = address
        self._turn = turn
        self._upload = upload
        self._received = upload.received
        """Bytes that count."""
        short = last is not None and last.length < self._size
        self._written = last if short else None
        """The piece that holds the beginning of the buffer, if one does."""
        self._staged: list[Piece] = []
        """Durable pieces that wait for the checksum."""
        self._buffer = bytearray()
        self._start = self._written.start if self._written else upload.received
        self._fresh = 0
        """Bytes at the end of the buffer that no piece holds yet."""
        self._hash = hashlib.sha256() if upload.received == 0 else None
        """Of the whole blob, where this request brings it from the beginning."""
        self._checksum = checksum
        self._sum: Any = hashlib.new(checksum.algorithm) if checksum else None

    async def take(self, body: BodyStream) -> Upload:
        """Returns the upload as it is after a whole body.

        Raises RequestRefused: body-too-large, body-cut-off, blob-paused, blob-locked,
        blob-checksum, not-found; StoreFull, StoreBusy, StoreUnavailable. What came before is kept,
        unless there is a checksum.
        """
        try:
            await self._fill(body)
            await self._end(body.end or "whole")
        finally:
            await self._ground.discard(self._staged)
        if not self._done and body.end in PROBLEMS:
            raise RequestRefused(PROBLEMS[body.end])
        upload = self._upload
        return Upload(upload.stem, upload.length, self._received, upload.day)

    @property
    def _done(self) -> bool:
        return self._received == self._upload.length

    async def _fill(self, body: BodyStream) -> None:
        clock = asyncio.get_running_loop().time
        patience = self._ground.limits.blob_flush_seconds
        if self._written is not None:
            read = self._ground.pieces.read
            self._buffer += await self._ground.work(read, self._written, 0, self._written.length)
        due = clock() + patience
        while body.end is None:
            chunk = await body.read(max(0.0, due - clock()))
            if self._start + len(self._buffer) + len(chunk) > self._upload.length:
                raise RequestRefused("body-too-large")
            self._buffer += chunk
            self._fresh += len(chunk)
            while len(self._buffer) >= self._size and not self._has_last:
                await self._flush(self._size)
                due = clock() + patience
            if clock() >= due:
                if self._fresh and not self._has_last and not self._checksum:
                    await self._flush(len(self._buffer))
                due = clock() + patience

    @property
    def _has_last(self) -> bool:
        """Whether what is in the buffer, cut at a piece, ends the blob: that waits for the end of
        the body, which could be too long.
        """
        return self._start + min(len(self._buffer), self._size) == self._upload.length

    async def _end(self, end: End) -> None:
        if self._checksum is not None:
            if end != "whole":
                return
            last = bytes(self._buffer[len(self._buffer) - self._fresh :])
            await self._ground.work(self._sum.update, last)
            if not hmac.compare_digest(self._sum.digest(), self._checksum.digest):
                raise RequestRefused("blob-checksum")
        if self._fresh:
            await self._flush(len(self._buffer), last=True)
        elif self._staged:
            await self._commit(keep_pieces)

    async def _flush(self, length: int, *, last: bool = False) -> None:
        """Makes the first `length` bytes of the buffer one piece, and, without a checksum to wait
        for, makes it count.
        """
        piece = Piece(self._upload.stem, self._turn, self._start, length)
        held = len(self._buffer) - self._fresh
        await self._ground.work(self._write, piece, bytes(self._buffer[:length]), held, not last)
        replaced, self._written = self._written, piece
        self._staged.append(piece)
        self._fresh -= length - held
        if last or not self._checksum:
            if piece.start + length == self._upload.length:
                id = await self._hash_blob()
                await self._commit(partial(finish_upload, id=id))
            else:
                await self._commit(keep_pieces)
            if replaced is not None:
                await self._ground.discard([replaced])
        if length == self._size:
            self._buffer = self._buffer[length:]
            self._start += length
            self._written = None

    def _write(self, piece: Piece, data: bytes, held: int, summed: bool) -> None:
        """Blocks: in a worker's thread. The first `held` bytes were written and hashed before."""
        self._ground.check_room(len(data))
        fresh = memoryview(data)[held:]
        if self._hash is not None:
            self._hash.update(fresh)
        if self._sum is not None and summed:
            self._sum.update(fresh)
        self._ground.pieces.write(piece, data, self._ground.store.day)

    async def _commit(self, keep: Callable[..., list[Piece] | None]) -> None:
        """Makes what is staged count.

        Only where the database has refused it is it deleted at once: after any other error, nobody
        knows whether the rows were committed, and a sweep looks later.
        """
        pieces, self._staged = self._staged, []
        address, offset = self._address, self._received
        try:
            twins = await self._ground.store.write(
                lambda connection: keep(connection, address, offset, pieces)
            )
        except RequestRefused:
            await self._ground.discard(pieces)
            raise
        self._received = pieces[-1].start + pieces[-1].length
        await self._ground.discard(twins or [])

    async def _hash_blob(self) -> bytes:
        """The blob's id. What came by other requests is read once more, piece by piece."""
        if self._hash is not None:
            return self._hash.digest()
        stem, start = self._upload.stem, self._staged[0].start
        kept = await self._ground.store.read(lambda connection: find_pieces(connection, stem))
        pieces = [piece for piece in kept if piece.start < start] + self._staged
        return await self._ground.work(hash_pieces, self._ground.pieces, pieces)


def hash_pieces(place: Pieces, pieces: Sequence[Piece]) -> bytes:
    """SHA-256 of all their bytes, one piece in memory at a time. Blocks. Raises as Pieces.read."""
    found = hashlib.sha256()
    for piece in pieces:
        found.update(place.read(piece, 0, piece.length))
    return found.digest()
