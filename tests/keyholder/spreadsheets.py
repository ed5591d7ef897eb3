"""LibreOffice, started once: files in, and what it made of each cell out."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, iterparse

MISSING = (
    "no LibreOffice Calc: CSV and XLSX are not opened by another program; "
    "apt-get install --no-install-recommends libreoffice-calc-nogui"
)
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_SECONDS = 200


class Cell(NamedTuple):
    """A cell as LibreOffice has it. `kind` is its value type: string, float, date…"""

    text: str
    kind: str
    formula: str | None
    links: int


Sheet = list[list[Cell]]
CSV = "Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"
"""Commas, quotes, UTF-8; what looks like a number is one, what looks like a formula is run."""


def find_office() -> str | None:
    """The program, None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def open_files(
    office: str, files: Sequence[Path], folder: Path, form: str | None = None
) -> dict[str, dict[str, Sheet]]:
    """File name -> sheet name -> its cells. One start of the program, with a profile of its own.

    `form` is its filter and the options of that, which a CSV file needs: nobody is there to ask.
    """
    out = folder / "opened"
    profile = (folder / "profile").as_uri()
    command = [office, "--headless", f"-env:UserInstallation={profile}", "--convert-to", "fods"]
    read = [] if form is None else [f"--infilter={form}"]
    done = subprocess.run(
        [*command, *read, "--outdir", str(out), *map(str, files)],
        env={**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    made = {file.name: out / f"{file.stem}.fods" for file in files}
    assert all(path.exists() for path in made.values()), done.stderr
    return {name: dict(_read_sheets(path)) for name, path in made.items()}


def _read_sheets(path: Path) -> list[tuple[str, Sheet]]:
    sheets: list[tuple[str, Sheet]] = []
    for event, element in iterparse(path, events=("start", "end")):
        if event == "start" and element.tag == f"{_TABLE}table":
            sheets.append((element.get(f"{_TABLE}name", ""), []))
        elif event == "end" and element.tag == f"{_TABLE}table-row":
            cells = [cell for one in element for cell in _read_cells(one)]
            while cells and cells[-1] == Cell("", "", None, 0):
                cells.pop()
            if cells:
                sheets[-1][1].append(cells)
            element.clear()
    return sheets


def _read_cells(element: Element) -> list[Cell]:
    if not element.tag.startswith(f"{_TABLE}") or not element.tag.endswith("table-cell"):
        return []
    cell = Cell(
        "\n".join(map(_read_text, element.findall(f"{_TEXT}p"))),
        element.get(f"{_OFFICE}value-type", ""),
        element.get(f"{_TABLE}formula"),
        len(list(element.iter(f"{_TEXT}a"))),
    )
    repeated = int(element.get(f"{_TABLE}number-columns-repeated", "1"))
    return [cell] * (repeated if cell.kind else min(repeated, 200))


def _read_text(paragraph: Element) -> str:
    text = paragraph.text or ""
    for one in paragraph:
        if one.tag == f"{_TEXT}s":
            text += " " * int(one.get(f"{_TEXT}c", "1"))
        elif one.tag == f"{_TEXT}tab":
            text += "\t"
        elif one.tag == f"{_TEXT}line-break":
            text += "\n"
        else:
            text += _read_text(one)
        text += one.tail or ""
    return text
