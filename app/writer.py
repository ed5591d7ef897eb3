"""The one writer: a thread that lets all waiting requests share a commit.

Requests that arrive while a commit is under way wait together and share the next one; only then are
they answered. What happens when a commit fails:

full disk        rolled back, the group is told `store-full`, the writer goes on
locked database  rolled back, the group is told `store-busy`, the writer goes on
lost connection  (PostgreSQL) the group is told `store-unavailable`: it may have been committed or
                 not, and its senders will try again. The writer goes on with a new connection
anything else    the group and all that wait are told `store-unavailable`, and the process must end:
                 after a failed sync the kernel may have dropped the pages, so nothing this handle
                 says is true any more (Rebello et al., "Can Applications Recover from fsync
                 Failures?", ATC 2020)
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import Connection, Engine, RootTransaction, delete, false
from sqlalchemy.exc import DBAPIError

from app.databases import Failure
from app.errors import StoreBusy, StoreError, StoreFull, StoreUnavailable
from app.limits import Limits
from app.tables import MessageKey
from app.work import LoneWork, SharedWork, Work

MESSAGE_KEY = MessageKey.__table__  # type: ignore[attr-defined]  # SQLModel adds it
log = logging.getLogger("heliograph.writer")

Admit = Callable[[Connection, Sequence[SharedWork]], Sequence[object]]
FAILURES: Mapping[Failure, Callable[[], StoreError]] = {
    "full": StoreFull,
    "busy": StoreBusy,
    "lost": StoreUnavailable,
}
Job = tuple[Work, int, "asyncio.Future[Any]"]
"""The work, its size in bytes and who waits for it."""


class Writer:
    """Owns the writing connection. `submit` belongs to the event loop's thread, the rest to its
    own.

    `admit` does a group's works inside a transaction; `committed` and `undone` hear how it ended.
    `on_fatal` is called once, on the event loop, after everybody was answered. It must end the
    process without closing the database (os._exit).
    """

    def __init__(
        self,
        engine: Engine,
        admit: Admit,
        *,
        name_failure: Callable[[DBAPIError], Failure],
        confirm: Callable[[Connection], None],
        count_free: Callable[[], int],
        committed: Callable[[], None],
        undone: Callable[[], None],
        on_fatal: Callable[[str], None],
        limits: Limits,
    ) -> None:
        self._engine = engine
        self._admit = admit
        self._name_failure = name_failure
        self._confirm = confirm
        self._count_free = count_free
        self._committed = committed
        self._undone = undone
        self._on_fatal = on_fatal
        self._limits = limits
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._came: list[Job] = []
        """What came in this turn of the event loop, and is handed over at its end."""
        self._waiting = 0
        self._waiting_bytes = 0
        self._open = False
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
        """Held here, so that nobody tidies it up (and rolls it back) when the thread ends."""
        self._group: list[Job] = []
        self._next: Job | None = None
        self._trouble = ""
        self.commits = 0
        """Transactions of groups that were committed."""

    async def start(self) -> None:
        """Opens the connection. Raises StoreUnavailable if the database cannot be written."""
        self._loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True, name="writer")
        self._thread.start()
        await ready
        self._open = True

    async def stop(self) -> None:
        """Finishes what waits, then closes the connection."""
        if self._thread is not None:
            self._open = False
            self._hand_over()
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    def submit(self, work: Work) -> "asyncio.Future[Any]":
        """Queues work; the result comes after COMMIT. Raises StoreBusy or StoreUnavailable at
        once.
        """
        if not self._open:
            raise StoreUnavailable
        size = work.size
        if (
            self._waiting >= self._limits.queue_requests
            or self._waiting_bytes + size > self._limits.queue_bytes
        ):
            raise StoreBusy
        self._waiting += 1
        self._waiting_bytes += size
        future: asyncio.Future[Any] = self._loop.create_future()
        if not self._came:
            self._loop.call_soon(self._hand_over)
        self._came.append((work, size, future))
        return future

    def _hand_over(self) -> None:
        """Gives the thread at once what came in one turn of the event loop. One by one, the first
        would wake it, and a commit costs nearly the same for one request as for sixty.
        """
        came, self._came = self._came, []
        for job in came:
            self._queue.put(job)

    def _run(self, ready: "asyncio.Future[None]") -> None:
        try:
            connection = self._connect()
            with connection.begin():  # writes nothing, but a read-only database fails here
                connection.execute(delete(MESSAGE_KEY).where(false()))
        except Exception as error:  # noqa: BLE001 -- whatever it was, `start` must hear of it
            failure = error if isinstance(error, StoreError) else StoreUnavailable()
            self._loop.call_soon_threadsafe(ready.set_exception, failure)
            return
        self._loop.call_soon_threadsafe(ready.set_result, None)
        try:
            if self._serve():
                if self._connection is not None:
                    self._connection.close()
                    self._connection = None
                return
        except Exception as error:  # noqa: BLE001 -- a thread that died unheard would answer nobody
            log.error("code=writer-fault type=%s", type(error).__name__)  # noqa: TRY400
        # The connection stays open, untouched, until the process ends.
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
            self._loop.call_soon_threadsafe(self._fail)

    def _connect(self) -> Connection:
        """The connection; a new one at the start, and after one was lost."""
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _serve(self) -> bool:
        """Commits group after group, until there is no more to come. False: fatal."""
        ended = False
        while not ended and (job := self._next or self._queue.get()) is not None:
            self._group, self._next = [job], None
            ended = self._collect(self._group)
            if not self._commit(self._group):
                return False
            self._group = []
        return True

    def _collect(self, group: list[Job]) -> bool:
        """Adds to the first job those that share its commit. Returns whether to end after it."""
        if isinstance(group[0][0], LoneWork):
            return False
        take, most = self._queue.get_nowait, self._limits.commit_envelopes
        envelopes = 0
        with contextlib.suppress(Empty):
            while envelopes < most:
                job = take()
                if job is None:
                    return True
                work = job[0]
                if isinstance(work, LoneWork):
                    self._next = job
                    break
                group.append(job)
                envelopes += work.weight
        return False

    def _commit(self, group: list[Job]) -> bool:
        """One transaction, then the answers. False: fatal, and nothing may be written any more."""
        lost = False
        try:
            transaction = None
            self._check_reserve(group)
            connection = self._connect()
            transaction = connection.begin()
            results = self._work(connection, group)
            transaction.commit()
            self._confirm(connection)
        except StoreError as error:
            failure: Exception = error
        except DBAPIError as error:
            kind = self._name_failure(error)
            if kind == "fatal":
                return False
            lost = kind == "lost"
            failure = FAILURES[kind]()
        except Exception as error:  # noqa: BLE001 -- a fault of ours must not end the thread
            failure = error
            if self._is_shared(group):
                where = type(error).__name__  # no traceback: its message could hold input
                log.error("code=writer-fault type=%s requests=%d", where, len(group))  # noqa: TRY400
                failure = StoreUnavailable()
        else:
            self._committed()
            self._trouble = ""
            self.commits += self._is_shared(group)
            self._answer(group, results)
            return True
        try:
            self._undone()
            self._roll_back(transaction, lost=lost)
        except Exception:  # noqa: BLE001 -- the driver's own errors are no DBAPIError
            return False
        self._note(failure)
        self._answer(group, [failure] * len(group))
        return True

    def _roll_back(self, transaction: RootTransaction | None, *, lost: bool) -> None:
        connection = self._connection
        if connection is None:  # it could not even be opened
            return
        if lost:
            self._connection = None
            connection.invalidate()
            connection.close()
            return
        connection.connection.rollback()  # SQLite leaves a transaction open after some errors
        if transaction is not None:
            transaction.close()

    def _note(self, failure: Exception) -> None:
        """One line when trouble begins, not one for each request."""
        code = failure.code if isinstance(failure, StoreError) else ""
        if code and code != self._trouble:
            log.warning("code=%s", code)
        self._trouble = code

    def _check_reserve(self, group: list[Job]) -> None:
        """Intake leaves the last of the disk to checkpoints and sequencing, which free some."""
        if self._is_shared(group) and self._count_free() < self._limits.reserve_bytes:
            raise StoreFull

    def _work(self, connection: Connection, group: list[Job]) -> Sequence[object]:
        work = group[0][0]
        if isinstance(work, LoneWork):
            return [work.run(connection)]
        return self._admit(connection, [job[0] for job in group])  # type: ignore[misc]  # see _collect

    @staticmethod
    def _is_shared(group: list[Job]) -> bool:
        return not isinstance(group[0][0], LoneWork)

    def _answer(self, group: list[Job], results: Sequence[object]) -> None:
        self._loop.call_soon_threadsafe(self._resolve, group, results)

    def _resolve(self, group: list[Job], results: Sequence[object]) -> None:
        for (_work, size, future), result in zip(group, results, strict=True):
            self._waiting -= 1
            self._waiting_bytes -= size
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

    def _fail(self) -> None:
        """The end: everybody gets a negative answer, then the process is told to end."""
        self._open = False
        self._hand_over()
        group = [*self._group, self._next] if self._next else self._group
        while not self._queue.empty():
            job = self._queue.get_nowait()
            if job is not None:
                group.append(job)
        self._resolve(group, [StoreUnavailable()] * len(group))
        log.critical("code=store-io-error requests=%d", len(group))
        self._loop.call_soon(self._on_fatal, "store-io-error")
