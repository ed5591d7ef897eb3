"""From records to what they say together. The same records give the same state, in any order and
however often each one came.

The order is by counter, then by holder id; whoever writes takes a counter above all that she has
seen, so that what she knew of comes before. Clocks decide nothing. Of two operations that
contradict each other, the later one in this order counts, and the history shows both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import cbor2

from keyholder.records.operations import (
    Comment,
    Grade,
    Merge,
    Record,
    Split,
    Tag,
    Translate,
    Undo,
    Untag,
    write_operation,
)

MAX_APART = 1_000_000
"""Pairs that are kept apart; a member who splits beyond it splits for nothing."""


class Note(NamedTuple):
    """What somebody said about a report or an incident."""

    holder_id: str
    counter: int
    time: int  # Unix seconds, as she claims
    text: str


class Translation(NamedTuple):
    """A report's text in another language."""

    holder_id: str
    counter: int
    time: int
    lang: str
    text: str


class Entry(NamedTuple):
    """A record in the history, and whether it counts."""

    record: Record
    undone_by: tuple[str, int] | None  # holder id and counter of the undo that counts, if any
    conflict: bool  # the same holder used its counter for something else too

    @property
    def handle(self) -> str:
        """How a person names it: `0123456789abcdef:1048576`."""
        return f"{self.record.holder_id}:{self.record.counter}"

    @property
    def undone(self) -> bool:
        """Whether it counts for nothing."""
        return self.undone_by is not None


@dataclass(frozen=True, slots=True)
class Annotations:
    """The state after all accepted records. Report and incident ids are 8 bytes."""

    tags: Mapping[bytes, frozenset[str]]
    notes: Mapping[bytes, tuple[Note, ...]]
    translations: Mapping[bytes, tuple[Translation, ...]]
    grades: Mapping[bytes, str]
    merged: Mapping[bytes, frozenset[bytes]]  # incident id -> report ids put together by people
    apart: frozenset[tuple[bytes, bytes]]  # pairs (smaller id first) that a person split
    history: tuple[Entry, ...]


_Id = tuple[int, str]  # counter and holder id: the order that counts


def replay(records: Iterable[Record], aliases: Mapping[bytes, bytes] | None = None) -> Annotations:
    """The state. `aliases` gives the id that a report has now, where it had another one before its
    first part came."""
    ordered, conflicts = _order(records)
    undone = _find_undone(ordered)
    state = _State(aliases or {})
    for one in ordered:
        if _id(one) not in undone:
            state.apply(one)
    return state.finish(
        tuple(Entry(one, undone.get(_id(one)), _id(one) in conflicts) for one in ordered)
    )


def _id(record: Record) -> _Id:
    return record.counter, record.holder_id


def _order(records: Iterable[Record]) -> tuple[list[Record], set[_Id]]:
    """Each record once, and the ids that stand for several.

    Those come in the order of their bytes: any order will do that is the same everywhere.
    """
    ordered: list[Record] = []
    conflicts: set[_Id] = set()
    for id, group in groupby(sorted(set(records), key=_id), _id):
        same = list(group)
        if len(same) > 1:
            conflicts.add(id)
            same.sort(key=_spell)
        ordered += same
    return ordered, conflicts


def _spell(record: Record) -> bytes:
    return cbor2.dumps([record.time, write_operation(record.operation)], canonical=True)


def _find_undone(ordered: Sequence[Record]) -> dict[_Id, tuple[str, int]]:
    """What does not count, and the undo that says so.

    From the last record to the first: an undo that a later one undid says nothing, and none
    reaches a later undo, so there are no circles.
    """
    undone: dict[_Id, tuple[str, int]] = {}
    undos = {_id(one) for one in ordered if isinstance(one.operation, Undo)}
    for one in reversed(ordered):
        if not isinstance(one.operation, Undo) or _id(one) in undone:
            continue
        aim = (one.operation.counter, one.operation.holder_id)
        if aim not in undos or aim < _id(one):
            undone.setdefault(aim, (one.holder_id, one.counter))
    return undone


class _State:
    """What the records say up to one of them."""

    def __init__(self, aliases: Mapping[bytes, bytes]) -> None:
        self._aliases = aliases
        self._tags: dict[bytes, set[str]] = {}
        self._notes: dict[bytes, list[Note]] = {}
        self._translations: dict[bytes, list[Translation]] = {}
        self._grades: dict[bytes, str] = {}
        self._members: dict[bytes, set[bytes]] = {}  # incident -> reports
        self._places: dict[bytes, bytes] = {}  # report -> incident
        self._apart: dict[bytes, set[bytes]] = {}  # both ways
        self._pairs = 0

    def apply(self, record: Record) -> None:
        match record.operation:
            case Tag(report, tag):
                self._tags.setdefault(self._name(report), set()).add(tag)
            case Untag(report, tag):
                self._tags.get(self._name(report), set()).discard(tag)
            case Comment(target, text):
                note = Note(record.holder_id, record.counter, record.time, text)
                self._notes.setdefault(self._name(target), []).append(note)
            case Translate(report, lang, text):
                told = Translation(record.holder_id, record.counter, record.time, lang, text)
                self._translations.setdefault(self._name(report), []).append(told)
            case Grade(target, level):
                self._grades[self._name(target)] = level
            case Merge(incident, reports):
                self._merge(incident, self._name_all(reports))
            case Split(incident, reports, rest):
                self._split(incident, self._name_all(reports), self._name_all(rest))
            case Undo():
                pass  # _find_undone

    def finish(self, history: tuple[Entry, ...]) -> Annotations:
        return Annotations(
            {report: frozenset(tags) for report, tags in self._tags.items() if tags},
            {target: tuple(notes) for target, notes in self._notes.items()},
            {report: tuple(told) for report, told in self._translations.items()},
            self._grades,
            {incident: frozenset(reports) for incident, reports in self._members.items()},
            frozenset(
                (one, other)
                for one, others in self._apart.items()
                for other in others
                if one < other
            ),
            history,
        )

    def _name(self, id: bytes) -> bytes:
        return self._aliases.get(id, id)

    def _name_all(self, ids: Iterable[bytes]) -> tuple[bytes, ...]:
        return tuple(dict.fromkeys(map(self._name, ids)))

    def _merge(self, incident: bytes, reports: Sequence[bytes]) -> None:
        for report in reports:
            self._take_out(report)
            self._places[report] = incident
            self._members.setdefault(incident, set()).add(report)
        for report in reports:
            for other in self._apart.get(report, set()) & self._members[incident]:
                self._apart[report].discard(other)
                self._apart[other].discard(report)
                self._pairs -= 1

    def _split(self, incident: bytes, reports: Sequence[bytes], rest: Sequence[bytes]) -> None:
        for report in reports:
            if self._places.get(report) == incident:
                self._take_out(report)
        others = frozenset(rest)
        for report in reports:
            if self._pairs >= MAX_APART:
                return
            # What is known apart already costs no step of its own: a member could say it for ever.
            fresh = others - self._apart.get(report, set()) - {report}
            if fresh:
                self._part(report, [other for other in rest if other in fresh])

    def _part(self, report: bytes, others: Sequence[bytes]) -> None:
        """Keep a report apart from others that it was not, as far as there is room."""
        for other in others[: MAX_APART - self._pairs]:
            self._apart.setdefault(report, set()).add(other)
            self._apart.setdefault(other, set()).add(report)
            self._pairs += 1

    def _take_out(self, report: bytes) -> None:
        incident = self._places.pop(report, None)
        if incident is not None:
            self._members[incident].discard(report)
            if not self._members[incident]:
                del self._members[incident]
