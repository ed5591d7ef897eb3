"""JSON lines: one report a line, by field names, as `keyholder export --format json` writes them.

Bytes are hex, times are Unix seconds or ISO 8601. A line may also be that export's whole entry,
with the report under `report`. What stands under `unknown` keeps its numbers and its JSON values.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from heliograph.report.errors import RowError
from heliograph.report.sealing import Row
from heliograph.report.times import quarter
from reports.report import Report
from reports.table import Field, load_table

LINE_BYTES = 1024 * 1024


def read_lines(stream: BinaryIO) -> Iterator[Row]:
    """Every line of `stream` as a row; empty lines count, and give nothing.

    A row's error: line-too-long, line-not-json, field-value, field-unknown.
    """
    number = 0
    while line := stream.readline(LINE_BYTES + 1):
        number += 1
        if len(line) > LINE_BYTES:
            _skip(stream, line)
            yield number, RowError("line-too-long")
        elif line.strip():
            yield number, _read(line)


def read_record(record: Any) -> Report:
    """One report from its JSON form. Raises RowError: field-value, field-unknown."""
    if isinstance(record, dict) and isinstance(record.get("report"), dict):
        record = record["report"]
    return _read_fields(load_table().fields, record)


def _skip(stream: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(LINE_BYTES)


def _read(line: bytes) -> list[Report] | RowError:
    try:
        return [read_record(json.loads(line))]
    except RowError as error:
        return error
    except (ValueError, RecursionError):
        return RowError("line-not-json")


def _read_fields(fields: tuple[Field, ...], record: Any) -> Report:
    if not isinstance(record, dict):
        raise RowError("field-value")
    by_name = {field.name: field for field in fields}
    report: Report = {}
    for name, value in record.items():
        if name == "unknown":
            report[name] = _read_unknown(value)
        elif name in by_name:
            report[name] = read_value(by_name[name], value)
        else:
            raise RowError("field-unknown")
    return report


def read_value(field: Field, value: Any) -> Any:
    """A field's value from its JSON form. What JSON has too is left to the codec's check.

    Raises RowError: field-value, field-unknown.
    """
    try:
        match field.type:
            case "bytes":
                return bytes.fromhex(value)
            case "time" if isinstance(value, str):
                moment = datetime.fromisoformat(value)
                if moment.tzinfo is None:
                    raise RowError("field-value")
                return quarter(moment.timestamp())
            case "record":
                return _read_fields(field.fields, value)
            case "record-list":
                return [_read_fields(field.fields, one) for one in value]
            case _:
                return value
    except (TypeError, ValueError, OverflowError):
        raise RowError("field-value") from None


def _read_unknown(value: Any) -> dict[int, Any]:
    try:
        return {int(key): one for key, one in value.items()}
    except (AttributeError, ValueError):
        raise RowError("field-value") from None
