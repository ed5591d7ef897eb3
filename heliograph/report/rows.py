"""CSV: one report a row, under our own columns (columns.py) or STOP's 47.

A bad row never costs the others.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO

from heliograph.report.columns import Column, list_columns, read_cells
from heliograph.report.errors import ReportCommandError, RowError
from heliograph.report.sealing import Row
from reports import stop
from reports.errors import ReportError
from reports.report import Report

CELL_CHARACTERS = 1024 * 1024
Reader = Callable[[dict[str, str]], list[Report]]


def read_rows(stream: BinaryIO, now: int) -> Iterator[Row]:
    """Every row below the header; row 1 is the first of them. `now`: Unix seconds, for `6h`.

    A row's error: row-not-utf8, row-not-csv, row-cells, row-value and reports' own codes.
    Raises ReportCommandError `csv-header`.
    """
    # What is not UTF-8 comes through as half surrogates, so that it costs its own row alone.
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _read_text(text, now)
    finally:
        text.detach()  # else the wrapper closes the stream, which is its opener's


def _read_text(text: Iterable[str], now: int) -> Iterator[Row]:
    csv.field_size_limit(CELL_CHARACTERS)
    lines = csv.reader(text, strict=True)
    header = [name.strip() for name in next(lines, [])]
    read = _choose_reader(header, now)
    number = 0
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error:
            number += 1
            yield number, RowError("row-not-csv")
            continue
        if cells:
            number += 1
            yield number, _read(header, cells, read)


def _read(header: Sequence[str], cells: Sequence[str], read: Reader) -> list[Report] | RowError:
    if len(cells) != len(header):
        return RowError("row-cells")
    if any("\udc80" <= character <= "\udcff" for cell in cells for character in cell):
        return RowError("row-not-utf8")
    try:
        return read(dict(zip(header, cells, strict=True)))
    except (ReportError, RowError) as error:
        return RowError(error.code)
    except ReportCommandError:
        return RowError("row-value")


def _choose_reader(header: Sequence[str], now: int) -> Reader:
    if set(stop.COLUMNS) <= set(header):
        return stop.from_row
    columns = list_columns()
    targets = [columns.get(name) for name in header]
    known = [column for column in targets if column is not None and column != Column()]
    if not known or None in targets or any(known.count(column) > 1 for column in known):
        raise ReportCommandError(
            "csv-header",
            "The CSV file's header holds a column that is unknown, or one twice.",
            "Use the flags of `heliograph report --help` as columns, or STOP's 47 columns.",
        )
    return lambda row: [read_cells(columns, row, now)]
