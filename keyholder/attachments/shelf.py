"""The attachments that a home holds: ciphertext alone, a file each, by its id.

A file may have come from anywhere, another home's folder too: its hash is compared each time that
it is opened. What is opened is in memory only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crypto.blob_opening import open_beginning, open_blob
from keyholder.attachments.named import Attachment
from keyholder.errors import AttachmentError, HomeError
from keyholder.home import Home
from keyholder.known import Known

HELD = "held"
PART = ".part"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder, and the ids that keyrings list as purged: those are not opened any more."""

    folder: Path
    purged: frozenset[bytes] = frozenset()

    def place(self, id: bytes) -> Path:
        """Where the blob with this id (32 bytes) lies, or would."""
        return self.folder / id.hex()


def open_shelf(home: Home, known: Known) -> Shelf:
    """The shelf of a home. It reads nothing."""
    return Shelf(home.blobs, known.purged_blobs)


def find_fault(shelf: Shelf, attachment: Attachment) -> str | None:
    """Why the attachment cannot be opened, as a code; None where it is held in the right length.

    HomeError: home-unwritable.
    """
    if attachment.fault is not None:
        return attachment.fault
    if attachment.id in shelf.purged:
        return "attachment-purged"
    try:
        length = shelf.place(attachment.id).stat().st_size
    except FileNotFoundError:
        return "attachment-not-fetched"
    except OSError as error:
        raise HomeError("home-unwritable") from error
    return None if length == attachment.length else "attachment-length"


def read_beginning(shelf: Shelf, attachment: Attachment) -> bytes:
    """The first 64 KiB of the content or less. AttachmentError, BlobError, HomeError."""
    with _open_held(shelf, attachment) as stream:
        return open_beginning(stream, attachment.key, attachment.size)


def read_content(shelf: Shelf, attachment: Attachment) -> Iterator[bytes]:
    """The content, up to 64 KiB at a time. What came before an error must not be used.

    AttachmentError (see `find_fault`), BlobError, HomeError.
    """
    with _open_held(shelf, attachment) as stream:
        yield from open_blob(stream, attachment.key, attachment.id, attachment.size)


def delete_purged(shelf: Shelf) -> int:
    """Delete the copies of what keyrings list as purged. Returns how many. HomeError."""
    return _sweep_purged(shelf, delete=True)


def count_purged(shelf: Shelf) -> int:
    """How many copies `delete_purged` would delete. HomeError."""
    return _sweep_purged(shelf, delete=False)


def _sweep_purged(shelf: Shelf, *, delete: bool) -> int:
    count = 0
    try:
        for id in shelf.purged:
            whole = shelf.place(id)
            for path in (whole, whole.with_suffix(PART)):
                if path.exists():
                    count += 1
                    if delete:
                        path.unlink()
    except OSError as error:
        raise HomeError("home-unwritable") from error
    return count


@contextmanager
def _open_held(shelf: Shelf, attachment: Attachment) -> Iterator[BinaryIO]:
    fault = find_fault(shelf, attachment)
    if fault is not None:
        raise AttachmentError(fault)
    try:
        with shelf.place(attachment.id).open("rb") as stream:
            yield stream
    except OSError as error:
        raise HomeError("home-unwritable") from error
