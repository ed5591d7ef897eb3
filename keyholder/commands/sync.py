"""keyholder sync."""

from functools import partial

import typer

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
from keyholder.home import hold
from keyholder.round import run_round


def sync(context: typer.Context, service: Service = None, json: Json = False) -> None:
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
    "refused": [{"epoch", "lock", "code"}], "withheld": [{"epoch", "lock"}]}}.
    """
    session: Session = context.obj
    held = read_coalition(session, service)
    address = choose_service(held, service)
    identity = unlock_identity(session)
    watch = partial(show_progress, "Downloading", None)
    with hold(session.home), reach(session, address) as reached:
        found = run_round(session.home, held, identity, reached, session.now, watch, warn)
    if json:
        say_json(describe_round(found))
    else:
        for line, warns in list_lines(found, identity):
            (warn if warns else say)(line)
    if found.fault is not None:
        raise found.fault
    if not found.whole:
        raise typer.Exit(1)
