"""Where a report says that it happened, folded so that spellings and scripts meet.

A region counts by its code. Its names, in any script that reports/places.py knows, become the code.
What is left of an area are words: of places that no list has whole. Latin words are compared by
their consonants, for people write one town in many ways: Badgam, Budgam, Baadgam.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from reports.folding import fold_name, translate_digits
from reports.lexicon import Sense, Tree, add_phrase, find_phrases, load_lexicon, load_regions
from reports.places import SORT_WORDS, country_name, is_region, region_spellings
from reports.report import Report
from reports.table import load_table
from reports.words import split_words

MOST_WORDS = 8  # of a report's place that count
_LONGEST = 256  # characters of an area or a text that are read
_SMALL_WORDS = (
    "in and of the near at to a an all some several other others parts part most many every few"
    " for from by on with except but than no not is our my city town village villages township"
    " townships district districts state states province provinces region regions division county"
    " counties governorate governorates oblast area areas tehsil taluka subdivision sub prefecture"
    " department municipality municipalities island camp police neighborhood neighbourhood"
    " locality localities places place country kingdom republic nationwide national internet net"
    " mobile data network networks service services does work works working back down cut off"
    " since please tell world today yesterday day days there full total complete shutdown here"
    " have has it because since which that this and its"
)
_SMALL = SORT_WORDS | frozenset(_SMALL_WORDS.split())
_VOWELS = re.compile("[aeiouyhvw]")  # and letters that some write and others do not
_DOUBLED = re.compile(r"(.)\1+")
_AFTER_IN = 3  # words that may be a town, after "in"
_MORE_NATIONWIDE = ("country wide", "everywhere in the country", "all over the country")
_LONG_WORD = 5  # letters from which on two consonants are enough to know a word by
_LEAST_REGION = 3  # consonants that a region's name must have more than
_CODE = re.compile(r"\b[A-Z]{2}-[A-Z0-9]{1,3}\b")


@dataclass(frozen=True, slots=True)
class Where:
    """A place. `words` are of towns, folded."""

    country: str  # ISO 3166-1, or nothing
    regions: frozenset[str]  # ISO 3166-2
    words: frozenset[str]
    nationwide: bool
    hints: frozenset[str]
    """All words of a text, where no field names the place: one of them may be a town's name."""
    loose: bool
    """The place was found in a text."""


def read_where(report: Report) -> Where:
    """The place of a report, whatever its fields hold."""
    area, text = _cut(report.get("area")), ""
    region = str(report.get("region", ""))
    country = str(report.get("cc", ""))
    if not area:
        text = _cut(report.get("text")) or _cut(report.get("raw"))
    if is_region(region) and country != load_table().somaliland:
        country = region[:2]  # a region says more than a country
    codes = {code for code in _CODE.findall(area or text) if is_region(code)}
    said = _split(_CODE.sub(" ", area or text))
    if not country:
        country = _find_country(said)
    regions, words, whole = _read_words(country, said)
    regions |= codes
    if is_region(region):
        regions = frozenset((region,))
    hints: frozenset[str] = frozenset()
    if text:
        hints, words = words, words & _find_towns(country, said)
    nationwide = report.get("scope") == "nation" or (whole and not regions)
    return Where(country, regions, words, nationwide, hints, loose=bool(text))


def _cut(told: object) -> str:
    return told[:_LONGEST] if isinstance(told, str) else ""


def _split(text: str) -> Sequence[str]:
    """The folded words of a text."""
    return split_words(translate_digits(text), load_lexicon().runs).folded if text else ()


def _read_words(country: str, folded: Sequence[str]) -> tuple[frozenset[str], frozenset[str], bool]:
    """The regions that are named, the other words, and whether they say "nationwide"."""
    whole = False
    used: set[int] = set()
    regions: set[str] = set()
    if country:
        for start, end, senses in find_phrases(load_regions(country), folded):
            used.update(range(start, end))
            regions.update(sense.value for sense in senses["region"])
    spelled = [fold_spelling(word) for word in folded]
    for start, end, _ in find_phrases(_nationwide(), spelled):
        used.update(range(start, end))
        whole = True
    own, respelled = _country_words(country), _respelled_regions(country)
    words: dict[str, None] = {}
    for at, word in enumerate(folded):
        if at in used or word in _SMALL or word in own or len(word) < 2 or word.isdigit():
            continue
        if region := respelled.get(spelled[at]):
            regions.add(region)
        else:
            words.setdefault(spelled[at])
    return frozenset(regions), frozenset(list(words)[:MOST_WORDS]), whole


def _find_towns(country: str, folded: Sequence[str]) -> set[str]:
    """The words of a text that are towns of the country, or follow a word such as "in"."""
    towns: set[str] = set()
    for start, end, senses in find_phrases(load_lexicon().tree, folded):
        if any(sense.value == country for sense in senses.get("city", ())):
            towns.update(folded[start:end])
        elif "in" in senses:
            towns.update(folded[end : end + _AFTER_IN])
    return {fold_spelling(word) for word in towns}


def fold_spelling(word: str) -> str:
    """A folded word as it is compared: `baramulla` and `baraamula` are both `brml`."""
    if not (word.isascii() and word.isalpha()):
        return word
    bare = _DOUBLED.sub(r"\1", word[0] + _VOWELS.sub("", word[1:]))
    least = 2 if len(word) >= _LONG_WORD else 3
    return bare if len(bare) >= least else word


def _find_country(folded: Sequence[str]) -> str:
    """The one country that is named, or whose towns are."""
    named: dict[str, set[str]] = {"country": set(), "city": set()}
    for _, _, senses in find_phrases(load_lexicon().tree, folded):
        for role, found in named.items():
            found.update(str(sense.value) for sense in senses.get(role, ()))
    for found in named.values():
        if found:
            return next(iter(found)) if len(found) == 1 else ""
    return ""


@cache
def _country_words(country: str) -> frozenset[str]:
    return frozenset(fold_name(country_name(country)).split()) if country else frozenset()


@cache
def _respelled_regions(country: str) -> Mapping[str, str]:
    """Regions by their names of one word, folded as they are compared; none that two share."""
    found: dict[str, str] = {}
    for name, code in region_spellings(country):
        spelled = fold_spelling(fold_name(name))
        if " " not in spelled and len(spelled) > _LEAST_REGION:
            found[spelled] = code if found.get(spelled, code) == code else ""
    return found


@cache
def _nationwide() -> Tree:
    """The phrases for a whole country, as a tree of words folded as they are compared."""
    tree: Tree = {}
    sense = Sense("nationwide")
    for phrase in (*load_table().stop["nationwide"], *_MORE_NATIONWIDE):
        add_phrase(tree, [fold_spelling(word) for word in fold_name(phrase).split()], sense)
    return tree
