"""Seeds that are wrapped for a holder: taken into the vault, refused, or kept back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crypto.wrapping import wrap_seed
from keyholder.held import read_held, write_held
from keyholder.keys.offering import read_cards
from keyholder.keys.wraps import name_wraps
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.keys.conftest import REPORT, Desks, holder_id, list_locks, sign_documents


class TestUnwrapping:
    def test_a_seed_of_another_lock_is_refused_and_the_rest_goes_on(
        self, desks: Desks, service: FakeService
    ) -> None:
        ada, bob, _cat = desks.values()
        ada.done("epoch", "new")
        ada.done("epoch", "new")
        swap_wrap(ada, 1)
        ada.done("coalition", "publish")
        result = bob.run("sync", "--json")
        assert result.status == 1
        assert result.json["wraps"] == {
            "taken": [{"epoch": 2, "lock": "A"}],
            "refused": [{"epoch": 1, "lock": "A", "code": "lock-mismatch"}],
            "foreign": [],
            "withheld": [],
        }
        assert "lock A of epoch 1 was refused: lock-mismatch" in bob.run("sync").err
        assert (list_locks(bob, 1), list_locks(bob, 2)) == ([], ["A"])

    @pytest.mark.parametrize("alone", [False, True])
    def test_a_maker_is_told_that_another_lock_than_hers_is_signed(
        self, desks: Desks, service: FakeService, offer: Callable[..., Path], alone: bool
    ) -> None:
        """An officer who puts a lock of her own in its place opens what is sealed to it."""
        ada, bob, _cat = desks.values()
        offer(bob, "hers", "--offer")
        ada.done("epoch", "new", "--publish", *(["--alone"] if alone else []))
        told = [{"epoch": 1, "lock": "A"}]
        result = bob.run("sync", "--json")
        assert result.json["wraps"]["foreign"] == told
        assert result.json["wraps"]["taken"] == ([] if alone else told)
        again = bob.run("sync")
        assert ("ANOTHER LOCK IS SIGNED" in again.err) == alone
        assert ada.done("sync", "--json").json["wraps"]["foreign"] == []

    @pytest.mark.parametrize(
        ("box", "code"), [("00" * 1168, "wrap-not-opened"), ("00" * 1167, "wraps-form")]
    )
    def test_a_wrap_that_does_not_open_is_named(self, desks: Desks, box: str, code: str) -> None:
        ada, bob, _cat = desks.values()
        ada.done("epoch", "new")
        change_wraps(ada, lambda wraps: wraps["wraps"].update({holder_id(bob): box}))
        ada.done("coalition", "publish")
        assert bob.run("sync", "--json").json["wraps"]["refused"] == [
            {"epoch": 1, "lock": "A", "code": code}
        ]

    def test_a_seed_of_ones_own_that_was_never_signed_hinders_nothing(
        self, desks: Desks, offer: Callable[..., Path]
    ) -> None:
        ada, bob, _cat = desks.values()
        offer(bob, "never-added", "--offer")
        ada.done("epoch", "new", "--publish")
        assert bob.done("sync", "--json").json["wraps"]["taken"] == [{"epoch": 1, "lock": "A"}]
        assert list_locks(bob, 1) == ["A"]

    def test_a_damaged_vault_keeps_nothing_from_being_downloaded(
        self, desks: Desks, service: FakeService
    ) -> None:
        ada, bob, _cat = desks.values()
        ada.done("epoch", "new", "--publish")
        service.store(ada.seal(REPORT))
        whole = bob.home.seeds.read_bytes()
        bob.home.seeds.write_bytes(whole[:-1])
        result = bob.run("sync", "--json")
        assert (result.status, result.json["new"]) == (1, 1)
        assert "vault is missing or damaged" in result.err
        bob.home.seeds.write_bytes(whole)
        assert bob.done("sync", "--json").json["wraps"]["taken"] == [{"epoch": 1, "lock": "A"}]

    def test_wraps_that_the_service_keeps_back_are_named(
        self, desks: Desks, service: FakeService, tmp_path: Path
    ) -> None:
        ada, bob, cat = desks.values()
        ada.done("epoch", "new", "--publish", "--holder", holder_id(bob))
        for name in [name for name in service.files if name.startswith("wraps/")]:
            del service.files[name]
        (refused,) = bob.run("sync", "--json").json["wraps"]["refused"]
        assert refused["code"] == "keyring-file-missing"
        told = cat.run("sync", "--json").json["wraps"]  # she cannot know that none is hers
        assert told["withheld"] == [{"epoch": 1, "lock": "A"}]
        assert "of epoch 1 were kept back" in cat.run("sync").err
        ada.done("coalition", "export", tmp_path / "keyring")  # another holder has them
        for desk in (bob, cat):
            desk.done("bundle", "in", tmp_path / "keyring")
            assert desk.done("sync", "--json").json["wraps"]["withheld"] == []
        assert (list_locks(bob, 1), list_locks(cat, 1)) == (["A"], [])

    def test_an_officer_to_whom_they_were_not_given_signs_nothing_without_them(
        self, desks: Desks, service: FakeService, tmp_path: Path
    ) -> None:
        ada, bob, _cat = desks.values()
        ada.done("coalition", "export", tmp_path / "before")
        before = read_held(ada.home)
        ada.done("epoch", "new", "--publish")
        ada.done("coalition", "export", tmp_path / "whole")
        write_held(ada.home, before)  # ada's disk is put back from a copy
        for name in [name for name in service.files if name.startswith("wraps/")]:
            del service.files[name]
        assert ada.done("sync", "--json").json["wraps"]["withheld"] == [{"epoch": 1, "lock": "A"}]
        for words in (
            ("epoch", "new"),
            ("coalition", "change", "--sms-number", "+15550100002"),
            ("coalition", "change", "--sms-number", "+15550100002", "--propose", tmp_path / "p"),
            ("coalition", "revoke", holder_id(bob)),
        ):
            result = ada.run(*words)
            assert result.status != 0
            assert "`keyholder bundle in`" in result.err
        assert read_held(ada.home).keyring.version == before.keyring.version + 1
        ada.done("bundle", "in", tmp_path / "whole")
        ada.done("epoch", "new", "--publish")
        assert bob.done("sync", "--json").json["wraps"]["taken"] == [
            {"epoch": 1, "lock": "A"},
            {"epoch": 2, "lock": "A"},
        ]
        assert "Nothing was named" in ada.run("coalition", "change", "--leave-out-withheld").err

    def test_what_nobody_has_any_more_is_left_out_when_an_officer_says_so(
        self, desks: Desks, service: FakeService
    ) -> None:
        ada, bob, _cat = desks.values()
        before = read_held(ada.home)
        ada.done("epoch", "new", "--publish")
        write_held(ada.home, before)
        for name in [name for name in service.files if name.startswith("wraps/")]:
            del service.files[name]
        ada.done("sync")
        told = ada.done("coalition", "change", "--leave-out-withheld", "--publish", "--json").json
        assert told["left_out"] == ["wraps/1-a.json"]
        ada.done("epoch", "new", "--publish")
        assert bob.done("sync", "--json").json["wraps"] == {
            "taken": [{"epoch": 2, "lock": "A"}],
            "refused": [],
            "foreign": [],
            "withheld": [],
        }


def change_wraps(officer: DeskForTests, change: Callable[[Any], Any], epoch: int = 1) -> None:
    """Sign the next keyring with other wraps in it."""
    sign_documents(officer.home, lambda documents: change(documents[name_wraps(epoch, "A")]))


def swap_wrap(officer: DeskForTests, epoch: int) -> None:
    """Wrap another seed for everybody than the signed lock's."""
    cards, _ = read_cards(officer.home)
    wraps = {
        holder: wrap_seed(bytes(32), card.wrap_keys[epoch], epoch, "A", holder).hex()
        for holder, card in cards.items()
    }
    change_wraps(officer, lambda document: document.update(wraps=wraps), epoch)
