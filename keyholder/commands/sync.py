"""keyholder sync."""

import typer

from crypto.errors import KeyringError
from keyholder.commands.options import Json, Service
from keyholder.commands.printing import say, say_json, show_progress, warn
from keyholder.commands.session import (
    Session,
    choose_service,
    reach,
    read_coalition,
    unlock_identity,
)
from keyholder.envelopes import count, open_envelopes
from keyholder.errors import ServiceError
from keyholder.held import Held, accept, fetch_keyring
from keyholder.home import hold
from keyholder.syncing import Synced, sync_envelopes

_SHOWN = 20  # mismatches that are listed one by one


def sync(context: typer.Context, service: Service = None, json: Json = False) -> None:
    """Fetch the newest keyring and all new envelopes. A download that was cut off goes on.

    A keyring that is rolled back, forked or badly signed is refused, and the held one stays.
    Exit status 1 says that something was refused or did not match, though the rest was kept.

    --json prints {"new", "held", "purged", "mismatches": [{"index", "code"}],
    "gaps": [{"first", "last"}], "keyring": {"version", "refused": code or null}}.
    """
    session: Session = context.obj
    held = read_coalition(session, service)
    address = choose_service(held, service)
    identity = unlock_identity(session)
    with hold(session.home), reach(session, address) as reached:
        newer, refused = _update_keyring(session, held, fetch_keyring(reached, held.keyring))
        if refused is not None:
            warn(f"{refused} Version {held.keyring.version} stays in use.")
        with (
            open_envelopes(session.home) as database,
            show_progress("Downloading", None) as advance,
        ):
            synced = sync_envelopes(reached, identity, database, advance)
            total = count(database)
    if json:
        say_json(
            {
                "new": synced.new,
                "held": total,
                "purged": synced.purged,
                "mismatches": [{"index": index, "code": code} for index, code in synced.mismatches],
                "gaps": [{"first": first, "last": last} for first, last in synced.gaps],
                "keyring": {
                    "version": newer.keyring.version,
                    "refused": None if refused is None else refused.code,
                },
            }
        )
    else:
        _say(synced, total, newer)
    if synced.mismatches or synced.gaps:
        raise ServiceError("service-mismatch")
    if refused is not None:
        raise typer.Exit(1)


def _update_keyring(
    session: Session, held: Held, files: dict[str, bytes]
) -> tuple[Held, KeyringError | None]:
    try:
        return accept(session.home, held, files), None
    except KeyringError as error:
        return held, error


def _say(synced: Synced, total: int, held: Held) -> None:
    for index, code in synced.mismatches[:_SHOWN]:
        warn(f"Index {index}: {code}")
    if len(synced.mismatches) > _SHOWN:
        warn(f"… and {len(synced.mismatches) - _SHOWN:,} more: see --json")
    for first, last in synced.gaps[:_SHOWN]:
        warn(f"Indexes {first} to {last} were left out by the service")
    purged = f", {synced.purged:,} of them purged" if synced.purged else ""
    say(f"{synced.new:,} new envelopes{purged}; {total:,} held. Keyring {held.keyring.version}.")
