"""Bytes where a text was expected: nothing lost, nothing guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.sealed_sms import is_sealed
from reports.texts import read_text
from sms.payloads import BINARY, read_payload, restore_payload
from tests.coalition import NOW

HEX = st.binary(min_size=1, max_size=8).map(lambda data: (BINARY + data.hex()).encode())


@given(st.binary(max_size=300) | HEX)
def test_the_bytes_can_be_had_again(data: bytes) -> None:
    assert restore_payload(read_payload(data)) == data


@given(st.text(st.characters(exclude_categories=("Cc", "Cs"), include_characters="\t\n\r")))
def test_a_readable_text_is_that_text(text: str) -> None:
    assert read_payload(text.encode()) == text


@given(st.binary(max_size=100))
def test_whatever_is_not_readable_says_so(data: bytes) -> None:
    text = read_payload(data)
    assert text.isascii() or data == text.encode()
    assert "\x00" not in text
    assert is_sealed(text) == data.startswith(b":") or text.startswith(BINARY)


@given(st.binary(min_size=1, max_size=60))
def test_no_keyword_is_read_out_of_the_digits(data: bytes) -> None:
    report = read_text(BINARY + data.hex(), arrival=NOW, country="MM", language=None)
    assert not set(report.get("parsed", ())) - {"raw", "text"}


def test_a_sealed_text_comes_through_as_it_is() -> None:
    sealed = ":" + "Ab9-." * 31 + "xyzw"
    assert read_payload(sealed.encode()) == sealed
    assert len(sealed) == 160


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"\x00\x01", "binary:0001"),
        (b"caf\xe9", "binary:636166e9"),
        (b"a\x1bb", "binary:611b62"),
        (b"\xed\xa0\xbd", "binary:eda0bd"),  # half of a surrogate pair
        ("📵\r\n".encode(), "📵\r\n"),
        (b"binary:", "binary:"),
        (b"binary:0A", "binary:0A"),
        (b"binary:0a", "binary:62696e6172793a3061"),
    ],
)
def test_cases(data: bytes, text: str) -> None:
    assert read_payload(data) == text
    assert restore_payload(text) == data
