"""A client of plain psycopg: rows by number, written down when COMMIT was answered.

It proves the cluster and the ledger without our service: what it counts as lost, PostgreSQL lost.
"""

import asyncio
import threading
from collections.abc import Callable
from itertools import count
from typing import Self

import psycopg

from tests.ha.cluster import Cluster
from tests.ha.ledger import Ledger

ANSWER_SECONDS = 5.0
PAUSE_SECONDS = 0.1
TABLE = "CREATE TABLE IF NOT EXISTS row (number bigint PRIMARY KEY, tries integer NOT NULL)"
# A row that is there is written again: a transaction that writes nothing waits for no standby, so
# its answer would not say that the row is safe.
INSERT = "INSERT INTO row VALUES (%s, 1) ON CONFLICT (number) DO UPDATE SET tries = row.tries + 1"


def make_table(cluster: Cluster) -> None:
    with psycopg.connect(cluster.conninfo()) as connection:
        connection.execute(TABLE)


def find_lost(cluster: Cluster, ledger: Ledger) -> list[int]:
    """Acknowledged numbers that are not there, or not once."""
    with psycopg.connect(cluster.conninfo()) as connection:
        there = [row[0] for row in connection.execute("SELECT number FROM row")]
    assert len(there) == len(set(there))
    return sorted(set(ledger.numbers) - set(there))


async def insert_rows(conninfo: str, ledger: Ledger, go_on: Callable[[], bool]) -> None:
    """Row after row, each until it is acknowledged, over a new connection after any trouble."""
    connection: psycopg.AsyncConnection | None = None
    numbers = count()
    number = next(numbers)
    while go_on():
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                if connection is None:
                    connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
                await connection.execute(INSERT, (number,))
            ledger.add(number)
            number = next(numbers)
        except (psycopg.Error, OSError, TimeoutError):
            if connection is not None:
                connection.pgconn.finish()  # says no good-bye to who may not answer
                connection = None
            await asyncio.sleep(PAUSE_SECONDS)
    if connection is not None:
        await connection.close()


class RowClient:
    """Inserts rows in a thread for the time of a `with`. `commit` is its synchronous_commit."""

    def __init__(self, cluster: Cluster, ledger: Ledger, *, commit: str = "on") -> None:
        conninfo = f"{cluster.conninfo()} options='-c synchronous_commit={commit}'"
        self._ended = threading.Event()
        run = insert_rows(conninfo, ledger, lambda: not self._ended.is_set())
        self._thread = threading.Thread(target=asyncio.run, args=(run,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join(60)
        assert not self._thread.is_alive()
