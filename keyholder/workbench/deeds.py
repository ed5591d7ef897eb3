"""What a person does on the page: from JSON to operations, and what to answer."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from keyholder.errors import KeyholderError, RecordError
from keyholder.records.composing import compose_merge, compose_split
from keyholder.records.operations import (
    Comment,
    Grade,
    Operation,
    Tag,
    Translate,
    Undo,
    Untag,
    tidy_tag,
    write_operation,
)
from keyholder.workbench.answers import Refusal
from keyholder.workbench.questions import read_id
from keyholder.workbench.standing import Standing

_MOST_IDS = 4096


def read_deed(standing: Standing, body: bytes) -> tuple[bytes | None, list[Operation]]:
    """(the incident it is about, if any; the operations that say it). Refusal: operation."""
    try:
        told = json.loads(body)
        json.dumps(told, ensure_ascii=False).encode()  # half a surrogate pair is no text
        incident, operations = _read(standing, told)
        for one in operations:
            write_operation(one)
    except (KeyholderError, ValueError, KeyError, TypeError, RecursionError):
        raise Refusal("operation") from None
    return incident, operations


def _read(standing: Standing, told: Mapping[str, Any]) -> tuple[bytes | None, list[Operation]]:
    """Whatever does not fit raises one of the errors that `read_deed` knows."""
    match told["op"]:
        case "tag":
            return None, [Tag(_read_report(standing, told["report"]), tidy_tag(told["tag"]))]
        case "untag":
            return None, [Untag(_read_report(standing, told["report"]), told["tag"])]
        case "comment":
            return None, [Comment(_read_target(standing, told["target"]), told["text"])]
        case "translate":
            return None, [
                Translate(_read_report(standing, told["report"]), told["lang"], told["text"])
            ]
        case "grade":
            return None, [Grade(_read_target(standing, told["target"]), told["level"])]
        case "merge":
            return _merge(standing, told)
        case "split":
            return _split(standing, read_id(told["incident"]), told["reports"])
        case "undo":
            return None, [_undo(standing, told["holder"], int(told["counter"]))]
    raise RecordError("record-operation")


def _merge(standing: Standing, told: Mapping[str, Any]) -> tuple[bytes, list[Operation]]:
    """`reports` and whole `incidents`, suggested ones too. All must be known here."""
    ids: dict[bytes, None] = {}
    for id in _read_ids(told.get("incidents", [])):
        incident = standing.by_incident[id]
        held = [one.report_id for one in incident.reports]
        ids.update(dict.fromkeys([id] if incident.confirmed else held))
    for id in _read_ids(told.get("reports", [])):
        if id not in standing.collection.by_id:
            raise Refusal("unknown")
        ids[id] = None
    incident_id, merges = compose_merge(standing.annotations, ids)
    return incident_id, list(merges)


def _split(standing: Standing, id: bytes, reports: object) -> tuple[bytes, list[Operation]]:
    incident = standing.by_incident.get(id)
    if incident is None:
        raise Refusal("unknown")
    members = [one.report_id for one in incident.reports]
    return id, list(compose_split(id, members, _read_ids(reports)))


def _undo(standing: Standing, holder: str, counter: int) -> Undo:
    for entry in standing.annotations.history:
        if (entry.record.holder_id, entry.record.counter) == (holder, counter):
            return Undo(holder, counter)
    raise Refusal("unknown")


def _read_report(standing: Standing, told: str) -> bytes:
    id = read_id(told)
    if id not in standing.collection.by_id:
        raise Refusal("unknown")
    return id


def _read_target(standing: Standing, told: str) -> bytes:
    """A report or an incident."""
    id = read_id(told)
    return id if id in standing.by_incident else _read_report(standing, told)


def _read_ids(told: object) -> Sequence[bytes]:
    if not isinstance(told, list) or len(told) > _MOST_IDS:
        raise RecordError("record-reports")
    return [read_id(one) for one in told]
