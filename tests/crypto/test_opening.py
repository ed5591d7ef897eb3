"""Sealing and opening: round trips, and everything changed is refused."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import sodium_unpad
from nacl.exceptions import CryptoError as SodiumError

from crypto.envelope import LENGTHS, SMS_SUITES, Kind, Suite, padded_lengths, read_header
from crypto.errors import CryptoError, EnvelopeError, OpeningError
from crypto.locks import LockKey, check_lock, derive_lock, epoch_locks, new_seed
from crypto.opening import Opened, Opener, _Form, _read_plaintext, open_peeled, peel
from crypto.sealed_sms import write_texts
from crypto.sealing import (
    INNER_HEADER_SIZE,
    MAX_CONTENT,
    SealingKey,
    new_report_id,
    seal,
    seal_for_sms,
)
from tests.coalition import make_seed

SEEDS = {"A": make_seed("opening A"), "B": make_seed("opening B")}
LOCKS = {
    suite: tuple(derive_lock(SEEDS[lock], suite, lock) for lock in suite.locks) for suite in Suite
}
OPENER = Opener({(7, suite): locks for suite, locks in LOCKS.items()})
KEYS = {
    suite: SealingKey(suite, 7, 0, tuple(lock.public for lock in locks))
    for suite, locks in LOCKS.items()
}
REPORT = bytes(range(8))
ENVELOPES = {suite: seal(KEYS[suite], Kind.REPORT, REPORT, b"hello") for suite in Suite}
suites = st.sampled_from(list(Suite))


@pytest.mark.parametrize(
    ("suite", "padded"), [(suite, padded) for suite in Suite for padded in padded_lengths(suite)]
)
def test_round_trip_at_every_length(suite: Suite, padded: int) -> None:
    for content in (b"", b"\x80" + bytes(3), b"x" * (padded - 11)):
        envelope = seal(KEYS[suite], Kind.FOLLOW_UP, REPORT, content, padded=padded)
        assert len(envelope) == suite.overhead + padded
        opened = OPENER.open(envelope)
        assert (opened.kind, opened.report_id, opened.content) == (Kind.FOLLOW_UP, REPORT, content)
        assert (opened.suite, opened.epoch) == (suite, 7)


@given(suites, st.sampled_from(list(Kind)), st.binary(max_size=3000))
@settings(max_examples=60, deadline=None)
def test_round_trip(suite: Suite, kind: Kind, content: bytes) -> None:
    report_id = new_report_id()
    envelope = seal(KEYS[suite], kind, report_id, content)
    opened = OPENER.open(envelope)
    assert (opened.kind, opened.report_id, opened.content) == (kind, report_id, content)
    fitting = [n for n, length in enumerate(LENGTHS) if length > 10 + len(content)]
    assert read_header(envelope).size_class == fitting[0]


@given(st.sampled_from(SMS_SUITES), st.binary(max_size=1500))
@settings(max_examples=60, deadline=None)
def test_sealed_for_the_fewest_texts(suite: Suite, content: bytes) -> None:
    envelope = seal_for_sms(KEYS[suite], Kind.REPORT, REPORT, content)
    assert OPENER.open(envelope).content == content
    texts = len(write_texts(envelope))
    fewer = 119 if texts == 2 and not suite.dual else 114 * (texts - 1)
    if texts > (2 if suite.dual else 1):
        assert fewer - suite.overhead - 11 < len(content)


@given(suites, st.integers(0, 8 * 33_956))
@settings(max_examples=300, deadline=None)
def test_any_flipped_bit_is_refused(suite: Suite, bit: int) -> None:
    changed = bytearray(ENVELOPES[suite])
    bit %= 8 * len(changed)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CryptoError) as caught:
        OPENER.open(bytes(changed))
    expected = "box-not-opened" if bit >= 32 else "no-key" if bit >= 16 else "envelope-"
    assert caught.value.code.startswith(expected)


@given(suites, st.integers(1, 33_956))
def test_any_truncation_is_refused(suite: Suite, cut: int) -> None:
    with pytest.raises(CryptoError):
        OPENER.open(ENVELOPES[suite][:-cut])


def test_fresh_randomness() -> None:
    for suite in Suite:
        assert seal(KEYS[suite], Kind.REPORT, REPORT, b"hello") != ENVELOPES[suite]
    assert len({new_report_id() for _ in range(50)}) == 50
    assert len({new_seed() for _ in range(50)}) == 50
    assert len(new_seed()) == 32


def test_longest_content() -> None:
    key = KEYS[Suite.HYBRID]
    assert OPENER.open(seal(key, Kind.REPORT, REPORT, b"x" * MAX_CONTENT)).content[-1:] == b"x"
    with pytest.raises(EnvelopeError) as caught:
        seal(key, Kind.REPORT, REPORT, b"x" * (MAX_CONTENT + 1))
    assert caught.value.code == "envelope-content-too-long"


def test_peel_and_open_peeled() -> None:
    for suite in (Suite.DUAL_SEALED_BOX, Suite.DUAL_HYBRID):
        lock_a, lock_b = LOCKS[suite]
        envelope = ENVELOPES[suite]
        inner = peel(envelope, lock_a)
        assert open_peeled(envelope[:4], inner, lock_b) == OPENER.open(envelope)
        for lock in (lock_b, LOCKS[Suite.SEALED_BOX][0]):
            with pytest.raises(OpeningError, check=lambda error: error.code == "no-key"):
                peel(envelope, lock)
        with pytest.raises(OpeningError, check=lambda error: error.code == "no-key"):
            open_peeled(envelope[:4], inner, lock_a)
        with pytest.raises(EnvelopeError):
            open_peeled(envelope[:3], inner, lock_b)
        other = derive_lock(bytes(32), suite, "A")
        with pytest.raises(OpeningError, check=lambda error: error.code == "box-not-opened"):
            peel(envelope, other)
    with pytest.raises(OpeningError):
        peel(ENVELOPES[Suite.SEALED_BOX], LOCKS[Suite.SEALED_BOX][0])


@pytest.mark.parametrize(
    ("suite", "locks"),
    [
        (Suite.SEALED_BOX, ()),
        (Suite.SEALED_BOX, LOCKS[Suite.HYBRID]),
        (Suite.DUAL_SEALED_BOX, LOCKS[Suite.DUAL_SEALED_BOX][:1]),
        (Suite.DUAL_SEALED_BOX, LOCKS[Suite.DUAL_SEALED_BOX][::-1]),
    ],
)
def test_opener_refuses_keys_that_do_not_fit(suite: Suite, locks: tuple[LockKey, ...]) -> None:
    with pytest.raises(OpeningError) as caught:
        Opener({(7, suite): locks})
    assert caught.value.code == "lock-unknown"


def test_many_at_once_are_opened_as_one_by_one() -> None:
    other = SealingKey(Suite.HYBRID, 8, 0, KEYS[Suite.HYBRID].keys)
    envelopes = [*ENVELOPES.values(), seal(other, Kind.REPORT, REPORT, b"x"), b"", b"\x02 short"]
    envelopes += [one[:-1] + bytes((one[-1] ^ 1,)) for one in ENVELOPES.values()]
    envelopes += list(ENVELOPES.values())

    def open_one(envelope: bytes) -> Opened | str:
        try:
            return OPENER.open(envelope)
        except CryptoError as error:
            return error.code

    together = OPENER.open_all(envelopes)
    told = [one.code if isinstance(one, CryptoError) else one for one in together]
    assert told == [open_one(envelope) for envelope in envelopes]
    codes = {"no-key", "envelope-too-short", "envelope-version", "box-not-opened"}
    assert {one for one in told if isinstance(one, str)} == codes
    assert OPENER.open_all([]) == []


def test_opener_in_threads() -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(OPENER.open, list(ENVELOPES.values()) * 20))
    assert {item.content for item in opened} == {b"hello"}


def test_epoch_locks() -> None:
    public = {
        lock: {suite: derive_lock(SEEDS[lock], suite, lock).public for suite in Suite if suite.dual}
        for lock in "AB"
    }
    keys = epoch_locks(7, public, SEEDS)
    assert set(keys) == {(7, Suite.DUAL_SEALED_BOX), (7, Suite.DUAL_HYBRID)}
    assert Opener(keys).open(ENVELOPES[Suite.DUAL_HYBRID]).content == b"hello"
    assert epoch_locks(7, public, {"A": SEEDS["A"]}) == {}
    assert epoch_locks(7, {"A": public["A"]}, SEEDS) == {}
    with pytest.raises(OpeningError) as caught:
        epoch_locks(7, public, {"A": SEEDS["A"], "B": SEEDS["A"]})
    assert caught.value.code == "lock-mismatch"


def test_seeds_and_content_do_not_show() -> None:
    lock = derive_lock(SEEDS["A"], Suite.HYBRID, "A")
    opened = OPENER.open(ENVELOPES[Suite.SEALED_BOX])
    assert lock.private.hex() not in repr(lock)
    assert repr(lock.private) not in repr(lock)
    assert "hello" not in repr(opened)
    assert check_lock(SEEDS["A"], "A", {Suite.HYBRID: lock.public})[Suite.HYBRID] == lock


@given(st.binary(max_size=40), st.sampled_from([b"", b"\x80", b"\x81", b"\x00"]), st.integers(0, 9))
def test_padding_comes_off_as_libsodium_takes_it_off(
    content: bytes, mark: bytes, zeros: int
) -> None:
    plaintext = bytes((Suite.SEALED_BOX, Kind.REPORT)) + content + mark + bytes(zeros)
    expected = b""
    with suppress(SodiumError):
        expected = sodium_unpad(plaintext, len(plaintext))
    opened = _read_plaintext(_Form(Suite.SEALED_BOX, 1, ()), plaintext)
    if len(expected) < INNER_HEADER_SIZE:
        assert repr(opened) == repr(OpeningError("padding-invalid"))
    else:
        assert isinstance(opened, Opened)
        assert expected == bytes((1, 1)) + opened.report_id + opened.content
