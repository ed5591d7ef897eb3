"""What holders said, when an epoch is destroyed: what stays, and what goes with its reports.

A note or a translation may repeat what a report says. So what was said of reports that are lost
is lost with them, in the journal as well. Everything else stays, sealed under the vault: it may be
about reports of another epoch, which live on. Of merges, splits and undos ids alone are known.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from crypto.errors import RecordError as FormError
from crypto.records import parse_record
from keyholder.errors import RecordError
from keyholder.opening import Opened, OpenedRecord, Outcome
from keyholder.records.journal import Journal, Kept
from keyholder.records.operations import Merge, Operation, Split, Undo, read_operation


@dataclass(slots=True)
class Remains:
    """Of one epoch: reports that are lost, those that are kept, and what was said in it."""

    lost: set[bytes] = field(default_factory=set)  # report ids, 8 B
    kept: set[bytes] = field(default_factory=set)
    said: list[OpenedRecord] = field(default_factory=list)

    def take(self, outcome: Outcome, *, kept: bool) -> None:
        """Add what came of one envelope. `kept`: it is kept beyond its epoch."""
        if isinstance(outcome, OpenedRecord):
            self.said.append(outcome)
        elif isinstance(outcome, Opened):
            (self.kept if kept else self.lost).add(outcome.report_id)

    def count_waiting(self, journal: Journal) -> int:
        """How many records that wait to be sent speak of what is lost."""
        lost = self.lost - self.kept
        return journal.count_meant(lambda content: _is_said_of(content, lost))

    def settle(self, journal: Journal, *, waiting: bool = False) -> None:
        """Keep what stays, then forget what goes, each in one transaction. With `waiting`, what
        waits to be sent and speaks of what is lost goes too."""
        lost = self.lost - self.kept
        journal.keep(
            Kept(one.content, one.day)
            for one in self.said
            if not is_about(one.record.operation, lost)
        )
        journal.drop(lambda content: _is_said_of(content, lost), waiting=waiting)


def is_about(operation: Operation, reports: Collection[bytes]) -> bool:
    """Whether an operation says something of one of these reports (ids, 8 B)."""
    if isinstance(operation, Merge | Split | Undo):
        return False
    target = getattr(operation, "target", None) or getattr(operation, "report", None)
    return target in reports


def _is_said_of(content: bytes, reports: Collection[bytes]) -> bool:
    try:
        return is_about(read_operation(parse_record(content).operation), reports)
    except (FormError, RecordError):  # of a later version
        return False
