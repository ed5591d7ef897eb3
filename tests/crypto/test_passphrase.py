"""Files under a passphrase or a key."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.exceptions import RuntimeError as SodiumRuntimeError

from crypto import passphrase
from crypto.errors import PassphraseError
from crypto.passphrase import STANDARD, Cost, lock, lock_with_key, unlock, unlock_with_key

CHEAP = Cost(passes=1, memory=8)
KEY = bytes(range(32))


def refuse(word: str, box: bytes) -> str:
    with pytest.raises(PassphraseError) as caught:
        unlock(word, box)
    return caught.value.code


@given(st.text(min_size=1, max_size=40), st.binary(max_size=200))
def test_round_trip(word: str, plaintext: bytes) -> None:
    assert unlock(word, lock(word, plaintext, cost=CHEAP)) == plaintext


@given(st.integers(0, 8 * 80 - 1))
@settings(max_examples=200)
def test_any_flipped_bit_is_refused(bit: int) -> None:
    box = bytearray(lock("word", bytes(15), cost=Cost(passes=1, memory=8)))
    assert len(box) == 80
    box[bit // 8] ^= 1 << bit % 8
    # A flip in the cost may ask for much: what is allowed is done, and gives another key.
    if (
        1 <= bit // 8 < 9
        and Cost(int.from_bytes(box[1:5], "big"), int.from_bytes(box[5:9], "big")).is_allowed()
    ):
        return
    assert refuse("word", bytes(box)) in {"passphrase-wrong", "box-damaged", "box-cost"}


@pytest.mark.parametrize("size", [0, 1, 48, 64])
def test_cut_boxes_are_damaged(size: int) -> None:
    box = lock("word", b"", cost=CHEAP)
    assert len(box) == 65
    assert refuse("word", box[:size]) == "box-damaged"


def test_wrong_passphrase() -> None:
    assert refuse("ward", lock("word", b"", cost=CHEAP)) == "passphrase-wrong"


def test_one_spelling() -> None:
    assert unlock("cafe\u0301", lock("caf\u00e9", b"x", cost=CHEAP)) == b"x"


def test_nothing_shows_and_nothing_repeats() -> None:
    one, two = (lock("word", b"secret words", cost=CHEAP) for _ in range(2))
    assert one != two
    assert b"secret" not in one


@pytest.mark.parametrize(("passes", "memory"), [(0, 8), (17, 8), (1, 7), (1, 1024 * 1024 + 1)])
def test_costs_outside_the_bounds(passes: int, memory: int) -> None:
    box = lock("word", b"", cost=CHEAP)
    hostile = box[:1] + passes.to_bytes(4, "big") + memory.to_bytes(4, "big") + box[9:]
    assert refuse("word", hostile) == "box-cost"
    with pytest.raises(PassphraseError) as caught:
        lock("word", b"", cost=Cost(passes, memory))
    assert caught.value.code == "box-cost"


def test_standard_cost_is_allowed() -> None:
    assert STANDARD.is_allowed()


@pytest.mark.parametrize("word", ["", "x" * 1025])
def test_passphrase_length(word: str) -> None:
    assert refuse(word, lock("word", b"", cost=CHEAP)) == "passphrase-length"


def test_too_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise SodiumRuntimeError

    box = lock("word", b"", cost=CHEAP)
    monkeypatch.setattr(passphrase, "crypto_pwhash_alg", fail)
    assert refuse("word", box) == "box-cost"


@given(st.binary(max_size=200))
def test_key_round_trip(plaintext: bytes) -> None:
    box = lock_with_key(KEY, plaintext)
    assert len(box) == len(plaintext) + 41
    assert unlock_with_key(KEY, box) == plaintext


@given(st.integers(0, 8 * 46 - 1))
def test_any_flipped_bit_under_a_key_is_refused(bit: int) -> None:
    box = bytearray(lock_with_key(KEY, b"hello"))
    box[bit // 8] ^= 1 << bit % 8
    with pytest.raises(PassphraseError) as caught:
        unlock_with_key(KEY, bytes(box))
    assert caught.value.code == "box-damaged"


def test_key_box_form() -> None:
    box = lock_with_key(KEY, b"")
    for key, data, code in (
        (KEY, box[:-1], "box-damaged"),
        (KEY, lock("word", b"", cost=CHEAP), "box-damaged"),
        (bytes(32), box, "box-damaged"),
        (KEY[:31], box, "key-length"),
    ):
        with pytest.raises(PassphraseError) as caught:
            unlock_with_key(key, data)
        assert caught.value.code == code
    with pytest.raises(PassphraseError):
        lock_with_key(b"", b"")
