"""What a report says about where and when, folded so that different spellings meet."""

from dataclasses import dataclass

from keyholder.merge import Merged
from keyholder.moments import DAY
from reports.folding import fold_name
from reports.places import find_region, is_region

_LONGEST = 256  # characters of a place's name that are read
_NATIONWIDE = frozenset(("nationwide", "national", "whole country", "all country", "country"))


@dataclass(frozen=True, slots=True)
class Claim:
    """One report's claim. Days since 1970-01-01; `start` may be none at all."""

    report_id: bytes
    country: str
    region: str
    place: str
    nationwide: bool
    start: int
    said_start: bool
    end: int | None


def read_claim(one: Merged) -> Claim:
    """The claim of a report, whatever its fields hold."""
    report = one.report
    region = str(report.get("region", ""))
    country = str(report.get("cc") or region[:2])
    place = fold_name(str(report.get("area", ""))[:_LONGEST])
    if not is_region(region):
        region = (find_region(country, place) or "") if country and place else ""
    since, until = report.get("since"), report.get("until")
    observed = report.get("obs")
    said = isinstance(since, int) and 0 <= since < (one.day + 2) * DAY
    if said and isinstance(since, int):
        start = since // DAY
    else:
        start = min(observed // DAY, one.day) if isinstance(observed, int) else one.day
    return Claim(
        one.report_id,
        country,
        region,
        place,
        report.get("scope") == "nation" or place in _NATIONWIDE,
        start,
        said,
        until // DAY if isinstance(until, int) else None,
    )
