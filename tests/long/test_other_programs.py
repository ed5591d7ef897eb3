"""Exports opened by other programs: CSV and XLSX by LibreOffice, GeoJSON by a validator.

LibreOffice is started twice, because CSV files need a filter of their own: some ten seconds.
"""

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from keyholder.exports.formats import Export, Format, Unit, write_export
from keyholder.exports.table import list_columns
from reports.stop import COLUMNS as STOP_COLUMNS
from tests.conftest import ROOT
from tests.keyholder.spreadsheets import CSV, MISSING, Cell, Sheet, find_office, open_files
from tests.keyholder.told import sum_up
from tests.long.test_hostile_exports import ANNOTATIONS, REPORTS

NO_NODE = "no node, or `npm ci` in client/ was not run: GeoJSON is not validated"
_CHECK = """
import { readFileSync } from "node:fs";
import { check, HintError } from "@placemarkio/check-geojson";
for (const file of process.argv.slice(1)) {
  try {
    const { features } = check(readFileSync(file, "utf8"));
    console.log(features.length);
  } catch (error) {
    if (!(error instanceof HintError)) throw error;
    console.log(JSON.stringify(error.issues.slice(0, 3)));
  }
}
"""

SOME = [*REPORTS[:150], *REPORTS[150::12]]
"""The corpus, and of what was put together from it every twelfth: it reads a thousand a second."""
FILES = {
    "sheets.xlsx": (Format.XLSX, Unit.INCIDENT),
    "reports.csv": (Format.CSV, Unit.REPORT),
    "stop.csv": (Format.STOP, Unit.INCIDENT),
    "uwazi.csv": (Format.UWAZI, Unit.INCIDENT),
}
Opened = dict[str, dict[str, Sheet]]
PLANTED = '"a","=1+1"\r\n"b","=HYPERLINK(""https://x.example"",""x"")"\r\n'


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of exports, and of files that a spreadsheet does run."""
    folder = tmp_path_factory.mktemp("office")
    for name, (form, unit) in FILES.items():
        (folder / name).write_bytes(export(form, unit))
    (folder / "planted.csv").write_text(PLANTED, encoding="utf-8")
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    book.save(folder / "formula.xlsx")
    return folder


@pytest.fixture(scope="module")
def opened(written: Path) -> Opened:
    """All files as LibreOffice has them."""
    office = find_office()
    if office is None:
        pytest.skip(MISSING)
    sheets = open_files(office, sorted(written.glob("*.xlsx")), written)
    return sheets | open_files(office, sorted(written.glob("*.csv")), written, CSV)


def export(form: Format, unit: Unit) -> bytes:
    incidents = [sum_up([one], ANNOTATIONS) for one in SOME]
    about = ["=1+1", "about"]
    return b"".join(write_export(Export(form, unit, SOME, incidents, ANNOTATIONS, about, {})))


def list_cells(sheets: dict[str, Sheet]) -> list[Cell]:
    return [cell for sheet in sheets.values() for row in sheet for cell in row]


def list_formulas(sheets: dict[str, Sheet]) -> list[str]:
    return [cell.formula for cell in list_cells(sheets) if cell.formula is not None]


def test_the_check_can_fail(opened: Opened) -> None:
    assert len(list_formulas(opened["planted.csv"])) == 2
    assert len(list_formulas(opened["formula.xlsx"])) == 1


@pytest.mark.parametrize("name", list(FILES))
def test_no_cell_is_a_formula_or_a_link(opened: Opened, name: str) -> None:
    assert list_formulas(opened[name]) == []
    assert sum(cell.links for cell in list_cells(opened[name])) == 0
    assert len(list_cells(opened[name])) > 5_000


def test_every_cell_of_a_sheet_is_text_and_what_we_wrote(opened: Opened, written: Path) -> None:
    book = openpyxl.load_workbook(written / "sheets.xlsx", read_only=True)
    assert list(opened["sheets.xlsx"]) == book.sheetnames
    assert {cell.kind for cell in list_cells(opened["sheets.xlsx"])} <= {"string", ""}
    for sheet in book.worksheets:
        rows = sheet.iter_rows(values_only=True)
        for ours, theirs in zip(rows, opened["sheets.xlsx"][sheet.title], strict=True):
            told = [cell.text for cell in theirs]
            assert told == [one or "" for one in ours][: len(told)]
    book.close()


@pytest.mark.parametrize(
    ("name", "columns", "text"),
    [("reports.csv", list_columns(), "text"), ("stop.csv", STOP_COLUMNS, "event")],
)
def test_csv_comes_out_cell_by_cell(
    opened: Opened, written: Path, name: str, columns: tuple[str, ...], text: str
) -> None:
    data = (written / name).read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data, newline="")))
    (sheet,) = opened[name].values()
    assert [cell.text for cell in sheet[0]] == list(columns)
    at = columns.index(text)
    assert len(sheet) == len(rows)
    same = 0
    for ours, theirs in zip(rows[1:], sheet[1:], strict=True):
        if theirs[at].kind == "string":  # 1E5, TRUE and the like are its own numbers
            assert theirs[at].text == ours[at]
            same += 1
    assert same > 0.95 * len(SOME)


def test_a_validator_takes_the_map(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not (ROOT / "client" / "node_modules" / "@placemarkio").is_dir():
        pytest.skip(NO_NODE)
    good, bad = tmp_path / "good.geojson", tmp_path / "bad.geojson"
    good.write_bytes(export(Format.GEOJSON, Unit.INCIDENT))
    document = json.loads(good.read_bytes())
    document["features"][7]["geometry"]["coordinates"] = ["north", 7]
    bad.write_text(json.dumps(document), encoding="utf-8")
    done = subprocess.run(
        [node, "--input-type=module", "--eval", _CHECK, "--", good, bad],
        cwd=ROOT / "client",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = done.stdout.splitlines()
    assert told[0] == str(len(SOME))
    assert "position" in told[1] or "number" in told[1], told[1]
