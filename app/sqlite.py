"""SQLite: the embedded default. What must differ from PostgreSQL, and nothing else.

Durability: WAL with synchronous=FULL means that COMMIT returns after the WAL was synced to the disk
(https://www.sqlite.org/pragma.html#pragma_synchronous). Every connection sets this, reads it back
and is refused if it did not take.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.entries import LEAF_ID_START, Entry, prefix_of
from app.errors import StoreUnavailable

BUSY_MILLISECONDS = 1000
"""How long a statement waits for another process's lock. Longer would hold every reporter's
answer.
"""

PRAGMAS: tuple[tuple[str, str, object], ...] = (
    # name, what is set, what must be read back
    ("busy_timeout", str(BUSY_MILLISECONDS), BUSY_MILLISECONDS),
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("secure_delete", "ON", 1),
    ("temp_store", "MEMORY", 2),  # no temporary file ever holds a row
    ("trusted_schema", "OFF", 0),
    ("journal_size_limit", str(64 * 1024 * 1024), 64 * 1024 * 1024),
)

PAGE_BYTES = 16 * 1024
"""Of databases that are made from now on (docs/adr/0023). With SQLite's 4 KiB a page holds one
envelope of the 2,048 B class and is half empty.
"""
CACHE_KIB = 20 * 1024
"""The writer's page cache at most: what a step of sequencing reads twice (1,000 rows, each on a
page of its own).
"""
INSERT_ROWS = 256
"""Rows of one INSERT. One statement for many rows lets go of Python's lock once, not once a row."""

FULL = frozenset({"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"})
BUSY = frozenset({"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_BUSY_TIMEOUT", "SQLITE_LOCKED"})


def open_engine(url: str, *, writes: bool) -> Engine:
    """An engine whose connections have the pragmas above. Parameters never reach an error's text.

    A writing engine begins with BEGIN IMMEDIATE: what a transaction read is still true when it
    writes.
    """
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=1 if writes else 4,
        max_overflow=0,
        connect_args={"cached_statements": 1024, "timeout": BUSY_MILLISECONDS / 1000},
    )
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _record: object) -> None:
        connection.isolation_level = None  # Python's own BEGIN would leave out DDL and SAVEPOINT
        set_pragmas(connection)
        if writes:
            connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        _execute(connection, begin)

    return engine


def open_reader(url: str) -> Engine:
    """An engine that can only read: it changes nothing, not even the journal's mode, and makes no
    file where there is none.
    """
    path = Path(make_url(url).database or "").absolute().as_uri()
    engine = create_engine(
        "sqlite://",
        hide_parameters=True,
        poolclass=NullPool,
        creator=lambda: sqlite3.connect(
            f"{path}?mode=ro", uri=True, timeout=BUSY_MILLISECONDS / 1000, isolation_level=None
        ),
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in ("query_only=ON", "temp_store=MEMORY", "trusted_schema=OFF"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def set_pragmas(connection: DBAPIConnection) -> None:
    """Sets every pragma and reads it back. Raises StoreUnavailable (`pragma-refused`)."""
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA page_size={PAGE_BYTES}")  # nothing, where there are pages already
        for name, wanted, expected in PRAGMAS:
            cursor.execute(f"PRAGMA {name}={wanted}")
            cursor.fetchall()
            cursor.execute(f"PRAGMA {name}")
            if cursor.fetchone() != (expected,):
                raise StoreUnavailable("pragma-refused")
    finally:
        cursor.close()


def name_failure(error: DBAPIError) -> Literal["full", "busy", "fatal"]:
    """What an error means for the writer. What is not known to be harmless is fatal."""
    name = getattr(error.orig, "sqlite_errorname", "")
    if name in FULL:
        return "full"
    return "busy" if name in BUSY else "fatal"


def confirm(connection: Connection) -> None:
    """What COMMIT said is so."""


def lock_head(connection: Connection) -> None:
    """BEGIN IMMEDIATE has locked everything."""


def lock_schema(connection: Connection) -> None:
    """As lock_head."""


def take_turn(connection: Connection) -> bool:  # noqa: ARG001 -- as app/postgres.py
    """There is one writer: it is always its turn."""
    return True


def end_turn(connection: Connection) -> None:
    """As take_turn."""


def _execute(
    connection: Connection, statement: str, parameters: Sequence[object] = ()
) -> list[tuple[Any, ...]]:
    """Hands a statement to the driver itself, for what every commit does: SQLAlchemy's part in it
    takes longer than SQLite's. Raises DBAPIError, without the parameters, as SQLAlchemy would.
    """
    driver: Any = connection.connection.driver_connection
    try:
        rows: list[tuple[Any, ...]] = driver.execute(statement, parameters).fetchall()
    except sqlite3.Error as error:
        raise DBAPIError.instance(
            statement, None, error, sqlite3.Error, hide_parameters=True
        ) from None
    return rows


def find_leaves(connection: Connection, prefixes: Sequence[int]) -> list[bytes]:
    """The leaves of the log whose ids begin with one of these prefixes.

    CROSS JOIN keeps SQLite from walking a big table for a short list.
    """
    rows = _execute(
        connection,
        "SELECT leaf.leaf FROM json_each(?) AS wanted"
        " CROSS JOIN leaf_id ON leaf_id.id_prefix = wanted.value"
        " CROSS JOIN leaf ON leaf.log_index = leaf_id.log_index",
        (json.dumps(prefixes),),
    )
    return [row[0] for row in rows]


def insert_new(
    connection: Connection,
    entries: Sequence[Entry],
    *,
    alone: bool,  # noqa: ARG001 -- as app/postgres.py
) -> set[bytes]:
    """Inserts into `pending` what is not in the log. Returns the ids of what is. Writes in any
    case, so that there is something to sync.
    """
    leaves = find_leaves(connection, [prefix_of(entry.id) for entry in entries])
    known = {leaf[LEAF_ID_START:] for leaf in leaves}.intersection([entry.id for entry in entries])
    fresh = [entry for entry in entries if entry.id not in known] if known else entries
    for start in range(0, len(fresh), INSERT_ROWS):
        rows = fresh[start : start + INSERT_ROWS]
        values = ",".join(["(?,?)"] * len(rows))
        fields: list[bytearray] = []
        for _id, leaf, body in rows:
            # The driver takes a bytearray as it is; for bytes it looks for an adapter first, which
            # costs more than the copy (https://docs.python.org/3.11/library/sqlite3.html#sqlite3.adapt).
            fields += (bytearray(leaf), bytearray(body))
        _execute(
            connection,
            f"INSERT INTO pending (leaf, body) VALUES {values}",  # noqa: S608 -- marks only
            tuple(fields),
        )
    if not fresh:
        connection.exec_driver_sql("UPDATE state SET beat = 1 - beat")
    return known


def find_message_keys(connection: Connection, keys: Sequence[bytes]) -> set[bytes]:
    """Those of the keys that were stored before."""
    found: set[bytes] = set()
    for start in range(0, len(keys), INSERT_ROWS):
        some = keys[start : start + INSERT_ROWS]
        marks = ",".join("?" * len(some))
        rows = connection.exec_driver_sql(
            f"SELECT key FROM message_key WHERE key IN ({marks})",  # noqa: S608 -- marks only
            tuple(some),
        )
        found.update(row[0] for row in rows)
    return found


def insert_message_keys(connection: Connection, keys: Sequence[tuple[bytes, int]]) -> None:
    """`keys` are (key, day)."""
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO message_key (key, day) VALUES (?, ?)", list(keys)
    )


def move_pending(
    connection: Connection, start: int, seqs: Sequence[int], prefixes: Sequence[int]
) -> None:
    """Copies pending rows to the log's tables, with log indexes from `start` on. Each has a seq and
    the prefix of its id.

    Bodies never pass through Python, and arrive in order: the big tables are appended to.
    """
    source = " FROM json_each(?) AS move CROSS JOIN pending ON pending.seq = move.value"
    rows = (start, json.dumps(seqs))
    for into in (
        "leaf (log_index, leaf) SELECT ? + move.key, pending.leaf",
        "body (log_index, body) SELECT ? + move.key, pending.body",
    ):
        connection.exec_driver_sql(f"INSERT INTO {into}{source}", rows)
    connection.exec_driver_sql(
        "INSERT INTO leaf_id (log_index, id_prefix)"
        " SELECT ? + move.key, move.value FROM json_each(?) AS move",
        (start, json.dumps(prefixes)),
    )


def delete_pending(connection: Connection, seqs: Sequence[int]) -> None:
    connection.exec_driver_sql(
        "DELETE FROM pending WHERE seq IN (SELECT value FROM json_each(?))",
        (json.dumps(seqs),),
    )


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
    """Inserts whole rows, each with the table's columns in order."""
    names = [column.name for column in table.columns]
    connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])


def settle_rows(connection: Connection) -> None:
    """After many rows came: SQLite has no sequences, and its plans need no statistics here."""


def count_services(connection: Connection) -> int:  # noqa: ARG001 -- as app/postgres.py
    """The data folder's lock tells whether a service runs."""
    return 0


def make_gauge(url: str) -> Callable[[], int]:
    """A function that tells how many bytes the disk of the database still has for us."""
    folder = Path(make_url(url).database or ".").absolute().parent

    def count_free() -> int:
        room = os.statvfs(folder)
        return room.f_bavail * room.f_frsize

    return count_free
