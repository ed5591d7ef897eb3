"""keyholder bundle in."""

from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import Annotated, Any

import typer

from crypto import keyring as keyrings
from crypto.errors import KeyringError
from keyholder.commands.options import Json
from keyholder.commands.printing import say, say_json, warn
from keyholder.commands.session import Session, find_coalition, read_coalition, unlock_identity
from keyholder.commands.unwrapping import describe_unwrapped, say_unwrapped
from keyholder.commands.verify import describe_findings, say_findings
from keyholder.counts import write_count
from keyholder.envelopes import find_ids, open_envelopes
from keyholder.errors import TravelError
from keyholder.files import read_start
from keyholder.home import hold
from keyholder.keys.wraps import Unwrapped, unwrap_into_vault
from keyholder.known import read_known
from keyholder.moments import DAY
from keyholder.peeled import list_speakers
from keyholder.records.journal import open_journal
from keyholder.records.sending import forget_arrived
from keyholder.signing.proposals import FILE_LIMIT
from keyholder.travel.bundle import Bundle, open_bundle
from keyholder.travel.carrying import carry
from keyholder.travel.signed_file import Maker, is_listed
from keyholder.travel.taking import Taken, take_cards, take_keyring, take_log
from keyholder.vault import Identity


def take_in(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A bundle, or a keyring of `coalition export`."),
    ],
    json: Json = False,
) -> None:
    """Take a bundle in, each thing in it checked as if it came from the service.

    The keyring must be a successor, cards signed by their holders, envelopes what their leaves say
    and covered by a checkpoint of the log. Every checkpoint is compared with those seen here and
    with what is held: a log that shows two holders different things is named, and its proof kept.
    Exit status 1 says that something was refused, though the rest was taken.

    --json prints {"maker", "listed", "keyring", "cards", "refused_cards", "checkpoints", "ahead",
    "carried", "new", "restored", "mismatches", "findings", "wraps": as `sync`
    prints them}.
    """
    session: Session = context.obj
    taken, unwrapped = Taken(), Unwrapped()
    identity = unlock_identity(session)
    with hold(session.home):
        files = _read_keyring(file)
        if files is not None:
            take_keyring(session.home, read_coalition(session), files, taken)
            told: dict[str, Any] = {"maker": None, "listed": False}
        else:
            with open_bundle(file) as (maker, bundle):
                told = _take(session, identity, maker, bundle, taken)
        if (held := find_coalition(session)) is not None:
            unwrapped = unwrap_into_vault(session.home, identity, held.keyring)
    told |= {
        "keyring": taken.keyring,
        "cards": taken.cards,
        "refused_cards": [{"number": n, "code": code} for n, code in taken.cards_refused],
        "checkpoints": taken.checkpoints,
        "ahead": taken.ahead,
        "carried": taken.carried,
        "new": taken.new,
        "restored": taken.restored,
        "mismatches": [{"index": place, "code": code} for place, code in taken.mismatches],
        "findings": describe_findings(taken.checked.findings),
        "wraps": describe_unwrapped(unwrapped),
    }
    if json:
        say_json(told)
    else:
        _say_taken(told, taken)
        say_unwrapped(unwrapped)
    if not taken.whole or unwrapped.refused:
        raise TravelError("bundle-refused")


def _take(
    session: Session, identity: Identity, maker: Maker, bundle: Bundle, taken: Taken
) -> dict[str, Any]:
    if maker.holder_id in read_known(session.home).revoked:
        raise TravelError("bundle-maker")
    held = find_coalition(session)
    if bundle.parcel.keyring is not None:
        held = read_coalition(session)
        held = take_keyring(session.home, held, keyrings.read_bundle(bundle.parcel.keyring), taken)
    known = read_known(session.home)
    if maker.holder_id in known.revoked:
        raise TravelError("bundle-maker")
    keyring = held.keyring if held else None
    listed = keyring is not None and is_listed(maker, list_speakers(keyring, known))
    take_cards(session.home, identity, keyring, bundle.parcel.cards, taken)
    if keyring is not None and (bundle.count or bundle.parcel.checkpoints):
        with open_envelopes(session.home) as database:
            take_log(database, keyring, bundle, known, taken, session.now // DAY)
            _forget_arrived(session, identity, database)
    taken.carried = carry(session.home, bundle.parcel.waiting)
    return {"maker": maker.holder_id, "listed": listed}


def _forget_arrived(session: Session, identity: Identity, database: Connection) -> None:
    """What this holder wrote, and somebody carried, has come back in the log."""
    if session.home.records.exists():
        with open_journal(session.home, identity) as journal:
            forget_arrived(journal, partial(find_ids, database))


def _read_keyring(file: Path) -> dict[str, bytes] | None:
    """The files of a keyring, None where the file is something else."""
    try:
        return keyrings.read_bundle(read_start(file, FILE_LIMIT))
    except OSError as error:
        raise TravelError("travel-unreadable") from error
    except KeyringError:
        return None


def _say_taken(told: dict[str, Any], taken: Taken) -> None:
    if told["maker"]:
        listed = "" if told["listed"] else ", whom the keyring does not list"
        say(f"Bundle of holder {told['maker']}{listed}.")
    say(f"Keyring: {told['keyring']}.")
    for holder in taken.cards:
        say(f"Card of holder {holder} is kept: compare its words with her.")
    for number, code in taken.cards_refused:
        warn(f"Card {number} was refused: {code}")
    for place, code in taken.mismatches:
        warn(f"Index {place}: {code}")
    say(
        f"{write_count(taken.new, 'new envelope')}, "
        f"{write_count(taken.checkpoints, 'checkpoint')} not seen before."
    )
    if taken.carried:
        say(f"Your next sync sends {write_count(taken.carried, 'sealed record')} of hers.")
    if taken.restored:
        say(f"{taken.restored:,} that the service had not given came now.")
    if taken.ahead:
        say(
            f"{write_count(taken.ahead, 'checkpoint is', 'checkpoints are')} ahead of the "
            "leaves held: run `keyholder sync`, or "
            "ask for a bundle with --envelopes, then take this one again."
        )
    say_findings(taken.checked.findings)
    if any(one.code == "log-forked" for one in taken.checked.findings):
        say(
            "The log showed the maker of this bundle and this home different things. Keep both "
            "homes as they are: together they hold the proof."
        )
