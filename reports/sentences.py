"""Sentences in a message: "no internet since yesterday", "les SMS ne marchent pas", and phrases."""

from bisect import bisect_left

from reports.reading import Piece, Reading
from reports.report import Report
from reports.since import civil_midnight, count_back, round_down

_CUT = ("kind", "net", "plat", "status", "plat_works")
_NOUNS = frozenset({"noun", "internet"})
_GROUP = _NOUNS | {"joins", "fillers"}
_CUTS = frozenset({"no", "cuts"})
_DAY = 86_400


def read_levels(reading: Reading) -> None:
    """Networks and platforms that are said to be down, slow or working."""
    end = 0
    for at in reading.having(*_NOUNS):
        if at >= end:
            end = _end_of_group(reading, at)
            _read_group(reading, at, end)


def _end_of_group(reading: Reading, at: int) -> int:
    """The position after `sms`, `sms and calls`, `Facebook, WhatsApp or Telegram`."""
    pieces = reading.pieces
    end = at + 1
    while end < len(pieces) and reading.follows(end):
        if not pieces[end].has(_GROUP):
            break
        end += 1
    while not pieces[end - 1].has(_NOUNS):
        end -= 1
    return end


def _read_group(reading: Reading, at: int, end: int) -> None:
    pieces = reading.pieces
    if is_unsure(reading, pieces[at]):
        return
    before, first = _look_back(reading, at)
    after, last = _look_ahead(reading, end)
    if before and after:
        # "No sms, calls ok": the comma parts what the one and the other speak of.
        middle = next((n for n in range(at + 1, end) if reading.has_gap(pieces[n])), end)
        _take_group(reading, first, at, middle, middle, before)
        if middle < end:
            _take_group(reading, middle, middle, end, last, after)
    elif before:
        _take_group(reading, first, at, end, end, before)
    elif after:
        _take_group(reading, at, at, end, last, after)


def _look_back(reading: Reading, at: int) -> tuple[str, int]:
    """(level, first piece) that stands before a group: `no …`, `they cut the …`, `slow …`."""
    pieces = reading.pieces
    back = at - 1
    while back >= 0 and reading.follows(back + 1):
        piece = pieces[back]
        if reading.has_gap(pieces[back + 1]):
            break
        if piece.has(_CUTS):
            return "down", back
        level = piece.find("level")
        if level and level.value == "slow":
            return "slow", back
        if "fillers" not in piece.senses:
            break
        back -= 1
    return "", at


def _look_ahead(reading: Reading, end: int) -> tuple[str, int]:
    """(level, piece after it) that follows a group: `… is down`, `… works`, `… est coupé`."""
    pieces = reading.pieces
    ahead = end
    while ahead < len(pieces) and reading.follows(ahead):
        piece = pieces[ahead]
        if reading.has_gap(piece):
            break
        if level := piece.find("level"):
            return str(level.value), ahead + 1
        if "copulas" not in piece.senses:
            break
        ahead += 1
    return "", end


def _take_group(reading: Reading, first: int, at: int, end: int, last: int, level: str) -> None:
    pieces = reading.pieces
    words = range(pieces[first].start, pieces[max(last, end) - 1].end)
    for piece in pieces[at:end]:
        if "internet" in piece.senses and level in ("down", "slow"):
            reading.take("kind", "full" if level == "down" else "throttled", words)
        for sense in piece.senses.get("noun", ()):
            if sense.of == "net":
                reading.take("net", (sense.value, level), words)
            elif level == "ok":
                reading.take("plat_works", (sense.value, "yes"), words)
            else:
                reading.take("plat", sense.value, words)


def is_unsure(reading: Reading, piece: Piece) -> bool:
    """A question, or what may or might be: "is it back?", "when internet is back"."""
    if reading.is_asked(piece.start):
        return True
    at = bisect_left(reading.doubts, piece.start)
    return at > 0 and reading.sentence(reading.doubts[at - 1]) == reading.sentence(piece.start)


def read_phrases(reading: Reading) -> None:
    """Phrases that are a field's value in some language."""
    for position in reading.having("phrase"):
        piece = reading.pieces[position]
        if reading.is_used(piece) or is_unsure(reading, piece):
            continue
        for sense in piece.senses["phrase"]:
            reading.take(sense.of, sense.value, range(piece.start, piece.end))


def read_causes(reading: Reading) -> None:
    """`because of the election`, `à cause des examens`."""
    pieces = reading.pieces
    for at in reading.having("because"):
        piece = pieces[at]
        ahead = at + 1
        while ahead < len(pieces) and reading.follows(ahead):
            cause = pieces[ahead].find("cause")
            if cause:
                words = range(piece.start, pieces[ahead].end)
                if not is_unsure(reading, piece):
                    reading.take("cause", cause.value, words)
                break
            if "fillers" not in pieces[ahead].senses:
                break
            ahead += 1


def read_times(reading: Reading) -> None:
    """Since when, in words. A time counts only in a message that says what is cut."""
    if "since" in reading.found or not any(name in reading.found for name in _CUT):
        return
    for at in reading.having("when", "count", "number"):
        piece = reading.pieces[at]
        if reading.is_used(piece) or is_unsure(reading, piece):
            continue
        found, words = _read_time(reading, at)
        if not found:
            continue
        if reading.found.get("status") == "ended":
            found = {name.replace("since", "until"): value for name, value in found.items()}
        reading.found.update(found)
        reading.used.update(words)
        return


def _read_time(reading: Reading, at: int) -> tuple[Report, range]:
    pieces = reading.pieces
    piece = pieces[at]
    when = piece.find("when")
    if when:
        return _say_when(reading, str(when.value)), range(piece.start, piece.end)
    end = at + 1
    count = piece.find("count")
    number = piece.find("number")
    if count is not None:
        unit, number_of = count.of, count.value
    elif number is not None and end < len(pieces) and reading.follows(end):
        named = pieces[end].find("unit")
        if named is None:
            return {}, range(0)
        unit, number_of = named.value, number.value
        end += 1
    else:
        return {}, range(0)
    first, last = piece.start, pieces[end - 1].end
    marked = False
    if at and reading.follows(at):
        if "since" in pieces[at - 1].senses:
            marked, first = True, pieces[at - 1].start
        elif "not_since" in pieces[at - 1].senses:
            return {}, range(0)
    if end < len(pieces) and reading.follows(end) and "ago" in pieces[end].senses:
        marked, last = True, pieces[end].end
    beside = first - 1 in reading.used or last in reading.used
    if not (marked or beside):
        return {}, range(0)
    found = count_back(unit, number_of, reading.arrival, reading.place())
    return found, range(first, last)


def _say_when(reading: Reading, when: str) -> Report:
    if when == "now":
        return {"since": round_down(reading.arrival), "since_precision": "hour"}
    days = 1 if when == "yesterday" else 0
    since = civil_midnight(reading.arrival, reading.place()) - days * _DAY
    return {"since": since, "since_precision": "day"} if since >= 0 else {}
