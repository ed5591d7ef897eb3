"""Pieces as files in one folder, which replicas may share.

`obstore` has files too, but its LocalStore syncs neither them nor their folders, and has no switch
for it (0.12). A piece must survive a power cut before tus tells its offset, so these are our own.

Times of files tell no more than the day. The inode's change time cannot be set.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.errors import StoreFull, StoreUnavailable
from app.pieces import SHARDS, Piece, PieceMissing, read_name

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
DAY_SECONDS = 86_400
READING = os.O_RDONLY | os.O_CLOEXEC
WRITING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class PieceFiles:
    """Files under `folder`: 16 folders of pieces, which the owner alone may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        with _as_store_errors():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for shard in range(SHARDS):
                (self._folder / f"{shard:x}").mkdir(mode=0o700, exist_ok=True)
            for folder in (self._folder, self._folder.parent):
                _sync_folder(folder)

    def write(self, piece: Piece, data: bytes, day: int) -> None:
        path = self._folder / piece.path
        with _as_store_errors():
            handle = os.open(path, WRITING, 0o600)
            try:
                left = memoryview(data)
                while left:
                    left = left[os.write(handle, left) :]
                os.utime(handle, (day * DAY_SECONDS,) * 2)
                os.fsync(handle)
                _sync_folder(path.parent, day)
            except OSError:
                with suppress(OSError):
                    path.unlink()
                raise
            finally:
                os.close(handle)

    def read(self, piece: Piece, begin: int, end: int) -> bytes:
        with _as_store_errors():
            handle = _open_unseen(self._folder / piece.path)
            with open(handle, "rb", buffering=0) as file:  # noqa: PTH123 -- a handle, no path
                file.seek(begin)
                found = bytearray()
                while len(found) < end - begin and (more := file.read(end - begin - len(found))):
                    found += more
        if len(found) < end - begin:
            raise PieceMissing
        return bytes(found)

    def delete(self, pieces: list[Piece], day: int) -> None:
        with _as_store_errors():
            for piece in pieces:
                (self._folder / piece.path).unlink(missing_ok=True)
            for shard in {piece.shard for piece in pieces}:
                _sync_folder(self._folder / f"{shard:x}", day)

    def list(self, shard: int) -> set[Piece]:
        with _as_store_errors():
            found = map(read_name, os.listdir(self._folder / f"{shard:x}"))  # noqa: PTH208
            return {piece for piece in found if piece is not None and piece.shard == shard}

    def count_free(self) -> int:
        with _as_store_errors():
            room = os.statvfs(self._folder)
            return room.f_bavail * room.f_frsize


def _open_unseen(path: Path) -> int:
    """Opens a file for reading without a trace in its access time, where the system has that."""
    try:
        return os.open(path, READING | getattr(os, "O_NOATIME", 0))
    except FileNotFoundError:
        if not path.parent.is_dir():  # the whole place is away
            raise
        raise PieceMissing from None
    except PermissionError:  # somebody else's file: that is for owners alone
        return os.open(path, READING)


@contextmanager
def _as_store_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StoreFull("blobs-full") from None
        raise StoreUnavailable("blobs-unavailable") from None


def _sync_folder(folder: Path, day: int | None = None) -> None:
    """Makes what was added to a folder or removed from it durable."""
    handle = os.open(folder, READING | os.O_DIRECTORY)
    try:
        if day is not None:
            os.utime(handle, (day * DAY_SECONDS,) * 2)
        os.fsync(handle)
    finally:
        os.close(handle)
