"""CSV that Uwazi imports (HURIDOCS; docs.uwazi.io, "CSV import"): a row an entity.

`title` is required; several values of a cell are parted by `|`; a place is `latitude|longitude`;
dates are 2026-01-31. `id`, `file`, `files` and `attachments` mean something to Uwazi, and are no
columns of ours.
"""

from collections.abc import Iterable, Iterator

from keyholder.exports.cells import defuse_markup, quote_formulas
from keyholder.exports.geojson import list_points
from keyholder.exports.quoting import list_quotes
from keyholder.exports.table import write_line, write_safe_line
from keyholder.exports.titles import write_title
from keyholder.incidents.incident import Incident
from keyholder.moments import write_moment
from keyholder.records.replay import Annotations
from reports.places import country_name, region_name

COLUMNS = (
    "title", "heliograph_id", "country", "regions", "areas", "kinds", "networks", "platforms",
    "operators", "since", "until", "status", "causes", "grade", "independent", "reports",
    "confirmed", "tags", "language", "text", "translations", "notes", "geolocation",
)  # fmt: skip


def write_uwazi(incidents: Iterable[Incident], annotations: Annotations) -> Iterator[bytes]:
    """The file, a line at a time; UTF-8 without a byte order mark, every cell quoted."""
    yield write_line(COLUMNS)
    for incident in incidents:
        cells = make_uwazi_cells(incident, annotations)
        place = cells.pop("geolocation")  # our own number: an apostrophe would spoil it
        yield write_safe_line([*map(quote_formulas, cells.values()), place])


def make_uwazi_cells(incident: Incident, annotations: Annotations) -> dict[str, str]:
    """Column to cell, in order."""
    reports = incident.reports
    points, _ = list_points(incident)
    quotes = list_quotes(incident, annotations)
    tags = {tag for one in reports for tag in annotations.tags.get(one.report_id, frozenset())}
    translated = [f"{lang}: {text}" for one in quotes for lang, text in one.translations]
    return {
        "title": write_title(incident),
        "heliograph_id": incident.id.hex(),
        "country": country_name(incident.country) if incident.country else "",
        "regions": _join(map(region_name, incident.regions)),
        "areas": _join(incident.areas),
        "kinds": _join(incident.kinds),
        "networks": _join(f"{name} {level}" for name, level in incident.networks.items()),
        "platforms": _join(incident.platforms),
        "operators": _join(incident.operators),
        "since": "" if incident.since is None else write_moment(incident.since)[:10],
        "until": "" if incident.until is None else write_moment(incident.until)[:10],
        "status": incident.status or "",
        "causes": _join(incident.causes),
        "grade": incident.grade,
        "independent": str(incident.independent),
        "reports": str(len(reports)),
        "confirmed": "yes" if incident.confirmed else "no",
        "tags": _join(sorted(tags)),
        "language": _join(dict.fromkeys(one.lang for one in quotes)),
        "text": _write("\n\n".join(one.text for one in quotes)),
        "translations": _write("\n\n".join(translated)),
        "notes": _write("\n\n".join(one.text for one in annotations.notes.get(incident.id, ()))),
        "geolocation": f"{points[0][0]}|{points[0][1]}" if points else "",
    }


def _join(values: Iterable[str]) -> str:
    return "|".join(filter(None, map(_write, values)))


def _write(text: str) -> str:
    """A text in which nothing is a separator or a group of Uwazi's, a tag or a link."""
    return defuse_markup(text).replace("|", "⟨U+007C⟩").replace("::", ":⟨U+003A⟩")
