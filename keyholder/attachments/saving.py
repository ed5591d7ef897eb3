"""Saves attachments as plain files, because the person asked for it. Nothing else writes one.

The name is ours: the report's id, the attachment's number, and an extension of the list in
keyholder/attachments/kinds.py. No word of a stranger is in it.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from crypto.errors import BlobError
from keyholder.attachments.kinds import Kind
from keyholder.attachments.named import Attachment
from keyholder.attachments.seen import Seen
from keyholder.attachments.shelf import Shelf, read_content
from keyholder.errors import AttachmentError, ExportError
from keyholder.exports.output import write_output
from keyholder.files import make_folder


class Saved(NamedTuple):
    """What came of saving one: the name of its file, or why there is none, as a code."""

    file: str | None
    fault: str | None


def name_file(attachment: Attachment, kind: Kind) -> str:
    """Such as 5a1ed42a00112233-01.jpg."""
    return f"{attachment.report_id.hex()}-{attachment.number:02}.{kind.extension}"


def make_output(folder: Path) -> None:
    """The folder, made where it is missing, closed to others. ExportError output-unwritable."""
    try:
        make_folder(folder)
    except OSError as error:
        raise ExportError("output-unwritable") from error


def save(shelf: Shelf, seen: Seen, folder: Path, advance: Callable[[int], None]) -> Saved:
    """Open it wholly and write it, 0600; whole and as the report names it, or not at all.

    A file that is there is never replaced (output-exists). `advance` is told of bytes.
    HomeError; ExportError output-unwritable.
    """
    one = seen.attachment
    if seen.kind is None:
        return Saved(None, seen.state)
    path = folder / name_file(one, seen.kind)
    if os.path.lexists(path):
        return Saved(None, "output-exists")

    def tell(chunk: bytes) -> bytes:
        advance(len(chunk))
        return chunk

    try:
        write_output(path, (tell(chunk) for chunk in read_content(shelf, one)))
    except (AttachmentError, BlobError) as error:
        return Saved(None, error.code)
    return Saved(path.name, None)
