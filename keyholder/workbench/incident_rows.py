"""Incidents, suspicions and history in JSON values."""

from collections.abc import Callable
from typing import Any

from keyholder.exports.incidents import make_facts
from keyholder.incidents.floods import WORDS, Suspect
from keyholder.incidents.incident import Incident
from keyholder.links import make_links
from keyholder.moments import write_moment
from keyholder.records.operations import Comment, Grade, Merge, Split, Tag, Translate, Undo, Untag
from keyholder.records.replay import Entry
from keyholder.workbench.answers import Refusal
from keyholder.workbench.rows import name_region
from reports.places import country_name

_SHORT = 120  # characters of a text in the history
SORTS: dict[str, Callable[[Incident], Any]] = {
    "since": lambda one: -(one.since or 0),
    "reports": lambda one: -len(one.reports),
    "independent": lambda one: -one.independent,
    "country": lambda one: one.country or "",
}


def sort_incidents(incidents: list[Incident], sort: str | None) -> list[Incident]:
    """By since, reports or independent, the most first, or by country. Refusal: question."""
    key = SORTS.get(sort or "since")
    if key is None:
        raise Refusal("question")
    return sorted(incidents, key=key)


def make_incident_row(incident: Incident) -> dict[str, Any]:
    """An incident in a list. Its title is of countries, regions and places as reports name them."""
    return {
        "id": incident.id.hex(),
        "confirmed": incident.confirmed,
        "country": incident.country,
        "country_name": None if incident.country is None else country_name(incident.country),
        "regions": list(incident.regions),
        "since": _write(incident.since),
        "until": _write(incident.until),
        "status": incident.status,
        "reports": len(incident.reports),
        "independent": incident.independent,
        "grade": incident.grade,
        "title": _make_title(incident),
    }


def make_incident_sheet(incident: Incident) -> dict[str, Any]:
    """All that an incident says, but for its reports."""
    facts = make_facts(incident)
    for restoration in facts["restorations"]:
        restoration["region_name"] = name_region(restoration["region"])
    return {
        **facts,
        **make_incident_row(incident),
        "links": make_links(incident.country, incident.since, incident.until),
    }


def make_suspect(suspect: Suspect) -> dict[str, Any]:
    """A group that looks made."""
    return {
        "code": suspect.why,
        "why": WORDS[suspect.why],
        "reports": len(suspect.reports),
        "share": suspect.share,
        "sample": [id.hex() for id in suspect.sample],
    }


def make_entry(entry: Entry) -> dict[str, Any]:
    """A deed of the history. The counter is a text: JavaScript has no numbers of 64 bits."""
    record = entry.record
    name, what = _describe(record.operation)
    return {
        "op": name,
        "what": what,
        "who": record.holder_id,
        "holder": record.holder_id,
        "counter": str(record.counter),
        "time": write_moment(record.time),
        "undone": entry.undone,
        "conflict": entry.conflict,
    }


def _describe(operation: object) -> tuple[str, str]:
    match operation:
        case Tag(report, tag):
            return "tag", f"{report.hex()}: {tag}"
        case Untag(report, tag):
            return "untag", f"{report.hex()}: {tag}"
        case Comment(target, text):
            return "comment", f"{target.hex()}: {text[:_SHORT]}"
        case Translate(report, lang, text):
            return "translate", f"{report.hex()}, {lang}: {text[:_SHORT]}"
        case Grade(target, level):
            return "grade", f"{target.hex()}: {level}"
        case Merge(incident, reports):
            return "merge", f"{len(reports)} into {incident.hex()}"
        case Split(incident, reports):
            return "split", f"{len(reports)} out of {incident.hex()}"
        case Undo(holder_id, counter):
            return "undo", f"{holder_id}:{counter}"
    return "", ""


def _make_title(incident: Incident) -> str:
    country = None if incident.country is None else country_name(incident.country)
    names = [name_region(one) or one for one in incident.regions[:2]] or incident.areas[:1]
    return ", ".join(one for one in (country, *names) if one)


def _write(moment: int | None) -> str | None:
    return None if moment is None else write_moment(moment)
