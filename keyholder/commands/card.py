"""keyholder card."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from crypto.keyring import Keyring
from keyholder.commands.options import Json
from keyholder.commands.printing import say, say_json, warn
from keyholder.commands.session import Session, find_coalition, unlock_identity
from keyholder.errors import HomeError, KeysError
from keyholder.exports.output import check_output, write_output
from keyholder.files import read_start
from keyholder.home import hold
from keyholder.keys.cards import LAST_EPOCH, LONGEST, MAX_KEYS, Card, digest_card, make_card
from keyholder.keys.cards import read_card as read_form
from keyholder.keys.offering import find_highest, keep_own, list_offered, offer_keys, take_card
from keyholder.numbering import tell_place
from keyholder.terminal import show
from keyholder.vault import read_secrets, write_secrets
from keyholder.words import write_words

_STANDARD_EPOCHS = 26  # half a year of weeks


def card(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write your card: it is public.")
    ] = None,
    epochs: Annotated[
        int, typer.Option("--epochs", min=0, max=MAX_KEYS, help="Offer keys for so many epochs.")
    ] = _STANDARD_EPOCHS,
    first: Annotated[
        int | None,
        typer.Option(
            "--from",
            min=1,
            max=LAST_EPOCH,
            metavar="NUMBER",
            help="The first of them. Without it, the one behind the keyring's last epoch.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the output file.")] = False,
    shown: Annotated[
        Path | None, typer.Option("--show", metavar="FILE", help="Tell what a card says.")
    ] = None,
    taken: Annotated[
        list[Path] | None,
        typer.Option(
            "--take",
            metavar="FILE",
            help="Keep another holder's card; may be given several times.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write your card, or look at one, or keep another holder's.

    A card holds your public keys: the signing key that the keyring will list, your officer key, and
    one-time keys for coming epochs, to which others wrap seeds for you. Their secret halves stay in
    the vault until you destroy their epoch. A renewed card offers the same keys and more. Compare
    the fingerprint's words over the phone before you rely on a card.

    --json prints {"holder", "signing_key", "officer_key", "epochs": [numbers], "fingerprint",
    "words"}, of several cards {"cards": [those]}.
    """
    if sum(bool(one) for one in (output, shown, taken)) != 1:
        raise typer.BadParameter("give one of them", param_hint="--output, --show, --take")
    session: Session = context.obj
    if shown is not None:
        told = [read_form(_read(shown))]
    elif output is not None:
        told = [_write(session, output, epochs, first, force=force)]
    else:
        told = list(_take(session, taken or []))
    if json:
        described = [describe_card(one) for one in told]
        say_json(described[0] if len(told) == 1 else {"cards": described})
        return
    for one in told:
        _tell(one)
    if output is not None:
        say(f"It is in {show(str(output))}: give it to the officers and the other holders.")


def _tell(card: Card) -> None:
    described = describe_card(card)
    say(f"Card of holder {card.holder_id}")
    say(f"  Offers keys for {describe_epochs(sorted(card.wrap_keys))}")
    say(f"  Fingerprint (SHA-256): {described['fingerprint']}")
    say(f"  In words: {described['words']}")


def describe_card(card: Card) -> dict[str, Any]:
    """A card as JSON values, with what people compare."""
    digest = digest_card(card)
    return {
        "holder": card.holder_id,
        "signing_key": card.signing_key.hex(),
        "officer_key": card.officer_key.hex(),
        "epochs": sorted(card.wrap_keys),
        "fingerprint": digest.hex(),
        "words": write_words(digest),
    }


def describe_epochs(numbers: list[int]) -> str:
    """Epoch numbers, by rising number, as ranges: "epochs 4 to 29 and 40"."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1][1:] = [number]
        else:
            ranges.append([number])
    if not ranges:
        return "no epoch"
    if len(numbers) == 1:
        return f"epoch {numbers[0]}"
    return "epochs " + ", ".join(" to ".join(map(str, one)) for one in ranges)


def _write(session: Session, output: Path, count: int, first: int | None, *, force: bool) -> Card:
    check_output(output, force=force)
    keyring = _find_keyring(session)
    highest = find_highest(keyring)
    identity = unlock_identity(session)
    with hold(session.home):
        secrets = offer_keys(read_secrets(session.home, identity), first or highest + 1, count)
        data = make_card(identity, list_offered(secrets, highest))
        # The secret halves first: what is wrapped to a lost key nobody opens.
        write_secrets(session.home, identity, secrets)
        try:
            keep_own(session.home, data)
        except OSError as error:
            raise HomeError("home-unwritable") from error
        write_output(output, [data])
    return read_form(data)


def _take(session: Session, files: list[Path]) -> Iterator[Card]:
    """Each card once it is kept: one that cannot be taken ends it, and names its file."""
    keyring = _find_keyring(session)
    identity = unlock_identity(session)
    listed = {holder.id for holder in keyring.holders} if keyring else set()
    for number, file in enumerate(files, start=1):
        try:
            with hold(session.home), tell_place(number, len(files)):
                card = take_card(session.home, identity, keyring, _read(file))
        except KeysError:
            warn(f"{show(str(file))} was not taken:")
            raise
        if card.holder_id not in listed:
            warn("The keyring does not list this holder yet: compare the words with her.")
        yield card


def _find_keyring(session: Session) -> Keyring | None:
    held = find_coalition(session)
    return None if held is None else held.keyring


def _read(file: Path) -> bytes:
    try:
        return read_start(file, LONGEST)
    except OSError as error:
        raise KeysError("file-unreadable") from error
