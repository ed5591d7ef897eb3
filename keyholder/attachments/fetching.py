"""Fetches attachments from the service: sealed as they are, each once, checked by its hash.

A request tells the service which holder wants which blob, and so that somebody opened a report
that names it. Therefore nothing is fetched unasked, and many are asked for in the order of their
ids. What a cut connection or an end of this program left is gone on with (`.part`).
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import httpx2

from crypto.blob_opening import find_id
from keyholder.attachments.named import Attachment, list_different
from keyholder.attachments.shelf import PART, Shelf, find_fault
from keyholder.errors import AttachmentError, HomeError, ServiceError
from keyholder.files import make_folder, sync_folder
from keyholder.service import TRIES, Service, download_blob
from keyholder.vault import Identity

_ENDING = frozenset({"service-unreachable", "service-busy", "service-refused-key"})
"""What ends all of it: the next attachment would meet the same."""
Advance = Callable[[int], None]


@dataclass(slots=True)
class Fetched:
    """What came of it. faults: id (32 bytes), size and code of each that did not come."""

    new: int = 0
    faults: dict[tuple[bytes, int], str] = field(default_factory=dict)


def list_wanted(shelf: Shelf, attachments: Sequence[Attachment]) -> list[Attachment]:
    """Each blob of these that can be fetched and is not here whole, once, in the order of ids."""
    missing = ("attachment-not-fetched", "attachment-length")
    return list_different([one for one in attachments if find_fault(shelf, one) in missing])


def choose_within(wanted: Sequence[Attachment], most: int) -> list[Attachment]:
    """Those of `wanted` that `most` bytes have room for, the smallest first chosen; same order."""
    chosen = set()
    for one in sorted(wanted, key=lambda one: (one.length, one.id)):
        most -= one.length
        if most < 0:
            break
        chosen.add(one)
    return [one for one in wanted if one in chosen]


def fetch(
    service: Service,
    identity: Identity,
    shelf: Shelf,
    wanted: Sequence[Attachment],
    advance: Advance,
) -> Fetched:
    """Fetch these, one after the other. `advance` is told of bytes.

    ServiceError: service-unreachable, service-busy, service-refused-key end it; what came is kept.
    HomeError: home-unwritable.
    """
    fetched = Fetched()
    try:
        make_folder(shelf.folder)
        for one in wanted:
            try:
                _fetch_one(service, identity, shelf, one, advance)
                fetched.new += 1
            except (AttachmentError, ServiceError) as error:
                if error.code in _ENDING:
                    raise
                fetched.faults[one.id, one.size] = error.code
    except OSError as error:
        raise HomeError("home-unwritable") from error
    return fetched


def _fetch_one(
    service: Service, identity: Identity, shelf: Shelf, wanted: Attachment, advance: Advance
) -> None:
    path = shelf.place(wanted.id)
    part = path.with_suffix(PART)
    try:
        with _open_part(part) as stream:
            advance(min(stream.tell(), wanted.length))
            _take_all(service, identity, wanted, stream, advance)
            sound = find_id(stream)[0] == wanted.id
            stream.flush()
            os.fsync(stream.fileno())
        if sound:
            part.replace(path)
            sync_folder(shelf.folder)
    except OSError:
        part.unlink(missing_ok=True)  # the disk is full: it must not stay so for this
        raise
    finally:
        if part.exists() and part.stat().st_size == 0:
            part.unlink()
    if not sound:
        part.unlink()
        raise AttachmentError("attachment-hash")


class _BrokenOffError(httpx2.TransportError):
    """The service answered, and did not give all that it promised."""


def _take_all(
    service: Service, identity: Identity, wanted: Attachment, stream: BinaryIO, advance: Advance
) -> None:
    failures, answered = 0, False
    while (before := stream.tell()) < wanted.length:
        try:
            _take(service, identity, wanted, stream, advance)
        except httpx2.TransportError as error:
            answered = answered or isinstance(error, _BrokenOffError)
            failures = 1 if stream.tell() > before else failures + 1
            if failures >= TRIES:
                if answered:  # a blob with a piece missing: the next one may be whole
                    raise AttachmentError("attachment-cut-off") from error
                raise ServiceError("service-unreachable") from error
            service.pause(2.0 ** (failures - 1))


def _take(
    service: Service, identity: Identity, wanted: Attachment, stream: BinaryIO, advance: Advance
) -> None:
    """What one request brings, up to the length that the report says."""
    with download_blob(service, identity, wanted.id.hex(), stream.tell()) as answer:
        if answer is None:
            raise AttachmentError("attachment-not-there")
        first, length, chunks = answer
        if length != wanted.length:
            raise AttachmentError("attachment-length")
        stream.seek(first)
        stream.truncate()
        try:
            for chunk in chunks:
                stream.write(chunk[: wanted.length - stream.tell()])
                advance(len(chunk))
                if stream.tell() == wanted.length:
                    return
        except httpx2.TransportError as error:
            raise _BrokenOffError("in the middle") from error
    raise _BrokenOffError("too early")


@contextmanager
def _open_part(part: Path) -> Iterator[BinaryIO]:
    """What was fetched so far, to go on at its end. Something else in its place is removed."""
    if part.is_symlink():
        part.unlink()
    handle = os.open(part, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "r+b") as stream:
        stream.seek(0, os.SEEK_END)
        yield stream
