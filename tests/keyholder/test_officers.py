"""Officers who come and go, roots that follow each other, and keyrings that are signed again."""

from typing import Any

import pytest
from tuf.api.metadata import Metadata

from crypto.bundles import write_bundle
from crypto.errors import KeyringError
from crypto.keyring import read_bundle, successor
from crypto.officers import tuf_signer
from keyholder import vault
from keyholder.errors import SigningError
from keyholder.held import adopt_signatures, read_held
from keyholder.signing.proposals import name_key
from keyholder.signing.roots import check_officers, find_slack
from tests.coalition import DAY
from tests.keyholder.conftest import PASSPHRASE, DeskForTests
from tests.keyholder.three_homes import (
    Officers,
    apart,
    change,
    make_desk,
    officers,
    post,
    template,
)

__all__ = ["apart", "officers", "template"]


def key_of(desk: DeskForTests) -> str:
    return name_key(vault.unlock(desk.home, PASSPHRASE).officer_seed)


def rotate(officers: Officers, new: DeskForTests) -> None:
    """Eva's key goes, a new officer's comes; two of the old and two of the new sign."""
    words = ("--add", officers.file("new.card"), "--remove", key_of(officers[2]))
    officers[0].done("coalition", "officers", *words, "--propose", officers.file("root"))
    officers[1].done("coalition", "sign", officers.file("root"), "--yes", "--publish")
    for desk in officers.desks:
        desk.done("sync")
    new.done(
        "coalition", "pin", officers[0].home.root, "--service", officers.service.address, "--yes"
    )


@pytest.fixture
def new(officers: Officers, capsys: pytest.CaptureFixture[str]) -> DeskForTests:
    """A fourth home, with a card."""
    return make_desk(officers.table, capsys, "new")


class TestOfficers:
    def test_are_told(self, officers: Officers) -> None:
        out = officers[0].done("coalition", "officers").out
        assert "Root 1: 2 of 3 officers sign a keyring, 2 the next root." in out
        assert all(key_of(desk) in out for desk in officers.desks)

    def test_come_and_go_under_both_thresholds(self, officers: Officers, new: DeskForTests) -> None:
        rotate(officers, new)
        held = read_held(new.home).keyring
        assert (held.root_version, held.version) == (2, 2)
        told = new.done("coalition", "officers", "--json").json["officers"]
        assert told == sorted(map(key_of, (officers[0], officers[1], new)))

    def test_who_was_removed_signs_nothing(self, officers: Officers, new: DeskForTests) -> None:
        rotate(officers, new)
        result = officers[2].run("coalition", "change", "--ussd-code", "*1#")
        assert "does not sign the keyring" in result.err
        file = change(officers)
        assert "does not sign" in officers[2].run("coalition", "sign", file, "--yes").err
        # By hand: her signature in the place of one that is lacking.
        files = read_bundle(file.read_bytes())
        seed = vault.unlock(officers[2].home, PASSPHRASE).officer_seed
        for name in ("3.targets.json", "3.snapshot.json", "timestamp.json"):
            metadata: Metadata[Any] = Metadata.from_bytes(files[name])
            metadata.sign(tuf_signer(seed), append=True)
            files[name] = metadata.to_bytes()
        with pytest.raises(KeyringError) as caught:
            successor(read_held(new.home).keyring, files)
        assert caught.value.code == "keyring-signatures"
        assert post(officers.service, write_bundle(files)) == 409
        officers.file("forged").write_bytes(write_bundle(files))
        result = new.run("coalition", "review", officers.file("forged"))
        assert "somebody who is no officer" in result.err
        assert new.done("coalition", "sign", file, "--yes", "--publish")

    def test_a_threshold_rises_when_the_new_one_is_met_as_well(self, officers: Officers) -> None:
        file = officers.file("three")
        officers[0].done("coalition", "officers", "--threshold", 3, "--propose", file)
        officers[1].done("coalition", "sign", file, "--yes")
        assert post(officers.service, file.read_bytes()) == 409
        officers[2].done("coalition", "sign", file, "--yes", "--publish")
        assert officers.version(2) == 2
        told = officers[2].done("coalition", "officers", "--json").json
        assert (told["threshold"], told["root_threshold"]) == (3, 3)

    def test_the_roots_threshold_may_differ(self, officers: Officers) -> None:
        file = officers.file("roots")
        officers[0].done("coalition", "officers", "--root-threshold", 3, "--propose", file)
        told = officers[1].done("coalition", "sign", file, "--yes", "--json").json
        assert told["complete"] is False
        officers[2].done("coalition", "sign", file, "--yes")
        assert "3 the next root" in officers[2].done("coalition", "officers").out
        assert "3 the next root" in officers[2].done("coalition", "show").out

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["--threshold", 4], "nobody could sign"),
            (["--root-threshold", 4], "nobody could sign"),
            (["--threshold", 0], "protects nobody"),
            (["--threshold", 2], "Nothing would change"),
            (["--remove", "ab" * 32], "No officer of the keyring"),
            (["--remove", "ab" * 8], "No officer of the keyring"),
        ],
    )
    def test_what_would_lock_out_or_makes_no_sense(
        self, officers: Officers, words: list[object], told: str
    ) -> None:
        result = officers[0].run("coalition", "officers", *words)
        assert (result.status, told in result.err) == (1, True), result.err
        assert officers.version(0) == 1

    def test_removing_two_of_three_is_refused_where_two_must_sign(self, officers: Officers) -> None:
        words = [w for n in (1, 2) for w in ("--remove", key_of(officers[n]))]
        assert "nobody could sign" in officers[0].run("coalition", "officers", *words).err

    def test_who_leaves_does_not_propose_it(self, officers: Officers) -> None:
        result = officers[0].run("coalition", "officers", "--remove", key_of(officers[0]))
        assert "somebody who stays has to propose it" in result.err

    def test_a_card_of_an_officer_is_not_added_twice(self, officers: Officers) -> None:
        result = officers[0].run("coalition", "officers", "--add", officers.file("ben.card"))
        assert "an officer's already" in result.err

    def test_a_holder_is_found_by_the_card_that_is_kept(self, officers: Officers) -> None:
        officers[0].done("card", "--take", officers.file("eva.card"))
        eva = vault.unlock(officers[2].home, PASSPHRASE).holder_id
        file = officers.file("out")
        result = officers[0].done("coalition", "officers", "--remove", eva, "--propose", file)
        assert "All officers must sign" in result.err
        changes = officers[1].done("coalition", "review", file, "--json").json["changes"]
        assert any(f"Officer removed: {key_of(officers[2])}" in line for line in changes)


class TestRenewing:
    def test_the_same_again_with_a_later_end(self, officers: Officers) -> None:
        before = read_held(officers[0].home).keyring.expires
        for desk in officers.desks:
            desk.now += 30 * DAY
        officers[0].done("coalition", "renew", "--propose", officers.file("renewed"))
        told = officers[1].done("coalition", "review", officers.file("renewed"), "--json").json
        assert told["changes"][0] == "Nothing but times and versions would change."
        officers[1].done("coalition", "sign", officers.file("renewed"), "--yes")
        keyring = read_held(officers[1].home).keyring
        assert keyring.expires == before + 30 * DAY
        assert keyring.root_version == 1

    def test_the_root_as_well(self, officers: Officers) -> None:
        for desk in officers.desks:
            desk.now += 600 * DAY
        result = officers[0].done("coalition", "renew")
        assert "The root expires at" in result.err
        officers[0].done("coalition", "withdraw")
        file = officers.file("renewed")
        result = officers[0].done("coalition", "renew", "--root", "--propose", file)
        assert "The root expires at" not in result.err
        told = officers[1].done("coalition", "sign", file, "--yes", "--json").json
        assert (told["root_version"], told["complete"]) == (2, True)

    def test_one_officer_renews_in_one_step(self, coalition: DeskForTests) -> None:
        told = coalition.done("coalition", "renew", "--root", "--publish", "--json").json
        assert (told["root_version"], told["keyring"]) == (2, 3)
        coalition.done("coalition", "change", "--ussd-code", "*1#", "--publish")


class TestSettling:
    """Two pairs complete copies of one proposal: the same keyring, in other bytes."""

    def complete_twice(self, officers: Officers, file: str) -> None:
        officers.hand_on(file, "with ben")
        officers.hand_on(file, "with eva")
        for number, name in ((1, "with ben"), (2, "with eva")):
            officers[number].done("coalition", "sign", officers.file(name), "--yes")
        assert officers.file("with ben").read_bytes() != officers.file("with eva").read_bytes()

    def test_a_home_goes_over_to_what_was_published(self, officers: Officers) -> None:
        change(officers)
        self.complete_twice(officers, "next")
        officers[1].done("coalition", "publish")
        told = officers[2].done("sync", "--json").json
        assert told["keyring"] == {"version": 2, "refused": None}
        assert read_held(officers[2].home).keyring == read_held(officers[1].home).keyring

    def test_publishing_after_another_one_did(self, officers: Officers) -> None:
        change(officers)
        self.complete_twice(officers, "next")
        officers[1].done("coalition", "publish")
        officers[2].done("coalition", "publish")
        assert read_held(officers[2].home).keyring == read_held(officers[1].home).keyring

    def test_a_root_that_was_completed_twice(self, officers: Officers) -> None:
        officers[0].done("coalition", "renew", "--root", "--propose", officers.file("root"))
        self.complete_twice(officers, "root")
        officers[1].done("coalition", "publish")
        # Eva goes on without a network, and publishes the next one later.
        officers[2].done(
            "coalition", "change", "--ussd-code", "*1#", "--propose", officers.file("c")
        )
        officers[1].done("coalition", "sign", officers.file("c"), "--yes")
        officers[2].done("coalition", "join", officers.file("c"))
        officers[2].done("coalition", "publish")
        officers.sync_all()
        assert [officers.version(number) for number in range(3)] == [3, 3, 3]

    def test_a_first_root_that_was_completed_twice(self, apart: Officers) -> None:
        cards = [apart.file(f"{name}.card") for name in ("ben", "eva")]
        words: list[object] = ["--threshold", 2, "--address", apart.service.address]
        for card in cards:
            words += ["--officer", card, "--member", card]
        apart[0].done("coalition", "create", *words, "--yes", "--propose", apart.file("first"))
        self.complete_twice(apart, "first")
        roots = [apart[number].home.root.read_bytes() for number in (1, 2)]
        assert roots[0] != roots[1]
        apart.service.root = roots[0]
        apart[1].done("coalition", "publish")
        apart[2].done("coalition", "publish")
        assert apart[2].home.root.read_bytes() == roots[0]
        apart[2].done("sync")

    def test_another_text_is_a_fork_all_the_same(self, officers: Officers) -> None:
        mine, theirs = change(officers, 0), change(officers, 1, name="other")
        officers[2].done("coalition", "sign", mine, "--yes")
        files = read_bundle(theirs.read_bytes())
        held = read_held(officers[2].home)
        assert adopt_signatures(held, files) == held
        with pytest.raises(KeyringError, match="two different keyrings"):
            successor(held.keyring, files)

    def test_signatures_that_do_not_hold_change_nothing(self, officers: Officers) -> None:
        officers[1].done("coalition", "sign", change(officers), "--yes")
        held = read_held(officers[1].home)
        name = "2.targets.json"
        metadata: Metadata[Any] = Metadata.from_bytes(held.keyring.files[name])
        metadata.signatures.popitem()
        assert adopt_signatures(held, {name: metadata.to_bytes()}) == held
        assert adopt_signatures(held, {name: b"{"}) == held


@pytest.mark.parametrize(
    ("count", "threshold", "told"),
    [
        (1, 1, "There is one officer"),
        (2, 1, "a stolen one is, too"),
        (2, 2, "All officers must sign"),
        (3, 2, "If two officers' keys are lost"),
        (4, 4, "All officers must sign"),
        (5, 3, None),
    ],
)
def test_how_close_the_end_is(count: int, threshold: int, told: str | None) -> None:
    slack = find_slack(count, threshold)
    assert (slack is None) == (told is None)
    assert told is None or told in (slack or "")


def test_a_root_has_room_for_32_officers() -> None:
    check_officers(32, 17, 17)
    with pytest.raises(SigningError, match="at most 32"):
        check_officers(33, 17, 17)
