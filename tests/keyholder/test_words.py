"""Fingerprints as words: every bit of the first 132 counts, and no two digests share a reading."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnemonic import Mnemonic

from keyholder.words import WORDS, write_words
from tests.keyholder.conftest import DeskForTests

LIST = Mnemonic("english").wordlist


def read_bits(words: str) -> int:
    """The number that twelve words stand for."""
    bits = 0
    for word in words.split():
        bits = bits << 11 | LIST.index(word)
    return bits


@given(st.binary(min_size=32, max_size=32))
def test_the_words_say_the_first_132_bits(digest: bytes) -> None:
    words = write_words(digest)
    assert len(words.split()) == WORDS
    assert read_bits(words) == int.from_bytes(digest, "big") >> (256 - 132)


def test_they_stay_the_same_for_ever() -> None:
    words = write_words(hashlib.sha256(b"").digest())
    assert words == ("together mail awful cradle scrub apart hip leader silk slice unusual embark")
    assert write_words(bytes(32)) == " ".join(["abandon"] * 12)
    assert write_words(b"\xff" * 32) == " ".join(["zoo"] * 12)


def test_a_digest_that_is_too_short_has_none() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        write_words(bytes(16))


def test_the_words_of_any_file(desk: DeskForTests, tmp_path: Path) -> None:
    file = tmp_path / "SHA256SUMS"
    file.write_bytes(bytes(range(256)) * 1_000)
    digest = hashlib.sha256(file.read_bytes()).digest()
    told = desk.done("words", file, "--json").json
    assert told == {"fingerprint": digest.hex(), "words": write_words(digest)}
    assert write_words(digest) in desk.done("words", file).out


def test_a_file_that_cannot_be_read_is_named_by_no_message(
    desk: DeskForTests, tmp_path: Path
) -> None:
    for file in (tmp_path / "nowhere", tmp_path):
        result = desk.run("words", file)
        assert result.status == 1
        assert "The file cannot be read" in result.err
        assert str(file) not in result.err
