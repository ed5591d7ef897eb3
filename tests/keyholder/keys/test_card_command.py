"""keyholder card: one's own card and those of others."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from keyholder.commands.card import describe_epochs
from keyholder.errors import KeysError
from keyholder.keys.cards import make_card, read_card
from keyholder.keys.offering import check_newer, list_offered, offer_keys, read_cards
from keyholder.vault import Secrets, read_secrets, unlock
from keyholder.words import write_words
from tests.keyholder.conftest import PASSPHRASE, DeskForTests
from tests.keyholder.keys.conftest import Desks, holder_id
from tests.keyholder.keys.identities import new_card, new_identity, new_wrap_keys


def read_keys(desk: DeskForTests) -> Secrets:
    return read_secrets(desk.home, unlock(desk.home, PASSPHRASE))


class TestOwn:
    def test_is_made_before_there_is_a_keyring(
        self, new_desk: Callable[[str], DeskForTests], tmp_path: Path
    ) -> None:
        desk, file = new_desk("dan"), tmp_path / "dan.card"
        told = desk.done("card", "--epochs", 3, "--output", file, "--json").json
        assert told["epochs"] == [1, 2, 3]
        assert told["words"] == write_words(bytes.fromhex(told["fingerprint"]))
        assert len(told["words"].split()) == 12
        assert len(read_keys(desk).wrap_keys) == 3
        shown = desk.done("card", "--show", file)
        assert told["words"] in shown.out
        assert "epochs 1 to 3" in shown.out

    def test_a_renewed_one_offers_more_and_changes_nothing(
        self, desks: Desks, tmp_path: Path
    ) -> None:
        ada, bob, _cat = desks.values()
        first = read_card((ada.home.cards / f"{holder_id(bob)}.card").read_bytes())
        bob.done("card", "--epochs", 8, "--output", tmp_path / "new")
        card = read_card((tmp_path / "new").read_bytes())
        assert sorted(card.wrap_keys) == list(range(1, 9))
        assert all(card.wrap_keys[epoch] == key for epoch, key in first.wrap_keys.items())
        ada.done("card", "--take", tmp_path / "new")
        bob.done("card", "--from", 20, "--epochs", 2, "--output", tmp_path / "later")
        assert "epochs 1 to 8, 20 to 21" in bob.done("card", "--show", tmp_path / "later").out

    def test_begins_behind_the_keyrings_last_epoch(self, desks: Desks, tmp_path: Path) -> None:
        ada = desks["ada"]
        ada.done("epoch", "new")
        told = ada.done("card", "--epochs", 2, "--output", tmp_path / "x", "--json").json
        assert told["epochs"] == [2, 3, 4, 5, 6]

    def test_has_no_room_for_more_than_two_years(self, desks: Desks, tmp_path: Path) -> None:
        words = ["card", "--epochs", 104, "--output", tmp_path / "x"]
        assert "room for 104" in desks["ada"].run(*words, "--from", 90).err
        assert len(read_keys(desks["ada"]).wrap_keys) == 6
        assert not (tmp_path / "x").exists()
        assert "no room for another epoch" in desks["ada"].run(*words, "--from", 65_500).err

    def test_is_not_written_over_another_file(self, desks: Desks, tmp_path: Path) -> None:
        (tmp_path / "x").write_bytes(b"")
        assert "is there already" in desks["ada"].run("card", "--output", tmp_path / "x").err
        desks["ada"].done("card", "--output", tmp_path / "x", "--force")

    def test_several_are_taken_at_once_and_a_wrong_file_is_named(
        self, desks: Desks, tmp_path: Path
    ) -> None:
        ada = desks["ada"]
        bob, cat = tmp_path / "bob.card", tmp_path / "cat.card"
        desks["bob"].done("card", "--output", bob)
        desks["cat"].done("card", "--output", cat)
        (tmp_path / "junk").write_bytes(b"no card")
        ids = [read_card(file.read_bytes()).holder_id for file in (bob, cat)]
        shutil.rmtree(ada.home.cards)
        result = ada.run("card", "--take", bob, "--take", tmp_path / "junk", "--take", cat)
        assert (result.status, "junk was not taken:" in result.err) == (1, True)
        assert list(read_cards(ada.home)[0]) == [ids[0]]
        told = ada.done("card", "--take", bob, "--take", cat, "--json")
        assert [one["holder"] for one in told.json["cards"]] == ids

    @pytest.mark.parametrize("words", [[], ["--show", "x", "--take", "x"]])
    def test_one_thing_at_a_time(self, desks: Desks, words: list[str]) -> None:
        assert desks["ada"].run("card", *words).status == 2


class TestOthers:
    def test_what_is_no_card_is_refused(self, desks: Desks, tmp_path: Path) -> None:
        ada = desks["ada"]
        assert "cannot be read" in ada.run("card", "--take", tmp_path / "nothing").err
        (tmp_path / "x").write_bytes(b"x")
        assert "not a card" in ada.run("card", "--show", tmp_path / "x").err
        own = tmp_path / "own"
        ada.done("card", "--output", own)
        assert "your own card" in ada.run("card", "--take", own).err

    def test_an_older_one_and_a_changed_one_are_refused(self, desks: Desks, tmp_path: Path) -> None:
        ada, bob, _cat = desks.values()
        held = ada.home.cards / f"{holder_id(bob)}.card"
        older = held.read_bytes()
        bob.done("card", "--epochs", 8, "--output", tmp_path / "newer")
        ada.done("card", "--take", tmp_path / "newer")
        ada.done("card", "--take", tmp_path / "newer")  # the same once more is no fault
        (tmp_path / "older").write_bytes(older)
        assert "older one" in ada.run("card", "--take", tmp_path / "older").err
        identity = unlock(bob.home, PASSPHRASE)
        (tmp_path / "changed").write_bytes(make_card(identity, new_wrap_keys(*range(1, 9))))
        assert "changes or takes back" in ada.run("card", "--take", tmp_path / "changed").err
        assert held.read_bytes() == (tmp_path / "newer").read_bytes()

    def test_one_under_another_key_than_the_keyrings_is_refused(
        self, desks: Desks, tmp_path: Path
    ) -> None:
        ada, bob, _cat = desks.values()
        forger = replace(new_identity(), holder_id=holder_id(bob))
        (tmp_path / "x").write_bytes(make_card(forger, new_wrap_keys(9)))
        assert "not signed by the key" in ada.run("card", "--take", tmp_path / "x").err

    def test_one_that_the_keyring_does_not_list_is_kept_and_said_so(
        self, desks: Desks, tmp_path: Path
    ) -> None:
        stranger = new_identity()
        (tmp_path / "x").write_bytes(make_card(stranger, new_wrap_keys(1)))
        result = desks["ada"].done("card", "--take", tmp_path / "x")
        assert "compare the words" in result.err
        told = desks["ada"].done("epoch", "new", "--json").json
        assert stranger.holder_id not in told["holders"]

    def test_a_folder_that_cannot_be_used_is_said_so(self, desks: Desks, tmp_path: Path) -> None:
        ada, bob, _cat = desks.values()
        bob.done("card", "--output", tmp_path / "x")
        held = ada.home.cards / f"{holder_id(bob)}.card"
        held.unlink()
        held.mkdir()
        assert "cannot be read or written" in ada.run("epoch", "new").err
        shutil.rmtree(ada.home.cards)
        ada.home.cards.write_bytes(b"")
        assert "cannot be read or written" in ada.run("card", "--take", tmp_path / "x").err

    def test_what_may_follow_a_card(self) -> None:
        holder = new_identity()
        keys = new_wrap_keys(3, 4, 5)
        held = read_card(make_card(holder, keys))
        check_newer(held, held, 0)
        check_newer(held, read_card(make_card(holder, keys[1:])), 3)  # epoch 3 is made already
        for other, code in (
            (read_card(make_card(holder, keys[1:])), "card-older"),
            (read_card(make_card(holder, (*keys[1:], *new_wrap_keys(6)))), "card-changed"),
            (replace(held, signing_key=bytes(32)), "card-changed"),
            (replace(held, officer_key=bytes(32)), "card-changed"),
            (new_card(holder, 3, 4, 5), "card-changed"),
        ):
            with pytest.raises(KeysError) as caught:
                check_newer(held, other, 2)
            assert caught.value.code == code


def test_epochs_are_told_as_ranges() -> None:
    assert describe_epochs([]) == "no epoch"
    assert describe_epochs([1]) == "epoch 1"
    assert describe_epochs([1, 2, 3, 7, 9, 10]) == "epochs 1 to 3, 7, 9 to 10"


def test_offering_again_makes_no_second_key() -> None:
    once = offer_keys(Secrets(), 5, 3)
    twice = offer_keys(once, 4, 3)
    assert twice.wrap_keys[:3] == once.wrap_keys
    assert [one.epoch for one in list_offered(twice, 4)] == [5, 6, 7]
