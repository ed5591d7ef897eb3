"""keyholder workbench."""

import asyncio
import signal
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from keyholder.collection import collect
from keyholder.commands.arrivals import Arrivals
from keyholder.commands.attending import attend
from keyholder.commands.fetching import Order
from keyholder.commands.options import Peeled, Service
from keyholder.commands.printing import say, warn
from keyholder.commands.session import Session, read_coalition, unlock_identity
from keyholder.development import SWITCH
from keyholder.errors import describe_fault
from keyholder.files import write_whole
from keyholder.opening import Opened
from keyholder.records.operations import Operation, Record
from keyholder.records.replay import Annotations
from keyholder.records.writing import write
from keyholder.workbench.server import HOST, serve
from keyholder.workbench.sitting import Progress, Sitting
from keyholder.workbench.standing import Standing

_DOOR = "workbench.html"  # in the home; a browser is sent through it to the address


def workbench(
    context: typer.Context,
    idle_minutes: Annotated[
        int,
        typer.Option(
            "--idle-minutes", min=1, max=24 * 60, help="Lock and end after so long without use."
        ),
    ] = 15,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the address in this machine's browser.")
    ] = False,
    peeled: Peeled = None,
    service: Service = None,
) -> None:
    """Open everything, and show it in a browser on this machine: a list, a map, a timeline.

    The address that is printed holds a secret: it lets in whoever has it, on this machine, until
    the workbench is locked. Reports are in memory alone. It locks itself and ends after
    --idle-minutes without use, by the page's own button, and with Ctrl-C.

    It asks the network for nothing, unless the page's button "Get new reports" is used: then it
    does what `keyholder sync` does. What other commands bring into the home is shown as it comes.
    """
    session: Session = context.obj
    identity = unlock_identity(session)
    keyring = read_coalition(session, service).keyring

    def keep(said: Annotations, operations: Sequence[Operation]) -> tuple[Record, ...]:
        newest = arrivals.keyring or keyring
        return write(session.home, identity, newest, said, operations, session.now)

    def make_order() -> Order:
        switch = {SWITCH: session.surroundings.environment.get(SWITCH, "")}
        return Order(session.home, identity, service, switch, session.now)

    sitting = Sitting(identity.holder_id, idle_minutes * 60, time.monotonic, keep)
    arrivals = Arrivals(session, identity, peeled or ())
    sitting.shelf = arrivals.find_shelf()
    opened = arrivals.open_first(partial(_tell, sitting, time.monotonic()))

    def work() -> None:
        _open(sitting, opened, arrivals)
        if not sitting.locked.is_set():
            attend(sitting, session, arrivals, make_order)

    door = session.home.folder / _DOOR
    signals: list[int] = []
    with suppress(KeyboardInterrupt):
        asyncio.run(_sit(sitting, work, door if open_browser else None, signals))
    if signals:
        sys.exit(128 + signals[0])
    say("Locked: nothing of it is left in memory.")


async def _sit(
    sitting: Sitting, work: Callable[[], None], door: Path | None, signals: list[int]
) -> None:
    """Serve and work at the same time, until it is locked or the work fails. `signals` takes
    those that ended it: raised in the midst of a request, they would show a traceback of it."""

    def end(number: int) -> None:
        signals.append(number)
        sitting.lock()

    if sys.platform != "win32":  # whose loops take none
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                asyncio.get_running_loop().add_signal_handler(number, end, number)
    working = asyncio.create_task(asyncio.to_thread(_work, sitting, work))
    try:
        await serve(sitting, partial(_announce, sitting, door))
    finally:
        sitting.lock()
        if door is not None:
            await asyncio.to_thread(door.unlink, missing_ok=True)
    await working


def _work(sitting: Sitting, work: Callable[[], None]) -> None:
    """Whatever goes wrong ends the sitting."""
    try:
        work()
    except BaseException:
        sitting.lock()
        raise


def _open(sitting: Sitting, opened: Generator[Opened, None, None], arrivals: Arrivals) -> None:
    """Open all, show it, and have it put into incidents until the end."""
    reports = []
    with closing(opened):
        for one in opened:
            if sitting.locked.is_set():
                return
            reports.append(one)
    collection = collect(reports, arrivals.cut)
    standing = Standing(collection, arrivals.annotate(collection.reports))
    sitting.take(standing, arrivals.list_unopened())
    # A daemon: nobody waits for it when the sitting is locked.
    threading.Thread(target=_settle, args=(sitting,), daemon=True).start()


def _settle(sitting: Sitting) -> None:
    try:
        sitting.settle()
    except Exception as error:  # noqa: BLE001 - a traceback may repeat what a stranger wrote
        warn(describe_fault(error))


def _tell(sitting: Sitting, started: float, done: int, total: int) -> None:
    """The progress for the page, with the time that the rest takes at the rate so far."""
    spent = time.monotonic() - started
    sitting.use()  # whoever waits for it is here
    sitting.opening = Progress(done, total, round(spent / done * (total - done)))


def _announce(sitting: Sitting, door: Path | None, port: int) -> None:
    address = f"http://{HOST}:{port}/#{sitting.token}"
    say(f"Workbench: {address}")
    say("It locks itself when nobody uses it. Ctrl-C locks and ends it.")
    if door is None:
        return
    # Not the address itself: everybody on this machine can read what a program was started with.
    page = f'<!doctype html><meta http-equiv="refresh" content="0; url={address}">'
    write_whole(door, [page.encode("ascii")])
    webbrowser.open(door.as_uri())
