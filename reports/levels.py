"""Networks and platforms that a message says are down, slow, working or back.

A group of nouns ("sms and calls") takes the level that stands before it (`no …`, `they cut …`) or
after it (`… is down`), in the same clause, over words that say nothing else: small words, names,
times, and at most one word that nobody knows.
"""

from bisect import bisect_left
from typing import NamedTuple

from reports.nouns import is_platform, is_voice, list_values, mend_level
from reports.reading import Piece, Reading

NOUNS = frozenset({"noun", "internet", "signal", "social"})
_GROUP = NOUNS | {"joins", "fillers"}
_WHEN = frozenset({"when", "since", "count", "number", "weekday", "hour", "but"})
_STRONG = frozenset({"no", "without", "cuts"})
CLEAR = frozenset({
    "copulas", "fillers", "in", "at", "city", "country", "operator", "when", "unit", "number",
    "count", "weekday", "clock", "since", "ago", "month", "jalali",
})  # fmt: skip
"""What may stand between a network and what is said about it."""
_STOPS = NOUNS | {"unless", "blocks", "no", "without"}
_SAYING = NOUNS | _STRONG | {"level", "not", "but", "past"}
_SMALL = frozenset({"copulas", "fillers", "joins"})
_OTHER = CLEAR - _SMALL
_UNITS = frozenset({"unit", "count"})
_UNKNOWN_WORDS = 1


class Found(NamedTuple):
    """A level, the pieces `first` to `last` (exclusive) that say it, and whether it binds fast."""

    level: str
    first: int
    last: int
    strong: bool = False


def read_levels(reading: Reading) -> None:
    """Networks and platforms that are said to be down, slow or working."""
    end = 0
    past: list[tuple[int, int]] = []
    for at in reading.having(*NOUNS):
        if at >= end:
            end = _end_of_group(reading, at)
            if _read_group(reading, at, end) == "was":
                past.append((at, end))
    for at, end in past:
        _read_change(reading, at, end)


def is_unsure(reading: Reading, piece: Piece) -> bool:
    """A question, or what may or might be: "is it back?", "when internet is back"."""
    if reading.is_asked(piece.start):
        return True
    at = bisect_left(reading.doubts, piece.start)
    return at > 0 and reading.sentence(reading.doubts[at - 1]) == reading.sentence(piece.start)


def _end_of_group(reading: Reading, at: int) -> int:
    """The position after `sms`, `sms and calls`, `Facebook, WhatsApp or Telegram`."""
    pieces = reading.pieces
    end = at + 1
    while end < len(pieces) and reading.follows(end):
        if not pieces[end].has(_GROUP):
            break
        end += 1
    while not pieces[end - 1].has(NOUNS):
        end -= 1
    return end


def _read_group(reading: Reading, at: int, end: int) -> str:
    pieces = reading.pieces
    if is_unsure(reading, pieces[at]) or any(_is_code(reading, one) for one in pieces[at:end]):
        return ""
    before, after = _look_back(reading, at), _look_ahead(reading, end)
    if before and "cuts" in pieces[before.first].senses and _comes_back(reading, end):
        before = before._replace(level="was")
    middle = next((n for n in range(at + 1, end) if reading.has_gap(pieces[n])), end)
    if before and after and (before.strong or middle < end):
        # "No sms, calls ok": the comma parts what the one and the other speak of.
        _take_group(reading, before, at, middle)
        if middle < end:
            _take_group(reading, after, middle, end)
        return before.level
    found = after or before
    if not found:
        return ""
    _take_group(reading, found, at, end)
    return found.level


def _look_back(reading: Reading, at: int) -> Found | None:
    """What stands before a group: `no …`, `they cut the …`, `slow …`, `не работает …`."""
    pieces = reading.pieces
    unknown, beside = 0, True
    for back in range(at - 1, -1, -1):
        piece = pieces[back]
        unknown += pieces[back + 1].start - piece.end
        if _is_parted(reading, piece.end, pieces[back + 1].start) or back in reading.spent:
            return None
        if piece.has(_STRONG):
            allowed = _UNKNOWN_WORDS if "cuts" in piece.senses else 0
            vpn = "without" in piece.senses and _is_vpn(pieces[at])
            return None if unknown > allowed or vpn else Found("down", back, at, True)
        if unknown:
            return None
        level = None if _is_code(reading, piece) else piece.find("level")
        if level and beside:
            turned = back and reading.follows(back) and "not" in pieces[back - 1].senses
            return _turn(str(level.value), back - 1, at) if turned else Found(
                str(level.value), back, at
            )  # fmt: skip
        if not piece.has(CLEAR) or piece.has(_STOPS):
            return None
        beside = beside and piece.has(_SMALL)
    return None


def _is_code(reading: Reading, piece: Piece) -> bool:
    """`FB` and `BACK` in a message of keywords are two keywords, and not "Facebook is back"."""
    return "keyword" in piece.senses and (
        reading.pure or (reading.keywords and reading.is_upper(piece))
    )


def _is_vpn(piece: Piece) -> bool:
    """`without a VPN` says nothing about the VPN."""
    return any(sense.value == "vpn" for sense in piece.senses.get("noun", ()))


def _look_ahead(reading: Reading, end: int) -> Found | None:
    """What follows a group: `… is down`, `… works`, `… est coupé`, `… में बंद है`."""
    pieces = reading.pieces
    unknown = 0
    for ahead in range(end, len(pieces)):
        piece = pieces[ahead]
        unknown += _count_unknown(reading, ahead)
        parted = _is_parted(reading, pieces[ahead - 1].end, piece.start)
        if parted or unknown > _UNKNOWN_WORDS or ahead in reading.spent:
            return None
        if "lasted" in piece.senses and pieces[ahead - 1].has(_UNITS):
            continue
        if _is_code(reading, piece):
            return None
        if "bare" in piece.senses and _is_bare(reading, ahead):
            return Found("down", end, ahead + 1)
        if level := piece.find("level"):
            return _qualify(reading, Found(str(level.value), end, ahead + 1))
        if piece.has(_STOPS):
            return None
        if "not" in piece.senses:
            level = pieces[ahead + 1].find("level") if ahead + 1 < len(pieces) else None
            if level and reading.follows(ahead + 1):
                return _turn(str(level.value), end, ahead + 2)
            return None
        # `the net of MTN and Airtel is down`
        listed = "joins" in piece.senses and "operator" in pieces[ahead - 1].senses
        if not (listed or piece.has(CLEAR)):
            return None
    return None


def _is_bare(reading: Reading, ahead: int) -> bool:
    """Whether `no` says it alone: `the wifi works, the data no`. A clause or a time follows."""
    pieces = reading.pieces
    end = pieces[ahead].end
    if end == len(reading.words.written) or reading.is_gap(end):
        return True
    return ahead + 1 < len(pieces) and reading.follows(ahead + 1) and pieces[ahead + 1].has(_WHEN)


def _count_unknown(reading: Reading, ahead: int) -> int:
    """Words before a piece that nobody knows; the name of a place is none (`in Kasese`)."""
    pieces = reading.pieces
    unknown = pieces[ahead].start - pieces[ahead - 1].end
    named = "at" in pieces[ahead].senses or "in" in pieces[ahead - 1].senses
    return 0 if unknown == 1 and named else unknown


def _is_parted(reading: Reading, first: int, last: int) -> bool:
    """Whether punctuation stands before one of the words `first` to `last`."""
    return any(reading.is_gap(word) for word in range(first, last + 1))


def _turn(level: str, first: int, last: int) -> Found | None:
    """`not working` is down; what `not down` and `not back` are, nobody can say."""
    return Found("down", first, last) if level == "ok" else None


def _qualify(reading: Reading, found: Found) -> Found:
    """`is back but slow` is slow; `बंद था` was down and is no more."""
    pieces, at = reading.pieces, found.last
    if at < len(pieces) and reading.follows(at) and "past" in pieces[at].senses:
        return found._replace(level="was", last=at + 1)
    if found.level == "down":
        return found._replace(level="was") if _comes_back(reading, at) else found
    if found.level == "ok" and _is_slowed(reading, at):
        return found._replace(level="slow", last=at + 1)
    if at >= len(pieces) or "but" not in pieces[at].senses:
        return found
    while at + 1 < len(pieces) and reading.follows(at + 1):
        at += 1
        if level := pieces[at].find("level"):
            return found._replace(level="slow", last=at + 1) if level.value == "slow" else found
        if not pieces[at].has(CLEAR):
            break
    return found


def _is_slowed(reading: Reading, at: int) -> bool:
    """`works slowly`, `arrives late`; in `calls ok slow internet` the slow belongs to the next."""
    pieces = reading.pieces
    if at >= len(pieces) or not reading.follows(at) or reading.has_gap(pieces[at]):
        return False
    level = pieces[at].find("level")
    ends = at + 1 == len(pieces) or not reading.follows(at + 1) or not pieces[at + 1].has(NOUNS)
    return level is not None and level.value == "slow" and ends


def _comes_back(reading: Reading, at: int) -> bool:
    """Whether a level says later that what was cut is back, before another network is named."""
    for piece in reading.pieces[at:]:
        if piece.has(_STOPS) or "not" in piece.senses:
            return False
        level = piece.find("level")
        if level:
            return level.value == "back" and not is_unsure(reading, piece)
    return False


def _read_change(reading: Reading, at: int, end: int) -> None:
    """`बंद था … अब ठीक`: it was down, and a level that belongs to nothing else says what it is."""
    pieces = reading.pieces
    for ahead in range(end, len(pieces)):
        level = pieces[ahead].find("level")
        if pieces[ahead].has(NOUNS):
            return
        if level and level.value in ("ok", "back", "slow") and ahead not in reading.spent:
            if not is_unsure(reading, pieces[ahead]):
                reading.past = True
                _take_group(reading, Found(str(level.value), ahead, ahead + 1), at, end)
                if any("internet" in piece.senses for piece in pieces[at:end]):
                    reading.take("kind", "full", ())
            return


def _take_group(reading: Reading, found: Found, at: int, end: int) -> None:
    pieces = reading.pieces
    words = [
        word
        for piece in pieces[min(found.first, at) : max(found.last, end)]
        if piece.has(_SAYING) or (piece.has(_SMALL) and not piece.has(_OTHER))
        for word in range(piece.start, piece.end)
    ]
    reading.spent.update(
        spot
        for spot in range(found.first, found.last)
        if pieces[spot].has(_STRONG | {"level"}) and not at <= spot < end
    )
    apps = [piece for piece in pieces[at:end] if is_platform(piece)]
    for spot in range(at, end):
        piece = pieces[spot]
        if spot > at and "upon" in pieces[spot - 1].senses and is_voice(piece):
            continue  # "no internet on the phone": nobody speaks of calls
        # Signal is an app where it stands among apps.
        an_app = is_platform(piece) and len(apps) > 1
        for name, value in list_values(piece, found.level, an_app=an_app):
            if name == "net":
                mend_level(reading, piece, found.level, value)
            reading.take(name, value, words)
