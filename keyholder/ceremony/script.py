"""The script of a founding, command by command, as docs/ceremony.md has it.

The rehearsal plays it for people to see; the test of the whole plays it with a real service. So
what the page tells is what was run.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

OFFICERS = ("ada", "ben", "cleo")
OUTER = ("dina", "emil", "fay")
"""Holders of lock A."""
INNER = ("gus", "hana")
"""Holders of lock B."""
EVERYBODY = (*OFFICERS, *OUTER, *INNER)


class Stage(Protocol):
    """Where it is played: eight homes, and a table on which files lie for everybody."""

    def tell(self, text: str) -> None:
        """What people do or say beside the commands."""

    def run(self, who: str, *words: object) -> None:
        """A `keyholder` command on this person's machine. It must not fail."""

    def place(self, name: str) -> Path:
        """A file on the table."""

    def name_holder(self, who: str) -> str:
        """Her holder id, from the card on the table."""


def found(stage: Stage, address: str, *, development: bool) -> None:
    """Identities, cards, the proposal that two of three officers sign, and everybody's pin."""
    stage.tell("Everybody, each on her own machine: an identity under a passphrase of six words.")
    for who in EVERYBODY:
        stage.run(who, "init")
    stage.tell("Everybody writes a card, and puts it on the table.")
    for who in EVERYBODY:
        keys = 0 if who in OFFICERS else 8
        stage.run(who, "card", "--output", stage.place(f"{who}.card"), "--epochs", keys)
    stage.tell("Say aloud: each reads the twelve words of her card; the others look at their copy.")
    stage.run("dina", "card", "--show", stage.place("gus.card"))
    stage.tell("The officers keep all of them: what they sign is compared with these.")
    for who in OFFICERS:
        take_cards(stage, who, EVERYBODY)
    stage.tell("The first officer proposes the coalition. Two of three must sign whatever follows.")
    proposal = stage.place("founding.proposal")
    stage.run(
        "ada", "coalition", "create", *(["--development"] if development else []),
        "--address", address, "--threshold", 2,
        *(word for who in EVERYBODY[1:] for word in (_name_role(who), stage.place(f"{who}.card"))),
        "--propose", proposal,
    )  # fmt: skip
    stage.tell("Say aloud: the words of the proposal. The second officer looks, compares, signs.")
    _sign(stage, proposal)
    stage.tell("The root file goes to everybody, and to the service's operator. Compare its words.")
    root = stage.place("root.json")
    stage.run("ben", "coalition", "root", root)
    keyring = stage.place("founding.keyring")
    stage.run("ben", "coalition", "export", keyring)
    for who in ("cleo", *OUTER, *INNER):
        stage.run(who, "coalition", "pin", root, "--keyring", keyring)


def take_cards(stage: Stage, who: str, others: Sequence[str]) -> None:
    """She keeps the others' cards: without one, nothing can be wrapped for its holder, and nobody
    can be told in what she reviews."""
    files = [stage.place(f"{other}.card") for other in others if other != who]
    stage.run(who, "card", *(word for file in files for word in ("--take", file)))


def offer_epoch(
    stage: Stage,
    name: str,
    outer: Sequence[str],
    inner: Sequence[str],
    *options: object,
) -> list[Path]:
    """The first of each list makes that lock and wraps it for the rest. Gives both offers."""
    offers = [stage.place(f"{name}-{lock}.offer") for lock in "ab"]
    more: tuple[object, ...] = options
    for lock, holders, offer in zip("AB", (outer, inner), offers, strict=True):
        named = [word for who in holders[1:] for word in ("--holder", stage.name_holder(who))]
        stage.run(
            holders[0], "epoch", "new", "--lock", lock, *more, *named, "--output", offer
        )  # fmt: skip
        more = ("--like", offers[0])
    return offers


def sign_epochs(stage: Stage, name: str, *offers: Sequence[Path]) -> None:
    """An officer puts the epochs into the next keyring, in one proposal; another one signs."""
    stage.tell(
        "Say aloud: each maker her locks' words, the officer the proposal's. Review has both."
    )
    proposal = stage.place(f"{name}.proposal")
    for pair in offers:
        stage.run("ada", "epoch", "add", *pair, "--propose", proposal)
    _sign(stage, proposal)


def _name_role(who: str) -> str:
    return "--officer-member" if who in OFFICERS else "--member"


def _sign(stage: Stage, proposal: Path) -> None:
    stage.run("ben", "coalition", "review", proposal)
    stage.run("ben", "coalition", "sign", proposal)
    stage.run("ada", "coalition", "join", proposal)
