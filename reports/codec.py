"""A report to bytes and back: deterministic CBOR with the integer keys of the table.

Times stand on the wire as quarter hours since the epoch's start (rounded down to a quarter),
negative allowed; in memory they are Unix seconds, whole multiples of 900.
"""

from reports.report import Report
from reports.table import load_table
from reports.values import read_fields, write_fields
from reports.wire import check_wire, read_wire, write_wire


def encode(report: Report, epoch_start: int) -> bytes:
    """The report's bytes, at most 32,757.

    Raises ReportError: field-unknown, field-value, field-too-large, field-too-many,
    time-not-quarter, time-out-of-range, report-text, report-too-large, and the codes of `decode`
    for what is `unknown`.
    """
    table = load_table()
    data = write_wire(write_fields(table.fields, report, epoch_start))
    check_wire(data, table.limits)
    return data


def decode(data: bytes, epoch_start: int) -> Report:
    """The report that these bytes hold. `encode` of it gives the same bytes again.

    Raises ReportError (report-…) and nothing else, whatever the bytes. A value that the table does
    not allow for its field is kept, as it came, under `unknown`.
    """
    table = load_table()
    return read_fields(table.fields, read_wire(data, table.limits), epoch_start)


def cap_text(text: str, max_bytes: int) -> str:
    """As much of the text as fits into `max_bytes` of UTF-8, never cutting a character in two."""
    return text.encode("utf-8", "replace")[:max_bytes].decode("utf-8", "ignore")


def cap(report: Report) -> Report:
    """A copy in which every free text is cut to its field's size. For callers who rather lose the
    end of a text than the report; `room` says beforehand how much fits."""
    fields = load_table().by_name
    return {
        name: cap_text(value, fields[name].max_bytes)
        if name in fields and fields[name].type == "text" and isinstance(value, str)
        else value
        for name, value in report.items()
    }


def room(name: str, text: str) -> int:
    """Bytes of UTF-8 that still fit into the text field `name` after `text`; negative: too many."""
    return load_table().by_name[name].max_bytes - len(text.encode("utf-8", "replace"))
