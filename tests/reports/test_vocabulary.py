"""The words of each language: that the files have the right form, and every word is looked up."""

import json

import pytest

from reports.cities import list_cities
from reports.lexicon import DAYS, UNITS, find_longest, load_lexicon
from reports.places import is_country
from reports.table import load_table
from reports.vocabulary import WORDS, list_words, load_words
from reports.words import fold_phrase

LANGUAGES = [
    "am", "ar", "be", "bn", "en", "es", "fa", "fr", "hi", "id", "my", "pt", "ru", "sw", "tr", "uk",
    "ur",
]  # fmt: skip
SMALL = {
    "no", "without", "cuts", "joins", "copulas", "fillers", "not", "but", "past", "because",
    "caused", "since", "ago", "lasted", "unless", "not_since", "in", "at", "of", "from", "blocks",
    "bare", "upon",
}  # fmt: skip
NOUNS = {"internet", "signal", "social", "2g"}
CLOCK = {"at", "am", "pm", "morning", "evening", "night", "noon", "midnight", "oclock"}


def test_there_is_a_file_for_each_language() -> None:
    assert sorted(load_words()) == LANGUAGES
    for path in WORDS.iterdir():
        content = json.loads(path.read_text(encoding="utf-8"))
        assert set(content) == {"language", "status", "words"}
        assert content["language"] == path.stem
        assert content["status"] in ("draft", "read")


def _is_known(group: str, name: str) -> bool:
    table = load_table()
    net = table.by_name["net"]
    if group == "nouns":
        return name in NOUNS | set(net.member_numbers)
    if group == "levels":
        return name in ("ok", "slow", "down", "back")
    if group == "small":
        return name in SMALL
    if group == "platforms":
        return name in table.by_name["plat"].numbers
    if group == "causes":
        return name in table.by_name["cause"].numbers
    if group == "places":
        return is_country(name)
    if group == "phrases":
        of, value, *level = name.split(".")
        if of == "net":
            return value in {"all", *net.member_numbers} and level[0] in net.numbers
        return not level and value in table.by_name[of].numbers
    kind, _, value = name.partition(" ")
    if kind.isdigit():
        return value in UNITS
    counted = {"number": 60, "weekday": 7, "month": 12, "jalali": 12}
    if kind in counted:
        return 1 <= int(value) <= counted[kind]
    return name in {*UNITS, *DAYS, *CLOCK, "day", "day-of"}


def test_every_list_has_a_meaning_and_words() -> None:
    for language, lists in load_words().items():
        for group, name, words in lists:
            assert _is_known(group, name), (language, group, name)
            assert words, (language, group, name)
            assert len(set(words)) == len(words), (language, group, name)


@pytest.mark.parametrize("group", ["nouns", "levels", "small"])
def test_every_word_is_found_as_it_would_be_written(group: str) -> None:
    lexicon = load_lexicon()
    for one in list_words(group):
        for word in one.words:
            folded = fold_phrase(word, lexicon.runs)
            length, _ = find_longest(lexicon.tree, folded, 0)
            assert length == len(folded) > 0, (one.name, word)


def test_cities_are_folded_and_in_one_country_each() -> None:
    known = dict(list_cities())
    assert len(known) == sum(1 for _ in list_cities()) > 20_000
    for name, cc in known.items():
        assert is_country(cc)
        assert name == name.strip().lower()
