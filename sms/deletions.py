"""Which texts are to be deleted at the provider: durable, so that none is forgotten at a restart.

A row holds the account's id, which is a setting, and the provider's message id. It says nothing
that the provider does not know better, and goes once the provider has no such text any more.
"""

import logging
import secrets
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

from sms.durable_file import open_reader
from sms.errors import SetupError
from sms.group_commit import GroupCommit
from sms.sink import SinkError

SCHEMA = (
    """CREATE TABLE deletion (
        message_id TEXT, account TEXT, PRIMARY KEY (message_id, account)
    ) WITHOUT ROWID""",
)
DELETING = frozenset({"twilio"})
"""Providers that delete a text when they are asked to (sms/twilio_api.py)."""
_log = logging.getLogger(__name__)

Deletion = tuple[str, str]
"""Account and message id."""


class Deletions:
    """The file of texts to delete. on_fatal, reserve_bytes: as in GroupCommit."""

    def __init__(
        self,
        path: Path,
        *,
        on_fatal: Callable[[str], None],
        reserve_bytes: int,
        on_arrival: Callable[[str, str], None] = lambda _account, _id: None,
    ) -> None:
        self._on_arrival = on_arrival
        self._file = GroupCommit(path, SCHEMA, reserve_bytes=reserve_bytes, on_fatal=on_fatal)

    async def start(self) -> None:
        """Raises SetupError as open_file."""
        await self._file.start()

    async def stop(self) -> None:
        """Commits what waits, then closes the file. Safe to repeat."""
        await self._file.stop()

    async def note(self, account: str, message_id: str) -> None:
        """Commit one more. The text itself is committed already, so a file that cannot be written
        is told in the log and not to the provider: it would come again, and keep the text longer.
        """
        row = (message_id, account)
        try:
            await self._file.do(
                lambda db: db.execute("INSERT OR IGNORE INTO deletion VALUES (?, ?)", row), "add"
            )
        except SinkError:
            _log.warning("code=deletion-not-noted count=1")
        else:
            self._on_arrival(account, message_id)

    async def take(self, most: int) -> list[Deletion]:
        """Up to so many, from a random place on. They stay until `forget`."""
        start = secrets.token_hex(16)

        def run(db: sqlite3.Connection) -> list[Deletion]:
            taken: list[Deletion] = []
            for where in ("substr(message_id, 3) >= ?", "substr(message_id, 3) < ?"):
                query = f"SELECT account, message_id FROM deletion WHERE {where} LIMIT ?"  # noqa: S608 -- fixed words
                taken += db.execute(query, (start, most - len(taken))).fetchall()
            return taken

        return await self._file.do(run, "read")

    async def forget(self, gone: Iterable[Deletion]) -> None:
        """Delete the rows of what the provider has no more."""
        rows = list(gone)
        await self._file.do(
            lambda db: db.executemany(
                "DELETE FROM deletion WHERE account = ? AND message_id = ?", rows
            ),
            "change",
        )
        await self._file.tidy()


def count_deletions(path: Path) -> int:
    """How many wait, read beside the process that has the file. SetupError outbox-unusable."""
    db = open_reader(path)
    try:
        return int(db.execute("SELECT count(*) FROM deletion").fetchone()[0])
    except sqlite3.Error:
        raise SetupError("outbox-unusable") from None
    finally:
        db.close()
