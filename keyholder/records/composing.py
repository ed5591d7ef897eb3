"""From what a person wants to the operations that say it: for commands and workbench alike."""

import secrets
from collections.abc import Iterable
from itertools import product

from keyholder.errors import RecordError
from keyholder.records.operations import ID_SIZE, Merge, Split, Undo, share_out
from keyholder.records.replay import Annotations


def compose_merge(annotations: Annotations, ids: Iterable[bytes]) -> tuple[bytes, list[Merge]]:
    """The incident's id, and what puts all of `ids` into it: reports, and incidents as wholes.

    The first of the incidents takes in the rest; without one there is a new one. What an incident
    held already is not said again. RecordError record-reports where there is nothing to do.
    """
    named = tuple(dict.fromkeys(ids))
    incidents = [id for id in named if id in annotations.merged]
    incident = incidents[0] if incidents else secrets.token_bytes(ID_SIZE)
    reports: dict[bytes, None] = {}
    for id in named:
        reports.update(dict.fromkeys(sorted(annotations.merged.get(id, (id,)))))
    there = annotations.merged.get(incident, frozenset())
    portions = share_out(report for report in reports if report not in there)
    if not portions:
        raise RecordError("record-reports")
    return incident, [Merge(incident, portion) for portion in portions]


def compose_split(
    incident: bytes, members: Iterable[bytes], reports: Iterable[bytes]
) -> list[Split]:
    """What takes `reports` out of an incident, or a suggested one, with these members.

    RecordError record-reports where none of them is in it.
    """
    inside = tuple(members)
    out = [report for report in dict.fromkeys(reports) if report in set(inside)]
    rest = [report for report in inside if report not in set(out)]
    if not out:
        raise RecordError("record-reports")
    pairs = product(share_out(out), share_out(rest) or [()])
    return [Split(incident, portion, others) for portion, others in pairs]


def list_places(annotations: Annotations) -> dict[bytes, bytes]:
    """The incident of each report that people put into one."""
    return {
        report: incident for incident, reports in annotations.merged.items() for report in reports
    }


def compose_undo(annotations: Annotations, handle: str) -> Undo:
    """The undo of the record with this handle (`Entry.handle`; the holder's id may be shortened).

    RecordError: record-unknown, record-ambiguous.
    """
    holder, _, counter = handle.lower().partition(":")
    named = {
        (one.record.holder_id, one.record.counter)
        for one in annotations.history
        if str(one.record.counter) == counter and one.record.holder_id.startswith(holder)
    }
    if len(named) > 1:
        raise RecordError("record-ambiguous")
    for found in named:
        return Undo(*found)
    raise RecordError("record-unknown")


def compose_undo_last(annotations: Annotations, holder_id: str) -> Undo:
    """The undo of what this holder said last and what still counts, but for undos.

    RecordError record-unknown.
    """
    for one in reversed(annotations.history):
        if (
            one.record.holder_id == holder_id
            and not one.undone
            and not isinstance(one.record.operation, Undo)
        ):
            return Undo(holder_id, one.record.counter)
    raise RecordError("record-unknown")
