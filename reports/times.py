"""Since when, in words: `since yesterday`, `3 days`, `من الساعة ١١`, `१५ सितंबर से`, `depuis jeudi`.

A time counts only in a message that says what is cut, and only where a word marks it (`since`,
`ago`) or it stands right beside what is cut. Times in words are civil days; an hour of the clock
is a part of the day, for nobody tells us the time zone.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from reports.levels import CLEAR, is_unsure
from reports.lexicon import DAYS
from reports.reading import Piece, Reading
from reports.report import Report
from reports.since import (
    civil_midnight,
    count_back,
    day_of_month,
    hour_of_day,
    round_down,
    written_day,
)

_CUT = ("kind", "net", "plat", "status", "plat_works")
_DAY = 86_400
_KINDS = ("when", "count", "number", "weekday", "month", "jalali", "hour")
_MONTHS = frozenset({"month", "jalali"})
_AFTERNOON = frozenset({"pm", "evening", "night"})
_MORNING = frozenset({"am", "morning"})


class Time(NamedTuple):
    """What a time says, its words, and whether it counts without a mark beside it."""

    found: Report
    first: int
    last: int
    sure: bool = False


def read_times(reading: Reading) -> None:
    """The first time that counts."""
    if "since" in reading.found or not any(name in reading.found for name in _CUT):
        return
    for at in reading.having(*_KINDS):
        piece = reading.pieces[at]
        if reading.is_used(piece) or is_unsure(reading, piece):
            continue
        for role, read in _READERS.items():
            time = read(reading, at) if role in piece.senses else None
            if time and time.found and _put(reading, time):
                break
        if "since" in reading.found or ("until" in reading.found and not _has_ended(reading)):
            return


def _put(reading: Reading, time: Time) -> bool:
    """Mark a time's words, if it counts. With "internet is back" it is the end."""
    pieces = reading.pieces
    first, last, marked = time.first, time.last, time.sure
    lasted = ahead = False
    while first and reading.follows(first) and "fillers" in pieces[first - 1].senses:
        first -= 1
        ahead = ahead or "not_since" in pieces[first].senses
    if first and reading.follows(first):
        senses = pieces[first - 1].senses
        if "since" in senses or "lasted" in senses:
            marked, first = marked or "since" in senses, first - 1
            lasted = "lasted" in senses
        elif "not_since" in senses and not time.sure:
            return False
    if ahead and not (marked or lasted):
        return False  # "in" is a small word of Persian too
    if last < len(pieces) and reading.follows(last) and "of" in pieces[last].senses and not marked:
        return False
    if last < len(pieces) and reading.follows(last):
        senses = pieces[last].senses
        if "ago" in senses or "lasted" in senses:
            marked, last = marked or "ago" in senses, last + 1
            lasted = lasted or "lasted" in senses
    ended = _has_ended(reading)
    if lasted and not ended:
        return False
    if not (marked or lasted or _is_beside(reading, first, last)):
        return False
    found = time.found
    if "until" in reading.found and not lasted:
        return False
    if ended and not (lasted or reading.past):
        found = {name.replace("since", "until"): value for name, value in found.items()}
    reading.found.update(found)
    reading.used.update(range(pieces[first].start, pieces[last - 1].end))
    return True


def _has_ended(reading: Reading) -> bool:
    """Whether it is back: then there may be an end, and how long it lasted."""
    return bool(reading.found.get("status") == "ended")


def _is_beside(reading: Reading, first: int, last: int) -> bool:
    """Whether what is cut stands beside a time, with nothing but small words and names between."""
    pieces = reading.pieces
    for at in range(first - 1, -1, -1):
        if pieces[at].end != pieces[at + 1].start:
            break
        if pieces[at].start in reading.used:
            return True
        if not pieces[at].has(CLEAR):
            break
    for at in range(last, len(pieces)):
        if pieces[at].start != pieces[at - 1].end:
            break
        if pieces[at].start in reading.used:
            return True
        if not pieces[at].has(CLEAR):
            break
    return False


def _next(reading: Reading, at: int) -> Piece | None:
    """The piece directly behind this one."""
    after = at + 1 < len(reading.pieces) and reading.follows(at + 1)
    return reading.pieces[at + 1] if after else None


def _before(reading: Reading, at: int) -> Piece | None:
    return reading.pieces[at - 1] if at and reading.follows(at) else None


def _read_when(reading: Reading, at: int) -> Time:
    when = str(reading.pieces[at].senses["when"][0].value)
    if when == "now":
        now = {"since": round_down(reading.arrival), "since_precision": "hour"}
        return Time(now, at, at + 1, True)
    return Time(_days_back(reading, DAYS[when]), at, at + 1, True)


def _days_back(reading: Reading, days: int) -> Report:
    since = civil_midnight(reading.arrival, reading.place()) - days * _DAY
    return {"since": since, "since_precision": "day"} if since >= 0 else {}


def _read_count(reading: Reading, at: int) -> Time:
    count = reading.pieces[at].senses["count"][0]
    found = count_back(count.of, count.value, reading.arrival, reading.place())
    return Time(found, at, at + 1)


def _read_weekday(reading: Reading, at: int) -> Time | None:
    """The last such day; today's name may mean today, or a week ago."""
    midnight = civil_midnight(reading.arrival, reading.place())
    today = (midnight // _DAY + 3) % 7 + 1  # 1 January 1970 was a Thursday
    days = (today - int(reading.pieces[at].senses["weekday"][0].value)) % 7
    end = at + 1
    after = _next(reading, at)
    if after and "number" in after.senses:
        # "Sunday, 13 September": the date says more.
        dated = _read_number(reading, at + 1)
        later = _next(reading, at + 1)
        if dated and later and later.has(_MONTHS):
            return dated._replace(first=at)
    if after and "clock" in after.senses and not after.has(frozenset({"ago"})):
        end += 1
    return Time(_days_back(reading, days), at, end) if days else None


def _read_month(reading: Reading, at: int) -> Time | None:
    """`September 15`; the day before the month begins with its number."""
    pieces = reading.pieces
    after = _next(reading, at)
    number = after.find("number") if after else None
    if number is None:
        return None
    role = "month" if "month" in pieces[at].senses else "jalali"
    month = int(pieces[at].senses[role][0].value)
    day = written_day(int(number.value), month, reading.arrival, persian=role == "jalali")
    return Time(day, at, at + 2)


def _read_hour(reading: Reading, at: int) -> Time | None:
    """`9am`, `10baje`, `17th`."""
    number, half = reading.pieces[at].senses["hour"][0].value
    if half == "day":
        return Time(day_of_month(number, reading.arrival), at, at + 1)
    return _clock(reading, number, "" if half == "oclock" else half, at, at + 1)


def _read_number(reading: Reading, at: int) -> Time | None:
    """A number, by what stands beside it: a unit, a month, the clock, `17/9`."""
    pieces = reading.pieces
    number = int(pieces[at].senses["number"][0].value)
    after, before = _next(reading, at), _before(reading, at)
    if before and any(sense.value == "at" for sense in before.senses.get("clock", ())):
        half = _half(after)
        return _clock(reading, number, half, at - 1, at + 2 if half else at + 1)
    if after is None:
        dom = before is not None and any(
            sense.value == "day-of" for sense in before.senses.get("clock", ())
        )
        return Time(day_of_month(number, reading.arrival), at - 1, at + 1) if dom else None
    unit = after.find("unit")
    if unit and unit.value == "hours" and (half := _half(_next(reading, at + 1))):
        return _clock(reading, number, half, at, at + 3)  # "8h du matin"
    if unit and not (before and "from" in before.senses and "clock" in after.senses):
        found = count_back(str(unit.value), number, reading.arrival, reading.place())
        return Time(found, at, at + 2)
    for role in ("month", "jalali"):
        if month := after.find(role):
            persian = role == "jalali"
            day = written_day(number, int(month.value), reading.arrival, persian=persian)
            return Time(day, at, at + 2)
    for clock in after.senses.get("clock", ()):
        if clock.value == "day":
            return Time(day_of_month(number, reading.arrival), at, at + 2)
        if clock.value != "at":
            later = _next(reading, at + 1)
            half = str(clock.value) if clock.value != "oclock" else _half(later)
            longer = clock.value == "oclock" and half != ""
            return _clock(reading, number, half, at, at + 3 if longer else at + 2)
    return _read_pair(reading, number, after, at)


def _read_pair(reading: Reading, number: int, after: Piece, at: int) -> Time | None:
    """`17/9` and `14:30`: two numbers with a sign between them."""
    second = after.find("number")
    words = reading.words
    sign = reading.text[words.ends[after.start - 1] : words.starts[after.start]]
    if second is None:
        return None
    if sign in ("/", ".") and int(second.value) <= 12:
        day = written_day(number, int(second.value), reading.arrival)
        return Time(day, at, at + 2)
    if sign == ":":
        later = _next(reading, at + 1)
        half = _half(later)
        return _clock(reading, number, half, at, at + 3 if half else at + 2)
    return None


def _half(piece: Piece | None) -> str:
    """`am`, `pm`, or a word for that half of the day."""
    for clock in piece.senses.get("clock", ()) if piece else ():
        if clock.value in _AFTERNOON | _MORNING:
            return str(clock.value)
    return ""


def _clock(reading: Reading, hour: int, half: str, first: int, last: int) -> Time | None:
    noon = 12
    if half in _MORNING and hour == noon:
        hour = 0
    elif half in _AFTERNOON and 0 < hour < noon and not (half == "night" and hour < 6):
        hour += noon
    elif half in ("midnight", "noon"):
        hour = 0 if half == "midnight" else hour
    found = hour_of_day(hour, bool(half), reading.arrival, reading.place())
    return Time(found, first, last) if found else None


_READERS: Mapping[str, Callable[[Reading, int], Time | None]] = {
    "when": _read_when,
    "count": _read_count,
    "hour": _read_hour,
    "number": _read_number,
    "weekday": _read_weekday,
    "month": _read_month,
    "jalali": _read_month,
}
