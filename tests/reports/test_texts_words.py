"""How a text becomes words: all words folded at once, runs of Burmese, sentences, and codes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.folding import DIGITS, fold_word, fold_words, translate_digits
from reports.lexicon import load_lexicon
from reports.places import is_country, is_region
from reports.texts import read_text
from reports.words import fold_phrase, split_sentences, split_words

WORDS = st.text(st.characters(exclude_categories=("Cs", "Zs", "Cc")), max_size=80)


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_words_fold_together_as_they_fold_alone(words: list[str]) -> None:
    assert fold_words(words) == [fold_word(word) for word in words]


@given(st.text(max_size=200))
def test_digits_keep_their_places(text: str) -> None:
    assert translate_digits(text) == text.translate(DIGITS)


@settings(deadline=None)  # the first text loads the lexicon
@given(st.text(st.sampled_from("ab1_ -'’\u200b\u0301မရန်ကုန်မရဘူး၊?\n"), max_size=60))
def test_words_stand_where_they_were_written(text: str) -> None:
    words = split_words(text, load_lexicon().runs)
    for at, written in enumerate(words.written):
        assert text[words.starts[at] : words.ends[at]] == written
        assert words.folded[at] == fold_word(written) != ""
    assert list(words.before) == [0, *words.ends[:-1]][: len(words.ends)]


def test_marks_alone_are_no_word() -> None:
    assert split_words("\u200b - \u200f").written == []
    words = split_words("a \u200b b")
    assert (words.written, words.before) == (["a", "b"], [0, 1])


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("အင်တာနက်", ("အင်တာနက်",)),
        ("ကကအင်တာနက်က", ("ကက", "အင်တာနက်", "က")),
        ("က12က5", ("က", "12", "က", "5")),
        ("abc5 က", ("abc5", "က")),
    ],
)
def test_runs_of_burmese_are_parted(text: str, pieces: tuple[str, ...]) -> None:
    assert tuple(split_words(text, load_lexicon().runs).written) == pieces


def test_of_two_known_burmese_words_the_longer_counts() -> None:
    runs = load_lexicon().runs
    assert runs is not None
    known = {word for word in load_lexicon().tree if "\u1000" <= word < "\u10a0"}
    longer = {(a, b) for a in known for b in known if a != b and b.startswith(a)}
    assert longer
    for _, word in longer:
        assert fold_phrase(word, runs) == (word,)


@pytest.mark.parametrize(
    ("text", "ends", "asked"),
    [
        ("No. Why?", [3, 8], [False, True, False]),
        ("really?! ok", [8], [True, False]),
        ("a?\n.x", [2], [True, False]),
        ("1.5 a.b", [], [False]),
        ("." * 3000 + "x", [], [False]),
    ],
)
def test_sentences_end_before_a_space(text: str, ends: list[int], asked: list[bool]) -> None:
    assert split_sentences(text) == (ends, asked)


def test_codes_are_those_of_countries_and_regions() -> None:
    codes = load_lexicon().codes
    assert {"d3", "mm", "mm13", "inbr", "6", "06", "006"} <= set(codes)
    for senses in codes.values():
        assert len(senses) == 1
        for sense in senses.get("region-code", ()):
            assert is_region(sense.value)
        for sense in senses.get("country-code", ()):
            assert is_country(sense.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # No ASCII letters as written: no code of a country or region.
        ("NET ＭＭ D3", {"net": {"data": "down"}, "text": "ＭＭ"}),
        # A hyphen that makes no region, and one with something beside it.
        ("NET MM-99 D3", {"cc": "MM", "net": {"data": "down"}, "text": "-99"}),
        ("NET MM- 13 D3", {"cc": "MM", "net": {"data": "down"}, "text": "- 13"}),
        ("D3 S3 MM-", {"cc": "MM", "net": {"data": "down", "sms": "down"}}),
        # The sign for kelvin is no K.
        ("NET AF-KAB D3", {"cc": "AF", "region": "AF-KAB", "net": {"data": "down"}}),
        ("NET AF-\u212aAB D3", {"cc": "AF", "net": {"data": "down"}, "text": "-\u212aAB"}),
        ("D3 TURKEY", {"cc": "TR", "net": {"data": "down"}}),
        # The platform's letters are a keyword; its name is taken once.
        ("NET D3 TG Telegram", {"net": {"data": "down"}, "plat": ["telegram"]}),
        ("NET D3 calls", {"net": {"data": "down"}, "text": "calls"}),
        ("no internet, 3", {"kind": ["full"], "text": "3"}),
        ("no internet. is it since yesterday?", {
            "kind": ["full"], "text": "is it since yesterday?"}),
    ],
)  # fmt: skip
def test_codes_and_names_side_by_side(text: str, said: dict[str, object]) -> None:
    report = read_text(text, arrival=1_789_900_000)
    assert {name: report[name] for name in report if name not in ("raw", "parsed")} == said
