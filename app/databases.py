"""Which database a URL names. What must differ between them stands in one module per database."""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from app import postgres, sqlite
from app.entries import Entry
from app.errors import StoreUnavailable

Failure = Literal["full", "busy", "lost", "fatal"]
"""What an error of the database means for the writer (app/writer.py)."""


class Database(Protocol):
    """The statements and the habits of one database. A module is one."""

    def open_engine(self, url: str, *, writes: bool) -> Engine: ...
    def name_failure(self, error: DBAPIError) -> Failure: ...
    def confirm(self, connection: Connection) -> None: ...
    def lock_head(self, connection: Connection) -> None: ...
    def lock_schema(self, connection: Connection) -> None: ...
    def take_turn(self, connection: Connection) -> bool: ...
    def end_turn(self, connection: Connection) -> None: ...
    def touch(self, connection: Connection) -> None: ...
    def find_leaves(self, connection: Connection, prefixes: Sequence[int]) -> list[bytes]: ...
    def insert_pending(self, connection: Connection, entries: Sequence[Entry]) -> None: ...
    def insert_message_keys(
        self, connection: Connection, keys: Sequence[tuple[bytes, int]]
    ) -> None: ...
    def find_message_keys(self, connection: Connection, keys: Sequence[bytes]) -> set[bytes]: ...
    def move_pending(
        self, connection: Connection, moves: Sequence[tuple[int, int, int]]
    ) -> None: ...
    def delete_pending(self, connection: Connection, seqs: Sequence[int]) -> None: ...
    def make_gauge(self, url: str) -> Callable[[], int]: ...


def choose_database(url: str) -> Database:
    """The module for a database URL. Raises StoreUnavailable (`database-unknown`)."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreUnavailable("database-unknown") from None
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return sqlite
    if parsed.get_backend_name() == "postgresql" and parsed.database:
        return postgres
    raise StoreUnavailable("database-unknown")
