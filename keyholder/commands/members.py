"""keyholder coalition add, remove, revoke, members, name: who the keyring lists as holders."""

from pathlib import Path
from typing import Annotated

import typer

from crypto.keyring import HOLDERS
from keyholder.commands.founding import tell_cards
from keyholder.commands.options import Json, Propose, Publish, Service
from keyholder.commands.printing import say, say_json, warn
from keyholder.commands.session import Session, read_coalition, unlock_identity
from keyholder.commands.signing import Change, Documents, describe_signed, finish, sign_next
from keyholder.counts import write_count
from keyholder.errors import SigningError
from keyholder.held import Held
from keyholder.home import hold
from keyholder.known import read_known
from keyholder.signing.cards import read_cards_at
from keyholder.signing.members import (
    add_member,
    list_members,
    remove_member,
    revoke_member,
)
from keyholder.signing.names import LONGEST, read_names, write_names
from keyholder.terminal import show
from keyholder.vault import Identity

Ids = Annotated[list[str], typer.Argument(metavar="ID…", help="Ids of holders, 16 hex digits.")]


def add(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="CARD…", help="Cards of new holders.")],
    propose: Propose = None,
    publish: Publish = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Sign the next keyring with these holders in it: they may sync, record and cosign.

    Compare each card's words with its holder first: whoever is listed can fetch all envelopes, and
    lock offers will wrap seeds for her. The keyring gets her id and signing key, and no name.

    --json prints {"keyring", "holders": [ids], "proposal"…} as `coalition change` does.
    """
    session: Session = context.obj
    cards = read_cards_at(files)
    tell_cards(cards)

    def change(_identity: Identity, held: Held, documents: Documents) -> None:
        for card in cards:
            add_member(documents[HOLDERS], card, held.keyring.version + 1)

    _sign(session, change, propose, service, publish=publish, json=json)


def remove(
    context: typer.Context,
    ids: Ids,
    propose: Propose = None,
    publish: Publish = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Sign the next keyring without these holders: they left. What they said before still counts.

    Seeds that they have stay with them: make the next epochs without them.

    --json prints as `coalition add`.
    """
    session: Session = context.obj

    def change(_identity: Identity, _held: Held, documents: Documents) -> None:
        for id in ids:
            remove_member(documents[HOLDERS], id)

    _sign(session, change, propose, service, publish=publish, json=json)


def revoke(
    context: typer.Context,
    ids: Ids,
    propose: Propose = None,
    publish: Publish = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Sign the next keyring with these holders revoked: nothing that they said counts any more.

    It is for good, and for a lost laptop as for a traitor. It takes no seed away: what was sealed
    to epochs whose locks they have stays open to them. The command says what else is to be done.

    --json prints as `coalition add`, and "retire": numbers of the epochs that go on being sealed to
    and whose locks they have, as far as wraps say.
    """
    session: Session = context.obj
    read_coalition(session)
    retire: set[int] = set()

    def change(_identity: Identity, held: Held, documents: Documents) -> None:
        known = read_known(session.home)
        for id in ids:
            revoke_member(documents[HOLDERS], id, known)
        running = {one.number for one in held.keyring.epochs if one.seal_until > session.now}
        locks = [
            lock for one in list_members(held.keyring, known) if one.id in ids for lock in one.locks
        ]
        retire.update({int(lock[:-1]) for lock in locks} & running)

    _sign(session, change, propose, service, publish=publish, json=json, retire=retire)
    warn("What is still to be done, for their seeds stay with them:")
    told = ", ".join(map(str, sorted(retire))) or "none by the wraps; think of locks made alone"
    warn(f"  - end the epochs that they can open, and make new ones without them: {told};")
    warn("  - if one of them is an officer: `keyholder coalition officers --remove`;")
    warn("  - tell everybody to sync, and destroy old epochs when their time has come.")


def list_all(context: typer.Context, json: Json = False) -> None:
    """List all holders whom this home knows of: since when, whether they left or were revoked, and
    which locks they made or have wraps of. Of a lock that somebody made for herself alone, no
    keyring tells.

    Names that you gave are shown, for which the passphrase is needed; they are nowhere else.

    --json prints [{"id", "state": "member", "left" or "revoked", "since": version of the keyring or
    null, "locks": ["5A", …], "name": text or null, "you": true or false}].
    """
    session: Session = context.obj
    held = read_coalition(session)
    members = list_members(held.keyring, read_known(session.home))
    names, own = {}, None
    if session.home.names.exists():
        identity = unlock_identity(session)
        names, own = read_names(session.home, identity), identity.holder_id
    if json:
        say_json(
            [
                {
                    "id": one.id,
                    "state": one.state,
                    "since": one.since,
                    "locks": list(one.locks),
                    "name": names.get(one.id),
                    "you": one.id == own,
                }
                for one in members
            ]
        )
        return
    for one in members:
        since = "" if one.since is None else f" since keyring {one.since}"
        locks = f"; locks {', '.join(one.locks)}" if one.locks else ""
        called = f"; {show(names[one.id])}" if one.id in names else ""
        say(f"{one.id}  {one.state}{since}{locks}{called}")


def name(
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help="A holder's id, 16 hex digits.")],
    text: Annotated[
        str, typer.Argument(metavar="NAME", help="What you call her; empty to forget it.")
    ],
) -> None:
    """Give a holder a name that stays in this home, sealed. The keyring never gets it."""
    session: Session = context.obj
    held = read_coalition(session)
    known = read_known(session.home)
    if id not in {one.id for one in list_members(held.keyring, known)}:
        raise SigningError("member-unknown")
    if len(text) > LONGEST:
        raise typer.BadParameter(f"takes {LONGEST} characters at most", param_hint="NAME")
    identity = unlock_identity(session)
    with hold(session.home):
        names = read_names(session.home, identity)
        names.pop(id, None)
        if text:
            names[id] = text
        write_names(session.home, identity, names)
    say(f"Holder {id} is {show(text)} here." if text else f"Holder {id} has no name here.")


def _sign(
    session: Session,
    change: Change,
    propose: Path | None,
    service: str | None,
    *,
    publish: bool,
    json: bool,
    retire: set[int] | None = None,
) -> None:
    newer = sign_next(session, service, change, publish=publish, propose_to=propose)
    holders = [holder.id for holder in newer.keyring.holders]
    if json:
        more = {} if retire is None else {"retire": sorted(retire)}
        told = {"keyring": newer.keyring.version, "holders": holders, **more}
        say_json({**told, **describe_signed(newer)})
    else:
        say(f"Keyring {newer.keyring.version} lists {write_count(len(holders), 'holder')}.")
    finish(session, newer, service, publish=publish, json=json)
