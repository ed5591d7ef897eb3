"""Two pieces of work by turns of half a second: a machine changes its speed within seconds.

Each is done in a process of its own, with processes that it starts as it likes. One of the two is
stopped while the other works, so that both meet the same fast and slow moments, and neither is in
the other's way.
"""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

_TURN = 0.5  # seconds

Prepare = Callable[[], Callable[[], int]]
"""Makes ready, and gives the work, which says how much it did. It must be known by its name, so
that another process can be given it."""


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    line: Connection
    seconds: float = 0.0

    def send(self, number: signal.Signals) -> None:
        """To it and to all that it started."""
        if self.process.pid is not None and self.process.is_alive():
            os.killpg(self.process.pid, number)


def take_turns(first: Prepare, second: Prepare, done: int) -> tuple[float, float]:
    """Seconds that each of the two worked. RuntimeError where one did not do `done`."""
    workers = [_start(first), _start(second)]
    try:
        for worker in workers:
            worker.line.recv()  # it is ready
        for worker in workers:
            worker.send(signal.SIGSTOP)
            worker.line.send("go")
        waiting = list(workers)
        while waiting:
            worker = waiting.pop(0)
            if not _take_turn(worker):
                waiting.append(worker)
            elif worker.line.recv() != done:
                raise RuntimeError("a part of the work was not done")
        return workers[0].seconds, workers[1].seconds
    finally:
        for worker in workers:
            worker.send(signal.SIGCONT)
            worker.line.close()
            worker.process.join(60)
            worker.send(signal.SIGKILL)


def _take_turn(worker: _Worker) -> bool:
    """Whether it came to its end."""
    started = time.perf_counter()
    worker.send(signal.SIGCONT)
    ended = worker.line.poll(_TURN)
    worker.seconds += time.perf_counter() - started
    worker.send(signal.SIGSTOP)
    return ended


def _start(prepare: Prepare) -> _Worker:
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_work, args=(prepare, theirs))
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _work(prepare: Prepare, line: Connection) -> None:
    os.setpgid(0, 0)  # what it starts is stopped with it
    work = prepare()
    line.send("ready")
    line.recv()
    line.send(work())
