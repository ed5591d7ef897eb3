"""GeoJSON (RFC 7946): incidents at the middles of their regions, for maps.

Never a finer place: the middle of each region, of the country where no region is known, nothing
where neither is. Nothing that a person wrote freely is in it but names of areas and operators.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from keyholder.documents import write_json
from keyholder.exports.cells import defuse_markup
from keyholder.exports.titles import write_time, write_title
from keyholder.incidents.incident import Incident
from reports.places import centroid, country_name, find_region, region_name


def write_geojson(incidents: Iterable[Incident], unit: str) -> Iterator[bytes]:
    """One FeatureCollection, a line a feature. `unit` is what a feature is: report, incident."""
    yield b'{"type": "FeatureCollection",\n "features": ['
    gap = "\n"
    for incident in incidents:
        yield f"{gap}{write_json(make_feature(incident, unit))}".encode()
        gap = ",\n"
    yield b"\n]}\n"


def make_feature(incident: Incident, unit: str) -> dict[str, Any]:
    """A Feature. Its geometry is null where no place is known, as RFC 7946, section 3.2, has it."""
    points, placed = list_points(incident)
    return {
        "type": "Feature",
        "id": incident.id.hex(),
        "geometry": _make_geometry(points),
        "properties": {
            "title": write_title(incident),
            "unit": unit,
            "placed": placed,
            "country": incident.country,
            "country_name": country_name(incident.country) if incident.country else None,
            "regions": list(incident.regions),
            "region_names": [region_name(code) for code in incident.regions],
            "areas": [_write(area) for area in incident.areas],
            "kinds": list(incident.kinds),
            "networks": [f"{name} {level}" for name, level in incident.networks.items()],
            "platforms": list(incident.platforms),
            "operators": [_write(name) for name in incident.operators],
            "since": write_time(incident.since, incident.since_precision) or None,
            "until": write_time(incident.until, None) or None,
            "status": incident.status,
            "causes": list(incident.causes),
            "reports": len(incident.reports),
            "independent": incident.independent,
            "grade": incident.grade,
            "confirmed": incident.confirmed,
        },
    }


def list_points(incident: Incident) -> tuple[list[tuple[float, float]], str | None]:
    """(latitude, longitude) of each region of the incident's country, or of the country, and which
    of the two; a region that lies elsewhere is a contradiction, and is not drawn."""
    country = incident.country
    regions = [
        code for code in incident.regions if country is None or find_region(country, code) == code
    ]
    points = [point for code in regions if (point := centroid(code)) is not None]
    if points:
        return points, "region"
    middle = None if country is None else centroid(country)
    return ([middle], "country") if middle is not None else ([], None)


def _make_geometry(points: list[tuple[float, float]]) -> dict[str, Any] | None:
    positions = [[longitude, latitude] for latitude, longitude in points]
    if not positions:
        return None
    if len(positions) == 1:
        return {"type": "Point", "coordinates": positions[0]}
    return {"type": "MultiPoint", "coordinates": positions}


def _write(text: str) -> str:
    """A text for a map's pop-up, which may be HTML with the text inside a quoted attribute."""
    return defuse_markup(text).replace('"', "⟨U+0022⟩")
