"""Which function answers which address."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from keyholder.collection import find
from keyholder.merge import Merged
from keyholder.workbench.answers import Refusal
from keyholder.workbench.overviews import make_map, make_timeline, summarise
from keyholder.workbench.questions import Question, read_id, read_question
from keyholder.workbench.rows import make_rows, make_sheet, sort_places
from keyholder.workbench.sitting import Sitting
from reports.table import load_table

API = "/api/"
STATE = "/api/state"


def answer_get(sitting: Sitting, path: str, query: str) -> dict[str, Any]:
    """The document at an address. Refusal: unknown, question, opening, method."""
    if path in _PLAIN:
        return _PLAIN[path](sitting, read_question(query))
    room, _, id = path.removeprefix(API).partition("/")
    if room in _BY_ID and not query:
        return _BY_ID[room](sitting, read_id(id))
    raise Refusal("method" if path in _POSTS else "unknown")


def answer_post(sitting: Sitting, path: str, body: bytes) -> dict[str, Any]:
    """What a deed came to. Refusal: unknown, method, operation."""
    if path in _POSTS:
        return _POSTS[path](sitting, body)
    raise Refusal("method" if path in _PLAIN else "unknown")


def _tell_state(sitting: Sitting, _question: Question) -> dict[str, Any]:
    opening = sitting.opening
    return {
        **(sitting.summary or summarise(())),
        "opening": None if opening is None else asdict(opening),
        "unopened": sitting.unopened,
        "holder": sitting.holder_id,
        "idle_seconds": max(0, int(sitting.count_idle())),
        "values": _list_values(),
    }


def _list_values() -> dict[str, list[str]]:
    fields = load_table().by_name
    return {
        "channel": list(fields["chan"].numbers),
        "status": list(fields["status"].numbers),
        "kind": list(fields["kind"].numbers),
        "net": list(fields["net"].member_numbers),
        "level": list(fields["net"].numbers),
    }


def _list_reports(sitting: Sitting, question: Question) -> dict[str, Any]:
    collection = sitting.collection
    places = sort_places(collection, _find(sitting, question), question.sort)
    end = question.after + question.limit
    shown = [collection.reports[place] for place in places[question.after : end]]
    return {
        "total": len(places),
        "rows": make_rows(shown),
        "next": end if end < len(places) else None,
    }


def _show_report(sitting: Sitting, id: bytes) -> dict[str, Any]:
    merged = sitting.collection.by_id.get(id)
    if merged is None:
        raise Refusal("unknown")
    return make_sheet(sitting.collection, merged)


def _choose(sitting: Sitting, question: Question) -> list[Merged]:
    reports = sitting.collection.reports
    return [reports[place] for place in _find(sitting, question)]


def _find(sitting: Sitting, question: Question) -> list[int]:
    return find(sitting.collection, question.filter)


def _draw_map(sitting: Sitting, question: Question) -> dict[str, Any]:
    return make_map(_choose(sitting, question))


def _draw_timeline(sitting: Sitting, question: Question) -> dict[str, Any]:
    return make_timeline(_choose(sitting, question))


def _lock(sitting: Sitting, _body: bytes) -> dict[str, Any]:
    sitting.lock()
    return {"locked": True}


_PLAIN: dict[str, Callable[[Sitting, Question], dict[str, Any]]] = {
    STATE: _tell_state,
    "/api/reports": _list_reports,
    "/api/map": _draw_map,
    "/api/timeline": _draw_timeline,
}
_BY_ID: dict[str, Callable[[Sitting, bytes], dict[str, Any]]] = {"reports": _show_report}
_POSTS: dict[str, Callable[[Sitting, bytes], dict[str, Any]]] = {"/api/lock": _lock}
