"""keyholder workbench."""

import asyncio
import time
import webbrowser
from collections.abc import Generator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from keyholder.collection import collect
from keyholder.commands.opening import list_unopened, open_held
from keyholder.commands.options import Peeled
from keyholder.commands.printing import say
from keyholder.commands.session import Session, unlock_identity
from keyholder.files import write_whole
from keyholder.findings import Findings
from keyholder.opening import Outcome
from keyholder.workbench.server import HOST, serve
from keyholder.workbench.sitting import Progress, Sitting

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
    sitting = Sitting(identity.holder_id, idle_minutes * 60, time.monotonic)
    outcomes = open_held(
        session, peeled, identity=identity, watch=partial(_tell, sitting, time.monotonic())
    )
    door = session.home.folder / _DOOR
    with suppress(KeyboardInterrupt):
        asyncio.run(_sit(sitting, outcomes, door if open_browser else None))
    say("Locked: nothing of it is left in memory.")


async def _sit(
    sitting: Sitting, outcomes: Generator[Outcome, None, None], door: Path | None
) -> None:
    """Serve and open at the same time, until it is locked or the opening fails."""
    opening = asyncio.create_task(asyncio.to_thread(_open, sitting, outcomes))
    try:
        await serve(sitting, partial(_announce, sitting, door))
    finally:
        sitting.lock()
        if door is not None:
            await asyncio.to_thread(door.unlink, missing_ok=True)
    await opening


def _open(sitting: Sitting, outcomes: Generator[Outcome, None, None]) -> None:
    """Open all, then show it. Whatever goes wrong ends the sitting."""
    found = Findings()
    try:
        with closing(outcomes):
            for outcome in outcomes:
                if sitting.locked.is_set():
                    return
                found.take(outcome)
        sitting.take(collect(found.reports), list_unopened(found.tally))
    except BaseException:
        sitting.lock()
        raise


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
