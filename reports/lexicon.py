"""All words that the reader knows, as one tree of folded words; built once from the table.

A leaf holds `Sense`s by their role: the same word may be several things (POWER the network, the
cause).
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, NamedTuple

from reports.cities import list_cities
from reports.folding import fold_word, translate_digits
from reports.places import DATA, country_spellings, region_spellings
from reports.table import Table, load_table
from reports.vocabulary import load_words
from reports.words import fold_phrase, fold_runs, split_words

LEAF = ""
ALL = ("data", "sms", "voice")
"""What a phone has when it has a signal."""
UNITS = ("minutes", "hours", "days", "weeks", "months")
DAYS = {"now": 0, "today": 0, "yesterday": 1, "before-yesterday": 2}
"""Words for a day, and how many days before today it is."""
Tree = dict[str, Any]


class Sense(NamedTuple):
    """One meaning of a phrase. `role` is keyword, phrase, noun, internet, signal, social, level,
    cause, when, unit, count, number, weekday, month, jalali, clock, country, city, region,
    operator, or the name of a list of small words."""

    role: str
    of: str = ""
    value: Any = None
    plain: bool = False  # also an everyday word: counts only where the message leaves no doubt


Senses = Mapping[str, Sequence[Sense]]
"""All that a phrase can mean, by role."""


@dataclass(slots=True)
class Operator:
    """`plain`: its name is a word too; `everyday`: one that stands beside networks all the same
    (`free internet`)."""

    name: str
    others: Sequence[str]
    plain: bool
    everyday: bool
    countries: Mapping[str, str | None]


@dataclass(slots=True)
class Lexicon:
    """`codes`: `d3`, `mm`, `mm13` and `6`, folded, and what they mean in capital letters."""

    tree: Tree = field(default_factory=dict)
    codes: Mapping[str, Senses] = field(default_factory=dict)
    runs: re.Pattern[str] | None = None
    country_words: frozenset[str] = frozenset()
    lead: frozenset[str] = frozenset()


@cache
def load_lexicon() -> Lexicon:
    """The words of all languages, countries and operators."""
    table = load_table()
    senses = list(_list_senses(table))
    cities = list(list_cities())
    runs = _compile_runs([*(phrase for phrase, _ in senses), *(name for name, _ in cities)])
    lexicon = Lexicon(
        runs=runs, codes={code: {sense.role: [sense]} for code, sense in _list_codes(table)}
    )
    for phrase, sense in senses:
        add_phrase(lexicon.tree, fold_phrase(phrase, lexicon.runs), sense)
    _add_cities(lexicon, cities)
    lexicon.country_words = frozenset(table.reading["country_words"]) | {
        keyword.upper() for f in table.fields for v in f.values for keyword in v.keywords
    }
    lexicon.lead = frozenset(fold_word(word) for word in table.reading["lead"])
    return lexicon


@lru_cache(maxsize=32)
def load_regions(cc: str) -> Tree:
    """The names of one country's regions as a tree of the same form."""
    tree: Tree = {}
    unsure = set(load_table().reading["region_words"])
    runs = load_lexicon().runs
    for name, code in region_spellings(cc):
        words = fold_phrase(name, runs)
        joined = " ".join(words)
        short = len(joined) < (4 if joined.isascii() else 3)
        if words and not short and joined not in unsure:
            add_phrase(tree, words, Sense("region", value=code))
    return tree


def find_regions(cc: str, text: str) -> set[str]:
    """The codes of all regions of a country that a text names."""
    words = split_words(translate_digits(text), load_lexicon().runs)
    return {
        sense.value
        for _, _, senses in find_phrases(load_regions(cc), words.folded)
        for sense in senses["region"]
    }


@cache
def load_operators() -> Mapping[str, Operator]:
    """Operators by their main names."""
    listed = json.loads((DATA / "operators.json").read_text(encoding="utf-8"))
    return {
        one["name"]: Operator(
            one["name"], one["others"], one["plain_word"], "everyday" in one, one["countries"]
        )
        for one in listed
    }


@cache
def operator_names() -> Mapping[str, str]:
    """MCC and MNC (`41401`) -> the operator's name."""
    return {
        code: name
        for name, operator in load_operators().items()
        for code in operator.countries.values()
        if code
    }


def operator_name(op: str) -> str:
    """The name of an operator given as MCC and MNC; a name, or an unknown code, as it is."""
    return operator_names().get(op, op)


def add_phrase(tree: Tree, words: Sequence[str], sense: Sense) -> None:
    for word in words:
        tree = tree.setdefault(word, {})
    senses = tree.setdefault(LEAF, {}).setdefault(sense.role, [])
    if sense not in senses:
        senses.append(sense)


def _add_cities(lexicon: Lexicon, cities: Iterable[tuple[str, str]]) -> None:
    """Thousands of names: those of one country share one leaf, so nothing may be added below it.
    They come with the names of many words first. A word that means something else is no city."""
    shared: dict[str, Tree] = {}
    for name, cc in cities:
        words = fold_runs(name, lexicon.runs)
        tree = lexicon.tree
        for word in words[:-1]:
            tree = tree.setdefault(word, {})
        if cc not in shared:
            shared[cc] = {LEAF: {"city": [Sense("city", value=cc)]}}
        known = tree.setdefault(words[-1], shared[cc])
        known.setdefault(LEAF, shared[cc][LEAF])


def find_longest(tree: Tree, words: Sequence[str], at: int) -> tuple[int, Senses]:
    """(words matched, what they mean) of the longest known phrase that begins at `at`."""
    found: tuple[int, Senses] = (0, {})
    for length, word in enumerate(words[at : at + 12], start=1):
        if word not in tree:
            break
        tree = tree[word]
        if LEAF in tree:
            found = (length, tree[LEAF])
    return found


def find_phrases(tree: Tree, words: Sequence[str]) -> Iterator[tuple[int, int, Senses]]:
    """(start, end, what it means) of the longest known phrase at each place, left to right."""
    free = 0
    for at, word in enumerate(words):
        if word in tree and at >= free:
            length, senses = find_longest(tree, words, at)
            if length:
                free = at + length
                yield at, free, senses


def _list_codes(table: Table) -> Iterator[tuple[str, Sense]]:
    net = table.by_name["net"]
    for member in net.members:
        for letter in member.keywords:
            for digit in (keyword for level in net.values for keyword in level.keywords):
                yield f"{letter}{digit}".lower(), Sense("level-code", value=(member.name, digit))
    for _, cc in country_spellings():
        yield cc.lower(), Sense("country-code", value=cc)
    for line in (DATA / "regions.tsv").read_text(encoding="utf-8").splitlines():
        code = line.split("\t", 1)[0]
        # Letters alone make words too: ARE is a region of Argentina.
        digits = "" if code[3:].isalpha() else "digits"
        yield code.replace("-", "").lower(), Sense("region-code", digits, code, not digits)
    for number in range(1000):
        for width in (1, 2, 3):
            yield f"{number:0{width}}", Sense("number", value=number)


def _list_senses(table: Table) -> Iterator[tuple[str, Sense]]:
    plain = set(table.reading["plain_words"])
    for one in table.fields:
        for value in one.values if one.type in ("enum", "enum-list") else ():
            for keyword in value.keywords:
                known = keyword.lower() in plain
                yield keyword, Sense("keyword", one.name, value.name, known)
    for lists in load_words().values():
        for group, name, words in lists:
            for sense in _READERS[group](name):
                for phrase in words:
                    yield phrase, sense
    unsure = set(table.reading["country_name_words"])
    for name, cc in country_spellings():
        folded = " ".join(fold_phrase(name))
        short = folded.isascii() and len(folded) <= 3
        yield name, Sense("country", value=cc, plain=short or folded in unsure)
    for operator in load_operators().values():
        for name in (operator.name, *operator.others):
            # A long name, or one in a script of its own, is nothing else.
            sure = not operator.plain or len(name.split()) > 1
            yield name, Sense("operator", value=operator.name, plain=not sure)


def _read_noun(name: str) -> Iterator[Sense]:
    kinds = ("internet", "signal", "social")
    if name == "2g":  # mobile data; a plain one is slow where it works
        yield Sense("noun", "net", "data", plain=True)
    else:
        yield Sense(name) if name in kinds else Sense("noun", "net", name)


def _read_phrase(name: str) -> Iterator[Sense]:
    """`status.ended`, `net.voice.down`, and `net.all.down` for mobile data, SMS and calls."""
    of, value, *level = name.split(".")
    for member in ALL if value == "all" else (value,):
        yield Sense("phrase", of, (member, level[0]) if level else member)


def _read_time(name: str) -> Iterator[Sense]:
    """`days`, `3 days` (one word for both), `number 3`, `weekday 1` (Monday), `month 1`,
    `jalali 1`, `yesterday`, and `am` and the like."""
    kind, _, value = name.partition(" ")
    if kind.isdigit():
        yield Sense("count", value, int(kind))
    elif kind in ("number", "weekday", "month", "jalali"):
        yield Sense(kind, value=int(value))
    elif kind in UNITS:
        yield Sense("unit", value=kind)
    elif kind in DAYS:
        yield Sense("when", value=kind)
    else:
        yield Sense("clock", value=kind)


_READERS: Mapping[str, Callable[[str], Iterator[Sense]]] = {
    "nouns": _read_noun,
    "platforms": lambda name: iter([Sense("noun", "plat", name)]),
    "levels": lambda name: iter([Sense("level", value=name)]),
    "causes": lambda name: iter([Sense("cause", "cause", name)]),
    "phrases": _read_phrase,
    "small": lambda name: iter([Sense(name)]),
    "time": _read_time,
    "places": lambda name: iter([Sense("city", value=name)]),
}


def _compile_runs(phrases: Iterable[str]) -> re.Pattern[str]:
    """Known Burmese words, the longest at each place, and digits."""
    known = {
        word
        for phrase in phrases
        for word in phrase.split()
        if re.match("[\u1000-\u109f]", word) and len(word) > 2
    }
    branches = [*_list_branches(known), *(f"{digit}[0-9]*" for digit in range(10))]
    return re.compile(f"({'|'.join(branches)})")


def _list_branches(words: Iterable[str]) -> Iterator[str]:
    """Words as an expression that branches letter by letter: `re` would try a plain list of them
    one by one at every place of the text."""
    tails: dict[str, set[str]] = {}
    for word in sorted(words):
        tails.setdefault(word[0], set()).add(word[1:])
    for letter, rest in tails.items():
        more = "|".join(_list_branches(filter(None, rest)))
        ends = "?" if "" in rest else ""
        yield f"{letter}(?:{more}){ends}" if more else letter
