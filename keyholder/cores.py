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
from typing import Any, Protocol, TypeVar

from keyholder.envelopes import Kept
from keyholder.errors import HomeError
from keyholder.hardening import harden_process
from keyholder.opening import Desk, EpochKeys, Opened, OpenedRecord, Outcome, Unopened
from keyholder.peeling import Peeled, Peeler
from keyholder.records.authors import NOBODY, Authors

CHUNK = 512  # envelopes handed over at once
ALONE = 2_000  # envelopes up to which one process is faster

_Result = TypeVar("_Result")


class _Worker(Protocol[_Result]):
    """What a worker process has: keys, and what it does with envelopes."""

    def open_all(self, chunk: Sequence[Kept]) -> list[_Result]: ...


_KINDS: list[type[tuple[Any, ...]]] = [Kept, Opened, Unopened, Peeled, OpenedRecord]
_RECORD = _KINDS.index(OpenedRecord)
_Make = Callable[[Sequence[EpochKeys]], _Worker[_Result]]
_desk: list[_Worker[Any]] = []  # one in each worker process, none elsewhere


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
    return _work(partial(Desk, authors=authors), chunks, keys, total, cores)


def peel_chunks(
    chunks: Iterable[list[Kept]], keys: Sequence[EpochKeys], total: int, cores: int
) -> Iterator[list[Peeled | Unopened]]:
    """The inner boxes of dual envelopes, as `open_chunks` gives outcomes."""
    return _work(Peeler, chunks, keys, total, cores)


def _work(
    make: _Make[_Result],
    chunks: Iterable[list[Kept]],
    keys: Sequence[EpochKeys],
    total: int,
    cores: int,
) -> Iterator[list[_Result]]:
    if total <= ALONE or cores < 2:
        desk = make(keys)
        for chunk in chunks:
            yield desk.open_all(chunk)
        return
    with ProcessPoolExecutor(
        cores, multiprocessing.get_context("spawn"), initializer=_start, initargs=(make, keys)
    ) as pool:
        try:
            yield from _spread(pool, chunks, 2 * cores)
        except BrokenProcessPool as error:
            raise HomeError("opening-stopped") from error
        finally:
            pool.shutdown(cancel_futures=True)


def _spread(
    pool: ProcessPoolExecutor, chunks: Iterable[list[Kept]], most: int
) -> Iterator[list[Any]]:
    flying: deque[Future[bytes]] = deque()
    for chunk in chunks:
        flying.append(pool.submit(_open_chunk, _pack(chunk)))
        if len(flying) > most:
            yield _unpack(flying.popleft().result())
    while flying:
        yield _unpack(flying.popleft().result())


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
    _desk.append(make(keys))


def _open_chunk(packed: bytes) -> bytes:
    return _pack(_desk[0].open_all(_unpack(packed)))
