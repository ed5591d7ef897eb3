"""The workbench's own sync, in a process of its own.

It is what `keyholder sync` does. The process has this holder's identity, over a pipe, and no
report; so whatever a service sends is read by none that has opened reports in its memory, and
locking ends the process at once. It tells in JSON, which is all that is believed of it.
"""

import json
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from crypto.errors import CryptoError
from crypto.passphrase import STANDARD
from keyholder.commands.rounds import Line, list_lines
from keyholder.commands.session import Session, Surroundings, choose_service, reach, read_coalition
from keyholder.documents import write_json
from keyholder.errors import HomeError, KeyholderError, describe_fault
from keyholder.hardening import harden_process
from keyholder.home import Home, hold
from keyholder.round import run_round
from keyholder.vault import Identity
from keyholder.workbench.news import Fetching

_LOOK = 0.2  # seconds between two looks at whether to stop
_MOST = 1 << 20  # bytes of one message
_MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be fetched: plain values, for another process. now: Unix seconds."""

    home: Home
    identity: Identity = field(repr=False)
    service: str | None
    environment: Mapping[str, str] = field(repr=False)
    now: int


def fetch(
    order: Order, stop: Callable[[], bool], tell: Callable[[Fetching], None]
) -> Fetching | None:
    """Fetch, and give what came of it; None where it was told to stop. What came is kept.

    tell: is given how it goes.
    """
    lines: list[tuple[str, bool]] = []
    came = 0
    with _start(order) as pipe:
        while not stop():
            if not pipe.poll(_LOOK):
                continue
            try:
                told = json.loads(pipe.recv_bytes(_MOST))
                came += int(told["came"])
                lines += [(str(text), bool(warns)) for text, warns in told["lines"]]
                code = None if told["code"] is None else str(told["code"])
                ended = bool(told["ended"])
            except (EOFError, OSError, ValueError, KeyError, TypeError):
                error = HomeError("sync-stopped")
                return Fetching(False, came, error.code, (*lines, (str(error), True)))
            del lines[_MOST_LINES:]
            if ended:
                return Fetching(False, came, code, tuple(lines))
            tell(Fetching(True, came, None, tuple(lines)))
    return None


@contextmanager
def _start(order: Order) -> Iterator[Connection]:
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(sending, order), daemon=True)
    process.start()
    sending.close()
    try:
        yield receiving
    finally:
        process.kill()  # it has ended, or is not wanted any more
        process.join()
        receiving.close()


def _run(sending: Connection, order: Order) -> None:
    """The process. What it has to say is said over the pipe alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
    harden_process()

    def tell(**told: Any) -> None:
        message = {"came": 0, "lines": [], "code": None, "ended": False, **told}
        sending.send_bytes(write_json(message).encode("ascii"))

    def warn(text: str) -> None:
        tell(lines=[Line(text, warns=True)])

    try:
        lines, code = run_order(order, lambda count: tell(came=count), warn)
        tell(lines=lines, code=code, ended=True)
    except (KeyholderError, CryptoError) as error:
        tell(lines=[Line(str(error), warns=True)], code=error.code, ended=True)
    except Exception as error:  # noqa: BLE001 - a traceback may repeat what came in
        tell(lines=[Line(describe_fault(error), warns=True)], code="failed", ended=True)


def run_order(
    order: Order,
    advance: Callable[[int], None],
    warn: Callable[[str], None],
    pause: Callable[[float], None] = time.sleep,
) -> tuple[list[Line], str | None]:
    """One round as the command runs it: its lines, and the code of what was not as it should be.

    KeyholderError, CryptoError: as `keyholder sync`.
    """

    @contextmanager
    def watch() -> Iterator[Callable[[int], None]]:
        yield advance

    session = Session(order.home, None, _make_surroundings(order, pause))
    held = read_coalition(session, order.service)
    address = choose_service(held, order.service)
    with hold(order.home), reach(session, address) as reached:
        found = run_round(order.home, held, order.identity, reached, order.now, watch, warn)
    lines = list(list_lines(found, order.identity))
    if found.fault is not None:
        return [*lines, Line(str(found.fault), warns=True)], found.fault.code
    if found.refused is not None:
        return lines, found.refused.code
    return lines, found.unwrapped.refused[0][2] if found.unwrapped.refused else None


def _make_surroundings(order: Order, pause: Callable[[float], None]) -> Surroundings:
    """There is nobody to be asked."""

    def ask(_question: str) -> str:
        raise HomeError("passphrase-file")

    return Surroundings(
        clock=lambda: order.now,
        pause=pause,
        ask=ask,
        confirm=lambda _question: False,
        environment=order.environment,
        cost=STANDARD,
    )
