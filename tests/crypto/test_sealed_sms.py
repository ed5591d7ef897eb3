"""Sealed SMS: texts and back, in any order, with duplicates and conflicts."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.envelope import Kind, Suite, envelope_id
from crypto.errors import EnvelopeError, SealedSmsError
from crypto.locks import derive_lock
from crypto.sealed_sms import (
    MAX_ALTERNATIVES,
    MAX_COMBINATIONS,
    Part,
    Single,
    is_sealed,
    join,
    read_text,
    write_texts,
)
from crypto.sealing import SealingKey, seal_for_sms
from tests.coalition import make_seed

GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def make_envelope(size: int, suite: Suite = Suite.SEALED_BOX) -> bytes:
    public = tuple(derive_lock(make_seed(lock), suite, lock).public for lock in suite.locks)
    return seal_for_sms(SealingKey(suite, 7, 0, public), Kind.REPORT, bytes(8), bytes(size))


ENVELOPES = [
    make_envelope(size, suite)
    for suite in (Suite.SEALED_BOX, Suite.DUAL_SEALED_BOX)
    for size in (0, 100, 400, 1500)
]


def read_parts(envelope: bytes) -> list[Part]:
    parts = [read_text(text) for text in write_texts(envelope)]
    return [part for part in parts if isinstance(part, Part)]


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_texts_are_160_characters_of_gsm_7(envelope: bytes) -> None:
    for text in write_texts(envelope):
        assert len(text) == 160
        assert is_sealed(text)
        # One septet each, and the same code in ASCII: no escapes, nothing that a form changes.
        assert set(text) <= GSM7
        assert text.isascii()
        assert not set(text[1:]) & set("+/=&%:_ ")


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_read_what_was_written(envelope: bytes) -> None:
    texts = write_texts(envelope)
    if len(texts) == 1:
        assert read_text(texts[0]) == Single(envelope)
        return
    parts = read_parts(envelope)
    assert [part.index for part in parts] == list(range(len(texts)))
    assert {(part.ref, part.count) for part in parts} == {(envelope_id(envelope)[:3], len(texts))}
    assert b"".join(part.slice for part in parts) == envelope
    assert join(parts[0].ref, [[part.slice] for part in parts]) == [envelope]


@given(st.data())
@settings(max_examples=60)
def test_join_under_shuffles_duplicates_and_conflicts(data: st.DataObject) -> None:
    envelope = data.draw(st.sampled_from([e for e in ENVELOPES if len(e) > 119]))
    parts = read_parts(envelope)
    slices: list[list[bytes]] = [[part.slice] for part in parts]
    room = MAX_COMBINATIONS
    for index in range(len(slices)):
        wrong = data.draw(st.lists(st.binary(min_size=114, max_size=114), max_size=3, unique=True))
        if room // (1 + len(wrong)) == 0:
            break
        room //= 1 + len(wrong)
        slices[index] += [piece for piece in wrong if piece != slices[index][0]]
        data.draw(st.randoms(use_true_random=False)).shuffle(slices[index])
        slices[index] += slices[index]
    assert join(parts[0].ref, slices) == [envelope]


@given(st.integers(0, 159), st.characters(codec="utf-8"))
@settings(max_examples=300)
def test_a_changed_character_is_refused_or_another_text(at: int, character: str) -> None:
    text = write_texts(ENVELOPES[1])[0]
    changed = text[:at] + character + text[at + 1 :]
    try:
        read = read_text(changed)
    except SealedSmsError:
        return
    assert (changed == text) == (read == read_text(text))


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    for line in (text, f":{text}"):
        with pytest.raises(SealedSmsError):
            read_text(line)


@given(
    st.text(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.",
        min_size=159,
        max_size=159,
    )
)
def test_any_sealed_looking_text_is_read_or_refused(text: str) -> None:
    try:
        read = read_text(f":{text}")
    except SealedSmsError:
        return
    assert isinstance(read, Part)
    assert 0 <= read.index < read.count <= 15


def test_limits_of_joining() -> None:
    envelope = make_envelope(1500)
    parts = read_parts(envelope)
    ref = parts[0].ref
    noise = [random.Random(n).randbytes(114) for n in range(8)]
    right = [[part.slice] for part in parts]
    late = [[*noise[: MAX_ALTERNATIVES - 1], right[0][0]], *right[1:]]
    assert join(ref, late) == [envelope]
    too_late = [[*noise[:MAX_ALTERNATIVES], right[0][0]], *right[1:]]
    assert join(ref, too_late) == []
    # Two slices at each of 14 indexes: the oldest come first, the newest are beyond the limit.
    assert join(ref, [[piece[0], noise[0]] for piece in right]) == [envelope]
    assert join(ref, [[noise[0], piece[0]] for piece in right]) == []
    assert join(ref, [*right[:-1], []]) == []


def test_what_no_part_can_have() -> None:
    for slices in ([], [[bytes(114)]], [[bytes(114)]] * 16, [[bytes(114)], [bytes(113)]]):
        with pytest.raises(ValueError):
            join(b"abc", slices)
    with pytest.raises(EnvelopeError):
        write_texts(b"\x01")
