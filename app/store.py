"""The store: takes sealed envelopes, keeps them durably, gives them out by log index."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from app.admission import admit
from app.databases import choose_database
from app.entries import Entry, make_entry
from app.errors import StoreError, StoreUnavailable
from app.limits import Limits
from app.memory import Memory
from app.sequencing import Waiting, make_steps, plan_run, read_id, run_in_turn
from app.sweeping import sweep_days
from app.tables import SCHEMA_REVISION, LogBody, LogLeaf
from app.work import EntriesWork, LoneWork, Outcome, PartWork
from app.writer import Writer
from crypto.envelope import day_of

T = TypeVar("T")
Row = tuple[int, bytes, bytes | None]
"""Log index, leaf, and the envelope or None where it was purged."""

LEAF = LogLeaf.__table__  # type: ignore[attr-defined]  # SQLModel adds it
BODY = LogBody.__table__  # type: ignore[attr-defined]
READERS = 3
"""Threads for downloads and other reading. They are not the writer's, so intake cannot use them
up.
"""


class Store:
    """Sealed envelopes in one database. Acknowledges only after COMMIT.

    `clock` gives Unix seconds; a day is all that is kept of it. `on_fatal(code)` is called once
    when the database can no longer be trusted; it must end the process at once (os._exit), closing
    nothing. Raises StoreUnavailable (`database-unknown`) for a URL that names no known database.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], float],
        on_fatal: Callable[[str], None],
        limits: Limits | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._clock = clock
        self._database = choose_database(url)
        self._memory = Memory()
        self._reading = self._database.open_engine(url, writes=False)
        self._writing = self._database.open_engine(url, writes=True)
        self._readers: ThreadPoolExecutor | None = None
        self.count_free = self._database.make_gauge(url)
        """How many bytes the database's disk still has for us. Asks the system each time."""
        self._writer = Writer(
            self._writing,
            lambda connection, works: admit(
                connection, self._database, works, self._memory, self.limits
            ),
            name_failure=self._database.name_failure,
            confirm=self._database.confirm,
            count_free=self.count_free,
            committed=self._memory.keep,
            undone=self._memory.undo,
            on_fatal=on_fatal,
            limits=self.limits,
        )

    async def start(self) -> None:
        """Opens the database; after a stop, again. Raises StoreUnavailable: `schema-mismatch`,
        `pragma-refused`, …
        """
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        try:
            revision = await self.read(
                lambda connection: connection.execute(
                    text("SELECT version_num FROM alembic_version")
                ).scalar_one_or_none()
            )
        except StoreUnavailable as error:
            if error.code != "store-unavailable":
                raise
            revision = None  # there is no such table
        if revision is None or revision < SCHEMA_REVISION:  # migrations only add (docs/adr/0020)
            raise StoreUnavailable("schema-mismatch")
        await self.read(self._memory.load)
        await self._writer.start()

    async def stop(self) -> None:
        """Commits and answers what waits, then closes the database. Safe to repeat."""
        await self._writer.stop()
        if self._readers is not None:
            self._readers.shutdown()
            self._readers = None
        self._reading.dispose()
        self._writing.dispose()

    @property
    def commits(self) -> int:
        """Group commits since the start."""
        return self._writer.commits

    @property
    def pending(self) -> int:
        """Envelopes that wait for their log index."""
        return self._memory.pending

    @property
    def crowd(self) -> int:
        """As many pending envelopes as one run of sequencing takes."""
        return max(1, self.limits.pending_envelopes)

    @property
    def day(self) -> int:
        """Today, as days since 1970-01-01."""
        return day_of(int(self._clock()))

    def submit(
        self, entries: Sequence[Entry], message_key: bytes | None = None
    ) -> "asyncio.Future[list[Outcome] | None]":
        """Hands entries to the writer without waiting. The future ends after COMMIT. Errors as in
        put.
        """
        day = 0 if message_key is None else self.day
        return self._writer.submit(EntriesWork(entries, day, message_key))

    async def put(
        self, envelopes: Sequence[bytes], *, message_key: bytes | None = None
    ) -> list[Outcome] | None:
        """Keeps all envelopes or none; returns after COMMIT, with an outcome for each in order.

        With a message key (up to 64 bytes, keyed by the caller), key and envelopes are one
        transaction; None means that the key was seen before and nothing was stored. Raises
        EnvelopeError for a wrong form, StoreFull (507), StoreBusy or StoreUnavailable (503).
        """
        day = self.day
        return await self.submit([make_entry(envelope, day) for envelope in envelopes], message_key)

    async def put_part(
        self,
        ref: bytes,
        index: int,
        count: int,
        slice: bytes,
        *,
        message_key: bytes | None = None,
    ) -> bool:
        """Keeps one slice of a sealed SMS (ref 3 bytes, slice 114 bytes, index below count, 2 to
        15).

        What is complete with it becomes envelopes in the same transaction. Returns after COMMIT;
        False means that the message key was seen before. Raises StoreFull (`store-full`, or
        `parts-full` above the limit of waiting parts), StoreBusy or StoreUnavailable.
        """
        if len(ref) != 3 or not 0 <= index < count or not 2 <= count <= 15 or len(slice) != 114:
            raise ValueError("not a part of a sealed SMS")
        work = PartWork(ref, index, count, slice, self.day, message_key)
        return bool(await self._writer.submit(work))

    async def sequence(self) -> int | None:
        """Gives log indexes to new keyrings and to what was pending at the call, up to a `crowd`;
        returns how many.

        None: another service on this database has the turn. See app/sequencing.py.
        """
        plan = await self._plan_run()
        total = 0
        crowds = self.pending // self.crowd
        steps = make_steps(self._database, plan, self.limits, self.count_free() // 4, crowds)
        try:
            for run, ids in steps:
                moved = await self.write(partial(run_in_turn, database=self._database, run=run))
                if moved is None:
                    return None
                total += moved
                self._memory.drop(ids)
        finally:
            with suppress(StoreError):  # a lost connection has lost its turn
                await self.write(self._database.end_turn)
        return total

    async def _plan_run(self) -> Sequence[Waiting]:
        """What a run takes. Of what is remembered as pending, what is not there any more is
        forgotten: another service has given it an index.
        """
        most = self.crowd
        read_plan = partial(plan_run, most=most)
        plan: Sequence[Waiting] = ()
        if self.pending > most:  # all of it would be a big set to copy
            plan = await self.read(read_plan)
        if len(plan) < most:
            remembered = self._memory.list_committed()
            plan = await self.read(read_plan)
            if len(plan) < most:  # it is all that there is
                remembered.difference_update(map(read_id, plan))
                self._memory.drop(remembered)
        return plan

    async def sweep(self) -> int:
        """Deletes message keys and parts whose days are over; returns the day it is done for."""
        today = self.day

        def run(connection: Connection) -> None:
            sweep_days(connection, today, self.limits)
            self._memory.forget_parts()

        await self.write(run)
        return today

    async def download(self, after: int, limit: int) -> list[Row]:
        """Up to `limit` rows of the log with an index above `after` (-1: from the start), in
        order.
        """
        query = (
            select(LEAF.c.log_index, LEAF.c.leaf, BODY.c.body)
            .outerjoin_from(LEAF, BODY, LEAF.c.log_index == BODY.c.log_index)
            .where(LEAF.c.log_index > after)
            .order_by(LEAF.c.log_index)
            .limit(limit)
        )
        rows = await self.read(lambda connection: connection.execute(query).all())
        return [(row[0], row[1], row[2]) for row in rows]

    async def check(self) -> None:
        """Whether intake works: the writer lives, the database takes a write lock, the disk has
        room.

        Raises StoreFull, StoreBusy or StoreUnavailable.
        """
        await self._writer.submit(EntriesWork((), self.day))

    async def read(self, run: Callable[[Connection], T]) -> T:
        """Runs a function in a reading transaction, in another thread. Raises StoreUnavailable."""

        if self._readers is None:
            raise StoreUnavailable

        def work() -> T:
            try:
                with self._reading.connect() as connection, connection.begin():
                    return run(connection)
            except DBAPIError:
                raise StoreUnavailable from None

        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    async def write(self, run: Callable[[Connection], T]) -> T:
        """Runs a function in a writing transaction of its own, with the head locked: of all
        services on the database, no other runs one meanwhile. What it raises is undone and raised
        here.
        """

        def work(connection: Connection) -> T:
            self._database.lock_head(connection)
            return run(connection)

        result: Any = await self._writer.submit(LoneWork(work))
        return result  # type: ignore[no-any-return]  # the future of this work gives what `run` returned
