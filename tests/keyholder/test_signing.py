"""Three officers, two of whom must sign: one of them alone moves nobody, whatever she tries."""

from dataclasses import replace
from pathlib import Path

import pytest

from crypto.errors import KeyringError
from crypto.keyring import first, read_bundle, successor
from keyholder import vault
from keyholder.held import read_held
from keyholder.keys.cards import make_card
from keyholder.words import write_words
from tests.keyholder.conftest import PASSPHRASE
from tests.keyholder.three_homes import Officers, apart, change, officers, post, template

__all__ = ["apart", "officers", "template"]


class TestBeginning:
    def test_root_and_keyring_are_in_use_when_two_have_signed(self, officers: Officers) -> None:
        roots = {desk.home.root.read_bytes() for desk in officers.desks}
        assert len(roots) == 1
        keyring = read_held(officers[2].home).keyring
        assert (keyring.version, len(keyring.holders)) == (1, 3)
        told = officers[2].done("coalition", "officers", "--json").json
        assert (told["threshold"], len(told["officers"])) == (2, 3)

    def test_nothing_is_pinned_before(self, apart: Officers) -> None:
        words = ("--officer", apart.file("ben.card"), "--threshold", 2, "--yes", "--json")
        result = apart[0].done("coalition", "create", *words)
        told = result.json
        assert told["lacking"] == 1
        assert not apart[0].home.root.exists()
        assert told["words"] in result.err
        assert "All officers must sign: if one key is lost, nobody" in result.err
        review = apart[1].done("coalition", "review", told["proposal"]).out
        assert told["words"] in review
        assert "This begins a coalition, with root 1." in review

    def test_the_words_of_the_cards_are_shown(self, apart: Officers) -> None:
        card = apart.file("ben.card")
        words = apart[1].done("card", "--show", card, "--json").json["words"]
        create = ("coalition", "create", "--officer", card, "--member", card)
        apart[0].answers = ["no", "yes"]
        result = apart[0].run(*create)
        assert (result.status, "No coalition was begun" in result.err) == (1, True)
        assert result.err.count(words) == 1, "shown before it asks"
        assert not apart[0].home.root.exists()
        result = apart[0].done(*create)
        assert result.err.count(words) == 1
        assert len(set(apart[0].questions)) == 1
        assert "words of each" in apart[0].questions[0]
        assert len(read_held(apart[0].home).keyring.holders) == 2

    def test_what_is_next_depends_on_how_many_there_are(self, apart: Officers) -> None:
        cards = {"--officer": "ceremony", "--member": "ceremony"}
        for number, (option, step) in enumerate(cards.items()):
            words = (option, apart.file("eva.card"), "--yes")
            out = apart[number].done("coalition", "create", *words).out
            assert f"Next: keyholder {step}" in out
            assert "epoch new" not in out
        assert "Next: keyholder epoch new" in apart[2].done("coalition", "create").out

    def test_after_the_last_signature_the_ceremony_is_next(self, apart: Officers) -> None:
        file = apart.file("first")
        words = ("--officer", apart.file("ben.card"), "--threshold", 2, "--propose", file)
        apart[0].done("coalition", "create", *words, "--yes")
        out = apart[1].done("coalition", "sign", file, "--yes").out
        assert out.count("Next:") == 1
        assert "Next: keyholder ceremony" in out

    def test_of_several_cards_the_one_that_is_meant_is_said(self, apart: Officers) -> None:
        good, none, junk = apart.file("ben.card"), apart.file("nobody.card"), apart.file("junk")
        junk.write_bytes(b"junk")
        for wrong, sentence in ((none, "The file cannot be read"), (junk, "card")):
            words = ("--officer", good, "--member", good, "--member", good, "--member", wrong)
            result = apart[0].run("coalition", "create", *words)
            assert result.status == 1
            assert sentence in result.err
            assert "(file 3 of 3 after --member)" in result.err
            assert wrong.name not in result.err.replace("card", "")
        alone = apart[0].run("coalition", "create", "--member", none)
        assert (alone.status, "file 1" in alone.err) == (1, False)

    def test_a_threshold_above_the_officers_locks_out(self, apart: Officers) -> None:
        card = apart.file("ben.card")
        for words in (["--threshold", 3], ["--threshold", 1, "--root-threshold", 3]):
            result = apart[0].run("coalition", "create", "--officer", card, "--yes", *words)
            assert (result.status, "nobody could sign" in result.err) == (1, True)
        result = apart[0].run("coalition", "create", "--threshold", 0)
        assert (result.status, "protects nobody" in result.err) == (1, True)

    def test_a_stranger_has_no_part_in_it(self, apart: Officers) -> None:
        card, file = apart.file("ben.card"), apart.file("first")
        words = ("--officer", card, "--yes", "--threshold", 2, "--propose", file)
        apart[0].done("coalition", "create", *words)
        before = file.read_bytes()
        result = apart[2].run("coalition", "sign", file, "--yes")
        assert (result.status, "does not sign" in result.err) == (1, True)
        assert file.read_bytes() == before

    def test_one_officer_alone_needs_no_proposal_and_may_ask_for_one(self, apart: Officers) -> None:
        file = apart.file("alone")
        told = apart[0].done("coalition", "create", "--propose", file, "--json").json
        assert told["lacking"] == 0
        assert not apart[0].home.root.exists()
        assert apart[0].done("coalition", "join", file, "--json").json["complete"] is True
        assert apart[0].home.root.exists()


class TestSigning:
    def test_one_of_three_moves_nobody(self, officers: Officers) -> None:
        file = change(officers)
        files = read_bundle(file.read_bytes())
        held = read_held(officers[2].home).keyring
        with pytest.raises(KeyringError) as caught:
            successor(held, files)
        assert caught.value.code == "keyring-signatures"
        assert post(officers.service, file.read_bytes()) == 409
        for desk in officers.desks:
            desk.done("sync")
            assert read_held(desk.home).keyring.version == 1

    def test_two_of_three_move_everybody(self, officers: Officers) -> None:
        file = change(officers)
        signed = officers[2].done("coalition", "sign", file, "--yes", "--publish")
        assert "keyring 2 is in use here" in signed.out
        officers.sync_all()
        assert [officers.version(number) for number in range(3)] == [2, 2, 2]
        root = officers[0].home.root.read_bytes()
        assert first(root, read_bundle(file.read_bytes())).version == 2

    def test_a_file_that_is_not_there_was_not_changed(self, officers: Officers) -> None:
        for word in ("review", "sign", "join"):
            result = officers[1].run("coalition", word, officers.file("none"))
            assert (result.status, "cannot be read" in result.err) == (1, True)

    def test_review_tells_all_and_asks_nothing(self, officers: Officers) -> None:
        file = change(officers)
        officers[1].by_file = False
        told = officers[1].done("coalition", "review", file, "--json").json
        assert "SMS number added: +15550100001" in told["changes"]
        assert told["lacking"] == 1
        assert told["words"] == write_words(bytes.fromhex(told["fingerprint"]))
        out = officers[1].done("coalition", "review", file).out
        assert told["words"] in out
        assert "2.targets.json: signed by" in out

    def test_nothing_is_signed_whose_words_were_not_shown(self, officers: Officers) -> None:
        file = change(officers)
        words = officers[1].done("coalition", "review", file, "--json").json["words"]
        before = file.read_bytes()
        officers[1].answers = ["no"]
        result = officers[1].run("coalition", "sign", file)
        assert result.status == 1
        assert "Nothing was signed" in result.err
        assert words in result.out
        assert file.read_bytes() == before
        result = officers[1].done("coalition", "sign", file, "--yes", "--json")
        assert words in result.err
        assert result.json["complete"] is True

    def test_copies_signed_side_by_side_join(self, officers: Officers) -> None:
        words = ("--threshold", 3, "--propose", officers.file("three"))
        officers[0].done("coalition", "officers", *words)
        one, two = (officers.hand_on("three", name) for name in ("one", "two"))
        for number, file in ((1, one), (2, two)):
            result = officers[number].done("coalition", "sign", file, "--yes")
            assert "1 signature is lacking" in result.err
        told = (
            officers[0]
            .done(
                "coalition",
                "join",
                one,
                two,
                "--output",
                officers.file("all"),
                "--publish",
                "--json",
            )
            .json
        )
        assert told["complete"] is True
        assert "2.root.json" in officers.service.files
        again = officers[0].run("coalition", "join", one, two, "--output", officers.file("all"))
        assert (again.status, "there already" in again.err) == (1, True)

    def test_a_change_without_a_file_waits_in_the_home(self, officers: Officers) -> None:
        words = ("coalition", "change", "--sms-number", "+15550100001", "--publish", "--json")
        result = officers[0].done(*words)
        told = result.json
        assert told["keyring"] == 2
        assert "Nothing was published" in result.err
        assert officers.version(0) == 1
        file = Path(told["proposal"])
        assert file.parent == officers[0].home.proposals
        officers[1].done("coalition", "sign", file, "--yes", "--output", officers.file("signed"))
        officers[0].done("coalition", "join", officers.file("signed"))
        assert officers.version(0) == 2
        assert not list(officers[0].home.proposals.iterdir())

    def test_the_same_file_takes_more_as_long_as_nobody_else_signed(
        self, officers: Officers
    ) -> None:
        file = change(officers)
        again = ("--ussd-code", "*1#", "--propose", file)
        officers[0].done("coalition", "change", *again)
        changes = officers[1].done("coalition", "review", file, "--json").json["changes"]
        assert {"SMS number added: +15550100001", "USSD code added: *1#"} <= set(changes)
        officers[2].done("coalition", "sign", file, "--yes")
        result = officers[0].run("coalition", "change", *again)
        assert result.status == 1

    def test_two_proposals_of_one_version_are_not_signed_by_one_officer(
        self, officers: Officers
    ) -> None:
        mine = change(officers)
        theirs = change(officers, 1, name="other")
        for words in (
            ("coalition", "change", "--ussd-code", "*1#"),
            ("coalition", "change", "--ussd-code", "*1#", "--propose", officers.file("third")),
            ("coalition", "sign", theirs, "--yes"),
        ):
            result = officers[0].run(*words)
            assert (result.status, "two would fork" in result.err) == (1, True), words
        assert "Withdrawn" in officers[0].done("coalition", "withdraw").out
        assert officers[0].run("coalition", "withdraw").status == 1
        officers[0].done("coalition", "sign", theirs, "--yes", "--publish")
        late = officers[2].done("sync") and officers[2].run("coalition", "sign", mine, "--yes")
        assert (late.status, "another one came in between" in late.err) == (1, True)
        taken = officers[2].run("coalition", "sign", theirs, "--yes")
        assert (taken.status, "taken up already" in taken.err) == (1, True)

    def test_withdrawing_tells_which_and_takes_a_damaged_one_away(self, officers: Officers) -> None:
        change(officers)
        words = officers[1].done("coalition", "review", officers.file("next"), "--json").json
        told = officers[0].done("coalition", "withdraw", "--json").json["withdrawn"]
        assert (told["words"], told["lacking"]) == (words["words"], 1)
        officers.file("next").unlink()
        change(officers)
        (waiting,) = officers[0].home.proposals.iterdir()
        waiting.write_bytes(b"{}")
        result = officers[0].run("coalition", "change", "--ussd-code", "*1#")
        assert (result.status, "not a proposal" in result.err) == (1, True)
        told = officers[0].done("coalition", "withdraw", "--json").json
        assert told == {"withdrawn": None}

    def test_another_file_is_not_written_over(self, officers: Officers) -> None:
        file = change(officers)
        for word in ("sign", "join"):
            result = officers[1].run("coalition", word, file, "--output", officers.file("ben.card"))
            assert (result.status, "there already" in result.err) == (1, True)
        again = ("coalition", "change", "--ussd-code", "*1#", "--propose")
        other = change(officers, 1, name="other")
        for taken, told in ((other, "there already"), (officers.file("ben.card"), "not a prop")):
            result = officers[0].run(*again, taken)
            assert (result.status, told in result.err) == (1, True), result.err

    def test_a_home_that_is_behind_says_so(self, officers: Officers) -> None:
        officers[1].done("coalition", "sign", change(officers), "--yes", "--publish")
        officers[1].done(
            "coalition", "change", "--ussd-code", "*1#", "--propose", officers.file("b")
        )
        result = officers[2].run("coalition", "review", officers.file("b"))
        assert (result.status, "follows a newer keyring" in result.err) == (1, True)

    def test_other_files_are_refused(self, officers: Officers) -> None:
        for data in (b"", b"{}", bytes(2_000_000)):
            officers.file("junk").write_bytes(data)
            for word in ("review", "sign", "join"):
                result = officers[1].run("coalition", word, officers.file("junk"))
                assert (result.status, "not a proposal" in result.err) == (1, True)
        assert officers[1].run("coalition", "review", officers.file("none")).status == 1
        outside = officers[1].run("coalition", "review", officers[1].home.identity)
        assert outside.status == 1


class TestCards:
    """Who comes is compared with the cards that the reviewer took by another way."""

    def review(self, apart: Officers) -> str:
        card = apart.file("ben.card")
        words = ("--officer", card, "--member", card, "--yes")
        create = ("coalition", "create", *words, "--threshold", 2, "--propose", apart.file("one"))
        apart[0].done(*create)
        return apart[1].done("coalition", "review", apart.file("one")).out

    def test_those_that_are_held_are_named_by_their_words(self, apart: Officers) -> None:
        ana = apart[1].done("card", "--take", apart.file("ana.card"), "--json").json
        out = self.review(apart)
        assert f"You hold the card of {ana['holder']}: {ana['words']}" in out
        assert f"is that of holder {ana['holder']}" in out
        assert "is on no card that you hold" not in out
        assert "Mind: you hold no card" not in out

    def test_whose_card_is_not_held_is_said(self, apart: Officers) -> None:
        out = self.review(apart)
        told = apart[0].done("card", "--show", apart.file("ana.card"), "--json").json
        assert f"Mind: you hold no card of {told['holder']}, so nothing here says who" in out
        assert out.count("is on no card that you hold") == 1

    def test_another_key_than_on_the_card_is_said_loudly(
        self, apart: Officers, capsys: pytest.CaptureFixture[str]
    ) -> None:
        ana = vault.unlock(apart[0].home, PASSPHRASE)
        forged = replace(ana, signing_seed=bytes(32))
        cards = apart[1].home.cards
        assert [one.name for one in cards.iterdir()] == ["own.card"]
        (cards / f"{ana.holder_id}.card").write_bytes(make_card(forged, ()))
        assert f"card that you hold of {ana.holder_id} has ANOTHER KEY" in self.review(apart)
