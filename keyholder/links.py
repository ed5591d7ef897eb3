"""Addresses at OONI and IODA for what a report or an incident says. They are made here and never
fetched: opening one tells that service what somebody is interested in.

OONI Explorer's MAT takes dates, IODA Unix seconds. IODA numbers regions by itself, and those
numbers are not ISO 3166-2: its address names the country alone, and so says less than the report.
"""

from urllib.parse import urlencode

from keyholder.moments import DAY, write_moment
from reports.places import is_country

_OONI = "https://explorer.ooni.org/chart/mat"
_IODA = "https://ioda.inetintel.cc.gatech.edu"
_AROUND = 2 * DAY  # seconds shown before and after
_LONGEST = 90 * DAY  # seconds
_FIRST, _LAST = 1_325_376_000, 4_102_444_800  # 2012, when OONI began; 2100
_MAX_ASN = (1 << 32) - 1
_PRIVATE = ("XS",)  # ours for Somaliland, which neither of them knows


def make_links(
    country: str | None, since: int | None, until: int | None = None, asn: int | None = None
) -> dict[str, str]:
    """`ooni` and `ioda` -> an https address; none where country or time is missing.

    country: ISO 3166-1 alpha-2, as a stranger gave it. since, until: Unix seconds. Times that no
    measurement can be of give no link, and a link spans 90 days at most.
    """
    if country is None or country in _PRIVATE or not is_country(country):
        return {}
    if since is None or not _FIRST <= since <= _LAST:
        return {}
    start = since - _AROUND
    end = since if until is None else min(max(until, since), since + _LONGEST)
    end += _AROUND
    network = asn if asn is not None and 0 < asn <= _MAX_ASN else None
    asked = {"probe_cc": country} | ({} if network is None else {"probe_asn": f"AS{network}"})
    asked |= {
        "since": write_moment(start)[:10],
        "until": write_moment(end)[:10],
        "time_grain": "hour" if end - start <= 7 * DAY else "day",
        "axis_x": "measurement_start_day",
        "test_name": "web_connectivity",
    }
    place = f"country/{country}" if network is None else f"asn/{network}"
    seconds = {"from": start, "until": end}
    return {
        "ooni": f"{_OONI}?{urlencode(asked)}",
        "ioda": f"{_IODA}/{place}?{urlencode(seconds)}",
    }
