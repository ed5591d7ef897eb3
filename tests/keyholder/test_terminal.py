"""What a stranger wrote never acts on the terminal, and honest writing stays readable."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyholder.documents import write_json
from keyholder.terminal import measure, shorten, show, show_lines
from tests.keyholder.hostile import HOSTILE, PLAIN, TERMINAL

JOINERS = "\u200c\u200d"
texts = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.text(st.sampled_from("a\u0645\u200c\u200d\u0301\u202e\x1b[]\u27e8\u27e9U+\r\n\t \u4e2d")),
)


def is_harmless(text: str) -> bool:
    """Independent of the code: printable, or a joiner between two letters or marks."""
    return all(
        (character.isprintable() and character not in "\u3164\u115f\u1160\u2800\u034f")
        or (
            character in JOINERS
            and unicodedata.category(text[at - 1])[0] in "LM"
            and unicodedata.category(text[at + 1])[0] in "LM"
        )
        for at, character in enumerate(text)
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_the_corpus_is_harmless(text: str) -> None:
    assert is_harmless(show(text))
    assert is_harmless(shorten(text, 20))


@pytest.mark.parametrize("text", [one for one in TERMINAL if not one.startswith("[")])
def test_what_is_active_is_seen(text: str) -> None:
    assert "⟨U+" in show(text)


@pytest.mark.parametrize("text", PLAIN)
def test_honest_writing_is_left_alone(text: str) -> None:
    assert show(text) == text


def test_examples() -> None:
    assert show("a\u202eb") == "a⟨U+202E⟩b"
    assert show("\x1b[31m") == "⟨U+001B⟩[31m"
    assert show("⟨U+202E⟩") == "⟨U+27E8⟩U+202E⟩"
    assert show("a\tb\u00a0c") == "a b c"
    assert show("a\nb") == "a⟨U+000A⟩b"
    assert show("a\r\nb\rc", lines=True) == "a\nb⟨U+000D⟩c"
    assert show("x\u200cy") == "x⟨U+200C⟩y"
    assert show("e" + "\u0301" * 5).endswith("\u0301⟨U+0301⟩")
    assert show_lines("one\nid 12345678", "  | ") == "  | one\n  | id 12345678"


@given(texts)
def test_anything_is_harmless_and_seen_whole(text: str) -> None:
    shown = show(text)
    assert is_harmless(shown)
    lines = show(text, lines=True)
    assert all(is_harmless(line) for line in lines.split("\n"))


@given(texts, texts)
def test_no_two_texts_look_alike(one: str, other: str) -> None:
    # But for spaces: a tab and the other spaces are one blank on a terminal.
    def blank(text: str) -> str:
        return "".join(
            " " if character == "\t" or unicodedata.category(character) == "Zs" else character
            for character in text
        )

    assert (show(one) == show(other)) == (blank(one) == blank(other))


@given(texts, st.integers(min_value=8, max_value=60))
def test_a_cell_keeps_its_width(text: str, width: int) -> None:
    cell = shorten(text, width)
    assert measure(cell) <= width
    assert "\n" not in cell


def test_wide_letters_count_twice() -> None:
    assert measure("中文") == 4
    assert shorten("中文中文中文", 6) == "中文…"
    assert shorten(" a b ", 20) == "a b"
    assert shorten("a  b", 20) == shorten("a\tb", 20) == "a b"
    assert shorten("x" * 10_000_000, 10) == "x" * 9 + "…"


@given(texts)
def test_json_is_plain_ascii(text: str) -> None:
    written = write_json({"text": text})
    assert written.isascii()
    assert written.isprintable()
