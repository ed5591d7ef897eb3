"""keyholder ceremony."""

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from crypto.errors import CryptoError
from keyholder.ceremony.looking import look
from keyholder.ceremony.rehearsal import make_stage, rehearse
from keyholder.ceremony.steps import HERE, Role, Step, list_steps
from keyholder.commands.options import Json
from keyholder.commands.printing import say, say_json, warn
from keyholder.commands.session import Session, Surroundings, find_coalition, unlock_identity
from keyholder.errors import KeyholderError
from keyholder.words import write_words


def ceremony(
    context: typer.Context,
    role: Annotated[
        Role | None,
        typer.Option("--role", help="What you are to be; known by itself once a coalition is."),
    ] = None,
    backup: Annotated[
        Path | None,
        typer.Option("--backup", metavar="DIR", help="A copy of your home, to be looked at."),
    ] = None,
    rehearsal: Annotated[
        bool,
        typer.Option(
            "--rehearse",
            help="Play the whole ceremony on throw-away keys in a temporary folder, and show it.",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Guide a group through founding a coalition: what is done on this machine, and what is next.

    It looks at the home, so each step counts only if it was really done, and whoever was
    interrupted goes on where she was. docs/ceremony.md is the page to follow together: roles,
    times, what to print and what to say aloud. --rehearse needs no home and touches none.

    --json prints {"holder", "root": words or null, "steps": [{"name", "title", "done", "found",
    "where", "command", "aloud"}], "next": a name or null}.
    """
    session: Session = context.obj
    if rehearsal:
        with make_stage(_find_run(context), say) as stage:
            rehearse(stage)
        return
    if not session.home.identity.exists():
        _say_beginning(role, json=json)
        return
    held = find_coalition(session)
    identity = unlock_identity(session)
    steps = list_steps(look(session.home, identity, held, session.now, backup), role)
    words = None if held is None else write_words(hashlib.sha256(held.root).digest())
    following = next((step for step in steps if not step.done), None)
    if json:
        told: dict[str, Any] = {"holder": identity.holder_id, "root": words}
        told["steps"] = [asdict(step) for step in steps]
        say_json({**told, "next": following.name if following else None})
        return
    for number, step in enumerate(steps, start=1):
        say(f"[{'x' if step.done else ' '}] {number:2} {step.title}: {step.found}")
    if words:
        say(f"The root's words: {words}")
    _say_next(following)


def _say_beginning(role: Role | None, *, json: bool) -> None:
    step = Step("identity", "An identity under a passphrase", False, "none", HERE, "keyholder init")
    if json:
        say_json({"holder": None, "root": None, "steps": [asdict(step)], "next": step.name})
        return
    say("Nothing is here yet. Read docs/ceremony.md together first, and see it played:")
    say("  keyholder ceremony --rehearse")
    _say_next(step)
    if role is None:
        say("Then come back with --role: first-officer, officer, lock-a or lock-b.")


def _say_next(step: Step | None) -> None:
    if step is None:
        say("All is done. Destroy each epoch's keys when its time has come.")
        return
    say(f"Next, on {step.where}: {step.title}")
    say(f"  {step.command}")
    if step.aloud:
        say(f"  {step.aloud}")


def _find_run(context: typer.Context) -> Any:
    """The command itself, as it was started: it gives the exit status."""
    command: Any = context.find_root().command

    def run(arguments: Sequence[str], surroundings: Surroundings) -> int:
        try:
            command(args=list(arguments), prog_name="keyholder", obj=surroundings)
        except (KeyholderError, CryptoError) as error:
            warn(str(error))
            return 1
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 1
        finally:
            sys.stdout.flush()
        return 0

    return run
