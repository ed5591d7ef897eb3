"""Proposals: every byte is signed, hashed or refused, and thresholds are counted as readers do."""

from collections.abc import Callable, Mapping
from functools import cache
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tuf.api.metadata import Metadata

from crypto import keyring as keyrings
from crypto.bundles import write_bundle
from crypto.errors import CryptoError, KeyringError, ProposalError
from crypto.officers import public_key, tuf_signer
from crypto.proposed import Proposed, read_proposed, write_metadata
from keyholder.held import Held
from keyholder.repository import lay_out_root
from keyholder.signing.proposals import (
    add_signatures,
    join_copies,
    name_key,
    propose,
    read_files,
    read_proposal,
    write_proposal,
)
from tests.keyholder.three_officers import (
    LATER,
    SEEDS,
    STRANGER,
    alter,
    begin,
    change,
    found,
    hold,
)

TUF = ("2.targets.json", "2.snapshot.json", "timestamp.json")


@cache
def held() -> Held:
    return found()


@cache
def proposed() -> Proposed:
    return change(held(), addresses=["https://other.example"])


@cache
def rotated() -> Proposed:
    """Root 2 with the first, the second and a new officer, all three of whom must sign."""
    keys = [public_key(seed) for seed in (*SEEDS[:2], STRANGER)]
    root = lay_out_root(2, keys, 3, 2, LATER, False)
    return propose(held(), alter(held()), SEEDS[0], LATER, root)


def read(files: Mapping[str, bytes]) -> Proposed:
    return read_proposed(held().keyring, files)


def refuse(files: Mapping[str, bytes], code: str) -> None:
    with pytest.raises(CryptoError) as caught:
        read(files)
    assert caught.value.code == code


def edit(
    proposal: Proposed, name: str, edits: Callable[[Metadata[Any]], object]
) -> dict[str, bytes]:
    """The files with one TUF file changed, its signatures as they were unless `edits` signs."""
    metadata: Metadata[Any] = Metadata.from_bytes(proposal.keyring.files[name])
    edits(metadata)
    return {**proposal.keyring.files, name: write_metadata(metadata)}


class TestSigning:
    def test_one_of_two_is_not_enough_for_anybody(self) -> None:
        one = proposed()
        assert not one.complete
        assert [part.name for part in one.parts] == list(TUF)
        assert [(part.signed_by, part.lacking) for part in one.parts] == 3 * [
            (frozenset([name_key(SEEDS[0])]), 1)
        ]
        with pytest.raises(KeyringError) as caught:
            keyrings.successor(held().keyring, one.keyring.files)
        assert caught.value.code == "keyring-signatures"

    @pytest.mark.parametrize("pair", list(combinations(range(3), 2)))
    def test_any_two_are_enough_for_every_reader(self, pair: tuple[int, int]) -> None:
        first, second = (SEEDS[number] for number in pair)
        one = propose(held(), alter(held()), first, LATER)
        two = add_signatures(held(), one, second)
        assert two.complete
        assert two.digest == one.digest
        newer = keyrings.successor(held().keyring, two.keyring.files)
        assert newer == two.keyring
        assert keyrings.first(held().root, newer.files).version == 2

    def test_the_order_of_signing_leaves_no_trace(self) -> None:
        ways = set()
        for order in permutations(SEEDS[1:]):
            one = proposed()
            for seed in (*order, order[0]):  # to sign twice changes nothing
                one = add_signatures(held(), one, seed)
            ways.add(write_proposal(one))
        copies = [add_signatures(held(), proposed(), seed) for seed in SEEDS[1:]]
        ways.add(write_proposal(join_copies(held(), copies)))
        ways.add(write_proposal(join_copies(held(), [*copies[::-1], proposed()])))
        assert len(ways) == 1

    def test_copies_of_two_proposals_are_not_joined(self) -> None:
        with pytest.raises(ProposalError, match="not copies of one proposal"):
            join_copies(held(), [proposed(), change(held(), addresses=[])])

    def test_a_coalition_begins_with_two_of_three(self) -> None:
        one = begin()
        assert [part.name for part in one.parts] == [
            "1.root.json", "1.targets.json", "1.snapshot.json", "timestamp.json",
        ]  # fmt: skip
        assert not one.complete
        with pytest.raises(KeyringError):
            keyrings.first(one.keyring.files["1.root.json"], one.keyring.files)
        assert hold(add_signatures(None, one, SEEDS[2])).keyring.root_version == 1

    def test_a_rotation_is_signed_under_both_thresholds(self) -> None:
        one = rotated()
        assert {part.name: part.lacking for part in one.parts} == {
            "2.root.json": 1, **dict.fromkeys(TUF, 2),
        }  # fmt: skip
        two = add_signatures(held(), one, SEEDS[1])
        assert {part.name: part.lacking for part in two.parts} == {
            "2.root.json": 0, **dict.fromkeys(TUF, 1),
        }  # fmt: skip
        three = add_signatures(held(), two, STRANGER)
        newer = keyrings.successor(held().keyring, three.keyring.files)
        assert (newer.root_version, newer.version) == (2, 2)

    def test_a_new_officer_alone_does_not_meet_the_old_threshold(self) -> None:
        one = add_signatures(held(), rotated(), STRANGER)
        assert {part.name: part.lacking for part in one.parts}["2.root.json"] == 1

    def test_an_officer_who_is_removed_signs_the_root_alone(self) -> None:
        one = add_signatures(held(), rotated(), SEEDS[2])
        signed = {part.name: name_key(SEEDS[2]) in part.signed_by for part in one.parts}
        assert signed == {"2.root.json": True, **dict.fromkeys(TUF, False)}

    def test_after_the_rotation_the_removed_one_counts_for_nothing(self) -> None:
        one = rotated()
        for seed in (SEEDS[1], STRANGER):
            one = add_signatures(held(), one, seed)
        after = hold(one, held())
        later = propose(after, alter(after), SEEDS[0], LATER)
        later = add_signatures(after, later, SEEDS[1])
        name = "3.targets.json"

        def sign_as_removed(metadata: Metadata[Any]) -> None:
            metadata.sign(tuf_signer(SEEDS[2]), append=True)

        files = edit(later, name, sign_as_removed)
        with pytest.raises(ProposalError) as caught:
            read_proposed(after.keyring, files)
        assert caught.value.code == "proposal-stranger"
        with pytest.raises(KeyringError) as refused:
            keyrings.successor(after.keyring, files)
        assert refused.value.code == "keyring-signatures"


class TestRefusing:
    @settings(deadline=None)
    @given(st.data())
    def test_every_byte_counts(self, data: st.DataObject) -> None:
        whole = write_proposal(data.draw(st.sampled_from([proposed(), rotated()])))
        place = data.draw(st.integers(0, len(whole) - 1))
        bit = data.draw(st.integers(0, 7))
        flipped = bytearray(whole)
        flipped[place] ^= 1 << bit
        with pytest.raises(CryptoError):
            read_proposal(held(), read_files(bytes(flipped)))

    def test_one_that_was_signed_for_another_state(self) -> None:
        late = held()
        for _ in range(2):
            late = hold(add_signatures(late, change(late), SEEDS[1]), late)
        with pytest.raises(ProposalError) as caught:
            read_proposed(late.keyring, proposed().keyring.files)
        assert caught.value.code == "proposal-late"
        with pytest.raises(ProposalError) as caught:
            read_proposed(held().keyring, change(late).keyring.files)
        assert caught.value.code == "proposal-early"

    @pytest.mark.parametrize("name", TUF)
    def test_changed_after_somebody_signed(self, name: str) -> None:
        def add(metadata: Metadata[Any]) -> None:
            metadata.signed.unrecognized_fields["later"] = 1

        if name == "2.targets.json":
            refuse(edit(proposed(), name, add), "proposal-changed")
        else:
            refuse(edit(proposed(), name, add), "proposal-form")

    def test_signed_by_a_stranger(self) -> None:
        for name in TUF:
            refuse(
                edit(proposed(), name, lambda one: one.sign(tuf_signer(STRANGER), append=True)),
                "proposal-stranger",
            )

    @pytest.mark.parametrize("name", ["2.root.json", *TUF])
    def test_a_part_that_nobody_signed(self, name: str) -> None:
        refuse(edit(rotated(), name, lambda one: one.signatures.clear()), "proposal-unsigned")

    def test_another_writing_of_the_same(self) -> None:
        files = proposed().keyring.files
        for name in TUF:
            refuse({**files, name: files[name].replace(b'":{', b'": {', 1)}, "proposal-form")

        def capitals(metadata: Metadata[Any]) -> None:
            for one in metadata.signatures.values():
                one.signature = one.signature.upper()

        refuse(edit(proposed(), TUF[0], capitals), "proposal-form")

    def test_files_that_nothing_names_or_that_are_missing(self) -> None:
        files = proposed().keyring.files
        refuse({**files, "stray.json": b"{}"}, "proposal-form")
        refuse({**files, "3.root.json": files["1.root.json"]}, "proposal-form")
        refuse({**files, "1.targets.json": b"{}"}, "proposal-form")
        for name in files:
            if name != "1.root.json":  # which is held
                with pytest.raises(CryptoError):
                    read({one: files[one] for one in files if one != name})

    def test_another_root_of_a_version_that_is_held(self) -> None:
        refuse({**proposed().keyring.files, "1.root.json": b"{}"}, "keyring-root-fork")

    def test_a_root_that_is_not_the_next(self) -> None:
        wrong = lay_out_root(3, [public_key(SEEDS[0])], 1, 1, LATER, False)
        metadata: Metadata[Any] = Metadata(wrong)
        metadata.sign(tuf_signer(SEEDS[0]))
        refuse(
            {**proposed().keyring.files, "2.root.json": write_metadata(metadata)}, "proposal-form"
        )

    def test_a_development_mark_that_comes_or_goes(self) -> None:
        root = lay_out_root(2, list(map(public_key, SEEDS)), 2, 2, LATER, True)
        with pytest.raises(KeyringError) as caught:
            propose(held(), alter(held()), SEEDS[0], LATER, root)
        assert caught.value.code == "keyring-development"

    def test_a_signing_time_that_goes_back(self) -> None:
        with pytest.raises(ProposalError, match="not a proposal"):
            propose(held(), alter(held(), signed_at=1), SEEDS[0], LATER)

    def test_a_coalition_does_not_begin_without_a_root_or_in_the_middle(self) -> None:
        files = dict(begin().keyring.files)
        del files["1.root.json"]
        with pytest.raises(ProposalError):
            read_proposed(None, files)
        with pytest.raises(ProposalError):
            read_proposed(None, proposed().keyring.files)

    def test_a_file_that_is_no_bundle(self) -> None:
        for data in (b"", b"\x80", b"\xa0", write_bundle({"a": b"b"})):
            with pytest.raises(ProposalError, match="not a proposal"):
                read_proposal(held(), read_files(data))


def test_what_a_home_pinned_first_plays_no_part() -> None:
    """A home that began with root 2 and one that began with root 1 read one proposal alike."""
    one = rotated()
    for seed in (SEEDS[1], STRANGER):
        one = add_signatures(held(), one, seed)
    early = hold(one, held())
    root = early.keyring.files["2.root.json"]
    late = Held(root, keyrings.first(root, early.keyring.files))
    of_early, of_late = change(early), change(late)
    assert of_early.digest == of_late.digest
    assert read_proposed(early.keyring, of_late.keyring.files) == of_early
    assert read_proposed(late.keyring, of_early.keyring.files) == of_late
