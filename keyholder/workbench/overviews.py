"""Reports in numbers: by country, by region, by time."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from keyholder.filters import find_moment
from keyholder.incidents.incident import Incident
from keyholder.merge import Merged
from keyholder.moments import DAY, write_moment
from keyholder.workbench.rows import name_region
from reports.places import centroid, country_name

_STEPS = (900, 3_600, 3 * 3_600, 6 * 3_600, DAY, 7 * DAY, 28 * DAY)  # seconds
_MOST_BINS = 200
_BEFORE = 400 * DAY  # how long before its arrival a report is still believed to have been seen
_AFTER = 2 * DAY


def summarise(reports: Sequence[Merged]) -> dict[str, Any]:
    """How many reports, and the countries and languages that they name, the most frequent first;
    a code of null for those that name none."""
    countries = Counter(one.report.get("cc") for one in reports)
    languages = Counter(one.report.get("lang") for one in reports)
    return {
        "reports": len(reports),
        "countries": [
            {"code": code, "name": None if code is None else country_name(code), "reports": number}
            for code, number in countries.most_common()
        ],
        "languages": [
            {"code": code, "reports": number} for code, number in languages.most_common()
        ],
    }


def make_map(reports: Sequence[Merged], of_report: Mapping[bytes, Incident]) -> dict[str, Any]:
    """Reports by country, and by region with the region's middle in degrees. What names a region
    that we do not know counts for its country alone."""
    countries = Counter(one.report["cc"] for one in reports if "cc" in one.report)
    regions = Counter(one.report["region"] for one in reports if "region" in one.report)
    incidents: dict[str, set[bytes]] = defaultdict(set)
    for one in reports:
        if "region" in one.report and (incident := of_report.get(one.report_id)) is not None:
            incidents[one.report["region"]].add(incident.id)
    return {
        "countries": dict(countries.most_common()),
        "regions": [
            {
                "region": code,
                "name": name_region(code),
                "lat": middle[0],
                "lon": middle[1],
                "reports": number,
                "incidents": len(incidents[code]),
            }
            for code, number in regions.most_common()
            if (middle := centroid(code)) is not None
        ],
    }


def make_timeline(reports: Sequence[Merged], incidents: Iterable[Incident]) -> dict[str, Any]:
    """How many reports were observed when, and how many incidents began then.

    A claim that lies long before the report came, or after it, would stretch the axis until
    nothing is seen on it: those are counted apart.
    """
    believed, strange = [], 0
    for one in reports:
        moment = find_moment(one)
        if one.day * DAY - _BEFORE <= moment <= one.day * DAY + _AFTER:
            believed.append(moment)
        else:
            strange += 1
    if not believed:
        return {"from": None, "to": None, "step": DAY, "bins": [], "elsewhen": strange}
    first, last = min(believed), max(believed)
    step = next((one for one in _STEPS if (last - first) // one < _MOST_BINS), _STEPS[-1])
    counted = Counter(moment // step for moment in believed)
    begun = Counter(one.since // step for one in incidents if one.since is not None)
    return {
        "from": write_moment(first // step * step),
        "to": write_moment((last // step + 1) * step),
        "step": step,
        "bins": [
            {"at": write_moment(place * step), "reports": counted[place], "incidents": begun[place]}
            for place in sorted(
                counted.keys() | (begun.keys() & range(first // step, last // step + 1))
            )
        ],
        "elsewhen": strange,
    }
