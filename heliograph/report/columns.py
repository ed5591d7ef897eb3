"""The columns that our own CSV may have, and what a row's cells say.

They are the flags' names, the fields' names, and what `keyholder export --format csv` writes
(`net_data`, `evidence_kinds`). Cells are as for the flags; lists have `;` between their items.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heliograph.report.errors import RowError
from heliograph.report.filling import STANDARD_INPUT, fill_report
from heliograph.report.flags import Flag, list_flags
from heliograph.report.records import read_value
from reports.report import Report
from reports.table import Field, load_table

LIST_MARK = ";"
# What an export says about a report, and what sealing sets anew: not a part of what it says.
_ABOUT = frozenset(
    {"id", "received", "channels", "conflicts", "missing_parts", "envelopes", "unknown", "chan"}
)


@dataclass(frozen=True, slots=True)
class Column:
    """Where a cell goes: to a flag (with `member`: as that member's value), or to a field.

    Neither: nowhere. record: the record that the field is a member of, or empty.
    """

    flag: Flag | None = None
    member: str = ""
    field: Field | None = None
    record: str = ""


def list_columns() -> dict[str, Column]:
    """Every name a column may have."""
    columns = {name: Column() for name in _ABOUT}
    for field in load_table().fields:
        if field.type == "record":
            columns |= {
                f"{field.name}_{one.name}": Column(field=one, record=field.name)
                for one in field.fields
            }
        elif field.name not in _ABOUT:
            columns[field.name] = Column(field=field)
    for flag in list_flags():
        name = f"{flag.record}_{flag.field.name}" if flag.record else flag.field.name
        columns |= {one: Column(flag) for one in (name, flag.name, flag.parameter)}
        for member in flag.field.member_numbers:
            columns[f"{name}_{member}"] = Column(flag, member)
    return columns


def read_cells(columns: Mapping[str, Column], row: Mapping[str, str], now: int) -> Report:
    """The report that a row says. Raises RowError field-value, ReportCommandError flag-value."""
    given: dict[str, str | list[str]] = {}
    rest: Report = {}
    for name, cell in row.items():
        column = columns[name]
        if not cell.strip():
            continue
        if column.flag is not None:
            _give(given, column.flag, column.member, cell)
        elif column.field is not None:
            target = rest.setdefault(column.record, {}) if column.record else rest
            target[column.field.name] = read_value(column.field, _read_cell(column.field, cell))
    # In a cell a lone `-` is a lone `-`.
    report = fill_report(list_flags(), given, now, lambda: STANDARD_INPUT)
    for name, value in rest.items():
        report[name] = {**value, **report.get(name, {})} if isinstance(value, dict) else value
    return report


def _give(given: dict[str, str | list[str]], flag: Flag, member: str, cell: str) -> None:
    if not flag.repeated:
        given[flag.parameter] = cell
        return
    values = [f"{member}={cell}"] if member else _split(cell)
    held = given.setdefault(flag.parameter, [])
    if isinstance(held, list):
        held += values


def _read_cell(field: Field, cell: str) -> Any:
    try:
        match field.type:
            case "int":
                return int(cell)
            case "field-list":
                return _split(cell)
            case "record-list":
                return json.loads(cell)
            case _:
                return cell
    except (ValueError, RecursionError):
        raise RowError("field-value") from None


def _split(cell: str) -> list[str]:
    return [one.strip() for one in cell.split(LIST_MARK) if one.strip()]
