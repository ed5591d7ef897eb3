"""keyholder coalition officers and coalition renew: who signs, and for how long."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from crypto.officers import tuf_key
from keyholder.commands.founding import RootThreshold, Threshold, tell_cards
from keyholder.commands.options import Json, Propose, Publish, Service
from keyholder.commands.printing import say, say_json, warn
from keyholder.commands.session import Session, read_coalition
from keyholder.commands.signing import Documents, Signed, describe_signed, finish, sign_next
from keyholder.counts import choose_word, write_count
from keyholder.errors import SigningError
from keyholder.held import Held
from keyholder.home import Home
from keyholder.keys.offering import read_cards
from keyholder.moments import DAY, write_moment
from keyholder.signing.cards import read_cards_at
from keyholder.signing.proposals import name_key
from keyholder.signing.roots import (
    Officers,
    change_officers,
    find_slack,
    name_officer,
    read_officers,
    read_root_of,
)
from keyholder.vault import Identity

_KEY_ID = 64  # digits
_ROOT_SOON = 180 * DAY  # a root that ends within half a year is to be renewed, while all can meet


def officers(
    context: typer.Context,
    add: Annotated[
        list[Path] | None,
        typer.Option("--add", metavar="CARD", help="The card of a new officer."),
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option(
            "--remove",
            metavar="KEYID|HOLDER",
            help="An officer who goes: the key's id, or the holder's whose card is held here.",
        ),
    ] = None,
    threshold: Threshold = None,
    root_threshold: RootThreshold = None,
    propose: Propose = None,
    publish: Publish = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Propose the next root: other officers, or other thresholds. Without options: tell them.

    It needs the signatures of the last root's threshold and of its own. Whoever is removed signs
    nothing from then on; whoever leaves does not propose it. More signatures than officers are
    refused: nobody could sign any more.

    --json prints {"root_version", "officers": [key ids], "threshold", "root_threshold"}; with a
    change also "keyring", and "proposal" as `coalition change` does.
    """
    session: Session = context.obj
    if not add and not remove and threshold is None and root_threshold is None:
        _tell(read_coalition(session), json=json)
        return
    cards = read_cards_at(add or ())
    tell_cards(cards)
    added = [card.officer_key for card in cards]
    removed = _find_keys(session.home, remove or ())

    def change(identity: Identity, before: Officers) -> Officers:
        after = change_officers(before, added, removed, threshold, root_threshold)
        if name_key(identity.officer_seed) not in after.keys:
            raise SigningError("officer-leaves")
        return after

    newer = sign_next(
        session,
        service,
        lambda _identity, _held, _documents: None,
        publish=publish,
        propose_to=propose,
        change_officers=change,
    )
    _finish(session, newer, service, publish=publish, json=json)


def renew(
    context: typer.Context,
    root: Annotated[
        bool,
        typer.Option("--root", help="Renew the root as well: it needs the root's threshold."),
    ] = False,
    propose: Propose = None,
    publish: Publish = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Sign the same again, to expire later: a keyring after 90 days, a root after two years.

    An expired keyring still seals, with a warning. Renew the root while enough officers can sign.

    --json prints what `coalition officers` does with a change, and "expires".
    """
    session: Session = context.obj

    def keep(_identity: Identity, _held: Held, _documents: Documents) -> None:
        pass

    def keep_officers(_identity: Identity, before: Officers) -> Officers:
        return before

    newer = sign_next(
        session,
        service,
        keep,
        publish=publish,
        propose_to=propose,
        change_officers=keep_officers if root else None,
    )
    ends = int(read_root_of(newer.keyring).expires.timestamp())
    if ends - session.now < _ROOT_SOON:
        warn(f"The root expires at {write_moment(ends)}: renew it with --root while all can sign.")
    _finish(session, newer, service, publish=publish, json=json)


def _find_keys(home: Home, named: Iterable[str]) -> list[str]:
    """Key ids from ids of keys or of holders. SigningError officer-unknown."""
    cards, _damaged = read_cards(home)
    found = []
    for one in named:
        if len(one) == _KEY_ID:
            found.append(one)
        elif one in cards:
            found.append(str(tuf_key(cards[one].officer_key).keyid))
        else:
            raise SigningError("officer-unknown")
    return found


def _tell(held: Held, *, json: bool) -> None:
    root = read_root_of(held.keyring)
    told = read_officers(root)
    if json:
        say_json(_describe(root.version, told))
        return
    say(
        f"Root {root.version}: {told.threshold} of {write_count(len(told.keys), 'officer')} "
        f"{choose_word(told.threshold, 'signs', 'sign')} a keyring, "
        f"{told.root_threshold} the next root."
    )
    for key_id in told.keys:
        say(f"  {name_officer(key_id)}")
    slack = find_slack(len(told.keys), max(told.threshold, told.root_threshold))
    if slack is not None:
        warn(slack)


def _finish(
    session: Session, newer: Signed, service: str | None, *, publish: bool, json: bool
) -> None:
    root = read_root_of(newer.keyring)
    told = read_officers(root)
    if json:
        say_json(
            {
                **_describe(root.version, told),
                "keyring": newer.keyring.version,
                "expires": write_moment(newer.keyring.expires),
                **describe_signed(newer),
            }
        )
    else:
        say(
            f"Keyring {newer.keyring.version} under root {root.version}: {told.threshold} of "
            f"{write_count(len(told.keys), 'officer')} "
            f"{choose_word(told.threshold, 'signs', 'sign')}; it expires "
            f"{write_moment(newer.keyring.expires)}."
        )
    slack = find_slack(len(told.keys), max(told.threshold, told.root_threshold))
    if slack is not None:
        warn(slack)
    finish(session, newer, service, publish=publish, json=json)


def _describe(version: int, told: Officers) -> dict[str, object]:
    return {
        "root_version": version,
        "officers": list(told.keys),
        "threshold": told.threshold,
        "root_threshold": told.root_threshold,
    }
