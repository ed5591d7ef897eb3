"""A client of plain psycopg: rows by number, written down when COMMIT was answered.

It proves the cluster and the ledger without our service: what it counts as lost, PostgreSQL lost.
"""

import threading
from typing import Self

import psycopg

from app.postgres_session import BoundedSession
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


class Session(BoundedSession):
    """It gives up what is not answered, without a word to the server: psycopg's own timeouts cancel
    what they waited for, and a commit that is cancelled while it waits for a standby succeeds.
    """

    answer_seconds = ANSWER_SECONDS


class RowClient:
    """Inserts rows in a thread for the time of a `with`. `commit` is its synchronous_commit."""

    def __init__(self, cluster: Cluster, ledger: Ledger, *, commit: str = "on") -> None:
        self._conninfo = f"{cluster.conninfo()} options='-c synchronous_commit={commit}'"
        self._ledger = ledger
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        """Row after row, each until it is acknowledged, over a new session after any trouble."""
        session: Session | None = None
        number = 0
        while not self._ended.is_set():
            try:
                session = session or Session.connect(self._conninfo, autocommit=True)
                session.execute(INSERT, (number,))
            except psycopg.Error:
                if session is not None:
                    session.close()
                    session = None
                self._ended.wait(PAUSE_SECONDS)
            else:
                self._ledger.add(number)
                number += 1
        if session is not None:
            session.close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join(60)
        assert not self._thread.is_alive()
