"""5,000 hostile texts through every way out: nothing of them is active any more.

Each format is read back by another reader than our writer: csv, openpyxl, zipfile, json.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
import pytest

from keyholder.exports.cells import plain
from keyholder.exports.formats import Export, Format, Unit, list_incidents, write_export
from keyholder.exports.table import list_columns
from keyholder.exports.workbook import MAX_CELL
from keyholder.incidents.incident import Incident
from keyholder.merge import Merged
from keyholder.records.replay import Annotations, Note, Translation
from keyholder.rows import make_row, write_table
from keyholder.sheet import write_sheet
from keyholder.terminal import shorten, show
from tests.keyholder.hostile_strings import COUNT, make_strings
from tests.keyholder.test_cells import ACTIVE, find_active
from tests.keyholder.test_reading import APP
from tests.keyholder.test_terminal import is_harmless
from tests.keyholder.told import sum_up, tell

STRINGS = make_strings()
TERMINALS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
"""Characters that move, hide or end something wherever they are shown."""


FIELDS: list[Callable[[str], dict[str, Any]]] = [
    lambda text: {"area": text},
    lambda text: {"op": [text]},
    lambda text: {"op_other": text},
    lambda text: {"plat_other": text},
    lambda text: {"contact": text},
    lambda text: {"lang": text},
    lambda text: {"raw": text},
    lambda text: {"evidence": {"kinds": ["link"], "links": [text, text]}},
    lambda text: {"unknown": {200: [text]}},
]


def make_report(text: str, number: int) -> Merged:
    """The text as the report's own, and in another field by turns."""
    report = {**APP, "consent": "court", "text": text}
    return tell(report | FIELDS[number % len(FIELDS)](text), number)


REPORTS = [make_report(text, number) for number, text in enumerate(STRINGS, 1)]
ANNOTATIONS = Annotations(
    tags={one.report_id: frozenset((text,)) for one, text in zip(REPORTS, STRINGS, strict=True)},
    notes={
        one.report_id: (Note("00" * 8, 1, 0, text),)
        for one, text in zip(REPORTS, STRINGS, strict=True)
    },
    translations={
        one.report_id: (Translation("00" * 8, 1, 0, "en", text),)
        for one, text in zip(REPORTS[::2], STRINGS[::2], strict=True)
    },
    grades={},
    merged={},
    apart=frozenset(),
    history=(),
)


@pytest.fixture(autouse=True, scope="module")
def _long_cells() -> Iterator[None]:
    """A reader that takes quotes for nothing joins many cells into one."""
    before = csv.field_size_limit(1 << 30)
    yield
    csv.field_size_limit(before)


@pytest.fixture(scope="module")
def incidents() -> list[Incident]:
    """Each report an incident: rules that leave out what few say must not hide a text here."""
    return [sum_up([one], ANNOTATIONS) for one in REPORTS]


def write(form: Format, unit: Unit, incidents: list[Incident]) -> bytes:
    about = ["=1+1", "about"]
    return b"".join(
        write_export(Export(form, unit, REPORTS, incidents, ANNOTATIONS, about, {"unopened": []}))
    )


def walk(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from walk(name)
            yield from walk(one)
    elif isinstance(value, list):
        for one in value:
            yield from walk(one)


def test_they_are_five_thousand_and_hostile() -> None:
    assert len(set(STRINGS)) == COUNT == 5_000
    raw = "\r\n".join(STRINGS)
    assert len(find_active(raw.encode("utf-8", "replace").decode())) > 1_000
    assert len(TERMINALS.findall(raw)) > 1_000
    assert raw.count("<") > 500


def test_terminal() -> None:
    for text in STRINGS:
        assert is_harmless(show(text))
        assert is_harmless(shorten(text, 40))
    for one in REPORTS[::25]:
        assert all(map(is_harmless, "\n".join(write_sheet(one)).split("\n")))
    assert all(map(is_harmless, write_table(make_row(one, 80) for one in REPORTS)))


@pytest.mark.parametrize(
    ("form", "unit"),
    [
        (Format.CSV, Unit.REPORT),
        (Format.CSV, Unit.INCIDENT),
        (Format.STOP, Unit.INCIDENT),
    ],
)
def test_csv_and_stop(form: Format, unit: Unit, incidents: list[Incident]) -> None:
    data = write(form, unit, incidents).decode("utf-8-sig")
    assert find_active(data) == []
    assert not TERMINALS.search(data.replace("\r\n", "\n"))
    rows = list(csv.DictReader(io.StringIO(data, newline=""), strict=True))
    assert len(rows) == COUNT
    if unit is Unit.REPORT:
        told = [show(text, lines=True) for text in STRINGS]
        assert [plain(row["text"]) for row in rows] == told


def test_xlsx(incidents: list[Incident]) -> None:
    data = write(Format.XLSX, Unit.INCIDENT, incidents)
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    assert book.sheetnames == ["reports", "incidents", "about"]
    types: set[str] = set()
    texts: list[str] = []
    column = list_columns().index("text")
    for sheet in book.worksheets:
        rows = 0
        for number, row in enumerate(sheet.iter_rows()):
            rows += 1
            for cell in row:
                if cell.value is None:
                    continue
                types.add(cell.data_type)
                assert cell.value.lstrip(' "\n')[:1] not in tuple(ACTIVE)
                assert not TERMINALS.search(cell.value)
                assert len(cell.value.encode("utf-16-le")) // 2 <= MAX_CELL
            if sheet.title == "reports" and number:
                texts.append(str(row[column].value))
        assert rows == (3 if sheet.title == "about" else COUNT + 1)
    assert types == {"s"}
    told = [re.sub("_(?=x[0-9A-Fa-f]{4}_)", "⟨U+005F⟩", show(one, lines=True)) for one in STRINGS]
    short = [at for at, text in enumerate(told) if len(text) < MAX_CELL // 2]
    assert [plain(texts[at]) for at in short] == [told[at] for at in short]
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in packed.namelist():
            content = packed.read(name)
            assert b"<f>" not in content
            assert b"<hyperlink" not in content
            assert b'TargetMode="External"' not in content
            assert b"externalLink" not in content


def test_geojson(incidents: list[Incident]) -> None:
    data = write(Format.GEOJSON, Unit.INCIDENT, incidents)
    assert data.isascii()
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", data)
    document = json.loads(data)
    assert len(document["features"]) == COUNT
    for text in walk(document):
        assert not TERMINALS.search(text)
        assert not re.search(r"[<>\"`]|&#|&[a-z]|\]\(|\]\[|\]:", text)


def test_uwazi(incidents: list[Incident]) -> None:
    data = write(Format.UWAZI, Unit.INCIDENT, incidents).decode("utf-8")
    assert find_active(data) == []
    rows = list(csv.DictReader(io.StringIO(data, newline="")))
    assert len(rows) == COUNT
    for row in rows:
        assert row["title"]
        for name, cell in row.items():
            assert not TERMINALS.search(cell)
            assert not re.search(r"[<>`]|&#|&[a-z]|\]\(|\]\[|\]:|::", cell)
            assert "|" not in cell or name in ("geolocation", "networks", "kinds", "platforms")


@pytest.mark.parametrize("unit", list(Unit))
def test_json(unit: Unit, incidents: list[Incident]) -> None:
    data = write(Format.JSON, unit, incidents)
    assert data.isascii()
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", data)
    document = json.loads(data)
    if unit is Unit.REPORT:
        told = [one["report"]["text"] for one in document["reports"]]
        noted = [one["annotations"]["notes"][0]["text"] for one in document["reports"]]
        assert noted == STRINGS
    else:
        told = [one["reports"][0]["report"]["text"] for one in document["incidents"]]
    assert told == STRINGS


def test_each_check_can_fail() -> None:
    assert find_active('"=1+1"\r\n')
    assert TERMINALS.search("\x1b[31m")
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    assert book.active["A1"].data_type == "f"


def test_a_map_of_reports_makes_each_an_incident_of_its_own() -> None:
    made = list_incidents(Format.GEOJSON, Unit.REPORT, REPORTS[:3], ANNOTATIONS)
    assert [one.id for one in made] == [one.report_id for one in REPORTS[:3]]
    assert list_incidents(Format.CSV, Unit.REPORT, REPORTS[:3], ANNOTATIONS) == ()
