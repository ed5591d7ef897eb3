"""The one writer of a gateway's file: a thread that lets all that wait share a commit.

What comes while a commit is under way waits together and shares the next one; only then is it
answered. As app/writer.py does for the service: a full disk is rolled back and told, and the thread
goes on; after any other failure nothing that this handle says is true any more, so everybody gets
a negative answer and the process must end (Rebello et al., "Can Applications Recover from fsync
Failures?", ATC 2020).
"""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Literal, TypeVar

from sms.durable_file import make_gauge, name_failure, open_file
from sms.sink import SinkError, SinkFull, SinkUnavailable

GROUP = 512
"""Jobs that share a commit at most."""
WAITING = 4096
"""Jobs that may wait; the next one is refused."""
VACUUM_PAGES = 2048
"""Empty pages that one tidying gives back to the disk at most (16 MiB)."""

T = TypeVar("T")
Kind = Literal["add", "change", "read"]
"""What a job does: `add` needs room on the disk, `read` needs no sync."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Job:
    run: Callable[[sqlite3.Connection], Any]
    kind: Kind
    waiter: "asyncio.Future[Any]"


class GroupCommit:
    """A file and its thread. All methods belong to the event loop's thread.

    `reserve_bytes`: additions are refused while the disk has less free, so that there is room to
    delete. `on_fatal(code)` is called once, on the event loop, after everybody was answered; it
    must end the process without closing the file (os._exit).
    """

    def __init__(
        self,
        path: Path,
        schema: tuple[str, ...],
        *,
        reserve_bytes: int,
        on_fatal: Callable[[str], None],
    ) -> None:
        self._path = path
        self._schema = schema
        self._reserve_bytes = reserve_bytes
        self._on_fatal = on_fatal
        self._count_free = make_gauge(path)
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._waiting = 0
        self._open = False
        self._tidying = threading.Event()
        self._thread: threading.Thread | None = None
        self.commits = 0
        """Transactions that were committed and synced."""

    async def start(self) -> None:
        """Opens the file. Raises SetupError as open_file."""
        self._loop = asyncio.get_running_loop()
        self._db = await asyncio.to_thread(open_file, self._path, self._schema)
        self._thread = threading.Thread(target=self._run, daemon=True, name="outbox")
        self._thread.start()
        self._open = True

    async def stop(self) -> None:
        """Finishes what waits, then closes the file. Safe to repeat."""
        if self._thread is not None:
            self._open = False
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    async def do(self, run: Callable[[sqlite3.Connection], T], kind: Kind) -> T:
        """Run a function in a transaction that it may share; returns after COMMIT.

        What it raises undoes what it did, and nothing else. Raises SinkFull or SinkUnavailable.
        """
        if not self._open or self._waiting >= WAITING:
            raise SinkUnavailable
        self._waiting += 1
        waiter: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(_Job(run, kind, waiter))
        return await waiter

    async def tidy(self) -> None:
        """Give empty pages back to the disk, and empty the WAL."""
        self._tidying.set()
        await self.do(lambda _db: None, "read")  # it is tidied after this one's commit
        await self.do(lambda _db: None, "read")  # and before this one's

    def _run(self) -> None:
        group: list[_Job] = []
        try:
            while (job := self._queue.get()) is not None:
                group = [job]
                ended = self._collect(group)
                if not self._commit(group) or not self._tidy():
                    break
                group = []
                if ended:
                    self._db.close()
                    return
            else:
                self._db.close()
                return
        except Exception as error:  # noqa: BLE001 -- a thread that died unheard would answer nobody
            kind = type(error).__name__
            _log.error("code=outbox-fault type=%s", kind)
        with suppress(RuntimeError):  # the loop has ended: nobody waits
            self._loop.call_soon_threadsafe(self._fail, group)

    def _collect(self, group: list[_Job]) -> bool:
        """Adds those that share the first one's commit. Returns whether to end after it."""
        with suppress(Empty):
            while len(group) < GROUP:
                job = self._queue.get_nowait()
                if job is None:
                    return True
                group.append(job)
        return False

    def _commit(self, group: list[_Job]) -> bool:
        """One transaction, then the answers. False: fatal."""
        try:
            room = self._count_free() >= self._reserve_bytes
            self._db.execute("BEGIN IMMEDIATE")
            results = [self._try(job, room=room) for job in group]
            if any(job.kind != "read" for job in group):
                self._db.execute("UPDATE beat SET beat = 1 - beat")
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            failure = name_failure(error)
            if failure is None or not self._roll_back():
                return False
            results = [failure] * len(group)
        else:
            self.commits += 1
        self._answer(group, results)
        return True

    def _try(self, job: _Job, *, room: bool) -> object:
        if job.kind == "add" and not room:
            return SinkFull()
        self._db.execute("SAVEPOINT job")
        try:
            result = job.run(self._db)
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001 -- its own fault must not cost the others
            self._db.execute("ROLLBACK TO job")
            result = error
        self._db.execute("RELEASE job")
        return result

    def _roll_back(self) -> bool:
        try:
            if self._db.in_transaction:  # after some errors SQLite has done it already
                self._db.execute("ROLLBACK")
        except sqlite3.Error:
            return False
        return True

    def _tidy(self) -> bool:
        """False: fatal. A disk without room is tidied another time."""
        if not self._tidying.is_set():
            return True
        self._tidying.clear()
        try:
            # By executescript, which steps to the end: `execute` would free a single page.
            self._db.executescript(f"PRAGMA incremental_vacuum({VACUUM_PAGES})")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            return name_failure(error) is not None and self._roll_back()
        return True

    def _answer(self, group: Sequence[_Job], results: Sequence[object]) -> None:
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._resolve, group, results)

    def _resolve(self, group: Sequence[_Job], results: Sequence[object]) -> None:
        for job, result in zip(group, results, strict=True):
            self._waiting -= 1
            if job.waiter.done():  # whoever waited has gone
                continue
            if isinstance(result, Exception):
                job.waiter.set_exception(result)
            else:
                job.waiter.set_result(result)

    def _fail(self, group: list[_Job]) -> None:
        """The end: everybody gets a negative answer, then the process is told to end."""
        self._open = False
        with suppress(Empty):
            while True:
                job = self._queue.get_nowait()
                if job is not None:
                    group.append(job)
        failure: SinkError = SinkUnavailable()
        self._resolve(group, [failure] * len(group))
        count = len(group)
        _log.critical("code=outbox-io-error count=%d", count)
        self._loop.call_soon(self._on_fatal, "outbox-io-error")
