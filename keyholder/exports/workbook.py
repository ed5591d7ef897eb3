"""XLSX: reports, incidents and what the file is, as three sheets on which every cell is text.

The whole file is made in memory: with its other ways XlsxWriter puts rows in clear into temporary
files.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xlsxwriter import Workbook

from keyholder.errors import ExportError
from keyholder.exports.cells import defuse

MAX_ROWS = 1_048_576
"""Rows of a sheet, its header among them (Excel's specifications and limits)."""
MAX_CELL = 32_767
"""Characters of a cell, counted as UTF-16 does."""
_MARK = " ⟨cut: {:,} characters; export json for all of it⟩"
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # ECMA-376-1, 22.9.2.19: ST_Xstring
_WIDTH = 18  # characters of a column
_ABOUT_WIDTH = 110

Cells = Mapping[str, str]


class Sheets:
    """A file that sheets are added to, each whole, and that is closed once."""

    def __init__(self) -> None:
        self._stream = io.BytesIO()
        self._book = Workbook(self._stream, _OPTIONS)
        self._text = self._book.add_format({"num_format": "@", "valign": "top"})
        self._head = self._book.add_format({"num_format": "@", "bold": True})
        self.shortened = 0
        """Cells that were cut to what a cell holds, each marked so."""

    def add(self, name: str, columns: Sequence[str], rows: Iterable[Cells]) -> None:
        """A sheet of this name with a header. ExportError rows-over-sheet."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, _WIDTH)
        self._write(sheet, 0, enumerate(columns), self._head)
        for number, cells in enumerate(rows, 1):
            if number == MAX_ROWS:
                raise ExportError("rows-over-sheet")
            told = ((at, cells.get(column, "")) for at, column in enumerate(columns))
            self._write(sheet, number, told, self._text)

    def add_about(self, lines: Iterable[str]) -> None:
        """The sheet that says what the file is."""
        sheet = self._book.add_worksheet("about")
        sheet.set_column(0, 0, _ABOUT_WIDTH)
        for number, line in enumerate(lines):
            self._write(sheet, number, [(0, line)], self._text)

    def close(self) -> bytes:
        """The file's bytes."""
        self._book.close()
        return self._stream.getvalue()

    def _write(self, sheet: Any, row: int, cells: Iterable[tuple[int, str]], form: Any) -> None:
        for column, text in cells:
            # write_string alone makes a cell of the type "shared string", whatever is in it
            if text and sheet.write_string(row, column, self._fit(_write_text(text)), form) != 0:
                raise ExportError("rows-over-sheet")

    def _fit(self, text: str) -> str:
        units = _count_units(text)
        if units <= MAX_CELL:
            return text
        self.shortened += 1
        mark = _MARK.format(units)
        kept = text.encode("utf-16-le")[: 2 * (MAX_CELL - len(mark))]
        return kept.decode("utf-16-le", "ignore") + mark


def _write_text(text: str) -> str:
    """The cell's text, defused; no part of it is one of XLSX's own writings for a character.

    XlsxWriter escapes those, but not two that share a `_`: `_x005F_x000D_` came back from
    LibreOffice with a carriage return in it.
    """
    return _ESCAPE.sub("⟨U+005F⟩", defuse(text))


def _count_units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
