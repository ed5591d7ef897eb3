"""Blobs: encrypted attachments, uploaded in pieces, given to keyholders, swept.

Uploads are in the database and their bytes outside of it (app/pieces.py), so any replica can go on
with what another one began. docs/adr/0021 tells why it is safe.
"""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from starlette.types import Receive

from app.blob_intake import BlobIntake, Checksum, Ground
from app.blob_rows import (
    Found,
    Upload,
    create_upload,
    drop_expired,
    drop_upload,
    find_blob,
    find_pieces,
    find_upload,
    read_shard,
    read_turns,
    remove_blob,
    take_turn,
)
from app.body_stream import BodyStream
from app.errors import RequestRefused, StoreBusy, StoreError
from app.pieces import SHARDS, STEM_SIZE, TURN_SIZE, PieceMissing, Pieces
from app.store import Store
from crypto.blob_lengths import read_blob_length

log = logging.getLogger("heliograph.blobs")
SECRET_SIZE = 32
"""Random bytes in an upload's address: whoever knows them may send to it, and nobody else."""
WORKERS = 8
"""Threads that write, hash and delete pieces."""
READERS = 4
"""Threads that read for keyholders and sweeps. Uploads cannot use them up."""
PREPARE_SECONDS = 5.0
"""The start waits so long for a bucket that does not answer."""
EXPIRED_ROWS = 200
"""Uploads that one transaction forgets; intake runs between two of them."""


class Blobs:
    """All blobs of one store."""

    def __init__(self, store: Store, pieces: Pieces) -> None:
        self.limits = store.limits
        self._store = store
        self._pieces = pieces
        self._running: dict[bytes, BodyStream] = {}
        """The bodies that come in here now, by the address of their upload."""
        self._ended = asyncio.Condition()
        self._threads: tuple[ThreadPoolExecutor, ...] = ()

    async def start(self) -> None:
        """Makes the place of the pieces, and says in the log if it does not answer: reports are
        taken all the same.
        """
        workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="blob-writer")
        readers = ThreadPoolExecutor(READERS, thread_name_prefix="blob-reader")
        self._threads = (workers, readers)
        self._ground = Ground(self._store, self._pieces, workers, self.limits)
        self._reading = Ground(self._store, self._pieces, readers, self.limits)
        self._preparing = asyncio.create_task(self._prepare())
        await asyncio.wait({self._preparing}, timeout=PREPARE_SECONDS)

    def stop(self) -> None:
        """Waits for what is being written. Safe to repeat, and without a start."""
        for threads in self._threads:
            threads.shutdown(cancel_futures=True)

    async def create(self, length: int) -> tuple[bytes, Upload]:
        """A new upload of `length` bytes, and the secret of its address (32 bytes).

        Raises RequestRefused (`blob-too-large`), BlobError (`blob-length`), StoreFull
        (`blobs-full`, 507), StoreBusy, StoreUnavailable.
        """
        if length > self.limits.blob_bytes:
            raise RequestRefused("blob-too-large")
        read_blob_length(length)
        await self._ground.work(self._ground.check_room, length)
        secret, stem = secrets.token_bytes(SECRET_SIZE), secrets.token_bytes(STEM_SIZE)
        upload = Upload(stem, length, 0, self._store.day)
        await self._store.write(
            lambda connection: create_upload(
                connection, _hash(secret), stem, length, upload.day, self.limits
            )
        )
        return secret, upload

    async def look(self, secret: bytes) -> Upload:
        """The upload of a secret. If bytes come in for it here, that request makes an end first:
        whoever asks wants to go on, and its connection may be dead. Raises RequestRefused
        (`not-found`).
        """
        address = _hash(secret)
        await self._interrupt(address)
        upload = await self._store.read(lambda connection: find_upload(connection, address))
        if upload is None:
            raise RequestRefused("not-found")
        return upload

    async def take(
        self,
        secret: bytes,
        offset: int,
        receive: Receive,
        *,
        declared: int = 0,
        checksum: Checksum | None = None,
    ) -> Upload:
        """Takes a body into the upload from `offset` on; returns the upload as it is then.

        `declared` is the length that the request gives for its body, 0
        if it gives none. Raises as BlobIntake.take, and RequestRefused: blob-offset.
        """
        address, turn = _hash(secret), secrets.token_bytes(TURN_SIZE)
        if address in self._running:
            raise RequestRefused("blob-locked")
        if len(self._running) >= self.limits.blob_requests:
            raise StoreBusy
        body = self._running[address] = BodyStream(receive, self.limits.body_seconds)
        try:
            upload, last = await self._store.write(
                lambda connection: take_turn(connection, address, turn, offset)
            )
            if declared > upload.length - offset:
                raise RequestRefused("body-too-large")
            intake = BlobIntake(self._ground, address, turn, upload, last, checksum)
            return await intake.take(body)
        except PieceMissing as error:  # it can never become a blob: better to begin anew
            log.warning("code=%s task=upload", error.code)
            await self._drop(address)
            raise RequestRefused("not-found") from None
        finally:
            del self._running[address]
            await body.close()
            async with self._ended:
                self._ended.notify_all()

    async def drop(self, secret: bytes) -> None:
        """Forgets an upload; what is a blob already stays one. Raises RequestRefused
        (`not-found`).
        """
        address = _hash(secret)
        await self._interrupt(address)
        if not await self._drop(address):
            raise RequestRefused("not-found")

    async def find(self, id: bytes) -> Found:
        """A finished blob by its id (32 bytes). Raises RequestRefused (`not-found`)."""
        found = await self._store.read(lambda connection: find_blob(connection, id))
        if found is None:
            raise RequestRefused("not-found")
        return found

    async def read(self, blob: Found, begin: int, end: int) -> AsyncIterator[bytes]:
        """Bytes of a blob from `begin` up to `end`, a piece at a time."""
        pieces = await self._store.read(lambda connection: find_pieces(connection, blob.stem))
        for piece in pieces:
            first, last = max(begin, piece.start), min(end, piece.start + piece.length)
            if first >= last:
                continue
            try:
                yield await self._reading.work(
                    self._pieces.read, piece, first - piece.start, last - piece.start
                )
            except StoreError as error:  # half of it is sent: all that is left is to break off
                log.warning("code=%s task=blob", error.code)
                raise

    async def delete(self, id: bytes) -> bool:
        """Deletes a blob by its id (32 bytes), for a keyring's purge list. False: there was none.

        Safe to repeat. What a crash leaves of its bytes, a sweep finds.
        """
        pieces = await self._store.write(lambda connection: remove_blob(connection, id))
        await self._ground.discard(pieces or [])
        return pieces is not None

    async def sweep(self, today: int) -> tuple[int, int]:
        """Forgets expired uploads, and deletes pieces that can never count. Returns how many pieces
        it deleted, and how many are gone that should be there.

        Safe beside uploads of this and other replicas: app/blob_rows.py tells how. `today` is the
        day that Store.sweep told.
        """
        await self._preparing
        before = today - self.limits.blob_days
        while (
            await self._store.write(partial(drop_expired, before=before, count=EXPIRED_ROWS))
            == EXPIRED_ROWS
        ):
            pass
        deleted = count = 0
        for shard in range(SHARDS):
            counts = await self._sweep_shard(shard)
            deleted, count = deleted + counts[0], count + counts[1]
        if count:
            log.warning("code=blob-damaged count=%d", count)
        return deleted, count

    async def _sweep_shard(self, shard: int) -> tuple[int, int]:
        """Files are listed first, then turns are read, and then rows: the order is what makes it
        safe.

        A listed file's turn was in its upload's row before. If it is not there any more, no
        transaction can make the file count from then on; and if one did before, its row is seen
        after that.
        """
        old = await self._store.read(partial(read_shard, shard=shard))
        there = await self._reading.work(self._pieces.list, shard)
        if not old and not there:
            return 0, 0
        turns = await self._store.read(partial(read_turns, shard=shard))
        new = await self._store.read(partial(read_shard, shard=shard))
        over = [piece for piece in there - new if (piece.stem, piece.turn) not in turns]
        if over:
            await self._reading.work(self._pieces.delete, over, self._store.day)
        return len(over), len((old & new) - there)

    async def _prepare(self) -> None:
        try:
            await self._reading.work(self._pieces.prepare)
        except StoreError as error:
            log.warning("code=%s", error.code)

    async def _drop(self, address: bytes) -> bool:
        pieces = await self._store.write(lambda connection: drop_upload(connection, address))
        await self._ground.discard(pieces or [])
        return pieces is not None

    async def _interrupt(self, address: bytes) -> None:
        body = self._running.get(address)
        if body is None:
            return
        body.stop()
        async with self._ended:
            await self._ended.wait_for(lambda: self._running.get(address) is not body)


def _hash(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()
