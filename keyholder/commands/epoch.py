"""keyholder epoch new."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from crypto.keyring import Keyring
from keyholder.commands.options import Json, Propose, Publish, Service
from keyholder.commands.printing import say, say_json, warn
from keyholder.commands.session import Session, read_coalition, unlock_identity
from keyholder.commands.signing import (
    Documents,
    Signed,
    describe_signed,
    finish,
    sign_next,
)
from keyholder.epochs import FALLBACK_DAYS, describe_epoch, find_start, lay_out_epoch, next_number
from keyholder.errors import KeysError
from keyholder.exports.output import check_output, write_output
from keyholder.files import read_start
from keyholder.held import Held
from keyholder.home import hold
from keyholder.keys.cards import LAST_EPOCH
from keyholder.keys.lock_offers import LONGEST, LockOffer, read_offer, write_offer
from keyholder.keys.lock_words import digest_lock
from keyholder.keys.making import add_epoch, check_makers, choose_holders, choose_number, make_lock
from keyholder.keys.offering import read_cards
from keyholder.moments import write_moment
from keyholder.terminal import show
from keyholder.vault import Identity, Secrets, read_secrets, write_secrets
from keyholder.words import write_words

_TIMES = ("seal_from", "seal_until", "destroy_after")

group = typer.Typer(no_args_is_help=True, help="Epochs: periods with keys of their own.")

Alone = Annotated[
    bool, typer.Option("--alone", help="No other holder gets the seed: if it is lost, all is.")
]
AllowBoth = Annotated[
    bool, typer.Option("--allow-both", help="Even where a holder gets both locks.")
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options ask for."""

    days: int | None
    start: str | None
    fallback: bool
    lock: str
    dual: bool
    offering: bool
    number: int | None
    like: LockOffer | None
    holders: list[str] | None
    alone: bool
    allow_both: bool


@group.callback()
def explain() -> None:
    """Epochs: periods with keys of their own."""


@group.command()
def new(
    context: typer.Context,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, max=366, help="Its length; 7, or 365 with --fallback."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--start",
            "--from",
            metavar="now|UTC",
            help="Its start: `now`, 2026-01-31 or 2026-01-31T12:00. Without it: where the last "
            "epoch ends, or now if that is past. `now` takes over from the running epoch.",
        ),
    ] = None,
    fallback: Annotated[
        bool,
        typer.Option("--fallback", help="An epoch that serves when no other is current."),
    ] = False,
    lock: Annotated[
        str | None,
        typer.Option("--lock", metavar="A|B", help="Offer this lock of an epoch with two locks."),
    ] = None,
    offer: Annotated[
        bool, typer.Option("--offer", help="Offer the lock to an officer; sign no keyring.")
    ] = False,
    like: Annotated[
        Path | None,
        typer.Option(
            "--like", metavar="FILE", help="The other lock's offer: same number, same times."
        ),
    ] = None,
    number: Annotated[
        int | None,
        typer.Option(
            "--number",
            min=1,
            max=LAST_EPOCH,
            help="Of an offered epoch. Without it, the next that you have not offered yet.",
        ),
    ] = None,
    holder: Annotated[
        list[str] | None,
        typer.Option(
            "--holder",
            metavar="ID",
            help="Who gets the seed, beside you; may be given several times. Without it, every "
            "holder whose card offers a key for the epoch and who does not have the other lock.",
        ),
    ] = None,
    alone: Alone = False,
    allow_both: AllowBoth = False,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="The lock offer to write.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the output file.")] = False,
    propose: Propose = None,
    publish: Publish = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Make one lock of a new epoch, keep its seed in the vault, and wrap it for other holders.

    Without --lock and --offer an officer makes an epoch with one lock and signs the next keyring.
    With them, anybody whom the keyring lists writes a lock offer, which officers add by `epoch
    add`. No command makes both locks of an epoch. It is to be destroyed 90 days after it ends.

    --json prints {"epoch", "lock", "seal_from", "seal_until", "destroy_after", "fallback",
    "holders": ids of those who get the seed beside you, "lock_words": what officers compare,
    "keyring": its version, or null for an offer, "dropped": epochs whose wraps had to leave the
    keyring}. Where it is only proposed, also {"proposal": file, "fingerprint", "words", "lacking"}.
    """
    session: Session = context.obj
    if lock not in (None, "A", "B"):
        raise typer.BadParameter("must be A or B", param_hint="--lock")
    if alone and holder:
        raise typer.BadParameter("goes without --holder", param_hint="--alone")
    offering = offer or lock is not None
    if offering != (output is not None):
        raise typer.BadParameter("goes with --lock or --offer", param_hint="--output")
    if (like is not None and lock is None) or (number is not None and not offering):
        raise typer.BadParameter("goes with --lock", param_hint="--like, --number")
    asked = Asked(
        days,
        start,
        fallback,
        lock or "A",
        lock is not None,
        offering,
        number,
        None if like is None else read_offer_file(like),
        holder,
        alone,
        allow_both,
    )
    if output is not None:
        check_output(output, force=force)
        told = _offer(session, asked, output)
        _tell(told, json=json, where=f"It is offered in {show(str(output))}: give it to an officer")
        return
    newer, told = _sign(session, asked, service, propose, publish=publish)
    place = "in" if newer.proposal is None else "proposed for"
    where = f"It is {place} keyring {told['keyring']}; its seed is in the vault"
    _tell(told, json=json, where=where)
    finish(session, newer, service, publish=publish, json=json)


def read_offer_file(file: Path) -> LockOffer:
    """KeysError: file-unreadable, offer-form."""
    try:
        return read_offer(read_start(file, LONGEST))
    except OSError as error:
        raise KeysError("file-unreadable") from error


def write_lock_words(offer: LockOffer) -> str:
    """The twelve words of an offered lock."""
    publics = describe_epoch([offer])["locks"][offer.lock]
    return write_words(digest_lock(offer.epoch, offer.lock, publics))


def say_dropped(dropped: Iterable[int]) -> None:
    """Which epochs' wraps had to leave the keyring."""
    for epoch in dropped:
        warn(f"The wraps of epoch {epoch} left the keyring: it has no more room for them.")


def _offer(session: Session, asked: Asked, output: Path) -> dict[str, Any]:
    read_coalition(session)
    identity = unlock_identity(session)
    with hold(session.home):
        held = read_coalition(session)
        made = _make(session, identity, held.keyring, asked)
        write_output(output, [write_offer(made, identity)])
    return _describe(made)


def _sign(
    session: Session, asked: Asked, service: str | None, propose: Path | None, *, publish: bool
) -> tuple[Signed, dict[str, Any]]:
    told: dict[str, Any] = {}

    def put(identity: Identity, held: Held, documents: Documents) -> None:
        made = _make(session, identity, held.keyring, asked)
        told.update(_describe(made), dropped=add_epoch(documents, [made], session.now))

    newer = sign_next(session, service, put, publish=publish, propose_to=propose)
    told.update(keyring=newer.keyring.version, **describe_signed(newer))
    return newer, told


def _make(session: Session, identity: Identity, keyring: Keyring, asked: Asked) -> LockOffer:
    """Make the lock and keep its seed: a keyring whose seed is lost would take reports that nobody
    can open."""
    secrets = read_secrets(session.home, identity)
    bare = _lay_out(session, identity, keyring, secrets, asked)
    cards, damaged = read_cards(session.home)
    for one in damaged:
        warn(f"The card of holder {one} is damaged: take it again.")
    without = asked.like.holders if asked.like is not None and not asked.allow_both else frozenset()
    if identity.holder_id in without or without & set(asked.holders or ()):
        raise KeysError("offer-overlap")
    named = () if asked.alone else asked.holders
    if asked.dual and asked.like is None and named is None:
        raise KeysError("offer-holders")
    chosen = choose_holders(cards, keyring, bare, named, without)
    made, seed = make_lock(bare, chosen, secrets, alone=asked.alone)
    write_secrets(session.home, identity, replace(secrets, seeds=(*secrets.seeds, seed)))
    return made


def _lay_out(
    session: Session, identity: Identity, keyring: Keyring, secrets: Secrets, asked: Asked
) -> LockOffer:
    if asked.like is not None:
        check_makers([asked.like], keyring)
        if not asked.like.dual or asked.like.lock == asked.lock:
            raise KeysError("offer-pair")
        return replace(
            asked.like,
            maker=identity.holder_id,
            lock=asked.lock,
            publics={},
            wraps={},
            written=None,
        )
    number = choose_number(keyring, secrets) if asked.offering else next_number(keyring)
    begin = find_start(keyring, asked.start, session.now, fallback=asked.fallback)
    return lay_out_epoch(
        identity.holder_id,
        asked.number or number,
        asked.lock,
        begin,
        asked.days or (FALLBACK_DAYS if asked.fallback else 7),
        fallback=asked.fallback,
        dual=asked.dual,
    )


def _describe(made: LockOffer) -> dict[str, Any]:
    return {
        "epoch": made.epoch,
        "lock": made.lock,
        **{name: write_moment(getattr(made, name)) for name in _TIMES},
        "fallback": made.fallback,
        "holders": sorted(made.wraps),
        "lock_words": write_lock_words(made),
        "keyring": None,
        "dropped": [],
    }


def _tell(told: dict[str, Any], *, json: bool, where: str) -> None:
    if json:
        say_json(told)
        return
    say(f"Epoch {told['epoch']} seals from {told['seal_from']} until {told['seal_until']}.")
    others = ", ".join(told["holders"])
    say(f"Lock {told['lock']} is wrapped for {others or 'nobody else'}.")
    say(f"The lock in words: {told['lock_words']}")
    say_dropped(told["dropped"])
    say(f"{where}.")
