"""Times as a person writes them on a command line."""

import re
from datetime import UTC, datetime

from heliograph.report.errors import RowError
from reports.report import QUARTER
from reports.since import civil_midnight

_AGO = re.compile(r"([0-9]{1,4})([mhd])", re.IGNORECASE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}


def read_time(text: str, now: int, country: str | None) -> tuple[int, str]:
    """A time and how exact it is: Unix seconds in whole quarter hours, and a precision's name.

    `6h`, `30m`, `2d` count back from `now` (Unix seconds), days by the local date of `country`
    (alpha-2); `2026-01-31` is a day; an ISO 8601 time is exact, and UTC where it names no zone.
    Raises RowError `time-invalid`.
    """
    ago = _AGO.fullmatch(text)
    if ago:
        seconds = int(ago[1]) * _SECONDS[ago[2].lower()]
        if ago[2] in "dD":
            return max(0, civil_midnight(now, country) - seconds), "day"
        return max(0, quarter(now - seconds)), "hour"
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = int(moment.timestamp())
    except (ValueError, OverflowError):
        raise RowError("time-invalid") from None
    return quarter(seconds), "day" if _DAY.fullmatch(text) else "exact"


def quarter(now: float) -> int:
    """`now` rounded down to a quarter of an hour: nothing finer leaves this machine."""
    return int(now) // QUARTER * QUARTER
