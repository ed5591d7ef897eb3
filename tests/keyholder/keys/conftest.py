"""Three holders with homes of their own, one coalition, one service: made once a module, copied
for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crypto.passphrase import Cost
from keyholder.coalition import describe_holders
from keyholder.command import run
from keyholder.commands.session import Surroundings
from keyholder.held import Held, accept, read_held, write_held
from keyholder.home import Home
from keyholder.keys.cards import Card, read_card
from keyholder.opening import choose_keys
from keyholder.repository import read_documents, read_roots
from keyholder.vault import read_seeds, unlock
from tests.keyholder.conftest import NOW, PASSPHRASE, DeskForTests
from tests.keyholder.fake_service import FakeService, serve
from tests.keyholder.one_officer import make_keyring

Desks = dict[str, DeskForTests]
NAMES = ("ada", "bob", "cat")

REPORT: dict[str, Any] = {"chan": "web", "cc": "MM", "text": "nothing works"}


def sign_documents(home: Home, change: Callable[[dict[str, Any]], None]) -> None:
    """Sign the next keyring with other documents: this home's holder is the officer."""
    held = read_held(home)
    documents = read_documents(held.keyring)
    change(documents)
    seed = unlock(home, PASSPHRASE).officer_seed
    version = held.keyring.version + 1
    accept(home, held, make_keyring(read_roots(held.keyring), version, seed, documents, NOW))


def list_cards(home: Home, *cards: Card) -> None:
    """Sign the next keyring with these cards' holders in it, beside those that are there."""
    keys = {holder.id: holder.key for holder in read_held(home).keyring.holders}
    keys |= {card.holder_id: card.signing_key for card in cards}
    sign_documents(
        home, lambda documents: documents.update({"holders.json": describe_holders(keys)})
    )


def join(newcomer: Home, officer: Home) -> None:
    """Give a home the coalition's root and keyring."""
    held = read_held(officer)
    newcomer.keyring.parent.mkdir(exist_ok=True)
    write_held(newcomer, Held(held.root, held.keyring))


def holder_id(desk: DeskForTests) -> str:
    return unlock(desk.home, PASSPHRASE).holder_id


def _run(folder: Path, *arguments: object) -> None:
    file = folder.parent / "words"
    file.write_text(PASSPHRASE, encoding="utf-8")
    surroundings = Surroundings(
        clock=lambda: NOW,
        pause=lambda _seconds: None,
        ask=lambda _question: "",
        confirm=lambda _question: False,
        environment={},
        cost=Cost(passes=1, memory=8),
    )
    words = ["--home", str(folder), "--passphrase-file", str(file), *map(str, arguments)]
    assert run(words, surroundings) == 0


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, FakeService]]:
    """ada is the officer; bob and cat are listed. Everybody took everybody's card, with keys for
    epochs 1 to 6. There is no epoch yet, and the keyring is published."""
    folder = tmp_path_factory.mktemp("coalition")
    ada, *others = (folder / name for name in NAMES)
    with serve() as service:
        for home in (ada, *others):
            _run(home, "init")
        _run(ada, "coalition", "create", "--address", service.address)
        for home in (ada, *others):
            _run(home, "card", "--epochs", 6, "--output", folder / f"{home.name}.card")
        cards = {home.name: folder / f"{home.name}.card" for home in (ada, *others)}
        list_cards(Home(ada), *(read_card(file.read_bytes()) for file in cards.values()))
        for home in others:
            join(Home(home), Home(ada))
        for home in (ada, *others):
            for name in cards.keys() - {home.name}:
                _run(home, "card", "--take", cards[name])
        service.root = (ada / "root.json").read_bytes()
        _run(ada, "coalition", "publish")
        yield folder, service


@pytest.fixture
def service(template: tuple[Path, FakeService]) -> FakeService:
    """The template's service with nothing but its keyring."""
    folder, service = template
    service.files = dict(read_held(Home(folder / "ada")).keyring.files)
    service.items = []
    return service


@pytest.fixture
def desks(
    template: tuple[Path, FakeService],
    service: FakeService,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Desks:
    """The template's homes, for one test."""
    for name in NAMES:
        shutil.copytree(template[0] / name, tmp_path / name)
    return {name: DeskForTests(tmp_path / name, capsys) for name in NAMES}


@pytest.fixture
def new_desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str], DeskForTests]:
    """A home with an identity."""

    def make(name: str) -> DeskForTests:
        desk = DeskForTests(tmp_path / name, capsys)
        desk.done("init")
        return desk

    return make


@pytest.fixture
def offer(tmp_path: Path) -> Callable[..., Path]:
    """Have a desk offer a lock; gives the file."""

    def make(desk: DeskForTests, name: str, *options: object) -> Path:
        file = tmp_path / name
        desk.done("epoch", "new", "--output", file, *options)
        return file

    return make


def list_locks(desk: DeskForTests, epoch: int) -> list[str]:
    """The locks of an epoch that this home holds the signed seeds of."""
    held = read_held(desk.home)
    seeds = read_seeds(desk.home, unlock(desk.home, PASSPHRASE))
    (keys,) = (one for one in choose_keys(held.keyring, seeds) if one.number == epoch)
    return sorted(keys.seeds)
