"""The outbox of a gateway that is a process of its own: sealed envelopes that wait for a service.

On its disk are sealed bytes, slices of sealed SMS, keyed names of the providers' messages, and of
times the day alone. No text, no number. An envelope's row goes when the service said that it has
it; the keyed names and the slices go after as many days as in the service.

Envelopes lie in the order of their ids and are taken from a random place on: ids are hashes, so
neither the file nor the service that gets them learns in which order texts arrived.
"""

import secrets
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crypto.envelope import day_of, envelope_id
from crypto.sealed_sms import Part
from sms import parts
from sms.durable_file import open_reader
from sms.errors import SetupError
from sms.group_commit import GroupCommit

SCHEMA = (
    "CREATE TABLE envelope (id BLOB PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID",
    """CREATE TABLE refused (
        id BLOB PRIMARY KEY, body BLOB NOT NULL, code TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE TABLE message_key (key BLOB PRIMARY KEY, day INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE sweep (id INTEGER PRIMARY KEY, day INTEGER)",
    "INSERT INTO sweep VALUES (0, NULL)",
    *parts.SCHEMA,
)
MAX_STEP = 2
"""Days from one sweep to the next that count as walking; there is one a day."""
ID_SIZE = 32

Waiting = tuple[bytes, bytes]
"""An envelope's id (32 bytes) and its bytes."""


@dataclass(frozen=True, slots=True)
class OutboxLimits:
    """part_bytes: of slices that wait. message_key_days, part_days: days of 24 hours (a key goes on
    its eighth day, a slice after its fourteenth). reserve_bytes: nothing is taken while the disk
    has less free."""

    part_bytes: int
    part_days: int
    message_key_days: int
    reserve_bytes: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Envelopes that wait, and by code those that the service refused for good."""

    waiting: int
    refused: Mapping[str, int]


class Outbox:
    """A Sink (sms/sink.py), and what forwarding takes from it.

    clock: Unix seconds; a day is all that is kept of it. on_fatal: as in GroupCommit.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float],
        on_fatal: Callable[[str], None],
        limits: OutboxLimits,
        on_arrival: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._on_arrival = on_arrival
        self._file = GroupCommit(
            path, SCHEMA, reserve_bytes=limits.reserve_bytes, on_fatal=on_fatal
        )

    async def start(self) -> None:
        """Opens the file. What was refused before gets another chance: the service may be a newer
        one now. Raises SetupError: outbox-unusable, outbox-damaged, outbox-version."""
        await self._file.start()
        await self._file.do(_try_refused_again, "change")

    async def stop(self) -> None:
        """Commits and answers what waits, then closes the file. Safe to repeat."""
        await self._file.stop()

    @property
    def commits(self) -> int:
        """Transactions since the start."""
        return self._file.commits

    @property
    def day(self) -> int:
        """Today, as days since 1970-01-01."""
        return day_of(int(self._clock()))

    async def put(self, envelopes: Sequence[bytes], message_key: bytes) -> bool:
        """See sms/sink.py."""
        day = self.day

        def run(db: sqlite3.Connection) -> bool:
            if not _is_new(db, message_key, day):
                return False
            _add(db, envelopes)
            return True

        is_new = await self._file.do(run, "add")
        self._on_arrival()
        return is_new

    async def put_part(self, part: Part, message_key: bytes) -> bool:
        """See sms/sink.py. What is complete with this part is added in the same transaction."""
        day = self.day

        def run(db: sqlite3.Connection) -> bool:
            if not _is_new(db, message_key, day):
                return False
            _add(db, parts.keep_part(db, part, day, self._limits.part_bytes))
            return True

        is_new = await self._file.do(run, "add")
        self._on_arrival()
        return is_new

    async def check(self) -> None:
        """Whether something can be committed. Raises SinkFull or SinkUnavailable."""
        await self._file.do(lambda _db: None, "add")

    async def take(self, most: int, most_bytes: int, head_bytes: int) -> list[Waiting]:
        """Up to `most` envelopes, and up to `most_bytes` with `head_bytes` for each, from a random
        place on; at least one, where any waits. They stay until `settle`."""
        start = secrets.token_bytes(ID_SIZE)

        def run(db: sqlite3.Connection) -> list[Waiting]:
            taken: list[Waiting] = []
            size = 0
            for where in ("id >= ?", "id < ?"):
                query = f"SELECT id, body FROM envelope WHERE {where} ORDER BY id LIMIT ?"  # noqa: S608 -- fixed words
                for id, body in db.execute(query, (start, most - len(taken))):
                    size += len(body) + head_bytes
                    if taken and size > most_bytes:
                        return taken
                    taken.append((id, body))
            return taken

        return await self._file.do(run, "read")

    async def settle(self, arrived: Iterable[bytes], refused: Mapping[bytes, str]) -> None:
        """Delete what the service has, by ids; put aside what it refuses for good (id to code)."""
        gone = [(id,) for id in arrived]
        codes = [(code, id) for id, code in refused.items()]

        def run(db: sqlite3.Connection) -> None:
            db.executemany(
                "INSERT OR REPLACE INTO refused SELECT id, body, ? FROM envelope WHERE id = ?",
                codes,
            )
            db.executemany(
                "DELETE FROM envelope WHERE id = ?", gone + [(id,) for _code, id in codes]
            )
            # One that was refused before, and came once more as another text.
            db.executemany("DELETE FROM refused WHERE id = ?", gone)

        await self._file.do(run, "change")

    async def is_empty(self) -> bool:
        """Whether nothing waits; at the cost of one look, however much does."""
        query = "SELECT NOT EXISTS (SELECT 1 FROM envelope)"
        return await self._file.do(lambda db: bool(db.execute(query).fetchone()[0]), "read")

    async def count(self) -> Counts:
        """How much waits."""
        return await self._file.do(_count, "read")

    async def sweep(self) -> int:
        """Delete keys and slices whose days are over; returns the day that it is done for."""
        today, limits = self.day, self._limits
        await self._file.do(lambda db: _sweep(db, today, limits), "change")
        return today

    async def tidy(self) -> None:
        """Give the room of deleted envelopes back to the disk."""
        await self._file.tidy()


def read_counts(path: Path) -> Counts:
    """How much waits, read beside the process that has the outbox. SetupError outbox-unusable."""
    db = open_reader(path)
    try:
        return _count(db)
    except sqlite3.Error:
        raise SetupError("outbox-unusable") from None
    finally:
        db.close()


def _is_new(db: sqlite3.Connection, key: bytes, day: int) -> bool:
    added = db.execute("INSERT OR IGNORE INTO message_key VALUES (?, ?)", (key, day))
    return added.rowcount == 1


def _add(db: sqlite3.Connection, envelopes: Sequence[bytes]) -> None:
    rows = [(envelope_id(envelope), envelope) for envelope in envelopes]
    db.executemany("INSERT OR IGNORE INTO envelope VALUES (?, ?)", rows)


def _try_refused_again(db: sqlite3.Connection) -> None:
    db.execute("INSERT OR IGNORE INTO envelope SELECT id, body FROM refused")
    db.execute("DELETE FROM refused")


def _count(db: sqlite3.Connection) -> Counts:
    waiting = db.execute("SELECT count(*) FROM envelope").fetchone()[0]
    refused = db.execute("SELECT code, count(*) FROM refused GROUP BY code").fetchall()
    return Counts(int(waiting), dict(refused))


def _sweep(db: sqlite3.Connection, today: int, limits: OutboxLimits) -> None:
    """A day is over only when the clock walks to the next one. Where it jumps, nothing is deleted,
    and what is there is as of today (docs/adr/0015)."""
    last = db.execute("SELECT day FROM sweep").fetchone()[0]
    db.execute("UPDATE sweep SET day = ?", (today,))
    if last is None or abs(today - last) > MAX_STEP:
        db.execute("UPDATE message_key SET day = ?", (today,))
        db.execute("UPDATE part SET day = ?", (today,))
    elif today >= last:
        db.execute("DELETE FROM message_key WHERE day <= ?", (today - limits.message_key_days,))
        parts.delete_parts(db, today - limits.part_days)
