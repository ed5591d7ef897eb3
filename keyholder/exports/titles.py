"""An incident in one line of our own words: nothing a stranger wrote is in it."""

from keyholder.incidents.incident import Incident
from keyholder.moments import is_civil, write_moment
from reports.places import country_name, region_name

_REGIONS = 3  # names before "and others"
_KINDS = {
    "full": "cut",
    "throttled": "slowed down",
    "apps": "apps blocked",
    "websites": "websites blocked",
    "dns": "names blocked",
    "vpn": "VPN blocked",
    "jamming": "no signal",
    "domestic": "cut off from abroad",
    "app-slow": "apps slowed down",
}


def write_title(incident: Incident) -> str:
    """`Myanmar, Sagaing: cut, since 2026-09-21`."""
    names = [region_name(code) for code in incident.regions[:_REGIONS]]
    if len(incident.regions) > _REGIONS:
        names.append("and others")
    country = country_name(incident.country) if incident.country else "An unknown country"
    where = ", ".join((country, *names))
    kinds = [_KINDS[kind] for kind in incident.kinds if kind in _KINDS]
    if not kinds:
        cut = sorted(name for name, level in incident.networks.items() if level == "down")
        kinds = [f"{', '.join(cut)} down"] if cut else ["disruption"]
    return f"{where}: {', '.join(kinds)}{_write_time(incident)}"


def _write_time(incident: Incident) -> str:
    if incident.since is None:
        return ""
    day = write_moment(incident.since)[:10]
    about = "about " if incident.since_precision == "about" else ""
    until = write_moment(incident.until)[:10] if incident.until is not None else ""
    return f", {about}{day} to {until}" if until else f", since {about}{day}"


def write_time(moment: int | None, precision: str | None) -> str:
    """A time no more exact than it is: a day where it is one of the place's calendar, else UTC."""
    if moment is None:
        return ""
    written = write_moment(moment)
    return written[:10] if is_civil(precision) and not written.startswith("@") else written
