"""keyholder epoch add and epoch retire: what officers do with epochs that others offer or lose."""

from pathlib import Path
from typing import Annotated, Any

import typer

from keyholder.commands.epoch import (
    AllowBoth,
    Alone,
    read_offer_file,
    say_dropped,
    write_lock_words,
)
from keyholder.commands.options import Json, Propose, Publish, Service
from keyholder.commands.printing import say, say_json, warn
from keyholder.commands.session import Session
from keyholder.commands.signing import Documents, describe_signed, finish, sign_next
from keyholder.epochs import retire_epoch
from keyholder.held import Held
from keyholder.keys.making import add_epoch, check_makers, check_pair, find_overlap
from keyholder.moments import write_moment
from keyholder.numbering import read_numbered
from keyholder.vault import Identity


def add(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="OFFER…", help="One lock offer, or those of lock A and lock B."),
    ],
    alone: Alone = False,
    allow_both: AllowBoth = False,
    propose: Propose = None,
    publish: Publish = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Sign the next keyring with an epoch whose locks holders offered.

    Two locks must come from two makers, for one number and the same times, and no holder may get
    both. What is wrapped for the holders travels in the keyring: each takes hers with `sync`.

    --json prints {"epoch", "seal_from", "seal_until", "locks": {lock: ids of who has it},
    "lock_words": {lock: what its maker reads aloud}, "both": ids of who has both, "keyring",
    "dropped"}.
    """
    session: Session = context.obj
    offers = read_numbered(files, read_offer_file)
    dropped: list[int] = []

    def put(_identity: Identity, held: Held, documents: Documents) -> None:
        check_makers(offers, held.keyring)
        check_pair(offers, held.keyring, alone=alone, allow_both=allow_both)
        dropped.extend(add_epoch(documents, offers, session.now))

    newer = sign_next(session, service, put, publish=publish, propose_to=propose)
    first = offers[0]
    told: dict[str, Any] = {
        "epoch": first.epoch,
        "seal_from": write_moment(first.seal_from),
        "seal_until": write_moment(first.seal_until),
        "locks": {offer.lock: sorted(offer.holders) for offer in offers},
        "lock_words": {offer.lock: write_lock_words(offer) for offer in offers},
        "both": find_overlap(offers),
        "keyring": newer.keyring.version,
        "dropped": dropped,
        **describe_signed(newer),
    }
    if json:
        say_json(told)
    else:
        say(f"Epoch {told['epoch']} seals from {told['seal_from']} until {told['seal_until']}.")
        for lock, holders in sorted(told["locks"].items()):
            say(f"Lock {lock}: {', '.join(holders)}.")
            say(f"  In words, as its maker reads them: {told['lock_words'][lock]}")
        say_dropped(dropped)
        place = "in" if newer.proposal is None else "proposed for"
        say(f"It is {place} keyring {told['keyring']}.")
    if told["both"]:
        warn(f"Opens alone what shall take two: {', '.join(told['both'])}.")
    finish(session, newer, service, publish=publish, json=json)


def retire(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The epoch's number.")],
    propose: Propose = None,
    publish: Publish = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Sign the next keyring so that nothing more is sealed to an epoch: a laptop with its keys is
    lost, or a member who has them is revoked.

    Make the next epoch first, with `epoch new --start now`. Phones that have not heard of it go on
    sealing to the old one: its keys stay needed until its time to be destroyed.

    --json prints {"epoch", "keyring"}, and a proposal's fields as `coalition change`.
    """
    session: Session = context.obj

    def end(_identity: Identity, _held: Held, documents: Documents) -> None:
        reporter = documents["reporter.json"]
        reporter["epochs"] = retire_epoch(reporter["epochs"], number, session.now)

    newer = sign_next(session, service, end, publish=publish, propose_to=propose)
    if json:
        say_json({"epoch": number, "keyring": newer.keyring.version, **describe_signed(newer)})
    else:
        say(f"Nothing is sealed to epoch {number} from keyring {newer.keyring.version} on.")
    finish(session, newer, service, publish=publish, json=json)
