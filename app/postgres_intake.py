"""Intake on PostgreSQL: the statements of a group commit, as few as can be."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from psycopg import Error
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from app.entries import LEAF_ID_START, Entry, prefix_of

_INSERT_NEW = """
WITH
came AS (
    SELECT * FROM unnest(%b::bytea[], %b::bytea[], %b::bigint[]) AS came (leaf, body, id_prefix)
),
known AS (
    SELECT came.leaf FROM came JOIN leaf_id USING (id_prefix) JOIN leaf USING (log_index)
    WHERE substr(leaf.leaf, {start}) = substr(came.leaf, {start})
),
fresh AS (
    INSERT INTO pending (leaf, body)
    SELECT leaf, body FROM came WHERE leaf NOT IN (SELECT leaf FROM known)
)
SELECT substr(leaf, {start}), NULL FROM known
UNION ALL SELECT NULL, pg_logical_emit_message(true, 'heliograph', '')
""".format(start=LEAF_ID_START + 1)  # noqa: S608 -- a number of ours


def insert_new(connection: Connection, entries: Sequence[Entry], *, alone: bool) -> set[bytes]:
    """Inserts into `pending` what is not in the log. Returns the ids of what is. Writes in any
    case, so that there is something to sync; no row, since replicas would wait for each other.

    It is one statement, and `alone`, where the transaction has nothing else, it commits with it:
    each further one is a way to the server and back, for which everybody waits.
    """
    columns = (
        [entry.leaf for entry in entries],
        [entry.body for entry in entries],
        [prefix_of(entry.id) for entry in entries],
    )
    session: Any = connection.connection.driver_connection
    if alone:
        session.autocommit = True
    try:
        rows = session.execute(_INSERT_NEW, columns, binary=True).fetchall()
    except Error as error:
        raise DBAPIError.instance(_INSERT_NEW, None, error, Error, hide_parameters=True) from None
    finally:
        if alone:
            with suppress(Error):  # it is lost, and given up
                session.autocommit = False
    return {row[0] for row in rows if row[0] is not None}


def find_message_keys(connection: Connection, keys: Sequence[bytes]) -> set[bytes]:
    """Those of the keys that were stored before."""
    query = "SELECT key FROM message_key WHERE key = ANY(%b::bytea[])"
    return set(connection.exec_driver_sql(query, (list(keys),)).scalars())


def insert_message_keys(connection: Connection, keys: Sequence[tuple[bytes, int]]) -> None:
    """`keys` are (key, day)."""
    connection.exec_driver_sql(
        "INSERT INTO message_key (key, day) SELECT * FROM unnest(%b::bytea[], %b::integer[])"
        " ON CONFLICT DO NOTHING",
        ([key for key, _day in keys], [day for _key, day in keys]),
    )
