"""Reports as rows and as whole documents, in JSON values. What strangers wrote stays as it is: the
page shows it as text, by `textContent` alone."""

from collections.abc import Callable
from typing import Any

from keyholder.collection import Collection
from keyholder.documents import make_document, make_report
from keyholder.exports.annotations import make_annotations
from keyholder.filters import find_moment
from keyholder.incidents.floods import WORDS
from keyholder.links import make_links
from keyholder.merge import Merged
from keyholder.moments import write_day, write_moment
from keyholder.workbench.answers import Refusal
from keyholder.workbench.standing import Standing
from reports.places import country_name, region_name

_SHORT = 240  # characters of a text in a row
_SORTS: dict[str, Callable[[Merged], Any]] = {
    "received": lambda one: (one.day, one.sources[0].index),
    "observed": find_moment,
    "since": lambda one: one.report.get("since", find_moment(one)),
    "country": lambda one: one.report.get("cc", ""),
}


def sort_places(collection: Collection, places: list[int], sort: str | None) -> list[int]:
    """The places by received, observed, since or country; falling with `-` in front. Without a
    sort: what came last is first. Refusal: question."""
    if sort is None:
        return places
    key = _SORTS.get(sort.removeprefix("-"))
    if key is None:
        raise Refusal("question")
    reports = collection.reports
    return sorted(places, key=lambda place: key(reports[place]), reverse=sort.startswith("-"))


def make_row(merged: Merged, standing: Standing) -> dict[str, Any]:
    """A report in a list."""
    report = merged.report
    text = str(report.get("raw") or report.get("text") or "")
    observed, since = report.get("obs"), report.get("since")
    incident = standing.of_report.get(merged.report_id)
    return {
        "id": merged.report_id.hex(),
        "received": write_day(merged.day),
        "observed": None if observed is None else write_moment(observed),
        "cc": report.get("cc"),
        "region": report.get("region"),
        "region_name": name_region(report.get("region")),
        "area": report.get("area"),
        "net": report.get("net", {}),
        "kind": report.get("kind", []),
        "since": None if since is None else write_moment(since),
        "since_precision": report.get("since_precision"),
        "status": report.get("status"),
        "channels": list(merged.channels),
        "lang": report.get("lang"),
        "operators": report.get("op", []),
        "text": text[:_SHORT],
        "cut": len(text) > _SHORT,
        "tags": sorted(standing.annotations.tags.get(merged.report_id, ())),
        "grade": standing.grade(merged),
        "incident": None if incident is None else incident.id.hex(),
        "independent": None if incident is None else incident.independent,
    }


def make_sheet(standing: Standing, merged: Merged) -> dict[str, Any]:
    """The whole report: its export document, what each of its envelopes said, what people said of
    it, why it looks made, and links."""
    collection, id = standing.collection, merged.report_id
    incident = standing.of_report.get(id)
    report = merged.report
    since = report.get("since")
    return {
        **make_document(merged),
        "shortened": any(source.envelope_id in collection.cut for source in merged.sources),
        "country_name": None if "cc" not in report else country_name(report["cc"]),
        "region_name": name_region(report.get("region")),
        "copies": [
            {
                "index": source.index,
                "envelope": source.envelope_id.hex(),
                "channel": source.channel,
                "received": write_day(source.day),
                "report": make_report(copy.report),
            }
            for source in (merged.sources if len(merged.sources) > 1 else ())
            if (copy := collection.copies.get(source.envelope_id)) is not None
        ],
        "namesakes": [make_document(one) for one in _find_namesakes(collection, merged)],
        "annotations": make_annotations(id, standing.annotations),
        "incident": None if incident is None else incident.id.hex(),
        "independent": None if incident is None else incident.independent,
        "suspects": [WORDS[one.why] for one in standing.suspects or () if id in one.reports],
        "links": make_links(
            report.get("cc"),
            find_moment(merged) if since is None else since,
            report.get("until"),
            report.get("asn"),
        ),
        "links_about": _tell_about_links(report.get("region")),
    }


def name_region(code: str | None) -> str | None:
    """The region's name; None where it is not one that we know."""
    if code is None:
        return None
    name = region_name(code)
    return None if name == code else name


def _tell_about_links(region: str | None) -> str | None:
    """What a link leaves out: a code for the page, which has the words."""
    return None if region is None else "country-only"


def _find_namesakes(collection: Collection, merged: Merged) -> list[Merged]:
    """Other reports with the same id: a stranger's doing, or a coincidence of 64 bits."""
    if len(collection.by_id) == len(collection.reports):
        return []
    id = merged.report_id
    return [one for one in collection.reports if one.report_id == id and one is not merged]
