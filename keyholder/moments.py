"""Times as people and programs read them: ISO 8601, and UTC but for dates that a person gave."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

DAY = 86_400  # seconds
PART_HOURS = 6
_LAST = 253_402_300_799  # the last second of the year 9999


@lru_cache(4096)
def write_day(day: int) -> str:
    """Days since 1970-01-01 (u16) as 2026-01-31."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).strftime("%Y-%m-%d")


@lru_cache(4096)
def write_moment(moment: int) -> str:
    """Unix seconds as 2026-01-31T12:15:00Z. What no calendar holds is written @seconds."""
    if not 0 <= moment <= _LAST:
        return f"@{moment}"
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def show_moment(moment: int, precision: str | None = None) -> str:
    """Unix seconds for a table, no more exact than they are: `2026-01-31 12:15` in UTC, and of the
    place's own calendar `2026-01-31`, `~2026-01-31` (about), `2026-01-31 06-12` (that part)."""
    written = write_moment(moment)
    if written.startswith("@"):
        return written
    day, hour = written[:10], int(written[11:13])
    match precision:
        case "day":
            return day
        case "about":
            return f"~{day}"
        case "part":
            return f"{day} {hour:02}-{hour + PART_HOURS:02}"
        case _:
            return f"{day} {written[11:16]}"


def is_civil(precision: str | None) -> bool:
    """Whether a time of this precision is a date of the place's own calendar, not UTC."""
    return precision in ("part", "day", "about")


def read_day(text: str) -> int:
    """The Unix seconds at which a day written 2026-01-31 begins. ValueError for anything else."""
    return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp())
