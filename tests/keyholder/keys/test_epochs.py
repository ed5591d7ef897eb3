"""Locks that several holders have: made, offered, added, unwrapped, taken over, retired."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crypto.choosing import sealing_key
from crypto.envelope import Suite
from crypto.errors import KeyringError
from keyholder.held import read_held, write_held
from keyholder.keys.cards import read_card
from keyholder.keys.lock_offers import read_offer
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.keys.conftest import REPORT, Desks, holder_id, join, list_cards, list_locks


def choose(desk: DeskForTests, channel: str = "web") -> tuple[int, Suite]:
    key = sealing_key(read_held(desk.home).keyring, channel, desk.now)
    return key.epoch, key.suite


@pytest.fixture
def dual(desks: Desks, offer: Callable[..., Path]) -> tuple[Path, Path]:
    """Lock A by ada for nobody else, lock B like it by bob, for cat as well."""
    lock_a = offer(desks["ada"], "a.offer", "--lock", "A", "--alone")
    return lock_a, offer(desks["bob"], "b.offer", "--lock", "B", "--like", lock_a)


class TestOneLock:
    def test_every_holder_with_a_card_gets_the_seed_by_sync(
        self, desks: Desks, service: FakeService
    ) -> None:
        told = desks["ada"].done("epoch", "new", "--publish", "--json").json
        assert told["holders"] == sorted(holder_id(desks[name]) for name in ("bob", "cat"))
        service.store(desks["ada"].seal(REPORT))
        for name in ("bob", "cat"):
            synced = desks[name].done("sync", "--json").json
            taken = [{"epoch": 1, "lock": "A"}]
            assert synced["wraps"] == {"taken": taken, "refused": [], "foreign": [], "withheld": []}
            assert desks[name].done("open", "--json").json["opened"] == 1
            assert desks[name].done("sync", "--json").json["wraps"]["taken"] == []

    def test_only_the_holders_named_get_it(self, desks: Desks) -> None:
        ada, bob, cat = desks.values()
        # Naming oneself is natural, and changes nothing: the maker has the seed anyway.
        named = ("--holder", holder_id(ada), "--holder", holder_id(bob))
        told = ada.done("epoch", "new", *named, "--publish", "--json").json
        assert told["holders"] == [holder_id(bob)]
        assert "Lock A of epoch 1" not in cat.done("sync").out
        assert "lock A of epoch 1 is in the vault" in bob.done("sync").out
        assert (list_locks(bob, 1), list_locks(cat, 1)) == (["A"], [])

    def test_nobody_else_gets_it_only_if_that_is_said(self, desk: DeskForTests) -> None:
        desk.done("init")
        desk.done("coalition", "create")
        result = desk.run("epoch", "new")
        assert (result.status, "No other holder" in result.err) == (1, True)
        result = desk.run("epoch", "new", "--holder", holder_id(desk))
        assert (result.status, "No other holder" in result.err) == (1, True)
        assert read_held(desk.home).keyring.epochs == ()
        desk.done("epoch", "new", "--alone")

    @pytest.mark.parametrize(
        ("words", "problem"),
        [
            (["--holder", "0011223344556677"], "no card here"),
            (["--lock", "C"], "must be A or B"),
            (["--lock", "A"], "--output"),
            (["--output", "x"], "--output"),
            (["--like", "x"], "--like"),
            (["--number", "7"], "--number"),
            (["--alone", "--holder", "0011223344556677"], "--alone"),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, desks: Desks, words: list[str], problem: str
    ) -> None:
        result = desks["ada"].run("epoch", "new", *words)
        assert result.status != 0
        assert problem in result.err

    def test_a_holder_whose_card_offers_nothing_gets_nothing(self, desks: Desks) -> None:
        ada, bob, _cat = desks.values()
        for _ in range(6):
            ada.done("epoch", "new")
        assert "No other holder" in ada.run("epoch", "new").err
        assert "offers no key" in ada.run("epoch", "new", "--holder", holder_id(bob)).err

    def test_a_card_that_is_damaged_is_said_so_and_the_others_serve(self, desks: Desks) -> None:
        ada, bob, cat = desks.values()
        file = ada.home.cards / f"{holder_id(bob)}.card"
        file.write_bytes(file.read_bytes()[:-1])
        (ada.home.cards / "notes.txt").write_text("no card")
        result = ada.done("epoch", "new", "--json")
        assert "is damaged" in result.err
        assert result.json["holders"] == [holder_id(cat)]

    def test_a_holder_offers_it_and_an_officer_adds_it(
        self, desks: Desks, offer: Callable[..., Path]
    ) -> None:
        ada, bob, _cat = desks.values()
        told = ada.done("epoch", "add", offer(bob, "one", "--offer"), "--json").json
        assert told["locks"] == {"A": sorted(map(holder_id, desks.values()))}
        assert told["keyring"] == read_held(ada.home).keyring.version
        ada.done("coalition", "publish")
        ada.done("sync")
        assert list_locks(ada, 1) == ["A"]


class TestTwoLocks:
    def test_take_two_holders_to_open(
        self, desks: Desks, dual: tuple[Path, Path], service: FakeService
    ) -> None:
        told = desks["ada"].done("epoch", "add", *dual, "--alone", "--publish", "--json").json
        assert told["both"] == []
        assert choose(desks["ada"]) == (1, Suite.DUAL_HYBRID)
        assert choose(desks["ada"], "app-sms") == (1, Suite.DUAL_SEALED_BOX)
        service.store(desks["ada"].seal(REPORT))
        for desk in desks.values():
            desk.done("sync")
        assert [list_locks(desk, 1) for desk in desks.values()] == [["A"], ["B"], ["B"]]
        for desk in desks.values():
            assert desk.done("open", "--json").json["opened"] == 0

    def test_are_said_in_words(self, desks: Desks, dual: tuple[Path, Path]) -> None:
        out = desks["ada"].done("epoch", "add", *dual, "--alone").out
        assert f"Lock A: {holder_id(desks['ada'])}." in out
        assert holder_id(desks["cat"]) in out.split("Lock B:")[1]

    def test_nobody_makes_both(self, desks: Desks, dual: tuple[Path, Path], tmp_path: Path) -> None:
        ada, bob, cat = desks.values()
        words = ["epoch", "new", "--lock", "B", "--like", dual[0], "--output", tmp_path / "x"]
        assert "would get both" in ada.run(*words).err
        assert "other lock" in ada.run(*words, "--allow-both").err
        words[3] = "A"
        assert "locks A and B of one epoch" in cat.run(*words).err
        words[3:6] = ["A", "--like", dual[1]]
        assert "would get both" in bob.run(*words).err

    def test_nobody_gets_both_unless_it_is_wanted(
        self, desks: Desks, offer: Callable[..., Path]
    ) -> None:
        ada, bob, cat = desks.values()
        lock_a = offer(ada, "a", "--lock", "A", "--holder", holder_id(cat))
        lock_b = offer(bob, "b", "--lock", "B", "--holder", holder_id(cat), "--start", "now")
        result = ada.run("epoch", "add", lock_a, lock_b)
        assert (result.status, "get both locks" in result.err) == (1, True)
        told = ada.done("epoch", "add", lock_a, lock_b, "--allow-both", "--json")
        assert told.json["both"] == [holder_id(cat)]
        assert "Opens alone" in told.err

    def test_the_holders_of_lock_a_are_named(self, desks: Desks, tmp_path: Path) -> None:
        result = desks["ada"].run("epoch", "new", "--lock", "A", "--output", tmp_path / "x")
        assert "are to be named" in result.err
        assert not (tmp_path / "x").exists()

    def test_only_what_belongs_together_is_added(
        self, desks: Desks, dual: tuple[Path, Path], offer: Callable[..., Path]
    ) -> None:
        ada, bob, cat = desks.values()
        single = offer(cat, "single", "--offer")
        other_time = offer(bob, "t", "--lock", "B", "--start", "2027-01-01", "--alone")
        same_maker = offer(ada, "same", "--lock", "A", "--alone")
        for files in (
            [dual[0]],
            [dual[1]],
            [dual[0], dual[0]],
            [dual[0], same_maker],
            [single, dual[0]],
            [dual[0], other_time],
            [*dual, single],
        ):
            result = ada.run("epoch", "add", *files, "--alone")
            assert (result.status, "locks A and B of one epoch" in result.err) == (1, True), files
        assert "No other holder" in ada.run("epoch", "add", *dual).err
        ada.done("epoch", "add", *dual, "--alone")
        assert "none of the next 26" in ada.run("epoch", "add", *dual, "--alone").err

    def test_offers_for_one_proposal_take_the_next_free_numbers_by_themselves(
        self, desks: Desks, offer: Callable[..., Path], tmp_path: Path
    ) -> None:
        """The ceremony's week and fallback are offered before the keyring has either."""
        ada, bob, _cat = desks.values()
        week = offer(bob, "week", "--offer")
        year = offer(bob, "year", "--offer", "--fallback")
        assert [read_offer(file.read_bytes()).epoch for file in (week, year)] == [1, 2]
        for file in (week, year):
            ada.done("epoch", "add", file, "--propose", tmp_path / "epochs")
        ada.done("coalition", "join", tmp_path / "epochs")
        assert [epoch.number for epoch in read_held(ada.home).keyring.epochs] == [1, 2]

    def test_an_offer_that_nobody_added_hinders_no_later_one(
        self, desks: Desks, offer: Callable[..., Path]
    ) -> None:
        ada, bob, _cat = desks.values()
        given_up = offer(bob, "given up", "--offer")
        ada.done("epoch", "add", offer(bob, "anew", "--offer"))
        assert [epoch.number for epoch in read_held(ada.home).keyring.epochs] == [2]
        assert "none of the next 26" in ada.run("epoch", "add", given_up).err
        ada.done("epoch", "new")
        assert [epoch.number for epoch in read_held(ada.home).keyring.epochs] == [2, 3]

    def test_no_offer_takes_the_last_numbers_away(
        self, desks: Desks, offer: Callable[..., Path]
    ) -> None:
        ada, bob, _cat = desks.values()
        far = offer(bob, "far", "--offer", "--number", 27, "--alone")
        assert "none of the next 26" in ada.run("epoch", "add", far, "--alone").err
        assert read_offer(offer(bob, "next", "--offer").read_bytes()).epoch == 1
        ada.done("epoch", "add", offer(bob, "26", "--offer", "--number", 26, "--alone"), "--alone")

    def test_only_officers_add(self, desks: Desks, dual: tuple[Path, Path]) -> None:
        result = desks["bob"].run("epoch", "add", *dual, "--alone")
        assert "does not sign the keyring" in result.err

    def test_offers_of_strangers_and_for_strangers_are_refused(
        self,
        desks: Desks,
        new_desk: Callable[[str], DeskForTests],
        offer: Callable[..., Path],
        tmp_path: Path,
    ) -> None:
        ada, bob, _cat = desks.values()
        stranger = new_desk("stranger")
        join(stranger.home, ada.home)
        file = offer(stranger, "s", "--offer", "--alone")
        assert "whom the keyring lists" in ada.run("epoch", "add", file, "--alone").err
        changed = bytearray(file.read_bytes())
        changed[-1] ^= 1
        file.write_bytes(changed)
        assert "whom the keyring lists" in ada.run("epoch", "add", file, "--alone").err
        missing = ada.run("epoch", "add", tmp_path / "nothing")
        assert "cannot be read" in missing.err
        # bob's own keyring lists her: his offer has a wrap that the officers never agreed to
        held = read_held(ada.home)
        card = tmp_path / "stranger.card"
        stranger.done("card", "--output", card)
        list_cards(ada.home, read_card(card.read_bytes()))
        join(bob.home, ada.home)
        bob.done("card", "--take", card)
        outside = offer(bob, "o", "--offer", "--holder", holder_id(stranger))
        write_held(ada.home, held)
        assert "somebody whom the keyring" in ada.run("epoch", "add", outside).err


class TestWords:
    def test_the_makers_words_are_in_what_officers_review(
        self, desks: Desks, tmp_path: Path
    ) -> None:
        ada, bob, cat = desks.values()
        files = [tmp_path / name for name in ("a", "b", "again")]
        like = ("--like", files[0])
        words = [
            maker.done("epoch", "new", "--lock", lock, *more, "--output", file, "--json").json[
                "lock_words"
            ]
            for maker, lock, more, file in (
                (ada, "A", ("--alone",), files[0]),
                (bob, "B", like, files[1]),
                (bob, "B", like, files[2]),
            )
        ]
        assert len(set(words)) == 3
        proposal = tmp_path / "epoch.proposal"
        ada.done("epoch", "add", "--alone", files[0], files[1], "--propose", proposal)
        join(cat.home, ada.home)
        out = cat.done("coalition", "review", proposal).out
        assert [f"as its maker reads them: {one}" in out for one in words] == [True, True, False]
        assert f"epoch 1, lock B, made by {holder_id(bob)}, for 1 holder" in out


class TestTakingOver:
    def test_what_starts_now_is_sealed_to_at_once(self, desks: Desks) -> None:
        ada = desks["ada"]
        ada.done("epoch", "new")
        ada.now += 86_400
        ada.done("epoch", "new", "--start", "now")
        assert choose(ada) == (2, Suite.HYBRID)

    def test_nothing_is_sealed_to_what_was_retired_and_the_old_still_opens(
        self, desks: Desks, service: FakeService
    ) -> None:
        ada, bob, _cat = desks.values()
        ada.done("epoch", "new")
        before = ada.seal(REPORT)
        ada.now += 86_400
        assert "Nothing else would be sealed to" in ada.run("epoch", "retire", 1).err
        ada.done("epoch", "new", "--start", "now", "--days", 1)
        told = ada.done("epoch", "retire", 1, "--publish", "--json").json
        assert told == {"epoch": 1, "keyring": read_held(ada.home).keyring.version}
        ada.now += 30 * 86_400  # both are past: the newer one is taken all the same
        assert choose(ada) == (2, Suite.HYBRID)
        service.store(before)
        bob.done("sync")
        assert bob.done("open", "--json").json["opened"] == 1

    def test_an_epoch_that_has_not_begun_is_retired_as_well(self, desks: Desks) -> None:
        ada = desks["ada"]
        ada.done("epoch", "new")
        ada.done("epoch", "new")
        assert "retire" not in ada.done("epoch", "retire", 2).err
        ada.now += 8 * 86_400
        assert choose(ada) == (1, Suite.HYBRID)
        assert "no epoch of this number" in ada.run("epoch", "retire", 3).err

    def test_a_fallback_may_have_two_locks(self, desks: Desks, offer: Callable[..., Path]) -> None:
        ada, bob, _cat = desks.values()
        lock_a = offer(ada, "a", "--lock", "A", "--alone", "--fallback")
        lock_b = offer(bob, "b", "--lock", "B", "--like", lock_a)
        ada.done("epoch", "add", lock_a, lock_b, "--alone")
        (epoch,) = read_held(ada.home).keyring.epochs
        assert (epoch.fallback, epoch.seal_until - epoch.seal_from) == (True, 365 * 86_400)
        assert choose(ada) == (1, Suite.DUAL_HYBRID)
        with pytest.raises(KeyringError):
            choose(ada, "pigeon")
