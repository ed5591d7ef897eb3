"""Which records are to be kept with kept reports: all that holders said of them, and nothing else.

Records are sealed to the epoch of their day, and die with its keys: what they say may repeat what a
report says. So keeping a report keeps what was said of it, and destroying an epoch takes the rest.
"""

from collections.abc import Collection, Iterable, Sequence

from keyholder.merge import Merged
from keyholder.opening import OpenedRecord
from keyholder.records.operations import Merge, Operation, Split, Undo


def list_ids(reports: Iterable[Merged]) -> set[bytes]:
    """The ids that records may name these reports by: their own, and those of their parts."""
    return {
        id for one in reports for id in (one.report_id, *(part.report_id for part in one.sources))
    }


def choose_records(
    records: Sequence[OpenedRecord], reports: Collection[bytes]
) -> list[OpenedRecord]:
    """The records that speak of these reports (ids, 8 B), of incidents that people made of them,
    and those that undo one of these: without it, what was undone would be said again."""
    about = set(reports)
    about |= {
        record.record.operation.incident
        for record in records
        if isinstance(record.record.operation, Merge | Split)
        and not about.isdisjoint(record.record.operation.reports)
    }
    chosen = {
        (one.record.holder_id, one.record.counter)
        for one in records
        if not about.isdisjoint(_list_targets(one.record.operation))
    }
    while True:  # an undoing can be undone
        undoing = {
            (one.record.holder_id, one.record.counter)
            for one in records
            if isinstance(one.record.operation, Undo)
            and (one.record.operation.holder_id, one.record.operation.counter) in chosen
        }
        if undoing <= chosen:
            break
        chosen |= undoing
    return [one for one in records if (one.record.holder_id, one.record.counter) in chosen]


def _list_targets(operation: Operation) -> tuple[bytes, ...]:
    if isinstance(operation, Merge | Split):
        return (operation.incident, *operation.reports)
    if isinstance(operation, Undo):
        return ()
    named = getattr(operation, "report", None) or getattr(operation, "target", None)
    return (named,) if named is not None else ()
