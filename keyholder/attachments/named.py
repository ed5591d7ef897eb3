"""Which attachments a report names. All of it is a stranger's word, and is checked as such."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from crypto.blob_lengths import blob_length
from keyholder.merge import Merged

MAX_BLOB = 256 * 1024 * 1024
"""Bytes of the longest blob that is fetched: what a service takes as it is set up by default."""
_ID_SIZE = 32  # bytes of an id, and of a key


@dataclass(frozen=True, slots=True)
class Attachment:
    """One blob as a report names it. key and id have 32 bytes or none; size: bytes of content.

    fault: why it cannot be any attachment, as a code; None where it can.
    """

    report_id: bytes  # 8 B
    number: int  # from 1, in the order of the report
    key: bytes = field(repr=False)
    id: bytes
    size: int
    fault: str | None

    @property
    def length(self) -> int:
        """Bytes of the whole blob. Only where there is no fault."""
        return blob_length(self.size)


def list_attachments(merged: Merged) -> tuple[Attachment, ...]:
    """What the report names, in its order."""
    evidence = merged.report.get("evidence")
    named = evidence.get("blobs") if isinstance(evidence, dict) else None
    if not isinstance(named, list):
        return ()
    return tuple(_read(merged.report_id, number, one) for number, one in enumerate(named, 1))


def list_different(attachments: Iterable[Attachment]) -> list[Attachment]:
    """Those that can be, each blob once, by id: whoever is asked for them in this order learns
    nothing of which report names which. One blob of two sizes is two: one of them is false, and a
    forged report must not hide a true one's attachment."""
    found = {(one.id, one.size): one for one in attachments if one.fault is None}
    return [found[blob] for blob in sorted(found)]


def count_bytes(attachments: Sequence[Attachment]) -> int:
    """Bytes of these blobs, as they are sealed."""
    return sum(one.length for one in attachments)


def _is_bytes(value: object) -> TypeGuard[bytes]:
    return isinstance(value, bytes) and len(value) == _ID_SIZE


def _read(report_id: bytes, number: int, named: object) -> Attachment:
    told = named if isinstance(named, dict) else {}
    key, id, size = told.get("key"), told.get("hash"), told.get("size")
    if not (_is_bytes(key) and _is_bytes(id) and type(size) is int and size > 0):
        return Attachment(report_id, number, b"", b"", 0, "attachment-incomplete")
    fault = "attachment-too-large" if blob_length(size) > MAX_BLOB else None
    return Attachment(report_id, number, key, id, size, fault)
