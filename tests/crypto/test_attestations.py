"""Statements that a holder signs."""

from hypothesis import given
from hypothesis import strategies as st

from crypto.attestations import SIGNATURE_SIZE, attest, is_attested
from crypto.officers import new_seed, public_key

SEED = new_seed()
KEY = public_key(SEED)


@given(st.sampled_from(["heliograph/card/v1", "heliograph/peeled/v1"]), st.binary(max_size=200))
def test_what_was_signed_is_attested(label: str, content: bytes) -> None:
    signature = attest(label, content, SEED)
    assert len(signature) == SIGNATURE_SIZE
    assert is_attested(label, content, signature, KEY)
    assert not is_attested(label, content + b"\0", signature, KEY)
    assert not is_attested(label + "x", content, signature, KEY)


def test_label_and_content_do_not_run_into_each_other() -> None:
    signature = attest("ab", b"c", SEED)
    assert not is_attested("a", b"bc", signature, KEY)


def test_other_keys_and_broken_ones_attest_nothing() -> None:
    signature = attest("a", b"b", SEED)
    assert not is_attested("a", b"b", signature, public_key(new_seed()))
    assert not is_attested("a", b"b", signature, b"short")
    assert not is_attested("a", b"b", signature[:-1], KEY)
    assert not is_attested("a", b"b", b"", KEY)
    assert not is_attested("a", b"b", signature, b"\xff" * 32)
