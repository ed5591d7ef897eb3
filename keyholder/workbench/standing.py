"""What is known at one moment: reports, what people said of them, and the incidents they make.

A standing never changes; a new one takes its place. Putting 100,000 reports into incidents takes
many seconds, so it is done behind the page's back: until it is done, the answer of before stands,
with what a person just did already in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from keyholder.collection import Collection
from keyholder.incidents.floods import Suspect, find_floods
from keyholder.incidents.incident import Incident, build_incidents
from keyholder.merge import Merged
from keyholder.records.replay import Annotations


@dataclass(frozen=True)
class Standing:
    """`incidents` and `suspects` are None until they were found for the first time."""

    collection: Collection
    annotations: Annotations = field(repr=False)
    incidents: tuple[Incident, ...] | None = field(default=None, repr=False)
    suspects: tuple[Suspect, ...] | None = field(default=None, repr=False)

    @cached_property
    def by_incident(self) -> Mapping[bytes, Incident]:
        """The incidents by their ids."""
        return {one.id: one for one in self.incidents or ()}

    @cached_property
    def of_report(self) -> Mapping[bytes, Incident]:
        """The incident that each report is in."""
        return {report.report_id: one for one in self.incidents or () for report in one.reports}

    def list_noted(self) -> Iterator[tuple[bytes, str]]:
        """(report or incident id, text) of every note and translation."""
        for id, notes in self.annotations.notes.items():
            yield from ((id, one.text) for one in notes)
        for id, told in self.annotations.translations.items():
            yield from ((id, one.text) for one in told)

    def grade(self, merged: Merged) -> str | None:
        """The grade that a person gave a report, else that of its incident."""
        given = self.annotations.grades.get(merged.report_id)
        if given is None and (incident := self.of_report.get(merged.report_id)):
            return incident.grade
        return given


def change(
    standing: Standing, annotations: Annotations, collection: Collection | None = None
) -> Standing:
    """The standing after people said something, or with more reports in `collection`: incidents
    that it touches are put together anew from their own reports alone. What it means for all
    others, and which incidents new reports are in, `settle` finds."""
    collection = standing.collection if collection is None else collection
    if standing.incidents is None:
        return replace(standing, annotations=annotations, collection=collection)
    ids = _find_changed(standing.annotations, annotations)
    ids |= find_renewed(standing.collection, collection)
    touched: dict[bytes, Incident] = {}
    members: set[bytes] = set()
    for id in ids:
        incident = standing.by_incident.get(id) or standing.of_report.get(id)
        if incident is not None:
            touched[incident.id] = incident
        members.add(id)
    members.update(each.report_id for one in touched.values() for each in one.reports)
    reports = {id: collection.by_id[id] for id in members if id in collection.by_id}
    among = replace(
        annotations,
        merged={
            incident: members & reports.keys()
            for incident, members in annotations.merged.items()
            if not members.isdisjoint(reports)
        },
    )
    rest = (one for one in standing.incidents if one.id not in touched)
    anew = build_incidents(list(reports.values()), among) if reports else ()
    return replace(
        standing, collection=collection, annotations=annotations, incidents=(*rest, *anew)
    )


def settle(standing: Standing, *, floods: bool = False) -> Standing:
    """The standing with all its incidents and suspects, from all reports. Slow: a minute for
    100,000 reports. floods: look for suspects again, because other reports are here."""
    reports = standing.collection.reports
    suspects = standing.suspects
    if suspects is None or floods:
        suspects = find_floods(reports)
    incidents = build_incidents(reports, standing.annotations, suspects)
    return replace(standing, incidents=incidents, suspects=suspects)


def find_renewed(before: Collection, after: Collection) -> set[bytes]:
    """Ids of reports that say something else now, or are part of another."""
    if before is after:
        return set()
    return {id for id, one in before.by_id.items() if after.by_id.get(id) is not one}


def _find_changed(before: Annotations, after: Annotations) -> set[bytes]:
    """Ids of reports and incidents of which something else is true now that incidents go by."""
    ids: set[bytes] = set()
    for incident in before.merged.keys() | after.merged.keys():
        old = before.merged.get(incident, frozenset())
        new = after.merged.get(incident, frozenset())
        if old != new:
            ids |= {incident} | old | new
    for pair in before.apart ^ after.apart:
        ids.update(pair)
    for id in before.grades.keys() | after.grades.keys():
        if before.grades.get(id) != after.grades.get(id):
            ids.add(id)
    return ids
