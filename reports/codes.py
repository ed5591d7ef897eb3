"""Codes in a message: named forms, dates, `D3`, `MM13`, `6H`, keywords; and whether they count."""

import re
from collections.abc import Iterator

from reports.lexicon import Sense
from reports.places import is_country, is_region
from reports.reading import Piece, Reading
from reports.since import DATES, count_back, read_range
from reports.table import load_table
from reports.words import Word

_NAMED = re.compile(
    r"(?<!\w)(OP|CC|AREA)\s?[:=]\s?(?:\"([^\"\n]{1,512})\"|([^\s,;\"]{1,48}))", re.IGNORECASE
)
_REGION = re.compile(r"([A-Za-z]{2})([A-Za-z0-9]{1,3})", re.ASCII)
_COUNT = re.compile(r"([0-9]{1,3})([^\W\d_]+)?")
_LETTER_UNITS = {"h": "hours", "d": "days", "j": "days"}
_LONGEST_CODE = 5
_SURE = 2
"""So many codes make a message one of keywords; a single one may be chance (a flat called B3)."""
SMALL_WORDS = (
    "in",
    "no",
    "not",
    "joins",
    "copulas",
    "fillers",
    "unless",
    "since",
    "not_since",
    "level",
)


def read_named(reading: Reading) -> None:
    """`OP:name`, `CC:MM`, `AREA:"…"` and written dates; their words are then out of the way."""
    fields = load_table().by_name
    for match in _NAMED.finditer(reading.text):
        name = match[1].lower()
        value = (match[2] or match[3]).strip()
        if name == "cc":
            taken = is_country(value.upper()) and reading.take("cc", value.upper(), ())
        else:
            fits = 0 < len(value.encode("utf-8", "replace")) <= fields[name].max_bytes
            taken = fits and reading.take(name, value, ())
        if taken:
            reading.spans.append(match.span())
    for match in DATES.finditer(reading.text):
        dates = read_range(match[0])
        for name, value in dates.items():
            reading.found.setdefault(name, value)
        if dates:
            reading.spans.append(match.span())
    reading.spans.sort()
    reading.words = list(_pass_over(reading))


def _pass_over(reading: Reading) -> Iterator[Word]:
    """The words outside of what was read as written; both lists are in order."""
    spans = iter([*reading.spans, (len(reading.text), len(reading.text))])
    start, end = next(spans)
    for word in reading.words:
        while word.start >= end:
            start, end = next(spans)
        if word.start < start:
            yield word


def find_code(reading: Reading, at: int) -> Piece | None:
    """The code that stands at a word: a level, a region, a count, a number or a country."""
    word = reading.words[at]
    written, folded = word.written, word.folded
    if len(folded) == 2 and folded[1] in "0123" and folded[1].isdigit():
        for member in load_table().by_name["net"].members:
            if folded[0].upper() in member.keywords:
                return Piece(at, at + 1, [Sense("level-code", value=(member.name, folded[1]))])
    if folded[0].isdigit() and (match := _COUNT.fullmatch(folded)) is not None:
        return _find_count(reading, at, int(match[1]), match[2])
    if len(written) > _LONGEST_CODE or not written.isascii():
        return None
    if len(written) == 2 and is_country(written.upper()):
        after = reading.words[at + 1] if at + 1 < len(reading.words) else None
        if after and after.start == word.end + 1 and reading.text[word.end] == "-":
            code = f"{written}-{after.written}".upper()
            if is_region(code):
                return Piece(
                    at, at + 2, [Sense("region-code", "digits", code, not written.isupper())]
                )
        return Piece(at, at + 1, [Sense("country-code", value=written.upper())])
    if (match := _REGION.fullmatch(written)) is not None:
        code = f"{match[1]}-{match[2]}".upper()
        if is_region(code):
            # Letters alone make words too: ARE is a region of Argentina.
            digits = "" if match[2].isalpha() else "digits"
            sure = digits and written.isupper()
            return Piece(at, at + 1, [Sense("region-code", digits, code, not sure)])
    return None


def _find_count(reading: Reading, at: int, count: int, unit: str | None) -> Piece | None:
    if unit is None:
        return Piece(at, at + 1, [Sense("number", value=count)])
    if unit in _LETTER_UNITS:
        plain = not reading.words[at].written[-1].isupper()
        return Piece(at, at + 1, [Sense("count", _LETTER_UNITS[unit], count, plain)])
    senses = reading.lexicon.tree.get(unit, {}).get("", ())
    named = next((sense.value for sense in senses if sense.role == "unit"), None)
    return Piece(at, at + 1, [Sense("count", named, count, plain=True)]) if named else None


def judge(reading: Reading) -> None:
    """Is this a message of keywords? Is it one of keywords alone?"""
    first = reading.words[0].folded if reading.words else ""
    led = first in reading.lexicon.lead
    codes = len(reading.spans) + led
    explained = int(led)
    worth = bool(reading.spans)
    for piece in reading.pieces:
        keyword = piece.find("keyword")
        upper = reading.written(piece).isupper()
        code = piece.find("level-code") or _sure(piece.find("region-code", "count"))
        codes += bool(code) or (keyword is not None and upper and not keyword.plain)
        worth = worth or bool(code or keyword)
        country = piece.find("country-code")
        named = piece.find("keyword", "level-code", "region-code", "count", "country", "operator")
        if named or (country and upper and not piece.find(*SMALL_WORDS)) or _platform(piece):
            explained += piece.end - piece.start
            codes += bool(country and upper and is_country_code(reading, piece))
    reading.mixed = any(word.written.islower() for word in reading.words)
    reading.pure = explained == len(reading.words) and (worth or codes > led)
    reading.keywords = reading.pure or codes >= _SURE
    if led and reading.keywords:
        reading.used.add(0)


def _sure(sense: Sense | None) -> Sense | None:
    return None if sense is None or sense.plain else sense


def _platform(piece: Piece) -> bool:
    return any(sense.role == "noun" and sense.of == "plat" for sense in piece.senses)


def is_country_code(reading: Reading, piece: Piece) -> bool:
    """Whether two capital letters are a country's code here, and not a word or a unit."""
    word = reading.words[piece.start]
    if not word.written.isupper() or word.written in reading.lexicon.country_words:
        return False
    before = reading.words[piece.start - 1].folded if piece.start else ""
    return not before.isdigit()


def read_keywords(reading: Reading) -> None:
    """Keywords of the table, `D3`, `6H`, and platforms' names, in a message of keywords."""
    if not reading.keywords:
        return
    levels = {word: value.name for value in load_table().by_name["net"].values
              for word in value.keywords}  # fmt: skip
    for piece in reading.pieces:
        if reading.is_used(piece):
            continue
        words = range(piece.start, piece.end)
        for sense in piece.senses:
            if sense.role == "level-code":
                member, digit = sense.value
                reading.take("net", (member, levels[digit]), words)
            elif sense.role == "keyword":
                if not sense.plain or reading.sets_apart(piece):
                    reading.take(sense.of, sense.value, words)
            elif sense.role == "noun" and sense.of == "plat" and not piece.find("keyword"):
                reading.take("plat", sense.value, words)
            elif sense.role == "count" and (not sense.plain or reading.pure):
                found = count_back(sense.of, sense.value, reading.arrival, reading.place())
                if found and "since" not in reading.found:
                    reading.found.update(found)
                    reading.used.update(words)
