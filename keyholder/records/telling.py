"""What people said of one report, and what they did, for the terminal and for programs."""

from collections.abc import Iterator
from typing import Any

from keyholder.counts import write_count
from keyholder.documents import make_plain
from keyholder.moments import show_moment, write_moment
from keyholder.records.composing import list_places
from keyholder.records.operations import (
    Comment,
    Grade,
    Merge,
    Operation,
    Split,
    Tag,
    Translate,
    Undo,
    Untag,
    write_operation,
)
from keyholder.records.replay import Annotations, Entry
from keyholder.terminal import shorten, show, show_lines

_MARGIN = "    | "
_SHOWN = 60  # terminal columns of a note in the history


def tell_entry(entry: Entry) -> dict[str, Any]:
    """One line of the history; the operation is as it was signed, with bytes as hex."""
    record = entry.record
    return {
        "holder": record.holder_id,
        "counter": record.counter,
        "time": write_moment(record.time),
        "handle": entry.handle,
        "operation": make_plain(write_operation(record.operation)),
        "undone_by": entry.undone_by and ":".join(map(str, entry.undone_by)),
        "conflict": entry.conflict,
    }


def write_said(annotations: Annotations, id: bytes) -> Iterator[str]:
    """The lines about one report, each safe to print."""
    incident = list_places(annotations).get(id)
    if incident is not None:
        yield f"  incident          {incident.hex()}"
    if id in annotations.tags:
        yield f"  tags              {show(', '.join(sorted(annotations.tags[id])))}"
    if id in annotations.grades:
        yield f"  grade             {show(annotations.grades[id])}"
    for note in annotations.notes.get(id, ()):
        yield f"Note by {note.holder_id}, {show_moment(note.time)} by that clock"
        yield show_lines(note.text, _MARGIN)
    for told in annotations.translations.get(id, ()):
        yield f"In {show(told.lang)} by {told.holder_id}, {show_moment(told.time)} by that clock"
        yield show_lines(told.text, _MARGIN)


def write_entry(entry: Entry) -> str:
    """One line of the history, safe to print."""
    record = entry.record
    marks = [f"undone by {':'.join(map(str, entry.undone_by))}"] if entry.undone_by else []
    if entry.conflict:
        marks.append("CONFLICT: this holder used the number twice")
    line = f"{entry.handle:32} {show_moment(record.time)}  {describe_operation(record.operation)}"
    return line + (f"  ({'; '.join(marks)})" if marks else "")


def describe_operation(operation: Operation) -> str:
    """What somebody did, in words that are safe to print."""
    match operation:
        case Tag(report, tag):
            return f"tagged {report.hex()}: {show(tag)}"
        case Untag(report, tag):
            return f"took a tag off {report.hex()}: {show(tag)}"
        case Comment(target, text):
            return f"noted on {target.hex()}: {shorten(text, _SHOWN)}"
        case Translate(report, lang, text):
            return f"translated {report.hex()} to {show(lang)}: {shorten(text, _SHOWN)}"
        case Grade(target, level):
            return f"graded {target.hex()}: {show(level)}"
        case Merge(incident, reports):
            return f"merged {write_count(len(reports), 'report')} into {incident.hex()}"
        case Split(incident, reports, _):
            return f"split {write_count(len(reports), 'report')} off {incident.hex()}"
        case Undo(holder_id, counter):
            return f"undid {holder_id}:{counter}"
