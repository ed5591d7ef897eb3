"""Slices of sealed SMS that wait in the outbox for the rest of their envelope, and joining them.

The service has no address for parts, so a gateway joins them itself, by the service's rules
(spec/sealed-sms-v1.md, docs/adr/0014): groups are by (ref, count), never by sender; conflicting
slices are kept side by side, and every envelope that they make goes on; slices stay after a join.
"""

import sqlite3

from crypto.sealed_sms import MAX_ALTERNATIVES, Part, cut_slices, join
from sms.sink import SinkFull

SCHEMA = (
    """CREATE TABLE part (
        ref BLOB, count INTEGER, position INTEGER, slice BLOB,
        day INTEGER NOT NULL, joined INTEGER NOT NULL,
        PRIMARY KEY (ref, count, position, slice)
    ) WITHOUT ROWID""",
    "CREATE TABLE part_room (id INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, cleared_day INTEGER)",
    "INSERT INTO part_room VALUES (0, 0, NULL)",
)


def keep_part(db: sqlite3.Connection, part: Part, day: int, most_bytes: int) -> list[bytes]:
    """Keeps one slice and returns the envelopes that are complete with it.

    A slice that is there already changes nothing; a fifth different one for one index is dropped:
    the provider must not send it again for ever. Raises SinkFull above `most_bytes` of slices, for
    one that completes nothing.
    """
    held: list[list[bytes]] = [[] for _ in range(part.count)]
    rows = db.execute(
        "SELECT position, slice FROM part WHERE ref = ? AND count = ?", (part.ref, part.count)
    )
    for position, slice in rows:
        held[position].append(slice)
    if part.slice in held[part.index] or len(held[part.index]) >= MAX_ALTERNATIVES:
        return []
    # Combinations without this slice were tried when the others came.
    envelopes = join(
        part.ref, [[part.slice] if at == part.index else have for at, have in enumerate(held)]
    )
    if not envelopes and not _make_room(db, len(part.slice), day, most_bytes):
        raise SinkFull
    db.execute(
        "INSERT INTO part VALUES (?, ?, ?, ?, ?, ?)",
        (part.ref, part.count, part.index, part.slice, day, bool(envelopes)),
    )
    db.execute("UPDATE part_room SET bytes = bytes + ?", (len(part.slice),))
    for envelope in envelopes:
        db.executemany(
            "UPDATE part SET joined = 1 WHERE ref = ? AND count = ? AND position = ? AND slice = ?",
            [
                (part.ref, part.count, position, slice)
                for position, slice in enumerate(cut_slices(envelope))
            ],
        )
    return envelopes


def delete_parts(db: sqlite3.Connection, before: int) -> None:
    """Deletes slices from before a day (days since 1970-01-01), joined or not."""
    db.execute("DELETE FROM part WHERE day < ?", (before,))
    _count_again(db)


def _make_room(db: sqlite3.Connection, size: int, day: int, most_bytes: int) -> bool:
    """Whether there is room. Where there is none, what was joined and is older than a day goes.

    That walks over all slices, and finds nothing more before the next day: so it runs once a day.
    """
    if _read_bytes(db) + size <= most_bytes:
        return True
    if db.execute("SELECT cleared_day FROM part_room").fetchone()[0] == day:
        return False
    db.execute("UPDATE part_room SET cleared_day = ?", (day,))
    db.execute("DELETE FROM part WHERE joined AND day < ?", (day - 1,))
    _count_again(db)
    return _read_bytes(db) + size <= most_bytes


def _read_bytes(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT bytes FROM part_room").fetchone()[0])


def _count_again(db: sqlite3.Connection) -> None:
    db.execute("UPDATE part_room SET bytes = (SELECT coalesce(sum(length(slice)), 0) FROM part)")
