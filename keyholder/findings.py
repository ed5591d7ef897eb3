"""What one pass over the store gave: reports, records, and how many gave neither and why."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from keyholder.merge import Merged
from keyholder.opening import Opened, OpenedRecord, Outcome
from keyholder.records.operations import Record
from keyholder.records.replay import Annotations
from keyholder.room import Room

Tally = Counter[tuple[str, str]]  # (outcome, detail) -> envelopes


@dataclass(slots=True)
class Findings:
    """Outcomes, sorted by what they are. Long reports on top of what has `room` are cut."""

    reports: list[Opened] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    tally: Tally = field(default_factory=Counter)
    room: Room = field(default_factory=Room, repr=False)

    def take(self, outcome: Outcome, *, whole: bool = False) -> None:
        """Add one outcome; `whole`: however long it is."""
        if isinstance(outcome, Opened):
            self.reports.append(outcome if whole else self.room.fit(outcome))
        elif isinstance(outcome, OpenedRecord):
            self.records.append(outcome.record)
        else:
            self.tally[outcome.outcome, outcome.detail] += 1


class OpenDesk(NamedTuple):
    """All that a keyholder can read: reports as `merge` orders them, and what was said of them."""

    reports: list[Merged]
    annotations: Annotations
    tally: Tally
    cut: int = 0  # envelopes whose long texts are not all here


def find_aliases(reports: Iterable[Merged]) -> dict[bytes, bytes]:
    """The ids of parts of reports, and the id of the report that each is in.

    A report has the id of its first part that came: it gets another one when an earlier part comes,
    and what was said of it goes along.
    """
    return {
        source.report_id: one.report_id
        for one in reports
        for source in one.sources
        if source.part is not None and source.report_id != one.report_id
    }
