"""Cards and lock offers: what is written is read again, and everything else is refused."""

from contextlib import suppress
from dataclasses import replace

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.attestations import attest
from crypto.officers import public_key
from keyholder.errors import KeysError
from keyholder.keys import cards, lock_offers
from keyholder.keys.cards import digest_card, make_card, read_card
from keyholder.keys.lock_offers import read_offer, write_offer
from tests.keyholder.keys.identities import new_card, new_identity, new_offer, new_wrap_keys

HOLDER, OTHER = new_identity(), new_identity()
CARD = make_card(HOLDER, new_wrap_keys(5, 6, 300))
OFFER = new_offer(OTHER, new_card(HOLDER, 5), lock="B", dual=True)


def refuse_card(data: bytes) -> str:
    with pytest.raises(KeysError) as caught:
        read_card(data)
    return caught.value.code


def refuse_offer(data: bytes) -> str:
    with pytest.raises(KeysError) as caught:
        read_offer(data)
    return caught.value.code


def sign_again(data: bytes, label: str, seed: bytes, **changed: object) -> bytes:
    """The same map with other fields, signed as it should be; None takes a field out."""
    content = {**cbor2.loads(data), **changed}
    content = {name: value for name, value in content.items() if value is not None}
    del content["signature"]
    signature = attest(label, cbor2.dumps(content, canonical=True), seed)
    return cbor2.dumps({**content, "signature": signature}, canonical=True)


def test_a_card_tells_its_holders_keys() -> None:
    card = read_card(CARD)
    assert card.holder_id == HOLDER.holder_id
    assert card.signing_key == public_key(HOLDER.signing_seed)
    assert card.officer_key == public_key(HOLDER.officer_seed)
    assert sorted(card.wrap_keys) == [5, 6, 300]


def test_a_card_has_room_for_two_years() -> None:
    many = new_wrap_keys(*range(1, cards.MAX_KEYS + 2))
    assert len(make_card(HOLDER, many[:-1])) <= cards.LONGEST
    with pytest.raises(KeysError) as caught:
        make_card(HOLDER, many)
    assert caught.value.code == "card-full"


def test_a_renewed_card_has_the_old_fingerprint_and_another_holders_has_not() -> None:
    assert digest_card(read_card(CARD)) == digest_card(new_card(HOLDER, 7))
    assert digest_card(read_card(CARD)) != digest_card(new_card(OTHER, 7))


def test_an_offer_is_read_as_it_was_written() -> None:
    offer = read_offer(OFFER)
    assert (offer.maker, offer.epoch, offer.lock) == (OTHER.holder_id, 5, "B")
    assert offer.holders == {HOLDER.holder_id, OTHER.holder_id}
    assert offer.is_by(public_key(OTHER.signing_seed))
    assert not offer.is_by(public_key(HOLDER.signing_seed))
    assert write_offer(offer, OTHER) == OFFER


def test_what_was_laid_out_here_and_never_signed_is_nobodys() -> None:
    offer = read_offer(OFFER)
    bare = lock_offers.lay_out_lock(bytes(32), offer, {})
    assert replace(bare, written=None).is_by(public_key(OTHER.signing_seed)) is False


@given(at=st.integers(0, len(CARD) - 1), bit=st.integers(0, 7), cut=st.booleans())
def test_a_card_that_was_cut_or_changed_is_refused(at: int, bit: int, cut: bool) -> None:
    changed = CARD[:at] + (b"" if cut else bytes((CARD[at] ^ 1 << bit,)) + CARD[at + 1 :])
    assert refuse_card(changed) in ("card-form", "card-signature")


def test_every_bit_outside_the_one_time_keys_counts() -> None:
    small = make_card(HOLDER, ())
    for at in range(len(small)):
        assert refuse_card(small[:at]) == "card-form"
        for bit in range(8):
            refuse_card(small[:at] + bytes((small[at] ^ 1 << bit,)) + small[at + 1 :])


@given(at=st.integers(0, len(OFFER) - 1), bit=st.integers(0, 7), cut=st.booleans())
def test_an_offer_that_was_cut_or_changed_is_refused_or_nobodys(
    at: int, bit: int, cut: bool
) -> None:
    if cut:
        assert refuse_offer(OFFER[:at]) == "offer-form"
        return
    changed = OFFER[:at] + bytes((OFFER[at] ^ 1 << bit,)) + OFFER[at + 1 :]
    with suppress(KeysError):  # of another form; or it is nobody's
        assert not read_offer(changed).is_by(public_key(OTHER.signing_seed))


@given(st.binary(max_size=200))
def test_anything_else_is_no_card_and_no_offer(data: bytes) -> None:
    assert refuse_card(data) == "card-form"
    assert refuse_offer(data) == "offer-form"


@pytest.mark.parametrize(
    "changed",
    [
        {"holder": "00112233aabbccdd"},
        {"holder": bytes(7)},
        {"signing": None},
        {"officer": bytes(33)},
        {"more": 1},
        {"format": "heliograph/card/v2"},
        {"wrap_keys": [bytes(1216)]},
        {"wrap_keys": {-1: bytes(1216)}},
        {"wrap_keys": {65_536: bytes(1216)}},
        {"wrap_keys": {1: bytes(1215)}},
        {"wrap_keys": {"1": bytes(1216)}},
        {"wrap_keys": {number: bytes(1216) for number in range(105)}},
        {"wrap_keys": {1: [[[[[1]]]]]}},
    ],
)
def test_a_card_with_another_field_is_refused_though_it_is_signed(
    changed: dict[str, object],
) -> None:
    data = sign_again(CARD, cards.FORMAT, HOLDER.signing_seed, **changed)
    assert refuse_card(data) == "card-form"


def test_a_card_signed_by_another_key_than_its_own_is_refused() -> None:
    assert refuse_card(sign_again(CARD, cards.FORMAT, OTHER.signing_seed)) == "card-signature"
    own = sign_again(CARD, lock_offers.FORMAT, HOLDER.signing_seed)
    assert refuse_card(own) == "card-signature"


@pytest.mark.parametrize("signature", [None, 7, bytes(63), bytes(65)])
def test_a_signature_of_another_form_is_refused(signature: object) -> None:
    content = {**cbor2.loads(CARD), "signature": signature}
    if signature is None:
        del content["signature"]
    assert refuse_card(cbor2.dumps(content, canonical=True)) == "card-form"


@pytest.mark.parametrize(
    "changed",
    [
        {"maker": b"short"},
        {"maker": bytes.fromhex(HOLDER.holder_id)},
        {"epoch": 0},
        {"epoch": True},
        {"epoch": 65_536},
        {"lock": "C"},
        {"lock": 1},
        {"dual": False},
        {"dual": 1},
        {"fallback": None},
        {"fallback": 0},
        {"seal_from": 1_800},
        {"seal_until": 2_701},
        {"destroy_after": 1 << 41},
        {"publics": {17: bytes(32)}},
        {"publics": {17: bytes(32), 18: bytes(32)}},
        {"publics": {1: bytes(32), 2: bytes(1_216)}},
        {"publics": []},
        {"wraps": {bytes(8): bytes(1_167)}},
        {"wraps": {bytes(9): bytes(1_168)}},
        {"wraps": {"0": bytes(1_168)}},
        {"more": 1},
    ],
)
def test_an_offer_with_another_field_is_refused_though_it_is_signed(
    changed: dict[str, object],
) -> None:
    data = sign_again(OFFER, lock_offers.FORMAT, OTHER.signing_seed, **changed)
    assert refuse_offer(data) == "offer-form"


def test_a_huge_file_is_refused_before_it_is_read() -> None:
    assert refuse_card(bytes(cards.LONGEST + 1)) == "card-form"
    assert refuse_offer(bytes(lock_offers.LONGEST + 1)) == "offer-form"
