"""SQLite files of the gateway, opened so that COMMIT means: it is on the disk.

WAL with synchronous=FULL (https://www.sqlite.org/pragma.html#pragma_synchronous), set, read back,
and refused where it did not take. Without SQLAlchemy: a gateway is small, and has one writer.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sms.errors import SetupError
from sms.sink import SinkError, SinkFull, SinkUnavailable

SCHEMA_VERSION = 1
BUSY_SECONDS = 1.0
PAGE_BYTES = 8192
"""The smallest page that holds an envelope of suite 02 and of the 512 B class (1,652 B) whole, in a
table that is kept in the order of ids: with 4 KiB each such row would take a page of its own."""
WAL_BYTES = 8 * 1024 * 1024

PRAGMAS: tuple[tuple[str, str, object], ...] = (
    # name, what is set, what must be read back
    ("page_size", str(PAGE_BYTES), PAGE_BYTES),
    ("auto_vacuum", "INCREMENTAL", 2),  # a file must not tell how much once waited in it
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("secure_delete", "ON", 1),
    ("temp_store", "MEMORY", 2),  # no temporary file ever holds a row
    ("trusted_schema", "OFF", 0),
    ("journal_size_limit", str(WAL_BYTES), WAL_BYTES),
)
BEAT = "CREATE TABLE beat (id INTEGER PRIMARY KEY, beat INTEGER NOT NULL)"
"""One row that every commit turns, so that there is something to write and to sync: what is found
from before a crash may be in the system's memory alone."""

FULL = frozenset({"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"})
BUSY = frozenset({"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_BUSY_TIMEOUT", "SQLITE_LOCKED"})


def open_file(path: Path, schema: tuple[str, ...]) -> sqlite3.Connection:
    """The file as a connection in autocommit mode, made (0600) where there is none.

    Raises SetupError: outbox-unusable, outbox-damaged, outbox-version.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
    except (OSError, sqlite3.Error):
        raise SetupError("outbox-unusable") from None
    try:
        _set_up(connection, schema)
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """The file to look at, beside the process that has it open. Raises SetupError
    outbox-unusable."""
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
        )
    except sqlite3.Error:
        raise SetupError("outbox-unusable") from None
    return connection


def name_failure(error: sqlite3.Error) -> SinkError | None:
    """What an error means for those who wait; None: nothing that this connection says is true any
    more. What is not known to be harmless is of that kind."""
    name = getattr(error, "sqlite_errorname", "")
    if name in FULL:
        return SinkFull()
    return SinkUnavailable() if name in BUSY else None


def make_gauge(path: Path) -> Callable[[], int]:
    """A function that tells how many bytes the file's disk still has for us."""
    folder = path.absolute().parent

    def count_free() -> int:
        room = os.statvfs(folder)
        return room.f_bavail * room.f_frsize

    return count_free


def _set_up(connection: sqlite3.Connection, schema: tuple[str, ...]) -> None:
    try:
        for name, wanted, expected in PRAGMAS:
            connection.execute(f"PRAGMA {name}={wanted}").fetchall()
            if _ask(connection, name) != expected:
                raise SetupError("outbox-unusable")
        if _ask(connection, "quick_check") != "ok":
            raise SetupError("outbox-damaged")
        version = _ask(connection, "user_version")
        if version == 0:
            _create(connection, schema)
        elif version != SCHEMA_VERSION:
            raise SetupError("outbox-version")
    except sqlite3.DatabaseError as error:
        damaged = getattr(error, "sqlite_errorname", "").startswith(
            ("SQLITE_CORRUPT", "SQLITE_NOTADB")
        )
        raise SetupError("outbox-damaged" if damaged else "outbox-unusable") from None


def _create(connection: sqlite3.Connection, schema: tuple[str, ...]) -> None:
    """All of it or nothing: a process may be killed while it makes the file."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in (BEAT, "INSERT INTO beat VALUES (0, 0)", *schema):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _ask(connection: sqlite3.Connection, pragma: str) -> object:
    with closing(connection.execute(f"PRAGMA {pragma}")) as cursor:
        return cursor.fetchone()[0]
