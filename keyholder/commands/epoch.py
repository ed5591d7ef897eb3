"""keyholder epoch new."""

from typing import Annotated

import typer

from crypto.locks import new_seed
from keyholder.commands.coalition import publish_keyring
from keyholder.commands.options import Json, Service
from keyholder.commands.printing import say, say_json
from keyholder.commands.session import Session, read_coalition, unlock_identity
from keyholder.epochs import FALLBACK_DAYS, describe_epoch, find_start, keep_epochs, next_number
from keyholder.held import accept
from keyholder.home import hold
from keyholder.moments import write_moment
from keyholder.repository import check_officer, make_keyring, read_documents, read_roots
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
    publish: Annotated[
        bool, typer.Option("--publish", help="Send the keyring to the service at once.")
    ] = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Make lock A of a new epoch, keep its seed in the vault, and sign the next keyring.

    No command makes both locks of an epoch. It is to be destroyed 90 days after it ends.

    --json prints {"epoch", "seal_from", "seal_until", "destroy_after", "fallback", "keyring"}.
    """
    session: Session = context.obj
    read_coalition(session, service if publish else None)
    identity = unlock_identity(session)
    with hold(session.home):
        held = read_coalition(session)
        check_officer(held.keyring, identity.officer_seed)
        number = next_number(held.keyring)
        begin = find_start(held.keyring, start, session.now, fallback=fallback)
        seed = new_seed()
        entry = describe_epoch(
            number, seed, begin, days or (FALLBACK_DAYS if fallback else 7), fallback=fallback
        )
        documents = read_documents(held.keyring)
        reporter = documents["reporter.json"]
        reporter["epochs"] = [*keep_epochs(reporter["epochs"], session.now), entry]
        reporter["signed_at"] = max(session.now, held.keyring.signed_at)
        files = make_keyring(
            read_roots(held.keyring),
            held.keyring.version + 1,
            identity.officer_seed,
            documents,
            session.now,
        )
        # The seed first: a keyring whose seed is lost would take reports that nobody can open.
        _keep_seed(session, identity, Seed(number, "A", seed))
        newer = accept(session.home, held, files)
    told = {
        "epoch": number,
        **{name: write_moment(entry[name]) for name in _TIMES},
        "fallback": fallback,
        "keyring": newer.keyring.version,
    }
    if json:
        say_json(told)
    else:
        say(f"Epoch {number} seals from {told['seal_from']} until {told['seal_until']}.")
        say(f"It is in keyring {newer.keyring.version}; its seed is in the vault.")
    if publish:
        publish_keyring(session, newer, service)
    elif not json:
        say("Next: keyholder coalition publish")


def _keep_seed(session: Session, identity: Identity, seed: Seed) -> None:
    write_seeds(session.home, identity, (*read_seeds(session.home, identity), seed))
