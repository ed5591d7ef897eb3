"""PostgreSQL: for a service with several replicas. What must differ from SQLite, and nothing else.

Durability: with synchronous_commit=on COMMIT returns after the WAL was synced, and, where standbys
are named, after one of them has it (https://www.postgresql.org/docs/15/runtime-config-wal.html).
Every connection sets this and reads it back. A server that fails to sync ends itself and recovers;
so nothing here ends our process: whatever went wrong, the connection is given up, and what was in
it is answered negatively.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any, Literal

from psycopg import Connection as Session
from psycopg import errors
from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from app.errors import StoreUnavailable
from app.postgres_intake import find_message_keys as find_message_keys
from app.postgres_intake import insert_message_keys as insert_message_keys
from app.postgres_intake import insert_new as insert_new
from app.postgres_session import BoundedSession, set_bounds
from app.tables import METADATA

CONNECT = {
    "connect_timeout": 3,
    # A server whose machine died says nothing: within about ten seconds we must know.
    "keepalives_idle": 3,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "heliograph",
}
"""libpq's options, in seconds but for the one in milliseconds. An option in the URL wins."""

READER = "heliograph reader"
"""The name under which what only looks is connected."""

HEAD_LOCK = 0x48454C49
"""Key of the advisory lock of whoever writes anything but intake, for one transaction."""
ROUND_LOCK = 0x48454C4A
"""Key of the advisory lock of the replica whose turn it is to sequence, for a session."""
SCHEMA_WAIT_MILLISECONDS = 3000
MIGRATION_WAIT_MILLISECONDS = 60_000

FULL = (errors.DiskFull,)
BUSY = (
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.QueryCanceled,
    errors.UniqueViolation,  # another process stored the same row meanwhile: the next try sees it
    errors.OutOfMemory,
)


def open_engine(url: str, *, writes: bool) -> Engine:
    """An engine whose connections commit durably. Parameters never reach an error's text.

    A reading engine sees one state of the database for a whole transaction.
    """
    parsed, defaults = _complete(url)
    engine = create_engine(
        parsed,
        hide_parameters=True,
        pool_size=1 if writes else 4,
        max_overflow=0,
        pool_pre_ping=not writes,
        isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
        connect_args=defaults,
    )

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: object, _record: object, arguments: Sequence[str], options: dict[str, Any]
    ) -> Session:
        return BoundedSession.connect(*arguments, **options)

    @event.listens_for(engine, "connect")
    def set_up(connection: Session, record: ConnectionPoolEntry) -> None:
        try:
            set_durable(connection)
            set_bounds(connection)
        except BaseException:
            connection.close()
            raise
        warnings: list[str] = record.info.setdefault("warnings", [])
        warnings.clear()
        connection.add_notice_handler(
            lambda notice: (
                warnings.append("") if notice.severity_nonlocalized == "WARNING" else None
            )
        )

    return engine


def open_reader(url: str) -> Engine:
    """An engine that can only read, and keeps no connection. It is not taken for a service."""
    parsed, defaults = _complete(url)
    if "application_name" not in parsed.query:
        defaults["application_name"] = READER
    engine = create_engine(
        parsed,
        hide_parameters=True,
        poolclass=NullPool,
        isolation_level="REPEATABLE READ",
        connect_args=defaults,
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: Session, _record: object) -> None:
        connection.read_only = True

    return engine


def _complete(url: str) -> tuple[URL, dict[str, Any]]:
    """The URL with our driver, and what it leaves open."""
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    defaults = {name: value for name, value in CONNECT.items() if name not in parsed.query}
    if "target_session_attrs" not in parsed.query:
        defaults["target_session_attrs"] = "read-write"  # of several hosts, the leader
    return parsed, defaults


def set_durable(connection: Session) -> None:
    """Sets what durability needs and reads it back. Raises StoreUnavailable (`pragma-refused`)."""
    with connection.cursor() as cursor:
        # Where the server asks for more than "on", that stays.
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false)"
            " WHERE current_setting('synchronous_commit') <> 'remote_apply'"
        )
        cursor.execute("SELECT current_setting('synchronous_commit'), current_setting('fsync')")
        row = cursor.fetchone()
    connection.commit()
    if row is None or row[0] not in ("on", "remote_apply") or row[1] != "on":
        raise StoreUnavailable("pragma-refused")


def confirm(connection: Connection) -> None:
    """Whether what was just committed is certain. Raises StoreUnavailable where it is not.

    Whoever cancels a commit that waits for a standby makes it succeed with a warning: it is on this
    server alone, and gone if that one dies.
    """
    warnings = connection.info["warnings"]
    if warnings:
        warnings.clear()
        raise StoreUnavailable


def name_failure(error: DBAPIError) -> Literal["full", "busy", "lost"]:
    """What an error means for the writer. What is not known to be harmless costs the connection."""
    if isinstance(error.orig, FULL):
        return "full"
    return "busy" if isinstance(error.orig, BUSY) else "lost"


def lock_head(connection: Connection) -> None:
    """Until the transaction ends, no other replica writes anything but intake."""
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (HEAD_LOCK,))


def lock_schema(connection: Connection) -> None:
    """For a migration: one at a time. It may wait for another one, and take the time it needs, but
    not wait long for a table, since intake would wait behind it.
    """
    session: Any = connection.connection.driver_connection
    session.answer_seconds = None
    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {MIGRATION_WAIT_MILLISECONDS}")
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (HEAD_LOCK,))
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {SCHEMA_WAIT_MILLISECONDS}")


def take_turn(connection: Connection) -> bool:
    """Takes or keeps the turn to sequence. False: another replica has it.

    It ends with `end_turn` or with the connection, so a replica that dies gives it up.
    """
    query = "SELECT pg_try_advisory_lock(%s)"
    return bool(connection.exec_driver_sql(query, (ROUND_LOCK,)).scalar_one())


def end_turn(connection: Connection) -> None:
    connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")


def find_leaves(connection: Connection, prefixes: Sequence[int]) -> list[bytes]:
    """The leaves of the log whose ids begin with one of these prefixes."""
    rows = connection.exec_driver_sql(
        "SELECT leaf.leaf FROM unnest(%b::bigint[]) AS wanted (id_prefix)"
        " JOIN leaf_id USING (id_prefix) JOIN leaf USING (log_index)",
        (list(prefixes),),
    )
    return [row[0] for row in rows]


def move_pending(
    connection: Connection, start: int, seqs: Sequence[int], prefixes: Sequence[int]
) -> None:
    """Copies pending rows to the log's tables, with log indexes from `start` on. Each has a seq and
    the prefix of its id.

    Bodies never leave the server.
    """
    source = (
        " FROM unnest(%b::bigint[]) WITH ORDINALITY AS move (seq, place) JOIN pending USING (seq)"
    )
    first = start - 1  # places are counted from 1
    for into in (
        "leaf (log_index, leaf) SELECT %b::bigint + place, pending.leaf",
        "body (log_index, body) SELECT %b::bigint + place, pending.body",
    ):
        connection.exec_driver_sql(f"INSERT INTO {into}{source}", (first, list(seqs)))
    connection.exec_driver_sql(
        "INSERT INTO leaf_id (log_index, id_prefix)"
        " SELECT %b::bigint + place, id_prefix"
        " FROM unnest(%b::bigint[]) WITH ORDINALITY AS move (id_prefix, place)",
        (first, list(prefixes)),
    )


def delete_pending(connection: Connection, seqs: Sequence[int]) -> None:
    connection.exec_driver_sql("DELETE FROM pending WHERE seq = ANY(%b::bigint[])", (list(seqs),))


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
    """Inserts whole rows, each with the table's columns in order."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
    finally:
        cursor.close()


def settle_rows(connection: Connection) -> None:
    """After many rows came: the sequence goes on behind them, and plans know how many there are."""
    connection.exec_driver_sql(
        "SELECT setval(pg_get_serial_sequence('pending', 'seq'), coalesce(max(seq), 1),"
        " max(seq) IS NOT NULL) FROM pending"
    )
    # Ours by name: of the server's own tables a plain role gets a warning each, and a warning is
    # what `confirm` takes for a commit that may be lost.
    for table in METADATA.sorted_tables:
        connection.exec_driver_sql(f'ANALYZE "{table.name}"')


def count_services(connection: Connection) -> int:
    """Services that are connected to this database, as far as this role may see them."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = %s AND pid <> pg_backend_pid()"
    )
    name = CONNECT["application_name"]
    return int(connection.exec_driver_sql(query, (name,)).scalar_one())


def make_gauge(url: str) -> Callable[[], int]:  # noqa: ARG001 -- as app/sqlite.py
    """The disk is the server's, who says so when it is full."""
    return lambda: sys.maxsize
