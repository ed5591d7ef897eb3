"""When it began: relative times and written dates as quarter hours and civil days."""

import re
from datetime import UTC, datetime

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
    middle = centroid(country) if country else None
    ahead = round(middle[1] / 15) * _HOUR if middle else 0
    return (arrival + ahead) // _DAY * _DAY


def count_back(unit: str, count: int, arrival: int, country: str | None) -> Report:
    """`since` and its precision for so many hours, days or weeks before arrival.

    Nothing comes back where that lies before 1970 or the count is absurd.
    """
    if unit == "hours":
        since = round_down(arrival - count * _HOUR)
        precision = "hour"
    else:
        days = count * 7 if unit == "weeks" else count
        since = civil_midnight(arrival, country) - days * _DAY
        precision = "about" if unit == "weeks" else "day"
    if not 0 <= since < LATEST:
        return {}
    return {"since": since, "since_precision": precision}


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
