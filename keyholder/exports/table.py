"""CSV: one line a report, one column a field, for spreadsheets. See spec/exports-v1.md."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from keyholder.documents import make_plain, write_json
from keyholder.exports.cells import defuse
from keyholder.merge import Merged
from keyholder.moments import write_day, write_moment
from reports.report import Report
from reports.table import Field, load_table

BOM = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for the machine's old code page
_OURS = ("id", "received", "channels", "conflicts", "missing_parts", "envelopes")


@cache
def list_columns() -> tuple[str, ...]:
    """The header, from the table of fields."""
    columns = [column for field in load_table().fields for column in _columns(field, "")]
    return (*_OURS, *columns, "unknown")


def write_csv(reports: Iterable[Merged]) -> Iterator[bytes]:
    """The file, a line at a time; UTF-8 with a byte order mark, every cell quoted and defused."""
    yield BOM + write_line(list_columns())
    for merged in reports:
        cells = make_cells(merged)
        yield write_line([cells.get(column, "") for column in list_columns()])


def make_cells(merged: Merged) -> dict[str, str]:
    """Column to text, before defusing is done by `write_line`."""
    cells = {
        "id": merged.report_id.hex(),
        "received": write_day(merged.day),
        "channels": "; ".join(merged.channels),
        "conflicts": "; ".join(merged.conflicts),
        "missing_parts": "; ".join(map(str, merged.missing_parts)),
        "envelopes": "; ".join(source.envelope_id.hex() for source in merged.sources),
    }
    cells.update(_write_record(load_table().fields, merged.report, ""))
    if "unknown" in merged.report:
        cells["unknown"] = write_json(make_plain(merged.report["unknown"]))
    return cells


def write_line(cells: Sequence[str]) -> bytes:
    """One line of CSV (RFC 4180), every cell defused and in quotes."""
    return write_safe_line(map(defuse, cells))


def write_safe_line(cells: Iterable[str]) -> bytes:
    """One line of CSV of cells that are safe as they are, each in quotes."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue().encode()


def _columns(field: Field, prefix: str) -> list[str]:
    name = prefix + field.name
    if field.type == "enum-map":
        return [f"{name}_{member}" for member in field.member_numbers]
    if field.type == "record":
        return [column for one in field.fields for column in _columns(one, f"{name}_")]
    return [name]


def _write_record(
    fields: Iterable[Field], record: Report | Mapping[str, Any], prefix: str
) -> dict[str, str]:
    cells: dict[str, str] = {}
    for field in fields:
        if field.name not in record:
            continue
        name, value = prefix + field.name, record[field.name]
        if field.type == "enum-map":
            cells.update({f"{name}_{member}": level for member, level in value.items()})
        elif field.type == "record":
            cells.update(_write_record(field.fields, value, f"{name}_"))
        else:
            cells[name] = _write_value(field, value)
    return cells


def _write_value(field: Field, value: Any) -> str:
    if field.type == "time":
        return write_moment(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list) and field.type != "record-list":
        return "; ".join(map(str, value))
    return str(value) if isinstance(value, str | int) else write_json(make_plain(value))
