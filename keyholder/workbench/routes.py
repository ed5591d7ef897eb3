"""Which function answers which address."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from crypto.errors import CryptoError
from keyholder.collection import find
from keyholder.errors import KeyholderError
from keyholder.exports.annotations import make_annotations
from keyholder.incidents.incident import Incident
from keyholder.merge import Merged
from keyholder.workbench.answers import Refusal
from keyholder.workbench.deeds import read_deed
from keyholder.workbench.incident_rows import (
    make_entry,
    make_incident_row,
    make_incident_sheet,
    make_suspect,
    sort_incidents,
)
from keyholder.workbench.overviews import make_map, make_timeline, summarise
from keyholder.workbench.pictures import list_seen
from keyholder.workbench.questions import MOST_ROWS, Question, list_values, read_id, read_question
from keyholder.workbench.rows import make_row, make_sheet, sort_places
from keyholder.workbench.sitting import Sitting
from keyholder.workbench.standing import Standing

API = "/api/"
STATE = "/api/state"
_MOST_ENTRIES = 1_000  # of the history, the newest
_MOST_SUSPECTS = 500


def answer_get(sitting: Sitting, path: str, query: str) -> dict[str, Any]:
    """The document at an address. Refusal: unknown, question, opening, method."""
    if path == STATE:
        return _tell_state(sitting)
    if path in _PLAIN:
        question = read_question(query)
        return _PLAIN[path](sitting.standing, question)
    room, _, id = path.removeprefix(API).partition("/")
    if room in _BY_ID and not query:
        return _BY_ID[room](sitting, read_id(id))
    raise Refusal("method" if path in _POSTS else "unknown")


def answer_post(sitting: Sitting, path: str, body: bytes) -> dict[str, Any]:
    """What a deed came to. Refusal: unknown, method, operation."""
    if path in _POSTS:
        return _POSTS[path](sitting, body)
    raise Refusal("method" if path in _PLAIN or path == STATE else "unknown")


def _tell_state(sitting: Sitting) -> dict[str, Any]:
    incidents = None if sitting.opening else sitting.standing.incidents
    return {
        **(sitting.summary or summarise(())),
        "incidents": None if incidents is None else len(incidents),
        "opening": None if sitting.opening is None else asdict(sitting.opening),
        "unopened": sitting.unopened,
        "news": asdict(sitting.news),
        "fetching": None if sitting.fetching is None else sitting.fetching.describe(),
        "holder": sitting.holder_id,
        "idle_seconds": max(0, int(sitting.count_idle())),
        "values": list_values(),
    }


def _list_reports(standing: Standing, question: Question) -> dict[str, Any]:
    collection = standing.collection
    places = sort_places(collection, _find(standing, question), question.sort)
    end = question.after + question.limit
    shown = [collection.reports[place] for place in places[question.after : end]]
    row = None
    if (sought := collection.places.get(question.sought)) is not None:
        row = next((at for at, place in enumerate(places) if place == sought), None)
    return {
        "total": len(places),
        "rows": [make_row(one, standing) for one in shown],
        "next": end if end < len(places) else None,
        "row": row,
    }


def _show_report(sitting: Sitting, id: bytes) -> dict[str, Any]:
    standing = sitting.standing
    merged = standing.collection.by_id.get(id)
    if merged is None:
        raise Refusal("unknown")
    return {**make_sheet(standing, merged), "attachments": list_seen(merged, sitting.shelf)}


def _find(standing: Standing, question: Question) -> list[int]:
    """The places of the reports that are asked for."""
    annotations = standing.annotations
    among: set[bytes] | None = None
    if question.tag is not None:
        among = {id for id, tags in annotations.tags.items() if question.tag in tags}
    if question.incident is not None:
        incident = standing.by_incident.get(question.incident)
        held = {one.report_id for one in incident.reports} if incident else set()
        among = held if among is None else among & held
    places = find(standing.collection, question.filter, among, standing.list_noted())
    if question.grade is None:
        return places
    reports = standing.collection.reports
    return [place for place in places if standing.grade(reports[place]) == question.grade]


def _choose(standing: Standing, question: Question) -> list[Merged]:
    reports = standing.collection.reports
    return [reports[place] for place in _find(standing, question)]


def _count(standing: Standing, reports: list[Merged]) -> dict[bytes, Incident]:
    of_report = standing.of_report
    return {
        found.id: found for one in reports if (found := of_report.get(one.report_id)) is not None
    }


def _list_incidents(standing: Standing, question: Question) -> dict[str, Any]:
    """Incidents of which a report is one of those asked for."""
    if standing.incidents is None:
        raise Refusal("opening")
    if question.asks_nothing:
        found = list(standing.incidents)
    else:
        found = list(_count(standing, _choose(standing, question)).values())
    if question.grade is not None:
        found = [one for one in found if one.grade == question.grade]
    end = question.after + question.limit
    shown = sort_incidents(found, question.sort)[question.after : end]
    return {
        "total": len(found),
        "rows": [make_incident_row(one) for one in shown],
        "next": end if end < len(found) else None,
    }


def _show_incident(sitting: Sitting, id: bytes) -> dict[str, Any]:
    standing = sitting.standing
    incident = standing.by_incident.get(id)
    if incident is None:
        raise Refusal("unknown")
    return {
        **make_incident_sheet(incident),
        "notes": make_annotations(id, standing.annotations)["notes"],
        "rows": [make_row(one, standing) for one in incident.reports[:MOST_ROWS]],
    }


def _draw_map(standing: Standing, question: Question) -> dict[str, Any]:
    reports = _choose(standing, question)
    return make_map(reports, standing.of_report)


def _draw_timeline(standing: Standing, question: Question) -> dict[str, Any]:
    reports = _choose(standing, question)
    return make_timeline(reports, _count(standing, reports).values())


def _list_floods(standing: Standing, _question: Question) -> dict[str, Any]:
    if standing.suspects is None:
        raise Refusal("opening")
    return {"suspects": [make_suspect(one) for one in standing.suspects[:_MOST_SUSPECTS]]}


def _list_history(standing: Standing, _question: Question) -> dict[str, Any]:
    newest = standing.annotations.history[: -_MOST_ENTRIES - 1 : -1]
    return {"entries": [make_entry(one) for one in newest]}


def _operate(sitting: Sitting, body: bytes) -> dict[str, Any]:
    incident, operations = read_deed(sitting.standing, body)
    try:
        records = sitting.act(operations)
    except (KeyholderError, CryptoError) as error:
        raise Refusal("unwritten") from error
    return {
        "accepted": True,
        "counter": str(records[-1].counter),
        "incident": None if incident is None else incident.hex(),
    }


def _fetch(sitting: Sitting, _body: bytes) -> dict[str, Any]:
    sitting.ask_to_fetch()
    return {"accepted": True}


def _lock(sitting: Sitting, _body: bytes) -> dict[str, Any]:
    sitting.lock()
    return {"locked": True}


_PLAIN: dict[str, Callable[[Standing, Question], dict[str, Any]]] = {
    "/api/reports": _list_reports,
    "/api/incidents": _list_incidents,
    "/api/map": _draw_map,
    "/api/timeline": _draw_timeline,
    "/api/floods": _list_floods,
    "/api/history": _list_history,
}
_BY_ID: dict[str, Callable[[Sitting, bytes], dict[str, Any]]] = {
    "reports": _show_report,
    "incidents": _show_incident,
}
_POSTS: dict[str, Callable[[Sitting, bytes], dict[str, Any]]] = {
    "/api/lock": _lock,
    "/api/operations": _operate,
    "/api/sync": _fetch,
}
