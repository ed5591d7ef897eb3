"""A session with PostgreSQL that never waits for ever, on either side.

A leader that stands still closes no connection: its kernel goes on answering for it, so TCP's
timers see nothing, and whoever waits for a commit waits until somebody pulls the plug. Here each
statement has a time. When it is over, the session is given up, and what was in it counts as lost:
it may have been committed or not, and its senders try again (docs/adr/0025).
"""

from typing import Any, TypeVar

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

T = TypeVar("T")

ANSWER_SECONDS = 10.0
"""From a statement to its whole result. A commit that waits for a standby is one of them."""
LOOK_SECONDS = 0.1
"""How often a waiting thread looks whether it was interrupted (psycopg's own value)."""

BOUNDS = {
    # A replica that stands still in the middle of a transaction gives its locks back.
    "idle_in_transaction_session_timeout": "10s",
    # Nobody waits longer for what another replica holds: intake would wait behind it.
    "lock_timeout": "3s",
    # A replica whose machine died says nothing: the server notices, and ends its turn.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "2",
    "tcp_user_timeout": "15s",
    # This one would end the wait for a standby: a commit that one machine alone has would succeed.
    "statement_timeout": "0",
}
"""What the server is told of each session."""


class BoundedSession(Connection[Any]):
    """psycopg's connection, with a time for each statement."""

    answer_seconds: float | None = ANSWER_SECONDS
    """None: as long as it takes."""

    def wait(
        self, gen: PQGen[T], interval: float = LOOK_SECONDS, timeout: float | None = None
    ) -> T:
        """Raises OperationalError when the time is over, and closes the session."""
        try:
            return super().wait(gen, interval, self.answer_seconds if timeout is None else timeout)
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # it still owes an answer: nobody may use it any more
            raise


def set_bounds(session: Connection[Any]) -> None:
    """Tells the server the bounds of a new session, and waits for a first commit.

    After a crash or a failover a server shows transactions that no standby may have yet. Nothing of
    them may be told: if this server died now, the log would have been seen otherwise. The first
    commit waits until a standby has all that came before it.
    """
    with session.cursor() as cursor:
        for name, value in BOUNDS.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
        cursor.execute("SELECT pg_logical_emit_message(true, 'heliograph', '')")
    session.commit()
