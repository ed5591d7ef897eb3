"""Wraps: an epoch's seed sealed to a one-time key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import OpeningError
from crypto.wrapping import (
    WRAP_SIZE,
    new_wrap_key,
    unwrap_seed,
    wrap_public_key,
    wrap_seed,
)

HOLDER = "00112233445566ff"
SEED = bytes(range(32))


def test_the_holder_of_the_one_time_key_gets_the_seed() -> None:
    secret, public = new_wrap_key()
    wrap = wrap_seed(SEED, public, 7, "A", HOLDER)
    assert len(wrap) == WRAP_SIZE
    assert SEED not in wrap
    assert unwrap_seed(wrap, secret, 7, "A", HOLDER) == SEED


@pytest.mark.parametrize(
    ("epoch", "lock", "holder"),
    [(8, "A", HOLDER), (7, "B", HOLDER), (7, "A", "00112233445566fe")],
)
def test_a_wrap_is_for_one_epoch_lock_and_holder(epoch: int, lock: str, holder: str) -> None:
    secret, public = new_wrap_key()
    wrap = wrap_seed(SEED, public, 7, "A", HOLDER)
    with pytest.raises(OpeningError, match="another one-time key"):
        unwrap_seed(wrap, secret, epoch, lock, holder)


@given(st.integers(0, WRAP_SIZE * 8 - 1))
def test_no_bit_of_a_wrap_may_change(bit: int) -> None:
    wrap = bytearray(_WRAP)
    wrap[bit // 8] ^= 1 << bit % 8
    with pytest.raises(OpeningError) as caught:
        unwrap_seed(bytes(wrap), _SECRET, 7, "A", HOLDER)
    assert caught.value.code == "wrap-not-opened"


def test_what_was_wrapped_is_a_seed() -> None:
    from crypto.hybrid import seal_hybrid

    secret, public = new_wrap_key()
    info = b"heliograph/wrap/v1" + b"\x00\x07A" + bytes.fromhex(HOLDER)
    box = seal_hybrid(bytes(31), public, info)
    with pytest.raises(OpeningError) as caught:
        unwrap_seed(box, secret, 7, "A", HOLDER)
    assert caught.value.code == "seed-length"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_seeds_have_32_bytes(size: int) -> None:
    _, public = new_wrap_key()
    for attempt in (
        lambda: wrap_seed(bytes(size), public, 7, "A", HOLDER),
        lambda: wrap_public_key(bytes(size)),
        lambda: unwrap_seed(bytes(WRAP_SIZE), bytes(size), 7, "A", HOLDER),
    ):
        with pytest.raises(OpeningError) as caught:
            attempt()
        assert caught.value.code == "seed-length"


@pytest.mark.parametrize(
    ("public", "lock", "holder", "code"),
    [
        (b"short", "A", HOLDER, "wrap-key"),
        (bytes(1216), "A", HOLDER, "wrap-key"),
        (None, "C", HOLDER, "lock-unknown"),
        (None, "A", HOLDER[:-1], "wrap-holder"),
        (None, "A", HOLDER[:-1] + "G", "wrap-holder"),
    ],
)
def test_bad_keys_locks_and_holders(
    public: bytes | None, lock: str, holder: str, code: str
) -> None:
    key = new_wrap_key()[1] if public is None else public
    with pytest.raises(OpeningError) as caught:
        wrap_seed(SEED, key, 7, lock, holder)
    assert caught.value.code == code


_SECRET, _PUBLIC = new_wrap_key()
_WRAP = wrap_seed(SEED, _PUBLIC, 7, "A", HOLDER)
