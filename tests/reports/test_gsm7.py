"""The GSM 7-bit alphabet."""

import gsm0338
from hypothesis import given
from hypothesis import strategies as st

from reports.gsm7 import BASIC, EXTENSION, count_septets, count_units, fits_screen, fits_sms


def test_the_alphabet() -> None:
    """3GPP TS 23.038: 128 places, the escape among them at 0x1B, and ten characters after it."""
    assert len(BASIC) == 128
    assert BASIC.index("\x1b") == 0x1B
    assert len(set(BASIC)) == 128
    for char, code in {"@": 0, " ": 0x20, "A": 0x41, "a": 0x61, "¿": 0x60, "à": 0x7F}.items():
        assert BASIC.index(char) == code
    assert len(set(EXTENSION)) == 10
    assert not set(BASIC) & set(EXTENSION)


def test_counting() -> None:
    assert count_septets("") == 0
    assert count_septets("Thank you.") == 10
    assert count_septets("5 €") == 4
    assert count_septets("ê") is None
    assert count_septets("\x1b") is None


@given(st.text(st.sampled_from(BASIC + EXTENSION + "çêô’“–ßЖع")))
def test_the_gsm0338_package_counts_alike(text: str) -> None:
    if "\x1b" in text:
        return
    try:
        expected = len(gsm0338.Codec().encode(text)[0])
    except UnicodeEncodeError:
        expected = None
    assert count_septets(text) == expected


def test_units() -> None:
    assert [count_units(text) for text in ("", "ê", "😡", "\ud800")] == [0, 1, 2, 1]


def test_screens() -> None:
    assert fits_screen("a" * 156)
    assert not fits_screen("a" * 157)
    assert not fits_screen("€" * 79)
    assert fits_screen("ê" * 80)
    assert not fits_screen("ê" * 81)
    assert not fits_screen("😡" * 41)


def test_texts() -> None:
    assert fits_sms("a" * 160)
    assert not fits_sms("a" * 161)
    assert fits_sms("ê" * 70)
    assert not fits_sms("ê" * 71)
