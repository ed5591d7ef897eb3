"""Whose records count, and the reading of one of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crypto.records import SignedRecord, parse_record, read_record
from keyholder.errors import RecordError
from keyholder.records.operations import Record, read_operation


@dataclass(frozen=True, slots=True)
class Authors:
    """Everybody who is or was a holder, but for the revoked. Ids are 16 hex digits."""

    keys: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)  # Ed25519, 32 B each
    left: Mapping[str, int] = field(default_factory=dict)
    """Days since 1970-01-01 on which former holders were gone: what came then or later, or has not
    come yet, is not theirs to say any more."""


NOBODY = Authors()


def read_said(content: bytes, day: int, authors: Authors) -> Record:
    """What a record says that came in an envelope of this day (since 1970-01-01), if it counts.

    crypto's RecordError: record-size, record-form, record-author, record-signature. RecordError:
    record-left, and as `read_operation`.
    """
    return _take(read_record(content, authors.keys), day, authors)


def read_trusted(content: bytes, day: int | None, authors: Authors) -> Record:
    """As `read_said`, of what was checked before and lay under the vault's key since.

    `day` is None for what was written here and is not known to have arrived.
    """
    record = parse_record(content)
    if record.holder_id not in authors.keys:
        raise RecordError("record-revoked")
    return _take(record, day, authors)


def _take(record: SignedRecord, day: int | None, authors: Authors) -> Record:
    left = authors.left.get(record.holder_id)
    if left is not None and (day is None or day >= left):
        raise RecordError("record-left")
    operation = read_operation(record.operation)
    return Record(record.holder_id, record.counter, record.time, operation)
