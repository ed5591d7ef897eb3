"""Envelopes that wait for a network: one file each, in one folder.

A file is there whole or not at all, also after a power cut. It is named by the envelope's id and
its times are one constant, so that a seized folder tells neither the order nor the hour in which
reports were sealed. (The file system's own change time cannot be set.)
"""

import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from crypto.envelope import envelope_id
from heliograph.errors import OperatorError

SUFFIX = ".envelope"
# 1980-01-01: the oldest time that every file system can hold.
FIXED_TIME_SECONDS = 315_532_800
# A file still unfinished after this long was left by a crash.
UNFINISHED_SECONDS = 3600
_PART = ".part"


def put(folder: Path, envelopes: Sequence[bytes], *, now: float) -> list[bytes]:
    """Write envelopes so that they outlive a power cut; return their ids (32 bytes each).

    `now` is Unix time. On return every one is on disk. The same envelope again changes nothing.
    Raises OperatorError `outbox-unwritable`.
    """
    try:
        _make_folder(folder)
        _sweep(folder, now - UNFINISHED_SECONDS)
        ids = [_write(folder, envelope) for envelope in envelopes]
        _settle(folder)
    except OSError:
        raise unwritable() from None
    return ids


@contextmanager
def open_aside(folder: Path) -> Iterator[IO[bytes]]:
    """A file without a name, on the outbox's disk, for sealed bytes that may yet be dropped: it
    goes with the block, or with the process. It has no buffer, so that a full disk is told by the
    write and not again at the end. Raises OperatorError `outbox-unwritable`.
    """
    with ExitStack() as stack:
        try:
            _make_folder(folder)
            file = stack.enter_context(tempfile.TemporaryFile(dir=folder, buffering=0))
        except OSError:
            raise unwritable() from None
        yield file


def unwritable() -> OperatorError:
    """The folder cannot be written: the disk is full, or it belongs to somebody else."""
    return OperatorError(
        "outbox-unwritable",
        "The outbox folder cannot be written; what was not yet counted as sealed is not kept.",
        "Make room on the disk or name another folder with --outbox.",
    )


def waiting(folder: Path) -> list[bytes]:
    """Ids of the envelopes that wait, sorted: never in the order in which they were written."""
    ids = []
    for path in _entries(folder):
        if path.suffix == SUFFIX:
            try:
                ids.append(bytes.fromhex(path.stem))
            except ValueError:
                continue
    return sorted(ids)


def read(folder: Path, id: bytes) -> bytes | None:
    """One envelope; None where it is gone (another process sent it) or damaged."""
    path = _path(folder, id)
    try:
        # Reading must not leave a time behind, where the system lets us say so.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOATIME", 0))
    except PermissionError:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, "rb") as file:
        envelope = file.read()
    return envelope if envelope_id(envelope) == id else None


def holds(folder: Path, id: bytes) -> bool:
    """True where a file of this id is there, whole or damaged."""
    return _path(folder, id).exists()


def remove(folder: Path, ids: Iterable[bytes]) -> None:
    """Delete envelopes that the service has. One that is gone already is no error."""
    for id in ids:
        _path(folder, id).unlink(missing_ok=True)
    _settle(folder)


def _path(folder: Path, id: bytes) -> Path:
    return folder / (id.hex() + SUFFIX)


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)
        _sync(folder.parent)


def _write(folder: Path, envelope: bytes) -> bytes:
    id = envelope_id(envelope)
    part = folder / f".{secrets.token_hex(8)}{_PART}"
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(envelope)
            file.flush()
            os.utime(file.fileno(), (FIXED_TIME_SECONDS, FIXED_TIME_SECONDS))
            os.fsync(file.fileno())
        part.replace(_path(folder, id))
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return id


def _sweep(folder: Path, before: float) -> None:
    """Remove what a crash left half-written: it was never acknowledged to anybody."""
    for path in _entries(folder):
        # The change time, because the other times may be the constant already.
        if path.suffix == _PART and path.stat().st_ctime < before:
            path.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Make names durable, then put the folder's own time back to the constant."""
    _sync(folder)
    os.utime(folder, (FIXED_TIME_SECONDS, FIXED_TIME_SECONDS))


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
