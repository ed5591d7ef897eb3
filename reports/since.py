"""When it began: relative times and written dates as quarter hours and civil days."""

import re
from datetime import UTC, date, datetime, timedelta

from reports.places import centroid
from reports.report import LATEST, QUARTER, Report

_DAY = 86_400
_HOUR = 3_600
_DATE = re.compile(
    r"(~?)(\d{4})-(\d\d)-(\d\d)(?:T(\d\d)(?::(\d\d)(?::\d\d)?Z?|(P)|Z)?)?", re.IGNORECASE | re.ASCII
)
DATES = re.compile(r"(?<![\w.~-])(?:\.\.)?~?\d{4}-\d\d-[0-9TPZtpz:.~-]{2,50}", re.ASCII)
"""What looks like a written date or a range of two; `read_range` decides."""


def round_down(seconds: int) -> int:
    """The quarter of an hour that has begun."""
    return seconds // QUARTER * QUARTER


def civil_midnight(arrival: int, country: str | None) -> int:
    """Midnight of the local civil date, written as if it were UTC (Unix seconds).

    Nobody tells the gateway a time zone, so the sun does: the country's middle longitude, an hour
    for each 15 degrees. That is wrong by an hour or two in some places, and so gives the wrong day
    only close to midnight; plain UTC would be wrong for a quarter of the day in Myanmar.
    """
    return (arrival + _ahead(country)) // _DAY * _DAY


def _ahead(country: str | None) -> int:
    """Seconds that a country's clocks are ahead of UTC, by its middle."""
    middle = centroid(country) if country else None
    return round(middle[1] / 15) * _HOUR if middle else 0


def count_back(unit: str, count: int, arrival: int, country: str | None) -> Report:
    """`since` and its precision for so many minutes, hours, days, weeks or months before arrival.

    Nothing comes back where that lies before 1970 or the count is absurd.
    """
    if unit in ("minutes", "hours"):
        since = round_down(arrival - count * (_HOUR if unit == "hours" else 60))
        precision = "hour"
    else:
        days = count * {"weeks": 7, "months": 30}.get(unit, 1)
        since = civil_midnight(arrival, country) - days * _DAY
        precision = "day" if unit == "days" else "about"
    if not 0 <= since < LATEST:
        return {}
    return {"since": since, "since_precision": precision}


def written_day(day: int, month: int, arrival: int, *, persian: bool = False) -> Report:
    """The last such day of the year before arrival; of the Persian calendar's months, if so said.
    What is no day gives nothing."""
    today = datetime.fromtimestamp(arrival, UTC).date() + timedelta(days=1)
    for year in (today.year, today.year - 1):
        said = _persian_day(year, month, day) if persian else _date(year, month, day)
        if said and said <= today:
            since = int(datetime(said.year, said.month, said.day, tzinfo=UTC).timestamp())
            return {"since": since, "since_precision": "day"} if since >= 0 else {}
    return {}


def day_of_month(day: int, arrival: int) -> Report:
    """The last day with that number: `since the 17th`."""
    today = datetime.fromtimestamp(arrival, UTC).date()
    month = today.month if day <= today.day else (today.month - 2) % 12 + 1
    return written_day(day, month, arrival)


def hour_of_day(hour: int, halved: bool, arrival: int, country: str | None) -> Report:
    """The last such hour before arrival, as its part of the day. `halved`: it was said whether it
    is before or after noon; else it is the nearer of the two."""
    midnight = civil_midnight(arrival, country)
    now = arrival // _HOUR * _HOUR + _ahead(country)
    hours = [hour] if halved or hour > 12 or hour == 0 else [hour, hour % 12 + 12]
    if not 0 <= hour <= 24:
        return {}
    found = [
        start
        for days in (0, 1)
        for one in hours
        if (start := midnight - days * _DAY + one * _HOUR) <= now
    ]
    since = max(found) // (6 * _HOUR) * 6 * _HOUR
    return {"since": since, "since_precision": "part"} if since >= 0 else {}


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _persian_day(year: int, month: int, day: int) -> date | None:
    """A day of the solar calendar of Iran and Afghanistan whose year begins in `year`: six months
    of 31 days, then of 30. The year begins on 21 March, in our leap years on the 20th; from 2029
    on that is a day off now and then."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    before = (month - 1) * 31 if month <= 7 else 186 + (month - 7) * 30
    begins = _date(year, 3, 20 if year % 4 == 0 else 21)
    return begins and begins + timedelta(days=before + day - 1)


def read_range(written: str) -> Report:
    """`2019-08-05`, `~2019-08-05`, `2019-08-05T14:15Z`, `…T14` (the hour), `…T06P` (part of the
    day), and `A..B` or `..B` for the end. What is not a date gives nothing."""
    first, _, second = written.rstrip(".:-").partition("..")
    found: Report = {}
    if began := _read_date(first):
        found["since"], found["since_precision"] = began
    if ended := _read_date(second):
        found["until"], found["until_precision"] = ended
    return found


def write_time(seconds: int, precision: str | None) -> str:
    """A time as `read_range` reads it. No precision is written as the exact time."""
    moment = datetime.fromtimestamp(seconds, UTC)
    form = {
        "day": "%Y-%m-%d", "about": "~%Y-%m-%d", "hour": "%Y-%m-%dT%H", "part": "%Y-%m-%dT%HP"
    }.get(precision or "", "%Y-%m-%dT%H:%MZ")  # fmt: skip
    # strftime leaves out leading zeros of the year on some systems.
    return moment.strftime(form.replace("%Y", f"{moment.year:04}"))


def _read_date(written: str) -> tuple[int, str] | None:
    match = _DATE.fullmatch(written)
    if not match:
        return None
    about, year, month, day, hour, minute, part = match.groups()
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), tzinfo=UTC
        )
    except ValueError:
        return None
    seconds = round_down(int(moment.timestamp()))
    if seconds < 0:
        return None
    if hour is None:
        return seconds, "about" if about else "day"
    return seconds, "exact" if minute else "part" if part else "hour"
