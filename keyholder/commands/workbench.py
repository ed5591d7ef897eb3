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

from keyholder.attachments.shelf import open_shelf
from keyholder.collection import collect
from keyholder.commands.opening import annotate, list_unopened, open_held
from keyholder.commands.options import Peeled
from keyholder.commands.printing import say, warn
from keyholder.commands.session import Session, read_coalition, unlock_identity
from keyholder.errors import describe_fault
from keyholder.files import write_whole
from keyholder.findings import Findings
from keyholder.known import read_known
from keyholder.merge import Merged
from keyholder.opening import Outcome
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
) -> None:
    """Open everything, and show it in a browser on this machine: a list, a map, a timeline.

    The address that is printed holds a secret: it lets in whoever has it, on this machine, until
    the workbench is locked. Reports are in memory alone. It locks itself and ends after
    --idle-minutes without use, by the page's own button, and with Ctrl-C.
    """
    session: Session = context.obj
    identity = unlock_identity(session)
    keyring = read_coalition(session).keyring

    def keep(said: Annotations, operations: Sequence[Operation]) -> tuple[Record, ...]:
        return write(session.home, identity, keyring, said, operations, session.now)

    sitting = Sitting(identity.holder_id, idle_minutes * 60, time.monotonic, keep)
    sitting.shelf = open_shelf(session.home, read_known(session.home))
    outcomes = open_held(
        session, peeled, identity=identity, watch=partial(_tell, sitting, time.monotonic())
    )
    annotations = partial(annotate, session, identity)
    door = session.home.folder / _DOOR
    signals: list[int] = []
    with suppress(KeyboardInterrupt):
        asyncio.run(_sit(sitting, outcomes, annotations, door if open_browser else None, signals))
    if signals:
        sys.exit(128 + signals[0])
    say("Locked: nothing of it is left in memory.")


async def _sit(
    sitting: Sitting,
    outcomes: Generator[Outcome, None, None],
    say_of: Callable[[Findings, Sequence[Merged]], Annotations],
    door: Path | None,
    signals: list[int],
) -> None:
    """Serve and open at the same time, until it is locked or the opening fails. `signals` takes
    those that ended it: raised in the midst of a request, they would show a traceback of it."""

    def end(number: int) -> None:
        signals.append(number)
        sitting.lock()

    if sys.platform != "win32":  # whose loops take none
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                asyncio.get_running_loop().add_signal_handler(number, end, number)
    opening = asyncio.create_task(asyncio.to_thread(_open, sitting, outcomes, say_of))
    try:
        await serve(sitting, partial(_announce, sitting, door))
    finally:
        sitting.lock()
        if door is not None:
            await asyncio.to_thread(door.unlink, missing_ok=True)
    await opening


def _open(
    sitting: Sitting,
    outcomes: Generator[Outcome, None, None],
    say_of: Callable[[Findings, Sequence[Merged]], Annotations],
) -> None:
    """Open all, show it, and put it into incidents until the end. Whatever goes wrong ends the
    sitting."""
    found = Findings()
    try:
        with closing(outcomes):
            for outcome in outcomes:
                if sitting.locked.is_set():
                    return
                found.take(outcome)
        collection = collect(found.reports)
        standing = Standing(collection, say_of(found, collection.reports))
        sitting.take(standing, list_unopened(found.tally))
        # A daemon: nobody waits for it when the sitting is locked.
        threading.Thread(target=_settle, args=(sitting,), daemon=True).start()
    except BaseException:
        sitting.lock()
        raise


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
