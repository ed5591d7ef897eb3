"""STOP's 47 columns, for Access Now's dataset. See spec/exports-v1.md."""

from collections.abc import Iterable, Iterator

from keyholder.exports.table import write_line
from keyholder.merge import Merged
from reports.stop import COLUMNS, to_row


def write_stop(reports: Iterable[Merged]) -> Iterator[bytes]:
    """The file, a line at a time; UTF-8 as STOP is published, every cell quoted and defused."""
    yield write_line(COLUMNS)
    for merged in reports:
        row = to_row(merged.report)
        yield write_line([row[column] for column in COLUMNS])
