"""What this home remembers of the log: checkpoints seen, the key it trusts, how far it checked.

It lies in envelopes.db beside the leaves. Nothing of it is secret.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crypto.checkpoints import Checkpoint
from crypto.log import HASH_SIZE, Frontier

SCHEMA = """
CREATE TABLE IF NOT EXISTS checkpoints (
    size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (size, root, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_key (one INTEGER PRIMARY KEY CHECK (one = 1), key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS log_checked (
    one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, hashes BLOB NOT NULL
);
"""


class Seen(NamedTuple):
    """A checkpoint that the service showed, and the key (a verifier key) that it was checked by."""

    size: int
    root: bytes
    note: bytes
    key: str


def remember(database: sqlite3.Connection, checkpoint: Checkpoint, note: bytes, key: str) -> None:
    """Keep a checkpoint for good. One that is there already takes the newer note."""
    database.execute(
        "INSERT OR REPLACE INTO checkpoints (size, root, note, key) VALUES (?, ?, ?, ?)",
        (checkpoint.size, checkpoint.root, note, key),
    )


def read_seen(database: sqlite3.Connection) -> list[Seen]:
    """Every checkpoint, by rising size."""
    rows = database.execute(
        "SELECT size, root, note, key FROM checkpoints ORDER BY size, root, key"
    )
    return [Seen(*row) for row in rows]


def read_pinned(database: sqlite3.Connection) -> str | None:
    """The log key that was seen first."""
    row = database.execute("SELECT key FROM log_key").fetchone()
    return None if row is None else str(row[0])


def pin(database: sqlite3.Connection, key: str) -> None:
    """Trust this key from now on. There is none yet."""
    database.execute("INSERT INTO log_key (one, key) VALUES (1, ?)", (key,))


def read_checked(database: sqlite3.Connection) -> Frontier:
    """The tree as far as a checkpoint confirmed it. LogError: frontier-damaged."""
    row = database.execute("SELECT size, hashes FROM log_checked").fetchone()
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


def find_sizes(seen: Sequence[Seen]) -> dict[int, set[bytes]]:
    """The roots that were seen for each size: more than one is a fork."""
    sizes: dict[int, set[bytes]] = {}
    for one in seen:
        sizes.setdefault(one.size, set()).add(one.root)
    return sizes
