"""Codes in a message: named forms, dates, `D3`, `MM13`, `6H`, keywords; and whether they count."""

import re
from collections.abc import Collection, Iterator, Sequence

from reports.lexicon import LEAF, Sense, Senses, Tree, find_longest
from reports.places import is_country
from reports.reading import Piece, Reading
from reports.since import DATES, count_back, read_range
from reports.stems import find_stem
from reports.table import load_table

_NAMED = re.compile(
    r"(?<!\w)(OP|CC|AREA)\s?[:=]\s?(?:\"([^\"\n]{1,512})\"|([^\s,;\"]{1,48}))", re.IGNORECASE
)
# Cheap to look for, unlike DATES and _NAMED; few texts have one.
_YEAR = re.compile(r"[0-9]{4}-")
_NAMING = re.compile(r"[:=]")
_COUNT = re.compile(r"([0-9]{1,3})([^\W\d_]+)")
_NOTHING: Senses = {}
_LETTER_UNITS = {"h": "hours", "d": "days", "j": "days"}
_SURE = 2
"""So many codes make a message one of keywords; a single one may be chance (a flat called B3)."""
_NAMES = ("keyword", "level-code", "region-code", "count", "country", "operator")
SMALL_WORDS = frozenset(
    ("in", "no", "not", "joins", "copulas", "fillers", "unless", "since", "not_since", "level")
)


def read_named(reading: Reading) -> None:
    """`OP:name`, `CC:MM`, `AREA:"…"` and written dates; their words are then out of the way."""
    fields = load_table().by_name
    for match in _NAMED.finditer(reading.text) if _NAMING.search(reading.text) else ():
        name = match[1].lower()
        value = (match[2] or match[3]).strip()
        if name == "cc":
            taken = is_country(value.upper()) and reading.take("cc", value.upper(), ())
        else:
            fits = 0 < len(value.encode("utf-8", "replace")) <= fields[name].max_bytes
            taken = fits and reading.take(name, value, ())
        if taken:
            reading.spans.append(match.span())
    for match in DATES.finditer(reading.text) if _YEAR.search(reading.text) else ():
        dates = read_range(match[0])
        for name, value in dates.items():
            reading.found.setdefault(name, value)
        if dates:
            reading.spans.append(match.span())
    if reading.spans:
        reading.spans.sort()
        reading.words = reading.words.keep(list(_list_outside(reading.spans, reading.words.starts)))


def _list_outside(spans: Sequence[tuple[int, int]], starts: Sequence[int]) -> Iterator[bool]:
    """Whether each word begins outside of what was read as written; both are in order."""
    rest = iter(spans)
    span: tuple[int, int] | None = next(rest)
    for start in starts:
        while span is not None and start >= span[1]:
            span = next(rest, None)
        yield span is None or start < span[0]


def find_pieces(reading: Reading) -> Iterator[Piece]:
    """The longest known phrase or code at each place, left to right."""
    tree, codes = reading.lexicon.tree, reading.lexicon.codes
    if not reading.text.isascii():
        reading.words.folded = _strip(reading.words.folded, tree)
    words = reading.words.folded
    free = 0
    for at, word in enumerate(words):
        known, coded = word in tree, word in codes or "0" <= word < ":"
        # Most words mean nothing: they cost no more than this.
        if at < free or not (known or coded):
            continue
        length, senses = find_longest(tree, words, at) if known else (0, _NOTHING)
        reach, code = _find_code(reading, at) if coded else (0, _NOTHING)
        if reach and reach >= length:
            # `TG` is Telegram and Togo; `TG-C` is a region and nothing else.
            senses = {**senses, **code} if reach == length else code
            length = reach
        if length:
            free = at + length
            yield Piece(at, free, senses)


def _strip(words: Sequence[str], tree: Tree) -> Sequence[str]:
    """The words, without what some languages write onto them; ASCII words stay."""
    return [
        word if word.isascii() or word in tree else find_stem(word, tree) or word for word in words
    ]


def _find_code(reading: Reading, at: int) -> tuple[int, Senses]:
    """(words, meaning) of the code that stands at a word: a level, a count, a country, a region."""
    words = reading.words
    folded, written = words.folded[at], words.written[at]
    senses = reading.lexicon.codes.get(folded)
    if senses is None:
        return _find_count(reading, at) if folded < ":" else (0, _NOTHING)
    if not ("country-code" in senses or "region-code" in senses):
        return 1, senses
    if not written.isascii():
        return 0, _NOTHING
    if "region-code" in senses and not written.isupper():
        return 1, {"region-code": [senses["region-code"][0]._replace(plain=True)]}
    if "country-code" in senses and reading.text.startswith("-", words.ends[at]):
        region = _find_region(reading, at)
        if region is not None:
            return 2, {"region-code": [region]}
    return 1, senses


def _find_region(reading: Reading, at: int) -> Sense | None:
    """`MM-13`: its two halves are words, with nothing but the hyphen between them."""
    words = reading.words
    if at + 1 == len(words.written) or words.starts[at + 1] != words.ends[at] + 1:
        return None
    country, region = words.written[at].upper(), words.written[at + 1].upper()
    senses = reading.lexicon.codes.get(f"{country}{region}".lower(), _NOTHING)
    for sense in senses.get("region-code", ()):
        if sense.value == f"{country}-{region}":
            return sense._replace(of="digits", plain=not words.written[at].isupper())
    return None


def _find_count(reading: Reading, at: int) -> tuple[int, Senses]:
    """`6H`, `3days`, `9am`, `17th`."""
    match = _COUNT.fullmatch(reading.words.folded[at])
    if match is None:
        return 0, _NOTHING
    unit = match[2]
    if unit in _LETTER_UNITS:
        named, plain = _LETTER_UNITS[unit], not reading.words.written[at][-1].isupper()
    else:
        known = reading.lexicon.tree.get(unit, {}).get(LEAF, {})
        senses = known.get("unit")
        if not senses and "clock" in known:
            half = known["clock"][0].value
            return 1, {"hour": [Sense("hour", value=(int(match[1]), half))]}
        if not senses:
            return 0, _NOTHING
        named, plain = senses[0].value, True
    return 1, {"count": [Sense("count", named, int(match[1]), plain)]}


def judge(reading: Reading) -> None:
    """Is this a message of keywords? Is it one of keywords alone?"""
    words, pieces, having = reading.words, reading.pieces, reading.having
    led = bool(words.folded) and words.folded[0] in reading.lexicon.lead
    sure = {
        *having("level-code"),
        *(at for at in having("region-code") if not pieces[at].senses["region-code"][0].plain),
        *(at for at in having("count") if not pieces[at].senses["count"][0].plain),
    }
    worth = bool(reading.spans or sure or having("keyword"))
    sure.update(
        at for at in having("keyword")
        if not pieces[at].senses["keyword"][0].plain and reading.is_upper(pieces[at])
    )  # fmt: skip
    codes = len(reading.spans) + led + len(sure)
    named = set(having(*_NAMES))
    named.update(
        at for at in having("noun")
        if any(sense.of == "plat" for sense in pieces[at].senses["noun"])
    )  # fmt: skip
    for at in having("country-code"):
        if reading.is_upper(pieces[at]):
            if not pieces[at].has(SMALL_WORDS):
                named.add(at)
            codes += at in named and is_country_code(reading, pieces[at])
    explained = led + sum(pieces[at].end - pieces[at].start for at in named)
    reading.mixed = any(map(str.islower, words.written))
    reading.run = _end_of_run(pieces, named) if led else 0
    reading.pure = explained == len(words.written) and (worth or codes > led)
    reading.keywords = reading.pure or codes >= _SURE
    if led and reading.keywords:
        reading.used.add(0)


def _end_of_run(pieces: Sequence[Piece], named: Collection[int]) -> int:
    """Where the keywords and names end that stand directly after the first word."""
    end = 1
    for at, piece in enumerate(pieces):
        if piece.start == end and at in named:
            end = piece.end
    return end


def is_country_code(reading: Reading, piece: Piece) -> bool:
    """Whether two capital letters are a country's code here, and not a word or a unit."""
    written = reading.words.written[piece.start]
    if not written.isupper() or written in reading.lexicon.country_words:
        return False
    return not (piece.start and reading.words.folded[piece.start - 1].isdigit())


def read_keywords(reading: Reading) -> None:
    """Keywords of the table, `D3`, `6H`, and platforms' names, in a message of keywords."""
    if not reading.keywords:
        return
    levels = {word: value.name for value in load_table().by_name["net"].values
              for word in value.keywords}  # fmt: skip
    for piece in reading.list_unused("level-code"):
        member, digit = piece.senses["level-code"][0].value
        reading.take("net", (member, levels[digit]), range(piece.start, piece.end))
    for piece in reading.list_unused("keyword", "noun"):
        words = range(piece.start, piece.end)
        for sense in piece.senses.get("keyword", ()):
            if not sense.plain or reading.sets_apart(piece):
                reading.take(sense.of, sense.value, words)
        for sense in () if "keyword" in piece.senses else piece.senses["noun"]:
            if sense.of == "plat":
                reading.take("plat", sense.value, words)
    for piece in reading.list_unused("count"):
        count = piece.senses["count"][0]
        if "since" not in reading.found and (not count.plain or reading.pure):
            found = count_back(count.of, count.value, reading.arrival, reading.place())
            if found:
                reading.found.update(found)
                reading.used.update(range(piece.start, piece.end))
