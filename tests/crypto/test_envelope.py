"""The envelope's form, its leaves, and the errors' texts."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import errors
from crypto.envelope import (
    LENGTHS,
    MAX_ENVELOPE,
    Header,
    Suite,
    day_of,
    envelope_id,
    envelope_length,
    padded_lengths,
    read_header,
    write_header,
)
from crypto.errors import CryptoError, EnvelopeError
from crypto.leaves import (
    LEAF_SIZE,
    Leaf,
    envelope_leaf,
    find_digest,
    keyring_leaf,
    read_leaf,
)

FORMS = [
    (suite, size_class)
    for suite in Suite
    for size_class in range(256)
    if envelope_length(suite, size_class) is not None
]


def length_of(suite: Suite, size_class: int) -> int:
    length = envelope_length(suite, size_class)
    assert length is not None
    return length


def test_lengths_of_the_suites() -> None:
    """The design's overheads: 48 bytes a sealed box, 1,136 a hybrid one, 4 the header."""
    for suite, overhead in zip(Suite, (52, 1140, 100, 1188), strict=True):
        assert suite.overhead == overhead
        assert set(LENGTHS) <= set(padded_lengths(suite))
        assert [length_of(suite, n) - overhead for n in range(4)] == list(LENGTHS)
    assert length_of(Suite.SEALED_BOX, 17) == 119
    assert [length_of(Suite.DUAL_SEALED_BOX, 16 + n) for n in range(2, 16)] == [
        114 * n for n in range(2, 16)
    ]
    assert envelope_length(Suite.DUAL_SEALED_BOX, 17) is None
    assert envelope_length(Suite.HYBRID, 18) is None
    assert MAX_ENVELOPE == 1188 + 32768


@given(st.sampled_from(FORMS), st.integers(0, 0xFFFF))
def test_header_round_trip(form: tuple[Suite, int], epoch: int) -> None:
    suite, size_class = form
    envelope = write_header(suite, epoch).ljust(length_of(suite, size_class), b"\xaa")
    assert read_header(envelope) == Header(suite, epoch, size_class)


@given(st.sampled_from(FORMS), st.integers(1, 33_956))
def test_any_truncation_is_refused_or_another_form(form: tuple[Suite, int], cut: int) -> None:
    suite, size_class = form
    envelope = write_header(suite, 1).ljust(length_of(suite, size_class), b"\xaa")[:-cut]
    lengths = {length_of(s, c) for s, c in FORMS if s == suite}
    if len(envelope) in lengths:
        assert read_header(envelope).size_class != size_class
    else:
        with pytest.raises(EnvelopeError):
            read_header(envelope)


@given(st.binary(max_size=700))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for envelope in (data, b"\x01" + data, b"\x01\x01" + data):
        try:
            header = read_header(envelope)
        except EnvelopeError:
            continue
        assert envelope_length(header.suite, header.size_class) == len(envelope)


def test_id_is_sha256() -> None:
    assert envelope_id(b"abc") == hashlib.sha256(b"abc").digest()


@pytest.mark.parametrize(
    ("now", "day"),
    [(-5, 0), (0, 0), (86_399, 0), (86_400, 1), (1_790_000_000, 20717), (1 << 40, 65535)],
)
def test_day(now: int, day: int) -> None:
    assert day_of(now) == day


@given(
    st.sampled_from(FORMS),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFF),
    st.binary(min_size=32, max_size=32),
)
def test_leaf_round_trip(form: tuple[Suite, int], epoch: int, day: int, identity: bytes) -> None:
    header = Header(form[0], epoch, form[1])
    leaf = envelope_leaf(header, day, identity)
    assert len(leaf) == LEAF_SIZE
    assert read_leaf(leaf) == Leaf(header, day, identity)


def test_leaf_bytes_field_by_field() -> None:
    leaf = envelope_leaf(Header(Suite.DUAL_SEALED_BOX, 0x0203, 31), 0x50ED, bytes(range(32)))
    assert leaf.hex(" ", 1).startswith("01 11 02 03 1f 50 ed 00 01 02")


def test_leaf_of_a_wrong_id() -> None:
    with pytest.raises(ValueError):
        envelope_leaf(Header(Suite.HYBRID, 1, 0), 1, bytes(31))


def test_errors_have_stable_codes_and_fixed_texts() -> None:
    codes: list[str] = []
    for kind in CryptoError.__subclasses__():
        for code, text in kind.CAUSES.items():
            codes.append(code)
            error = kind(code)
            assert (error.code, str(error)) == (code, text)
            # What is wrong, and what to do next.
            assert text.endswith(".")
            assert text.count(". ") + text.count("; ") >= 1
            assert code == code.lower().replace("_", "-")
    assert len(codes) == len(set(codes))
    assert len(CryptoError.__subclasses__()) == 12
    assert set(errors.EnvelopeError.CAUSES) & set(errors.OpeningError.CAUSES) == set()


def test_keyring_leaves_and_digests() -> None:
    digest = bytes(range(32))
    assert keyring_leaf(digest).hex() == "02" + digest.hex()
    leaf = envelope_leaf(Header(Suite.SEALED_BOX, 1, 0), 1, digest)
    assert find_digest(keyring_leaf(digest)) == find_digest(leaf) == digest
    for other in (b"", leaf[1:], b"\x02" + leaf[1:], b"\x01" + digest, b"\x03" + digest):
        assert find_digest(other) is None
    with pytest.raises(ValueError, match="32 bytes"):
        keyring_leaf(digest[1:])
    with pytest.raises(EnvelopeError):
        read_leaf(keyring_leaf(digest))
