"""keyholder epoch new."""

from typing import Annotated, Any

import typer

from crypto.locks import new_seed
from keyholder.commands.options import Json, Publish, Service
from keyholder.commands.printing import say, say_json
from keyholder.commands.session import Session
from keyholder.commands.signing import Documents, finish, sign_next
from keyholder.epochs import FALLBACK_DAYS, describe_epoch, find_start, keep_epochs, next_number
from keyholder.held import Held
from keyholder.moments import write_moment
from keyholder.vault import Identity, Seed, read_seeds, write_seeds

_TIMES = ("seal_from", "seal_until", "destroy_after")

group = typer.Typer(no_args_is_help=True, help="Epochs: periods with keys of their own.")


@group.callback()
def explain() -> None:
    """Epochs: periods with keys of their own."""


@group.command()
def new(
    context: typer.Context,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, max=366, help="Its length; 7, or 365 with --fallback."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--start",
            "--from",
            metavar="now|UTC",
            help="Its start: `now`, 2026-01-31 or 2026-01-31T12:00. Without it: where the last "
            "epoch ends, or now if that is past.",
        ),
    ] = None,
    fallback: Annotated[
        bool,
        typer.Option("--fallback", help="An epoch that serves when no other is current."),
    ] = False,
    publish: Publish = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Make lock A of a new epoch, keep its seed in the vault, and sign the next keyring.

    No command makes both locks of an epoch. It is to be destroyed 90 days after it ends.

    --json prints {"epoch", "seal_from", "seal_until", "destroy_after", "fallback", "keyring"}.
    """
    session: Session = context.obj
    entry: dict[str, Any] = {}

    def add_epoch(identity: Identity, held: Held, documents: Documents) -> None:
        number = next_number(held.keyring)
        begin = find_start(held.keyring, start, session.now, fallback=fallback)
        seed = new_seed()
        length = days or (FALLBACK_DAYS if fallback else 7)
        entry.update(describe_epoch(number, seed, begin, length, fallback=fallback))
        reporter = documents["reporter.json"]
        reporter["epochs"] = [*keep_epochs(reporter["epochs"], session.now), entry]
        # The seed first: a keyring whose seed is lost would take reports that nobody can open.
        _keep_seed(session, identity, Seed(number, "A", seed))

    newer = sign_next(session, service, add_epoch, publish=publish)
    told = {
        "epoch": entry["epoch"],
        **{name: write_moment(entry[name]) for name in _TIMES},
        "fallback": fallback,
        "keyring": newer.keyring.version,
    }
    if json:
        say_json(told)
    else:
        say(f"Epoch {told['epoch']} seals from {told['seal_from']} until {told['seal_until']}.")
        say(f"It is in keyring {newer.keyring.version}; its seed is in the vault.")
    finish(session, newer, service, publish=publish, json=json)


def _keep_seed(session: Session, identity: Identity, seed: Seed) -> None:
    write_seeds(session.home, identity, (*read_seeds(session.home, identity), seed))
