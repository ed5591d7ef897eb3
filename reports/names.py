"""Names in a message: the country, its regions, and operators."""

from reports.codes import SMALL_WORDS, is_country_code
from reports.lexicon import Operator, Sense, find_phrases, load_operators, load_regions
from reports.reading import Piece, Reading
from reports.table import load_table

_OPERATOR = frozenset({"operator"})
_BESIDE = frozenset({"operator", "noun", "internet", "signal"})
_SMALL = frozenset({"joins", "fillers", "in", "at", "copulas"})


def read_country(reading: Reading) -> None:
    """The country: by CC:, by a region's code, by its own code, by name, by a town or region that
    is in no other, by an operator that is in no other. Two are none."""
    tiers: list[dict[str, list[Piece]]] = [{}, {}, {}, {}, {}]
    first_word = 1 if 0 in reading.used else 0
    for position in reading.having("region-code"):
        piece = reading.pieces[position]
        region = piece.senses["region-code"][0]
        if _counts(reading, piece, region):
            tiers[0].setdefault(region.value[:2], [])
    for position in reading.having("country-code"):
        piece = reading.pieces[position]
        # TG is Telegram, and Togo only as CC:TG.
        if "keyword" in piece.senses or not reading.is_upper(piece):
            continue
        leads = first_word == 1 and piece.start == first_word
        alone = reading.pure and not piece.has(SMALL_WORDS)
        if leads or alone or is_country_code(reading, piece):
            tiers[1].setdefault(piece.senses["country-code"][0].value, []).append(piece)
    for position in reading.having("country"):
        piece = reading.pieces[position]
        name = piece.senses["country"][0]
        if not name.plain or _is_named_so(reading, position):
            tiers[2].setdefault(name.value, []).append(piece)
    # The words of a town or an operator stay: they say more than the country.
    for position in reading.having("city"):
        city = reading.pieces[position].senses["city"][0]
        tiers[3].setdefault(city.value, [])
    # An operator is a weaker sign than what the gateway knows of its line.
    for position in () if reading.country else reading.having("operator"):
        sense = reading.pieces[position].senses["operator"][0]
        countries = load_operators()[sense.value].countries
        if len(countries) == 1 and not sense.plain:
            tiers[4].setdefault(next(iter(countries)), [])
    for tier in tiers:
        if len(tier) == 1 and "cc" not in reading.found:
            reading.take("cc", next(iter(tier)), ())
        if tier:
            break
    for tier in tiers:
        for piece in tier.get(reading.found.get("cc", ""), []):
            reading.used.update(range(piece.start, piece.end))


def _is_named_so(reading: Reading, position: int) -> bool:
    """A country whose name is an everyday word too: `in Turkey`, or a message of keywords."""
    if reading.keywords:
        return True
    follows = position and reading.follows(position) and "in" in reading.pieces[position - 1].senses
    return bool(follows) and not reading.written(reading.pieces[position])[0].islower()


def _counts(reading: Reading, piece: Piece, region: Sense) -> bool:
    if region.plain and not region.of:
        return reading.sets_apart(piece)
    return reading.keywords or not region.plain


def read_regions(reading: Reading) -> None:
    """Regions by code, and by name where the country is known. The first one counts."""
    for position in reading.having("region-code"):
        piece = reading.pieces[position]
        region = piece.senses["region-code"][0]
        if _counts(reading, piece, region):
            reading.take("region", region.value, range(piece.start, piece.end))
    country = reading.place()
    if country is None or "region" in reading.found:
        return
    named = [
        (range(start, end), senses["region"][0].value)
        for start, end, senses in find_phrases(load_regions(country), reading.words.folded)
        if reading.used.isdisjoint(range(start, end))
    ]
    # Two regions in one message: neither is the place. Both stay in the text.
    if len({region for _, region in named}) == 1:
        reading.take("cc", _country_of(country, named[0][1]), ())
        for words, region in named:
            reading.take("region", region, words)


def _country_of(country: str, region: str) -> str:
    # Somaliland's regions carry Somalia's codes.
    return country if country == load_table().somaliland else region[:2]


def read_operators(reading: Reading) -> None:
    """Operators, but for those that are said to work. Codes (MCC and MNC) where they are sure."""
    operators = load_operators()
    country = reading.place() or ""
    for position in reading.having("operator"):
        piece = reading.pieces[position]
        sense = piece.senses["operator"][0]
        # Starlink is a network and an operator.
        taken = reading.is_used(piece) and "noun" not in piece.senses
        if taken or _works(reading, position):
            continue
        operator = operators[sense.value]
        if sense.plain and not _is_brand(reading, position, operator, country):
            continue
        if not country and len(operator.countries) == 1:
            country = next(iter(operator.countries))
            reading.take("cc", country, ())
        op = operator.countries.get(country) or operator.name
        reading.take("op", op, range(piece.start, piece.end))


def _works(reading: Reading, position: int) -> bool:
    after = [piece for piece in reading.pieces[position + 1 : position + 3]
             if "copulas" not in piece.senses]  # fmt: skip
    level = after[0].find("level") if after else None
    return level is not None and level.value == "ok"


def _is_brand(reading: Reading, position: int, operator: Operator, country: str) -> bool:
    """`Orange` the company and not the fruit: a message of keywords; in a country where that
    company works also a name with a capital letter inside a sentence, a name beside another
    operator or a network, and one between commas."""
    known = country in operator.countries
    if reading.keywords and (known or not operator.everyday):
        return True
    alone = not country and len(operator.countries) == 1 and not operator.everyday
    if not known:
        return alone and _stands_beside(reading, position, _BESIDE)
    piece = reading.pieces[position]
    if reading.is_asked(piece.start):
        return False
    if _stands_beside(reading, position, _OPERATOR if operator.everyday else _BESIDE):
        return True
    last = piece.end == len(reading.words.written)
    if not operator.everyday and reading.has_gap(piece) and (last or reading.is_gap(piece.end)):
        return True
    if not reading.words.written[piece.start][0].isupper():
        return False
    return not (
        piece.start == 0 or reading.sentence(piece.start - 1) != reading.sentence(piece.start)
    )


def _stands_beside(reading: Reading, position: int, roles: frozenset[str]) -> bool:
    """Whether a piece with one of these roles is near, with nothing but small words between."""
    pieces = reading.pieces
    for step in (-1, 1):
        at = position + step
        while 0 <= at < len(pieces):
            near = max(at, at - step)
            if not reading.follows(near) or reading.has_gap(pieces[near]):
                break
            if pieces[at].has(roles):
                return True
            if not pieces[at].has(_SMALL):
                break
            at += step
    return False
