"""The sealed attachments of a bundle: blobs that its reports name, as the service kept them.

They stay sealed, as the envelopes do. Their keys are in the working copies.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from crypto.blob_lengths import read_blob_length
from crypto.errors import BlobError
from keyholder.attachments.named import list_attachments, list_different
from keyholder.attachments.shelf import Shelf, find_fault
from keyholder.errors import EvidenceError, HomeError
from keyholder.evidence import paths
from keyholder.evidence.sources import Read
from keyholder.merge import Merged

MAX_ATTACHED = 512 * 1024 * 1024
"""Bytes of all attachments of one bundle: they are in memory at once."""
_FOLDER = PurePosixPath(paths.name_blob("")).parent


@dataclass(slots=True)
class Attached:
    """files: by their paths in the bundle. missing: how many that are named are not here."""

    files: dict[str, bytes] = field(default_factory=dict)
    missing: int = 0


def read_attached(shelf: Shelf, reports: Iterable[Merged]) -> Attached:
    """The blobs that these reports name and this home holds unchanged.

    EvidenceError evidence-attachments where they are over MAX_ATTACHED; HomeError.
    """
    attached, ids, size = Attached(), set(), 0
    for one in list_different(one for merged in reports for one in list_attachments(merged)):
        ids.add(one.id)
        if find_fault(shelf, one) is not None:
            continue
        size += one.length
        if size > MAX_ATTACHED:
            raise EvidenceError("evidence-attachments")
        try:
            data = shelf.place(one.id).read_bytes()
        except OSError as error:
            raise HomeError("home-unwritable") from error
        if hashlib.sha256(data).digest() == one.id:
            attached.files[paths.name_blob(one.id.hex())] = data
    attached.missing = len(ids) - len(attached.files)
    return attached


def list_listed(items: Iterable[str]) -> list[str]:
    """Those of a manifest's paths that are in the folder of attachments."""
    return [path for path in items if path.startswith(f"{_FOLDER}/")]


def is_blob(path: str, found: Read) -> bool:
    """Whether a file is named by its own SHA-256, and has a length that blobs have."""
    try:
        read_blob_length(found.size)
    except BlobError:
        return False
    return path == paths.name_blob(found.sha256)
