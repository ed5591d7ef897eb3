"""Writing records: signed, sealed to the current epoch, and on the disk before anything is said.

A record's id is its holder and its counter, which must never be used for two things. It is above
every counter that this holder has seen, so that it comes after what she knew of (`replay`), and
leaps by chance: a home that was put back from an old copy, and has not yet seen what it wrote
since, would use the same numbers again. If it happens all the same, both records are shown.
"""

import secrets
from collections.abc import Iterable, Sequence

from crypto.choosing import sealing_key
from crypto.envelope import Kind
from crypto.errors import RecordError
from crypto.keyring import Keyring
from crypto.records import SignedRecord, parse_record, write_record
from crypto.sealing import SealingKey, new_report_id, seal
from keyholder.home import Home
from keyholder.records.journal import Journal, open_journal
from keyholder.records.operations import Operation, Record, write_operation
from keyholder.records.replay import Annotations
from keyholder.vault import Identity

CHANNEL = "app"
"""Whose key records are sealed to: every coalition has it, and in the strongest suite."""
LEAP = 1 << 20
FOLLOWED = 1 << 48
"""Counters of others above this are not followed: one member could use all of them up at once."""
OWN = 1 << 62
"""Our own above this are not ours: whoever wrote them has our key."""


def write(
    home: Home,
    identity: Identity,
    keyring: Keyring,
    annotations: Annotations,
    operations: Sequence[Operation],
    now: int,
) -> tuple[Record, ...]:
    """Keep these operations, all or none, and let them wait for the next sync.

    They are on the disk when this returns. `annotations` are the newest that the caller has, `now`
    is Unix seconds. RecordError: as `write_operation`. HomeError: records-damaged, home-unwritable.
    KeyringError: no-epoch.
    """
    key = sealing_key(keyring, CHANNEL, now)
    with open_journal(home, identity) as journal, journal.change():
        counter = _find_next(journal, identity.holder_id, annotations)
        written = tuple(
            Record(identity.holder_id, number, now, operation)
            for number, operation in enumerate(operations, start=counter)
        )
        for record in written:
            content = sign(record, identity.signing_seed)
            journal.add(content, seal_record(key, content))
    return written


def sign(record: Record, signing_seed: bytes) -> bytes:
    """The record as it is sealed. RecordError: as `write_operation`."""
    operation = write_operation(record.operation)
    return write_record(
        SignedRecord(record.holder_id, record.counter, record.time, operation), signing_seed
    )


def seal_record(key: SealingKey, content: bytes) -> bytes:
    """The envelope of a signed record. The report id in it says nothing: each has another one."""
    return seal(key, Kind.RECORD, new_report_id(), content)


def _find_next(journal: Journal, holder_id: str, annotations: Annotations) -> int:
    seen = ((one.record.holder_id, one.record.counter) for one in annotations.history)
    last = [*_read_counter(journal.find_last())]
    return max([*_list_followed(seen, holder_id), *last], default=0) + 1 + secrets.randbelow(LEAP)


def _list_followed(seen: Iterable[tuple[str, int]], holder_id: str) -> Iterable[int]:
    return (
        counter for holder, counter in seen if counter < (OWN if holder == holder_id else FOLLOWED)
    )


def _read_counter(content: bytes | None) -> Iterable[int]:
    try:
        return () if content is None else (parse_record(content).counter,)
    except RecordError:
        return ()
