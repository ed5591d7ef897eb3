"""keyholder sync."""

from functools import partial
from typing import Annotated, Any

import typer

from keyholder.commands.attaching import fetch_all, say_fetched
from keyholder.commands.options import Json, Service
from keyholder.commands.printing import say, say_json, show_progress, warn
from keyholder.commands.rounds import describe_round, list_lines
from keyholder.commands.session import (
    Session,
    choose_service,
    reach,
    read_coalition,
    unlock_identity,
)
from keyholder.errors import HomeError, ServiceError
from keyholder.home import hold
from keyholder.round import run_round
from keyholder.service import Service as Reached
from keyholder.vault import Identity


def sync(
    context: typer.Context,
    service: Service = None,
    attachments: Annotated[
        bool,
        typer.Option(
            "--attachments",
            help="Then open all reports and fetch the attachments that they name, sealed as they "
            "are, up to 1 GiB. The service learns which ones are named.",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Fetch the newest keyring and all new envelopes, and check the log. What was cut off goes on.

    The checkpoint is compared with all leaves held and with every checkpoint seen before; if it
    holds, it is cosigned. An envelope that the service does not give is no finding where a keyring
    lists it as purged; else it is named each time, and asked for again. A keyring that is rolled
    back, forked or badly signed is refused, and the held one stays.
    Exit status 1 says that something was refused or did not match, though the rest was kept.

    --json prints {"new", "held", "purged": how many of the new ones a keyring lists so,
    "mismatches": [{"index", "code"}],
    "gaps": [{"first", "last"}], "keyring": {"version", "refused": code or null},
    "records": {"sent": of yours, "waiting": for the next time},
    "log": {"confirmed": {"size", "root"} or null, "cosigners": [holder ids],
    "findings": as `verify` prints them, "cosigned"}, "wraps": {"taken": [{"epoch", "lock"}],
    "refused": [{"epoch", "lock", "code"}], "foreign": [{"epoch", "lock"}], "withheld":
    [{"epoch", "lock"}]},
    "attachments": {"fetched", "left": for the next time, "faults": {code: how many}} or null}.
    """
    session: Session = context.obj
    held = read_coalition(session, service)
    address = choose_service(held, service)
    identity = unlock_identity(session)
    watch = partial(show_progress, "Downloading", None)
    with hold(session.home), reach(session, address) as reached:
        found = run_round(session.home, held, identity, reached, session.now, watch, warn)
        files = _fetch_attachments(session, reached, identity) if attachments else None
    if json:
        say_json({**describe_round(found), "attachments": files})
    else:
        for line, warns in list_lines(found, identity):
            (warn if warns else say)(line)
        if files is not None:
            say_fetched(files)
    if found.fault is not None:
        raise found.fault
    if not found.whole or (attachments and files is None):
        raise typer.Exit(1)


def _fetch_attachments(
    session: Session, service: Reached, identity: Identity
) -> dict[str, Any] | None:
    """Fetch what the reports name. Whatever hinders it hinders nothing else."""
    try:
        return fetch_all(session, service, identity)
    except (ServiceError, HomeError) as error:
        warn(str(error))
        return None
