"""keyholder bundle in."""

import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer

from crypto import keyring as keyrings
from keyholder.commands.options import Json
from keyholder.commands.printing import say, say_json, warn
from keyholder.commands.session import Session, find_coalition, unlock_identity
from keyholder.commands.verify import say_findings
from keyholder.development import check_development
from keyholder.envelopes import open_envelopes
from keyholder.errors import TravelError
from keyholder.held import Held, write_held
from keyholder.home import hold
from keyholder.known import read_known
from keyholder.peeled import list_speakers
from keyholder.travel.bundle import Bundle, open_bundle
from keyholder.travel.joining import begin, read_keyring
from keyholder.travel.signed_file import is_listed
from keyholder.travel.taking import Taken, take_cards, take_keyring, take_log
from keyholder.vault import Identity
from keyholder.words import write_words


def take_in(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A bundle, or a keyring of `coalition export`."),
    ],
    root: Annotated[
        Path | None,
        typer.Option(
            "--root",
            metavar="FILE",
            help="The coalition's root file, for a home that belongs to none yet: compare its "
            "words first.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Take a bundle in, each thing in it checked as if it came from the service.

    The keyring must be a successor, cards signed by their holders, envelopes what their leaves say
    and covered by a checkpoint of the log. Every checkpoint is compared with those seen here and
    with what is held: a log that shows two holders different things is named, and its proof kept.
    Exit status 1 says that something was refused, though the rest was taken.

    --json prints {"maker", "listed", "keyring", "cards", "refused_cards", "checkpoints", "ahead",
    "new", "restored", "mismatches", "findings"}.
    """
    session: Session = context.obj
    taken = Taken()
    identity = unlock_identity(session)
    with hold(session.home):
        files = read_keyring(file)
        if files is not None:
            _take_keyring(session, files, root, taken)
            told: dict[str, Any] = {"maker": None, "listed": False}
        else:
            with open_bundle(file) as bundle:
                told = _take(session, identity, bundle, root, taken)
    told |= {
        "keyring": taken.keyring,
        "cards": taken.cards,
        "refused_cards": [{"number": n, "code": code} for n, code in taken.cards_refused],
        "checkpoints": taken.checkpoints,
        "ahead": taken.ahead,
        "new": taken.new,
        "restored": taken.restored,
        "mismatches": [{"index": place, "code": code} for place, code in taken.mismatches],
        "findings": [one._asdict() for one in taken.checked.findings],
    }
    if json:
        say_json(told)
    else:
        _say_taken(told, taken)
    if not taken.whole:
        raise TravelError("bundle-refused")


def _take(
    session: Session, identity: Identity, bundle: Bundle, root: Path | None, taken: Taken
) -> dict[str, Any]:
    held = find_coalition(session)
    if bundle.parcel.keyring is not None:
        files = keyrings.read_bundle(bundle.parcel.keyring)
        held = _take_keyring(session, files, root, taken)
    keyring = held.keyring if held else None
    listed = keyring is not None and is_listed(bundle.maker, list_speakers(keyring))
    take_cards(session.home, identity, keyring, bundle.parcel.cards, taken)
    if keyring is not None and (bundle.count or bundle.parcel.checkpoints):
        known = read_known(session.home)
        with open_envelopes(session.home) as database:
            take_log(database, keyring, bundle, known, taken)
    return {"maker": bundle.maker.holder_id, "listed": listed}


def _take_keyring(
    session: Session, files: dict[str, bytes], root: Path | None, taken: Taken
) -> Held:
    """The keyring that counts from now on; the first one where this home had none."""
    held = find_coalition(session)
    if held is None:
        held = begin(root, files)
        keyring = held.keyring
        check_development(keyring.development, session.surroundings.environment, keyring.addresses)
        write_held(session.home, held)
        words = write_words(hashlib.sha256(held.root).digest())
        warn(f"This home trusts the root with these words from now on: {words}")
    return take_keyring(session.home, held, files, taken)


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
    say(f"{taken.new:,} new envelopes, {taken.checkpoints:,} checkpoints not seen before.")
    if taken.restored:
        say(f"{taken.restored:,} that the service had not given came now.")
    if taken.ahead:
        say(
            f"{taken.ahead:,} checkpoints are ahead of the leaves held: run `keyholder sync`, or "
            "ask for a bundle with --envelopes, then take this one again."
        )
    say_findings(taken.checked.findings)
    if any(one.code == "log-forked" for one in taken.checked.findings):
        say(
            "The log showed the maker of this bundle and this home different things. Keep both "
            "homes as they are: together they hold the proof."
        )
