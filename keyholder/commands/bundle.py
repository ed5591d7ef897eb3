"""keyholder bundle out and show; `in` is in taking.py."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from crypto import keyring as keyrings
from keyholder.commands.card import describe_card
from keyholder.commands.options import Json
from keyholder.commands.printing import say, say_json, show_progress
from keyholder.commands.session import Session, find_coalition, unlock_identity
from keyholder.commands.taking import take_in
from keyholder.counts import write_count
from keyholder.envelopes import open_envelopes
from keyholder.errors import KeysError
from keyholder.exports.output import check_output, write_output
from keyholder.held import Held
from keyholder.keys.cards import read_card
from keyholder.known import Known, read_known
from keyholder.peeled import list_speakers
from keyholder.remembered import read_checked
from keyholder.terminal import show
from keyholder.travel.bundle import Bundle, open_bundle, write_bundle
from keyholder.travel.gathering import gather, gather_leaves
from keyholder.travel.signed_file import Maker, is_listed

group = typer.Typer(
    no_args_is_help=True, help="Files for machines that never touch a network, and back."
)
group.command("in")(take_in)
_TARGETS = re.compile(r"([1-9][0-9]{0,8})\.targets\.json", re.ASCII)


@group.callback()
def explain() -> None:
    """Files for machines that never touch a network, and back."""


@group.command("out")
def write_out(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The bundle to write.")],
    envelopes: Annotated[
        bool, typer.Option("--envelopes", help="With the sealed envelopes and their leaves.")
    ] = False,
    since: Annotated[
        int, typer.Option("--since", min=0, metavar="INDEX", help="Envelopes from there on.")
    ] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    json: Json = False,
) -> None:
    """Write what another machine needs: keyring, cards, checkpoints seen, your records that wait.

    With --envelopes also what was downloaded, as far as a checkpoint covers it. All of it is public
    or sealed; the file shows that you are a keyholder, and how much there is.

    --json prints {"keyring", "cards", "checkpoints", "waiting", "leaves", "next_index"}.
    """
    session: Session = context.obj
    check_output(file, force=force)
    held = find_coalition(session)
    identity = unlock_identity(session)
    known = read_known(session.home)
    with open_envelopes(session.home) as database:
        keyring = held.keyring if held else None
        parcel = gather(session.home, identity, keyring, database, session.now)
        end = read_checked(database).size if envelopes else 0
        first = min(since, end)
        with show_progress("Writing", end - first) as advance:
            leaves = gather_leaves(database, first, end, known, advance)
            write_output(file, write_bundle(identity, parcel, leaves))
    told = {
        "keyring": held.keyring.version if held else None,
        "cards": len(parcel.cards),
        "checkpoints": len(parcel.checkpoints),
        "waiting": len(parcel.waiting),
        "leaves": end - first,
        "next_index": end if envelopes else None,
    }
    if json:
        say_json(told)
        return
    say(f"{show(str(file))} holds {_describe(told)}.")
    if envelopes:
        say(f"The next one may begin with --since {end}.")


@group.command("show")
def show_bundle(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A bundle.")],
    json: Json = False,
) -> None:
    """Say what is in a bundle. Takes nothing in, and needs no passphrase.

    --json prints {"maker", "listed", "keyring", "cards": [as `card --json`], "bad_cards",
    "checkpoints", "waiting", "leaves", "bodies", "first", "end"}.
    """
    session: Session = context.obj
    held = find_coalition(session) if session.home.identity.exists() else None
    known = read_known(session.home)
    with open_bundle(file) as (maker, bundle):
        told = _describe_bundle(maker, bundle, held, known)
    if json:
        say_json(told)
        return
    listed = "listed in this home's keyring" if told["listed"] else "not listed in a keyring here"
    say(f"Bundle of holder {told['maker']}, {listed}")
    say(f"  Keyring: {told['keyring'] or 'none'}")
    for card in told["cards"]:
        say(f"  Card of holder {card['holder']}: {card['words']}")
    if told["bad_cards"]:
        say(f"  Damaged cards: {told['bad_cards']:,}")
    say(f"  Checkpoints: {told['checkpoints']:,}")
    say(f"  Records to be sent: {told['waiting']:,}")
    say(f"  Leaves: {told['leaves']:,}, with {write_count(told['bodies'], 'sealed envelope')}")
    if told["leaves"]:
        say(f"  From index {told['first']} to {told['end'] - 1}")


def _describe_bundle(
    maker: Maker, bundle: Bundle, held: Held | None, known: Known
) -> dict[str, Any]:
    cards, bad = [], 0
    for data in bundle.parcel.cards:
        try:
            cards.append(describe_card(read_card(data)))
        except KeysError:
            bad += 1
    speakers = list_speakers(held.keyring, known) if held else {}
    return {
        "maker": maker.holder_id,
        "listed": is_listed(maker, speakers),
        "keyring": _find_version(bundle.parcel.keyring),
        "cards": cards,
        "bad_cards": bad,
        "checkpoints": len(bundle.parcel.checkpoints),
        "waiting": len(bundle.parcel.waiting),
        "leaves": bundle.count,
        "bodies": bundle.bodies,
        "first": bundle.first,
        "end": bundle.end,
    }


def _find_version(data: bytes | None) -> int | None:
    """The version that a keyring's files are named by: nobody checked them yet."""
    if data is None:
        return None
    names = keyrings.read_bundle(data)
    return max((int(found[1]) for found in map(_TARGETS.fullmatch, names) if found), default=None)


def _describe(told: dict[str, Any]) -> str:
    keyring = f"keyring {told['keyring']}" if told["keyring"] else "no keyring"
    return (
        f"{keyring}, {write_count(told['cards'], 'card')}, "
        f"{write_count(told['checkpoints'], 'checkpoint')}, "
        f"{write_count(told['waiting'], 'record')} and {write_count(told['leaves'], 'leaf')} "
        "with envelopes"
    )
