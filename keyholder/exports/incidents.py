"""Incidents as JSON documents and as cells of a table.

spec/exports/incident-export-v1.schema.json describes the documents.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from keyholder.documents import make_document, write_json
from keyholder.exports.annotations import add_annotations, make_annotations
from keyholder.exports.table import BOM, write_line
from keyholder.exports.titles import write_time, write_title
from keyholder.incidents.incident import Incident, Restoration
from keyholder.moments import write_moment
from keyholder.records.replay import Annotations
from reports.places import country_name, region_name

FORMAT = "heliograph/incident-export/v1"
SCHEMA = "incident-export-v1.schema.json"
COLUMNS = (
    "id", "title", "confirmed", "grade", "independent", "reports", "country", "country_name",
    "regions", "region_names", "areas", "scope", "kinds", "networks", "platforms", "operators",
    "since", "since_precision", "until", "status", "causes", "restorations", "tags", "notes",
    "report_ids",
)  # fmt: skip
"""The header of a table of incidents."""


def write_incidents_json(
    incidents: Iterable[Incident], annotations: Annotations, rest: dict[str, Any]
) -> Iterator[bytes]:
    """One JSON object as lines: schema, format, `rest`, then a line an incident."""
    yield f'{{"$schema": "{SCHEMA}",\n "format": "{FORMAT}",\n'.encode()
    for name, value in rest.items():
        yield f" {write_json(name)}: {write_json(value)},\n".encode()
    yield b' "incidents": ['
    gap = "\n"
    for incident in incidents:
        yield f"{gap}{write_json(make_incident(incident, annotations))}".encode()
        gap = ",\n"
    yield b"\n]}\n"


def make_incident(incident: Incident, annotations: Annotations) -> dict[str, Any]:
    """One incident with its reports."""
    return {
        "id": incident.id.hex(),
        "title": write_title(incident),
        **make_facts(incident),
        "annotations": make_annotations(incident.id, annotations),
        "reports": [
            add_annotations(make_document(one), one.report_id, annotations)
            for one in incident.reports
        ],
    }


def make_facts(incident: Incident) -> dict[str, Any]:
    """What an incident says, as JSON values, but for its reports."""
    return {
        "confirmed": incident.confirmed,
        "grade": incident.grade,
        "independent": incident.independent,
        "country": incident.country,
        "regions": list(incident.regions),
        "areas": list(incident.areas),
        "scope": incident.scope,
        "kinds": list(incident.kinds),
        "networks": dict(incident.networks),
        "platforms": list(incident.platforms),
        "operators": list(incident.operators),
        "since": None if incident.since is None else write_moment(incident.since),
        "since_precision": incident.since_precision,
        "until": None if incident.until is None else write_moment(incident.until),
        "status": incident.status,
        "causes": list(incident.causes),
        "restorations": [_make_restoration(one) for one in incident.restorations],
    }


def write_incidents_csv(incidents: Iterable[Incident], annotations: Annotations) -> Iterator[bytes]:
    """CSV as that of reports: UTF-8 with a byte order mark, every cell quoted and defused."""
    yield BOM + write_line(COLUMNS)
    for incident in incidents:
        cells = make_incident_cells(incident, annotations)
        yield write_line([cells[column] for column in COLUMNS])


def make_incident_cells(incident: Incident, annotations: Annotations) -> dict[str, str]:
    """Column to text, before defusing."""
    tags = {
        tag for one in incident.reports for tag in annotations.tags.get(one.report_id, frozenset())
    }
    return {
        "id": incident.id.hex(),
        "title": write_title(incident),
        "confirmed": "yes" if incident.confirmed else "no",
        "grade": incident.grade,
        "independent": str(incident.independent),
        "reports": str(len(incident.reports)),
        "country": incident.country or "",
        "country_name": country_name(incident.country) if incident.country else "",
        "regions": "; ".join(incident.regions),
        "region_names": "; ".join(map(region_name, incident.regions)),
        "areas": "; ".join(incident.areas),
        "scope": incident.scope or "",
        "kinds": "; ".join(incident.kinds),
        "networks": "; ".join(f"{name} {level}" for name, level in incident.networks.items()),
        "platforms": "; ".join(incident.platforms),
        "operators": "; ".join(incident.operators),
        "since": write_time(incident.since, incident.since_precision),
        "since_precision": incident.since_precision or "",
        "until": write_time(incident.until, None),
        "status": incident.status or "",
        "causes": "; ".join(incident.causes),
        "restorations": "; ".join(map(_write_restoration, incident.restorations)),
        "tags": "; ".join(sorted(tags)),
        "notes": "\n".join(note.text for note in annotations.notes.get(incident.id, ())),
        "report_ids": "; ".join(one.report_id.hex() for one in incident.reports),
    }


def _make_restoration(one: Restoration) -> dict[str, Any]:
    return {
        "operator": one.operator,
        "region": one.region,
        "moment": write_moment(one.moment),
    }


def _write_restoration(one: Restoration) -> str:
    where = ", ".join(filter(None, (one.operator, one.region and region_name(one.region))))
    return f"{write_moment(one.moment)} {where}".strip()
