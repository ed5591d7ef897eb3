"""keyholder coalition create."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from crypto.officers import public_key
from keyholder.coalition import describe_coalition, describe_holders
from keyholder.commands.options import Json, Propose, Yes
from keyholder.commands.printing import say, say_fingerprint, say_json, warn
from keyholder.commands.session import Session, unlock_identity
from keyholder.commands.signing import Signed, describe_signed, finish, take_up
from keyholder.development import check_development
from keyholder.errors import CoalitionError, SigningError
from keyholder.exports.output import check_output, write_output
from keyholder.held import read_held
from keyholder.home import hold
from keyholder.keys.cards import Card, digest_card
from keyholder.signing.cards import read_cards_at
from keyholder.signing.members import add_member
from keyholder.signing.proposals import Proposal, write_proposal
from keyholder.signing.proposals import propose as make
from keyholder.signing.roots import begin_root, find_slack, read_officers, read_root_of
from keyholder.signing.waiting import keep_waiting
from keyholder.terminal import show
from keyholder.vault import Identity
from keyholder.words import write_words

Addresses = Annotated[
    list[str] | None,
    typer.Option("--address", metavar="URL", help="The service, as phones reach it."),
]
SmsNumbers = Annotated[
    list[str] | None,
    typer.Option("--sms-number", "--number", metavar="NUMBER", help="It takes reports by SMS."),
]
UssdCodes = Annotated[
    list[str] | None, typer.Option("--ussd-code", metavar="CODE", help="For example *384*1#.")
]
Threshold = Annotated[
    int | None,
    typer.Option("--threshold", metavar="K", help="So many officers must sign each keyring."),
]
RootThreshold = Annotated[
    int | None,
    typer.Option(
        "--root-threshold",
        metavar="K",
        help="So many must sign the next root. Without it, as many as a keyring needs.",
    ),
]

_ASKED = "Begin with these cards, as you compared the words of each with its holder?"


def create(
    context: typer.Context,
    development: Annotated[
        bool,
        typer.Option(
            "--development",
            help="Mark the root: it is refused everywhere but on this machine, for developers.",
        ),
    ] = False,
    officer: Annotated[
        list[Path] | None,
        typer.Option(
            "--officer", metavar="CARD", help="Another officer's card. You are one in any case."
        ),
    ] = None,
    threshold: Threshold = None,
    root_threshold: RootThreshold = None,
    member: Annotated[
        list[Path] | None,
        typer.Option("--member", metavar="CARD", help="The card of a holder beside you."),
    ] = None,
    officer_member: Annotated[
        list[Path] | None,
        typer.Option(
            "--officer-member",
            metavar="CARD",
            help="The card of somebody who is both: as --officer and --member.",
        ),
    ] = None,
    address: Addresses = None,
    sms_number: SmsNumbers = None,
    ussd_code: UssdCodes = None,
    propose: Propose = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Begin a coalition: sign root 1 and keyring 1, with this holder in it.

    Where cards are given, it shows the words of each and asks once whether all were compared:
    whoever is in the first keyring has a part in all that follows.

    With other officers and a threshold above one it is a proposal: each looks at it, compares the
    words and signs; the root is what it is when enough have signed. Pin the root file at services,
    gateways and tools. The keyring has no epoch yet.

    --json prints {"root": "file", "fingerprint": "64 hex digits", "words", "version": 1}, or of a
    proposal {"proposal": "file", "fingerprint", "words", "lacking"}.
    """
    session: Session = context.obj
    documents: dict[str, Any] = {
        "reporter.json": describe_coalition(
            address or [], sms_number or [], ussd_code or [], session.now
        )
    }
    check_development(development, session.surroundings.environment, tuple(address or ()))
    both = read_cards_at(officer_member or (), "--officer-member")
    officers = [*read_cards_at(officer or (), "--officer"), *both]
    others = [*read_cards_at(member or (), "--member"), *both]
    tell_cards([*officers, *others])
    needed = 1 if threshold is None else threshold
    for_root = needed if root_threshold is None else root_threshold
    if propose is not None:
        check_output(propose, force=False)
    if (officers or others) and not yes and not session.surroundings.confirm(_ASKED):
        raise SigningError("founding-declined")
    identity = unlock_identity(session)
    with hold(session.home):
        if session.home.root.exists():
            raise CoalitionError("keyring-exists")
        keys = {public_key(identity.officer_seed), *(card.officer_key for card in officers)}
        root = begin_root(keys, needed, for_root, session.now, development=development)
        documents["holders.json"] = _describe_members(identity, others)
        proposal = make(None, documents, identity.officer_seed, session.now, root)
        signed = _keep(session, proposal, propose)
    slack = find_slack(len(keys), max(needed, for_root))
    if officers and slack is not None:
        warn(slack)
    if signed.proposal is None:
        say_begun(session, json=json)
        return
    if json:
        say_json(describe_signed(signed))
    finish(session, signed, None, publish=False, json=json)


def tell_cards(cards: Iterable[Card]) -> None:
    """The words of cards that are about to be relied on, once each."""
    told = {card.holder_id: write_words(digest_card(card)) for card in cards}
    for id, words in told.items():
        warn(f"Card of holder {id}: {words}")


def say_begun(session: Session, *, json: bool) -> None:
    """The pinned root and its fingerprint, and what is next."""
    digest = hashlib.sha256(session.home.root.read_bytes()).digest()
    if json:
        say_json(
            {
                "root": str(session.home.root),
                "fingerprint": digest.hex(),
                "words": write_words(digest),
                "version": 1,
            }
        )
        return
    say(f"Root file to pin: {show(str(session.home.root))}")
    say_fingerprint("Fingerprint", digest)
    say("For the operator and for newcomers: keyholder coalition root FILE")
    held = read_held(session.home)
    if len(held.keyring.holders) > 1 or len(read_officers(read_root_of(held.keyring)).keys) > 1:
        say("Next: keyholder ceremony, which says on each machine what is done and what is next")
    else:
        say("Next: keyholder epoch new")


def _describe_members(identity: Identity, cards: list[Card]) -> dict[str, Any]:
    document = describe_holders({identity.holder_id: public_key(identity.signing_seed)})
    for card in cards:
        if card.holder_id != identity.holder_id:
            add_member(document, card, 1)
    return document


def _keep(session: Session, proposal: Proposal, propose: Path | None) -> Signed:
    """Pin the root of a complete one; keep any other, and write it where it was asked for."""
    if propose is None and proposal.complete:
        held = take_up(session.home, None, proposal)
        return Signed(held, held.keyring)
    file = keep_waiting(session.home, None, proposal)
    if propose is not None:
        write_output(propose, [write_proposal(proposal)])
    return Signed(None, proposal.keyring, proposal, propose or file)
