"""The log as it was downloaded, in one SQLite file: ciphertext alone.

A row per index of the service. `fault` holds a code where the body is not what the leaf says;
such a row is kept as evidence and never opened. `body` is null where it was purged. Leaves of other
things than envelopes are kept for the log's sake, and are neither counted nor read here.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from crypto import envelope, leaves
from crypto.errors import CryptoError
from keyholder import remembered
from keyholder.errors import HomeError
from keyholder.home import Home, prepare
from keyholder.kept import PART, Kept
from keyholder.sequence import Item

_SCHEMA = """
CREATE TABLE IF NOT EXISTS envelopes (
    idx INTEGER PRIMARY KEY, id BLOB NOT NULL, day INTEGER NOT NULL, leaf BLOB NOT NULL,
    body BLOB, fault TEXT
);
"""
# To find what has no body without reading all that has one.
_GONE = """
CREATE INDEX IF NOT EXISTS gone ON envelopes (idx) WHERE body IS NULL AND fault IS NULL;
"""
# Leaves of the type LEAF_ENVELOPE, and what cannot be told.
_VIEW = """
CREATE VIEW IF NOT EXISTS known AS
SELECT idx, id, day, body, fault FROM envelopes
WHERE substr(leaf, 1, 1) = x'01' OR fault IS NOT NULL;
"""


@contextmanager
def open_envelopes(home: Home) -> Iterator[sqlite3.Connection]:
    """The file, made where it is missing. HomeError: home-unwritable."""
    prepare(home)
    try:
        home.envelopes.touch(mode=0o600)
        database = sqlite3.connect(home.envelopes, isolation_level=None)
        try:
            # Of a new file alone: an envelope is half of SQLite's usual page and more, which would
            # leave a fifth of the file empty.
            database.execute("PRAGMA page_size=16384")
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=NORMAL")  # a lost tail is downloaded again
            database.executescript(_SCHEMA + _GONE + _VIEW)
            remembered.make_schema(database)
            yield database
        finally:
            database.close()
    except (OSError, sqlite3.Error) as error:
        raise HomeError("home-unwritable") from error


def find_last(database: sqlite3.Connection) -> int:
    """The highest index held, -1 for none."""
    last: int | None = database.execute("SELECT max(idx) FROM envelopes").fetchone()[0]
    return -1 if last is None else last


def count(database: sqlite3.Connection) -> int:
    """How many envelopes are held."""
    return int(database.execute("SELECT count(*) FROM known").fetchone()[0])


def add(database: sqlite3.Connection, items: Sequence[Item]) -> list[tuple[int, str]]:
    """Keep `items` in one transaction. Gives (index, fault code) for those that do not match."""
    rows = [(item, find_fault(item)) for item in items]
    database.execute("BEGIN IMMEDIATE")
    database.executemany(
        "INSERT INTO envelopes (idx, id, day, leaf, body, fault) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (item.place, item.leaf[7:], int.from_bytes(item.leaf[5:7], "big"), *item[1:], fault)
            for item, fault in rows
        ],
    )
    database.execute("COMMIT")
    return [(item.place, fault) for item, fault in rows if fault is not None]


def forget_behind(database: sqlite3.Connection, last: int) -> None:
    """Take back what was added behind the index `last`."""
    database.execute("DELETE FROM envelopes WHERE idx > ?", (last,))


def list_gone(database: sqlite3.Connection) -> list[tuple[int, bytes]]:
    """Indexes and ids of envelopes whose body is not here, by rising index."""
    return database.execute(
        "SELECT idx, id FROM envelopes"
        " WHERE body IS NULL AND fault IS NULL AND substr(leaf, 1, 1) = x'01' ORDER BY idx"
    ).fetchall()


def restore(database: sqlite3.Connection, item: Item) -> bool:
    """Keep the body of an envelope that was held without one. False: it is not that one's."""
    if item.body is None or find_fault(item) is not None:
        return False
    statement = "UPDATE envelopes SET body = ? WHERE idx = ? AND leaf = ? AND body IS NULL"
    return database.execute(statement, (item.body, item.place, item.leaf)).rowcount == 1


def is_of_another_kind(item: Item) -> bool:
    """Whether the leaf is no envelope's: a keyring's, or of a type that this version does not know.

    Those have no body. With one it would be an envelope that a service hides from its holders.
    """
    return item.body is None and item.leaf[:1] not in (b"", bytes((leaves.LEAF_ENVELOPE,)))


def find_fault(item: Item) -> str | None:
    """Why body and leaf do not belong together; None where they do.

    Codes: leaf-invalid, id-mismatch, envelope-invalid, header-mismatch.
    """
    if is_of_another_kind(item):
        return None
    try:
        leaf = leaves.read_leaf(item.leaf)
    except CryptoError:
        return "leaf-invalid"
    if item.body is None:
        return None
    if hashlib.sha256(item.body).digest() != leaf.envelope_id:
        return "id-mismatch"
    try:
        header = envelope.read_header(item.body)
    except CryptoError:
        return "envelope-invalid"
    if leaves.envelope_leaf(header, leaf.day, leaf.envelope_id) != item.leaf:
        return "header-mismatch"
    return None


def read_chunks(database: sqlite3.Connection, size: int, after: int = -1) -> Iterator[list[Kept]]:
    """Every envelope held behind the index `after`, by rising index, `size` at a time."""
    while rows := database.execute(
        "SELECT idx, id, day, body, fault FROM known WHERE idx > ? ORDER BY idx LIMIT ?",
        (after, size),
    ).fetchall():
        after = rows[-1][0]
        yield [Kept(*row) for row in rows]


def count_behind(database: sqlite3.Connection, after: int) -> int:
    """How many envelopes are held behind the index `after`."""
    query = "SELECT count(*) FROM known WHERE idx > ?"
    return int(database.execute(query, (after,)).fetchone()[0])


def read_places(
    database: sqlite3.Connection, places: Sequence[int], size: int
) -> Iterator[list[Kept]]:
    """The envelopes held at these indexes, `size` at a time."""
    query = "SELECT idx, id, day, body, fault FROM known WHERE idx = ?"
    for at in range(0, len(places), size):
        rows = (database.execute(query, (one,)).fetchone() for one in places[at : at + size])
        yield [Kept(*row) for row in rows if row is not None]


def read_version(database: sqlite3.Connection) -> int:
    """A number that is another one as soon as somebody else has changed the file."""
    return int(database.execute("PRAGMA data_version").fetchone()[0])


def read_items(
    database: sqlite3.Connection, first: int, end: int
) -> Iterator[tuple[Item, str | None]]:
    """What is held from the index `first` to before `end`, as it came, and its fault's code."""
    rows = database.execute(
        "SELECT idx, CAST(leaf AS BLOB), CAST(body AS BLOB), fault FROM envelopes"
        " WHERE idx >= ? AND idx < ? ORDER BY idx",
        (first, end),
    )
    for *item, fault in rows:
        yield Item(*item), fault


def list_ranges(database: sqlite3.Connection, size: int, sharers: int) -> Iterator[tuple[int, int]]:
    """Ranges of indexes, (first, behind the last), that have every envelope once; each has one.

    Of `size` indexes, and towards the end of fewer: of so many `sharers` of the work none shall be
    at a great one while the others have nothing left.
    """
    query = "SELECT idx FROM known WHERE idx >= ? ORDER BY idx LIMIT 1"
    last, start = find_last(database), 0
    while row := database.execute(query, (start,)).fetchone():
        first = row[0]
        start = first + min(size, max(PART, (last - first) // (4 * sharers)))
        yield first, start


def find_ids(database: sqlite3.Connection, ids: Sequence[bytes]) -> set[bytes]:
    """Which of these ids (32 B, some hundreds at most) are held. It reads through all that is."""
    marks = ", ".join("?" * len(ids))
    statement = f"SELECT id FROM envelopes WHERE id IN ({marks})"  # noqa: S608 - marks alone
    return {id for (id,) in database.execute(statement, ids)}
