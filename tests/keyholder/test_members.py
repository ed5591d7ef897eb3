"""Holders who join by a card, leave, or are revoked; and what they are called at home alone."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from crypto.revoked import MAX_REVOKED, find_revoked
from keyholder import vault
from keyholder.errors import SigningError
from keyholder.held import accept, read_held
from keyholder.keys.cards import Card, read_card
from keyholder.known import read_known
from keyholder.repository import read_documents, read_roots
from keyholder.signing.members import add_member, revoke_member
from keyholder.signing.names import read_names
from tests.keyholder.conftest import PASSPHRASE, DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.one_officer import make_keyring
from tests.keyholder.three_homes import make_desk


@pytest.fixture
def other(
    coalition: DeskForTests, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> DeskForTests:
    """A second holder: a home with a card, which the keyring does not list yet."""
    return make_desk(tmp_path, capsys, "other")


def card_of(desk: DeskForTests) -> Path:
    return desk.folder.parent / f"{desk.folder.name}.card"


def id_of(desk: DeskForTests) -> str:
    return vault.unlock(desk.home, PASSPHRASE).holder_id


def list_members(desk: DeskForTests) -> dict[str, Any]:
    return {one["id"]: one for one in desk.done("coalition", "members", "--json").json}


def join(coalition: DeskForTests, other: DeskForTests, service: FakeService) -> None:
    coalition.done("coalition", "add", card_of(other), "--publish")
    other.done("coalition", "pin", coalition.home.root, "--service", service.address, "--yes")


class TestJoining:
    def test_by_a_card_and_a_pinned_root(
        self, coalition: DeskForTests, other: DeskForTests, service: FakeService
    ) -> None:
        join(coalition, other, service)
        other.done("sync")  # signed with the key that the keyring lists now
        told = list_members(coalition)
        assert told[id_of(other)]["state"] == "member"
        assert told[id_of(other)]["since"] == 3
        assert told[id_of(coalition)]["since"] is None

    def test_the_words_of_a_card_are_shown(
        self, coalition: DeskForTests, other: DeskForTests
    ) -> None:
        words = other.done("card", "--show", card_of(other), "--json").json["words"]
        result = coalition.done("coalition", "add", card_of(other), "--json")
        assert words in result.err
        assert id_of(other) in result.json["holders"]

    def test_twice_is_refused_and_so_is_what_is_no_card(
        self, coalition: DeskForTests, other: DeskForTests, tmp_path: Path
    ) -> None:
        coalition.done("coalition", "add", card_of(other))
        result = coalition.run("coalition", "add", card_of(other))
        assert (result.status, "listed already" in result.err) == (1, True)
        (tmp_path / "junk").write_bytes(card_of(other).read_bytes()[:-1])
        for name in ("junk", "none"):
            assert coalition.run("coalition", "add", tmp_path / name).status == 1

    def test_the_root_is_given_on_as_a_file(
        self, coalition: DeskForTests, other: DeskForTests, tmp_path: Path
    ) -> None:
        refused = other.run("coalition", "root", tmp_path / "given.json")
        assert (refused.status, "holds no keyring" in refused.err) == (1, True)
        file = tmp_path / "given.json"
        told = coalition.done("coalition", "root", file, "--json").json
        assert file.read_bytes() == coalition.home.root.read_bytes()
        assert told["fingerprint"] == hashlib.sha256(file.read_bytes()).hexdigest()
        again = coalition.run("coalition", "root", file)
        assert (again.status, "there already" in again.err) == (1, True)
        assert told["words"] in coalition.done("coalition", "root", file, "--force").out
        coalition.done("coalition", "export", tmp_path / "keyring")
        pinned = other.done("coalition", "pin", file, "--keyring", tmp_path / "keyring", "--yes")
        assert told["words"] in pinned.out

    def test_pin_asks_with_words_and_belongs_to_one_coalition(
        self,
        coalition: DeskForTests,
        other: DeskForTests,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        words = coalition.done("coalition", "show", "--json").json["words"]
        coalition.done("coalition", "export", tmp_path / "bundle")
        pin = ("coalition", "pin", coalition.home.root)
        by_file = (*pin, "--keyring", tmp_path / "bundle")
        assert other.run(*pin).status == 2
        monkeypatch.setenv("KEYHOLDER_SERVICE", "https://reports.example")  # the file goes before
        other.answers = ["no"]
        result = other.run(*by_file)
        assert (result.status, words in result.out) == (1, True)
        assert not other.home.root.exists()
        other.answers = ["yes"]
        assert "with keyring 2" in other.done(*by_file).out
        assert "already belongs" in other.run(*by_file, "--yes").err

    def test_pin_says_which_file_is_which(
        self, coalition: DeskForTests, other: DeskForTests, tmp_path: Path
    ) -> None:
        root, keyring = coalition.home.root, tmp_path / "bundle"
        coalition.done("coalition", "export", keyring)
        for first, second, sentence in (
            (
                keyring,
                root,
                "given as the root is a keyring, and the one after --keyring is a root",
            ),
            (keyring, keyring, "given as the root is a keyring, as `coalition export` writes it"),
            (root, root, "after --keyring is a root, as `coalition root` writes it"),
        ):
            result = other.run("coalition", "pin", first, "--keyring", second)
            assert (result.status, sentence in result.err) == (1, True), result.err
            assert not other.home.root.exists()
        assert not other.questions, "said before it asks"

    def test_pin_refuses_what_does_not_belong_together(
        self, coalition: DeskForTests, other: DeskForTests, tmp_path: Path
    ) -> None:
        other.done("coalition", "create")
        other.done("coalition", "export", tmp_path / "bundle")
        other.home.root.unlink()
        pin = ("coalition", "pin", coalition.home.root, "--keyring", tmp_path / "bundle", "--yes")
        assert "two different root files" in other.run(*pin).err
        assert not other.home.root.exists()
        for missing in ((tmp_path / "none", tmp_path / "bundle"), (coalition.home.root, tmp_path)):
            words = ("coalition", "pin", missing[0], "--keyring", missing[1], "--yes")
            assert "cannot be read" in other.run(*words).err


class TestLeaving:
    def test_who_left_counts_for_what_was_before(
        self, coalition: DeskForTests, other: DeskForTests, service: FakeService
    ) -> None:
        join(coalition, other, service)
        told = coalition.done("coalition", "remove", id_of(other), "--publish", "--json").json
        assert told["holders"] == [id_of(coalition)]
        assert "does not take this holder's signature" in other.run("sync").err
        assert list_members(coalition)[id_of(other)]["state"] == "left"
        known = read_known(coalition.home)
        assert known.left == {id_of(other)}
        assert id_of(other) in dict(known.holders)
        assert id_of(other) in known.authors.keys

    def test_who_left_may_come_back(
        self, coalition: DeskForTests, other: DeskForTests, service: FakeService
    ) -> None:
        join(coalition, other, service)
        coalition.done("coalition", "remove", id_of(other))
        coalition.done("coalition", "add", card_of(other))
        assert list_members(coalition)[id_of(other)]["state"] == "member"

    def test_a_stranger_cannot_leave(self, coalition: DeskForTests) -> None:
        for word in ("remove", "revoke"):
            result = coalition.run("coalition", word, "ab" * 8)
            assert (result.status, "lists no such holder" in result.err) == (1, True)


class TestRevoking:
    def test_counts_for_nothing_and_tells_what_else_is_to_be_done(
        self, coalition: DeskForTests, other: DeskForTests, service: FakeService
    ) -> None:
        join(coalition, other, service)
        coalition.done("card", "--take", card_of(other))
        coalition.done("epoch", "new")
        for desk in (other, coalition):  # whoever made it has its seed as well, and no wrap
            assert list_members(coalition)[id_of(desk)]["locks"] == ["2A"]
        result = coalition.done("coalition", "revoke", id_of(other), "--publish", "--json")
        assert result.json["retire"] == [2]
        assert "make new ones without them: 2;" in result.err
        assert "does not take this holder's signature" in other.run("sync").err
        told = list_members(coalition)[id_of(other)]
        assert (told["state"], told["locks"]) == ("revoked", ["2A"])
        known = read_known(coalition.home)
        assert known.revoked == {id_of(other)}
        assert id_of(other) not in dict(known.holders)
        assert id_of(other) not in known.authors.keys

    def test_is_for_good(
        self, coalition: DeskForTests, other: DeskForTests, service: FakeService
    ) -> None:
        join(coalition, other, service)
        coalition.done("coalition", "remove", id_of(other))
        coalition.done("coalition", "revoke", id_of(other))  # afterwards, as well
        for words in (("add", card_of(other)), ("revoke", id_of(other))):
            result = coalition.run("coalition", *words)
            assert (result.status, "which is for good" in result.err) == (1, True)
        assert find_revoked(read_held(coalition.home).keyring) == {id_of(other)}

    def test_a_home_remembers_what_a_later_keyring_leaves_out(
        self, coalition: DeskForTests, other: DeskForTests, service: FakeService
    ) -> None:
        join(coalition, other, service)
        coalition.done("coalition", "revoke", id_of(other))
        held = read_held(coalition.home)
        documents = read_documents(held.keyring)
        del documents["holders.json"]["revoked"]
        seed = vault.unlock(coalition.home, PASSPHRASE).officer_seed
        version = held.keyring.version + 1
        files = make_keyring(read_roots(held.keyring), version, seed, documents, coalition.now)
        accept(coalition.home, held, files)
        assert find_revoked(read_held(coalition.home).keyring) == frozenset()
        assert read_known(coalition.home).revoked == {id_of(other)}
        assert list_members(coalition)[id_of(other)]["state"] == "revoked"

    def test_the_lists_have_bounds(self, other: DeskForTests) -> None:
        card: Card = read_card(card_of(other).read_bytes())
        full = [{"id": f"{number:016x}", "key": "ab" * 32} for number in range(256)]
        with pytest.raises(SigningError, match="no room"):
            add_member({"holders": full}, card, 2)
        revoked = [f"{number:016x}" for number in range(MAX_REVOKED)]
        document = {"holders": [{"id": card.holder_id, "key": "ab" * 32}], "revoked": revoked}
        with pytest.raises(SigningError, match="no room"):
            revoke_member(document, card.holder_id, read_known(other.home))


class TestNames:
    def test_stay_in_this_home_under_the_vaults_key(
        self, coalition: DeskForTests, other: DeskForTests, service: FakeService
    ) -> None:
        join(coalition, other, service)
        coalition.done("coalition", "name", id_of(other), "Daw \u202eMya")
        assert list_members(coalition)[id_of(other)]["name"] == "Daw \u202eMya"
        out = coalition.done("coalition", "members").out
        assert "Daw ⟨U+202E⟩Mya" in out
        coalition.done("coalition", "publish")
        everything = b"".join(
            path.read_bytes() for path in coalition.folder.rglob("*") if path.is_file()
        )
        assert b"Mya" not in everything
        assert b"Mya" not in json.dumps(list(map(str, service.files.values()))).encode()
        coalition.done("coalition", "name", id_of(other), "")
        assert list_members(coalition)[id_of(other)]["name"] is None

    def test_are_of_holders_and_short(self, coalition: DeskForTests) -> None:
        assert coalition.run("coalition", "name", "ab" * 8, "X").status == 1
        assert coalition.run("coalition", "name", id_of(coalition), "x" * 65).status == 2

    def test_damaged_ones_are_told(self, coalition: DeskForTests) -> None:
        coalition.done("coalition", "name", id_of(coalition), "me")
        identity = vault.unlock(coalition.home, PASSPHRASE)
        assert read_names(coalition.home, identity) == {id_of(coalition): "me"}
        before = coalition.home.names.read_bytes()
        for data in (b"", before[:-1], coalition.home.seeds.read_bytes()):
            coalition.home.names.write_bytes(data)
            result = coalition.run("coalition", "members")
            assert (result.status, "cannot be read" in result.err) == (1, True)

    def test_without_names_no_passphrase_is_asked_for(self, coalition: DeskForTests) -> None:
        coalition.by_file = False
        assert "member" in coalition.done("coalition", "members").out
