"""Opening on every core.

libsodium works without Python's global lock, but reading a report's content does not, so threads
would queue for it: measured on two cores, processes open and read twice as many. They are started
afresh (spawn), get the seeds over a pipe, and end with the command. A small store is opened here,
where starting a process would take longer.
"""

import gc
import marshal
import multiprocessing
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Protocol, TypeVar

from keyholder.errors import HomeError
from keyholder.hardening import harden_process
from keyholder.kept import Kept, connect_reading, read_range
from keyholder.opening import Desk, EpochKeys, Opened, OpenedRecord, Outcome, Unopened
from keyholder.peeling import Peeled, Peeler
from keyholder.records.authors import NOBODY, Authors

CHUNK = 512  # envelopes handed over at once
RANGE = 2_048  # indexes that a worker reads from the file at once
RANGE_BYTES = 8 << 20  # of bodies: a worker that has read so many leaves the rest for another time
ALONE = 2_000  # envelopes up to which one process is faster
_MANY = 100_000  # objects until the collector looks: outcomes have no cycles that were worth more

_Result = TypeVar("_Result")


class _Worker(Protocol[_Result]):
    """What a worker process has: keys, and what it does with envelopes."""

    def open_all(self, chunk: Sequence[Kept]) -> list[_Result]: ...


_KINDS: list[type[tuple[Any, ...]]] = [Kept, Opened, Unopened, Peeled, OpenedRecord]
_RECORD = _KINDS.index(OpenedRecord)
_Make = Callable[[Sequence[EpochKeys]], _Worker[_Result]]
_Job = tuple[Callable[..., "_Done"], tuple[Any, ...]]
_Done = tuple[bytes, _Job | None]
"""What a worker gives back: packed outcomes, and what is left of its job."""
_desk: list[_Worker[Any]] = []  # one in each worker process, none elsewhere
_files: dict[str, Connection] = {}  # likewise


def count_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_chunks(
    chunks: Iterable[list[Kept]],
    keys: Sequence[EpochKeys],
    total: int,
    cores: int,
    authors: Authors = NOBODY,
) -> Iterator[list[Outcome]]:
    """The outcomes of `total` envelopes, chunk by chunk, in the order given. Records count where
    one of `authors` signed them.

    HomeError: opening-stopped where a worker process was killed.
    """
    return _work_on(partial(Desk, authors=authors), chunks, keys, total, cores)


def open_ranges(
    file: Path,
    ranges: Iterable[tuple[int, int]],
    keys: Sequence[EpochKeys],
    cores: int,
    authors: Authors = NOBODY,
) -> Iterator[list[Outcome]]:
    """As `open_chunks`, of what lies in an envelopes.db within these indexes
    (`envelopes.list_ranges`): each worker reads for itself, and no envelope goes through a pipe."""
    jobs = ((_open_range, (str(file), *one, RANGE_BYTES)) for one in ranges)
    return _work(partial(Desk, authors=authors), jobs, keys, cores)


def peel_chunks(
    chunks: Iterable[list[Kept]], keys: Sequence[EpochKeys], total: int, cores: int
) -> Iterator[list[Peeled | Unopened]]:
    """The inner boxes of dual envelopes, as `open_chunks` gives outcomes."""
    return _work_on(Peeler, chunks, keys, total, cores)


def _work_on(
    make: _Make[_Result],
    chunks: Iterable[list[Kept]],
    keys: Sequence[EpochKeys],
    total: int,
    cores: int,
) -> Iterator[list[_Result]]:
    if is_quick(total, cores):
        desk = make(keys)
        for chunk in chunks:
            yield desk.open_all(chunk)
        return
    yield from _work(make, ((_open_chunk, (_pack(chunk),)) for chunk in chunks), keys, cores)


def is_quick(total: int, cores: int) -> bool:
    """Whether so many envelopes are opened sooner without starting processes."""
    return total <= ALONE or cores < 2


def _work(
    make: _Make[_Result], jobs: Iterable[_Job], keys: Sequence[EpochKeys], cores: int
) -> Iterator[list[_Result]]:
    thresholds = gc.get_threshold()
    with ProcessPoolExecutor(
        cores, multiprocessing.get_context("spawn"), initializer=_start, initargs=(make, keys)
    ) as pool:
        gc.set_threshold(_MANY)
        try:
            yield from _spread(pool, jobs, 2 * cores)
        except BrokenProcessPool as error:
            raise HomeError("opening-stopped") from error
        finally:
            gc.set_threshold(*thresholds)
            pool.shutdown(cancel_futures=True)


def _spread(pool: ProcessPoolExecutor, jobs: Iterable[_Job], most: int) -> Iterator[list[Any]]:
    flying: deque[Future[_Done]] = deque()

    def land() -> list[Any]:
        packed, rest = flying.popleft().result()
        if rest is not None:  # what comes next, in order
            flying.appendleft(_submit(pool, rest))
        return _unpack(packed)

    for job in jobs:
        flying.append(_submit(pool, job))
        while len(flying) > most:
            yield land()
    while flying:
        yield land()


def _submit(pool: ProcessPoolExecutor, job: _Job) -> Future[_Done]:
    function, given = job
    return pool.submit(function, *given)


def _pack(rows: Sequence[tuple[Any, ...]]) -> bytes:
    """Named tuples of plain values as bytes, a third as dear as pickling them. Only ever between
    this program and its own workers: `marshal` trusts what it reads."""
    kinds = bytes(_KINDS.index(type(row)) for row in rows)
    return marshal.dumps((kinds, [_flatten(row) for row in rows]))


def _flatten(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*row[:-1], pickle.dumps(row[-1])) if type(row) is OpenedRecord else tuple(row)


def _unpack(packed: bytes) -> list[Any]:
    kinds, rows = marshal.loads(packed)  # noqa: S302 - from our own worker
    return [
        tuple.__new__(_KINDS[kind], row if kind != _RECORD else (*row[:-1], pickle.loads(row[-1])))  # noqa: S301
        for kind, row in zip(kinds, rows, strict=True)
    ]


def _start(make: _Make[Any], keys: Sequence[EpochKeys]) -> None:
    harden_process()  # a new program is dumpable again, whatever its parent was
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us, without our traceback
    gc.freeze()  # what is here stays; what comes is freed as soon as it was handed over
    gc.set_threshold(_MANY)
    _desk.append(make(keys))


def _open_chunk(packed: bytes) -> _Done:
    return _pack(_desk[0].open_all(_unpack(packed))), None


def _open_range(file: str, start: int, end: int, most: int) -> _Done:
    database = _files.get(file)
    if database is None:
        database = _files[file] = connect_reading(file)
    chunk, then = read_range(database, start, end, most)
    rest = (_open_range, (file, then, end, most)) if then < end else None
    return _pack(_desk[0].open_all(chunk)), rest
