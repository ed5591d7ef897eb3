"""Times as people and programs read them. Always UTC, always ISO 8601."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

DAY = 86_400  # seconds
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
    """Unix seconds for a table: `2026-01-31 12:15`, or `2026-01-31` where only the day is known."""
    written = write_moment(moment)
    if written.startswith("@"):
        return written
    return written[:10] if precision in ("day", "part") else f"{written[:10]} {written[11:16]}"


def read_day(text: str) -> int:
    """The Unix seconds at which a day written 2026-01-31 begins. ValueError for anything else."""
    return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp())
