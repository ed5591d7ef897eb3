"""What this home remembers of the log: checkpoints seen, the key it trusts, how far it checked.

It lies in envelopes.db beside the leaves. Nothing of it is secret. SQLite keeps any type in any
column, and the file may have been altered: what is read is cast.
"""

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from crypto.checkpoints import Checkpoint
from crypto.log import HASH_SIZE, Frontier

_LAST_DAY = 0xFFFF

SCHEMA = """
CREATE TABLE IF NOT EXISTS checkpoints (
    size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL, key TEXT NOT NULL,
    day INTEGER,
    PRIMARY KEY (size, root, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_key (one INTEGER PRIMARY KEY CHECK (one = 1), key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS log_checked (
    one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, hashes BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS log_unsigned (
    one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, since INTEGER NOT NULL
);
"""


class Seen(NamedTuple):
    """A checkpoint that the service showed, and the key (a verifier key) that it was checked by.

    `day` is when this home first saw it (days since 1970-01-01): nothing finer is kept. None for
    what was seen before days were kept.
    """

    size: int
    root: bytes
    note: bytes
    key: str
    day: int | None


def make_schema(database: sqlite3.Connection) -> None:
    """Make what is missing. Files of before days were kept get the column, with no day in it."""
    database.executescript(SCHEMA)
    if not _has_days(database):
        database.execute("BEGIN IMMEDIATE")
        if not _has_days(database):  # another process may have been first
            database.execute("ALTER TABLE checkpoints ADD COLUMN day INTEGER")
        database.execute("COMMIT")


def _has_days(database: sqlite3.Connection) -> bool:
    return any(row[1] == "day" for row in database.execute("PRAGMA table_info(checkpoints)"))


def remember(
    database: sqlite3.Connection, checkpoint: Checkpoint, note: bytes, key: str, day: int
) -> None:
    """Keep a checkpoint for good, seen on this day (days since 1970-01-01).

    One that is there already takes the newer note, and keeps its first day.
    """
    database.execute(
        "INSERT INTO checkpoints (size, root, note, key, day) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (size, root, key) DO UPDATE SET note = excluded.note",
        (checkpoint.size, checkpoint.root, note, key, day),
    )


def find_note(database: sqlite3.Connection, checkpoint: Checkpoint, key: str) -> bytes | None:
    """The note of a checkpoint that was seen before."""
    row = database.execute(
        "SELECT CAST(note AS BLOB) FROM checkpoints WHERE size = ? AND root = ? AND key = ?",
        (checkpoint.size, checkpoint.root, key),
    ).fetchone()
    return None if row is None else bytes(row[0])


def read_seen(database: sqlite3.Connection) -> Iterator[Seen]:
    """Every checkpoint, by rising size. One at a time: a note may have 128 KiB."""
    rows = database.execute(
        "SELECT CAST(size AS INTEGER), CAST(root AS BLOB), CAST(note AS BLOB), CAST(key AS BLOB),"
        " CAST(day AS INTEGER)"
        " FROM checkpoints ORDER BY size, root, key"
    )
    for size, root, note, key, day in rows:
        yield Seen(size, root, note, key.decode("utf-8", "replace"), _take_day(day))


def read_days(database: sqlite3.Connection) -> Iterator[tuple[int, bytes, int | None]]:
    """(size, root, day) of every checkpoint: `read_seen` without the notes, which are long."""
    rows = database.execute(
        "SELECT CAST(size AS INTEGER), CAST(root AS BLOB), CAST(day AS INTEGER) FROM checkpoints"
    )
    for size, root, day in rows:
        yield size, root, _take_day(day)


def _take_day(day: int | None) -> int | None:
    """None for what no leaf could say either (u16)."""
    return day if day is not None and 0 <= day <= _LAST_DAY else None


def count_seen(database: sqlite3.Connection) -> int:
    """How many checkpoints are remembered."""
    return int(database.execute("SELECT count(*) FROM checkpoints").fetchone()[0])


def find_biggest(database: sqlite3.Connection) -> int:
    """The biggest size that a checkpoint seen has, 0 for none."""
    biggest = database.execute("SELECT max(CAST(size AS INTEGER)) FROM checkpoints").fetchone()[0]
    return int(biggest or 0)


def count_roots(database: sqlite3.Connection, size: int) -> int:
    """How many roots were seen for a size: more than one is a fork."""
    roots = "SELECT count(DISTINCT root) FROM checkpoints WHERE size = ?"
    return int(database.execute(roots, (size,)).fetchone()[0])


def find_newest_key(database: sqlite3.Connection) -> str | None:
    """The key that signed the biggest checkpoint seen."""
    row = database.execute(
        "SELECT CAST(key AS BLOB) FROM checkpoints ORDER BY size DESC LIMIT 1"
    ).fetchone()
    return None if row is None else str(row[0], "utf-8", "replace")


def read_pinned(database: sqlite3.Connection) -> str | None:
    """The log key that was seen first."""
    row = database.execute("SELECT CAST(key AS BLOB) FROM log_key").fetchone()
    return None if row is None else str(row[0], "utf-8", "replace")


def read_unsigned(database: sqlite3.Connection) -> tuple[int, int] | None:
    """Leaves held when they were not all signed, and when that was (Unix seconds)."""
    row = database.execute(
        "SELECT CAST(size AS INTEGER), CAST(since AS INTEGER) FROM log_unsigned"
    ).fetchone()
    return None if row is None else (row[0], row[1])


def write_unsigned(database: sqlite3.Connection, size: int, since: int) -> None:
    """Keep how many leaves are held now."""
    database.execute(
        "INSERT OR REPLACE INTO log_unsigned (one, size, since) VALUES (1, ?, ?)", (size, since)
    )


def pin(database: sqlite3.Connection, key: str) -> None:
    """Trust this key from now on. There is none yet."""
    database.execute("INSERT INTO log_key (one, key) VALUES (1, ?)", (key,))


def read_checked(database: sqlite3.Connection) -> Frontier:
    """The tree as far as a checkpoint confirmed it. LogError: frontier-damaged."""
    row = database.execute(
        "SELECT CAST(size AS INTEGER), CAST(hashes AS BLOB) FROM log_checked"
    ).fetchone()
    if row is None:
        return Frontier()
    size, hashes = row
    return Frontier(size, [hashes[at : at + HASH_SIZE] for at in range(0, len(hashes), HASH_SIZE)])


def write_checked(database: sqlite3.Connection, frontier: Frontier) -> None:
    """Keep how far a checkpoint confirmed the tree."""
    database.execute(
        "INSERT OR REPLACE INTO log_checked (one, size, hashes) VALUES (1, ?, ?)",
        (frontier.size, b"".join(frontier.hashes)),
    )


def read_leaves(database: sqlite3.Connection, first: int, end: int) -> Iterator[tuple[int, bytes]]:
    """(index, leaf) of what is held from `first` to before `end`, by rising index."""
    yield from database.execute(
        "SELECT idx, CAST(leaf AS BLOB) FROM envelopes WHERE idx >= ? AND idx < ? ORDER BY idx",
        (first, end),
    )
