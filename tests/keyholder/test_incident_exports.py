"""Exports of incidents: what each format holds, and where it comes from."""

import csv
import io
import json
import random
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from referencing import Registry, Resource

from keyholder.documents import SCHEMA as REPORT_SCHEMA
from keyholder.errors import ExportError
from keyholder.exports import workbook
from keyholder.exports.cells import plain
from keyholder.exports.formats import Export, Format, Unit, choose_unit, count_lines, write_export
from keyholder.exports.geojson import make_feature
from keyholder.exports.incidents import COLUMNS, SCHEMA
from keyholder.exports.stop import make_report
from keyholder.exports.titles import write_title
from keyholder.exports.uwazi import COLUMNS as UWAZI_COLUMNS
from keyholder.incidents.incident import Incident, build_incidents
from keyholder.records.replay import Annotations, Note, Translation
from reports.places import DATA, centroid
from reports.stop import COLUMNS as STOP_COLUMNS
from reports.stop import from_row, to_row
from tests.conftest import ROOT
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.homes import EMPTY
from tests.keyholder.hostile import HOSTILE
from tests.keyholder.test_cells import ACTIVE, find_active
from tests.keyholder.test_reading import APP, SINCE
from tests.keyholder.told import sum_up, tell

_CODED = (
    "start_date_type", "country", "geo_scope", "shutdown_type", "affected_network",
    "shutdown_extent", "actual_cause", "info_source", "shutdown_status", "gov_ack",
    "facebook_affected", "twitter_affected", "whatsapp_affected", "instagram_affected",
    "telegram_affected", "sms_affected", "phonecall_affected", "election", "violence",
    "hr_abuse_reported", "users_notified", "region",
)  # fmt: skip
SAID = [
    tell({**APP, "text": "No internet at all here", "consent": "quote", "lang": "en"}, 1),
    tell({**APP, "region": "MM-06", "area": "Thingangyun", "op": ["Ooredoo"], "notified": "no"}, 2),
    tell(
        {**APP, "chan": "sms", "tag": b"\1\2\3\4", "text": "secret words", "consent": "none",
         "status": "ended", "until": SINCE + 86_400, "notified": "no"},
        3,
    ),
]  # fmt: skip
NOTED = Annotations(
    tags={SAID[0].report_id: frozenset(("checked", "a|b"))},
    notes={SAID[0].report_id: (Note("00" * 8, 1, SINCE, "Called two people"),)},
    translations={SAID[0].report_id: (Translation("00" * 8, 2, SINCE, "en", "In English"),)},
    grades={SAID[0].report_id: "measured"},
    merged={},
    apart=frozenset(),
    history=(),
)


@pytest.fixture
def incident() -> Incident:
    """Three reports that a person put together."""
    return sum_up(SAID, NOTED)


def write(form: Format, incidents: list[Incident], unit: Unit = Unit.INCIDENT) -> bytes:
    reports = [one for incident in incidents for one in incident.reports]
    rest = {"unopened": [{"outcome": "no-key", "detail": "7", "count": 2}]}
    return b"".join(write_export(Export(form, unit, reports, incidents, NOTED, ["about"], rest)))


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def read_schema(name: str) -> Any:
    return json.loads((ROOT / "spec" / "exports" / name).read_text(encoding="utf-8"))


class TestStop:
    def test_a_line_is_an_incident(self, incident: Incident) -> None:
        (row,) = read_csv(write(Format.STOP, [incident]))
        assert tuple(row) == STOP_COLUMNS
        assert row["country"] == "Myanmar"
        assert row["start_date"] == "2026-09-21"
        assert row["sms_affected"] == "Yes"
        assert row["phonecall_affected"] == "No"
        assert row["users_notified"] == "No"
        assert row["info_source"] == "Confidential"
        assert "MPT" in row["telcos_involved"]
        assert "Ooredoo" in row["telcos_involved"]
        assert "Thingangyun" in row["area_name"]

    def test_quotes_those_who_agreed_alone(self, incident: Incident) -> None:
        (row,) = read_csv(write(Format.STOP, [incident]))
        assert "put together by a person" in row["event"]
        assert "In English" in row["event"]
        assert "secret words" not in row["event"]

    def test_two_who_contradict_each_other_say_nothing(self) -> None:
        words = ("yes", "no", "unknown")
        told = [tell({**APP, "notified": word, "text": word}, n) for n, word in enumerate(words, 1)]
        assert "notified" not in make_report(sum_up(told), EMPTY)
        assert make_report(sum_up(told[2:]), EMPTY)["notified"] == "unknown"
        told.append(tell({**APP, "notified": "no", "text": "again"}, 4))
        assert make_report(sum_up(told), EMPTY)["notified"] == "no"

    def test_words_are_those_of_the_real_file(self, shared: Path) -> None:
        """Each third row as an incident of one: coded cells hold words that the file holds, or
        none."""
        path = shared / "data" / "stop-2016-2023.csv"
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        words = {column: {row[column].strip() for row in rows} | {""} for column in _CODED}
        same = told = 0
        for number, row in enumerate(rows[::3], 1):
            for report in from_row(row):
                made = to_row(make_report(sum_up([tell(report, number, 20_000)]), EMPTY))
                assert tuple(made) == STOP_COLUMNS == tuple(row)
                for column in _CODED:
                    parts = made[column].split("; ") if column == "country" else [made[column]]
                    assert set(parts) <= words[column], column
                if number % 10 == 0:  # what is written, not a word that always passes
                    alone = to_row(report)
                    told += len(_CODED)
                    same += sum(made[column] == alone[column] for column in _CODED)
        assert same / told > 0.99

    def test_reports_of_a_nations_cut_make_words_of_the_real_file(self, shared: Path) -> None:
        """Random reports by several channels, put together by the rule."""
        path = shared / "data" / "stop-2016-2023.csv"
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        words = {column: {row[column].strip() for row in rows} | {""} for column in _CODED}
        countries = {from_row(row)[0].get("cc") for row in rows} - {None}
        incidents = build_incidents(list(_make_reports(sorted(countries)[::8])), EMPTY)
        for row in read_csv(write(Format.STOP, list(incidents))):
            for column in _CODED:
                assert plain(row[column]) in words[column], (column, row[column])


class TestGeojson:
    def test_is_at_the_middles_of_regions(self, incident: Incident) -> None:
        feature = make_feature(incident, "incident")
        points = feature["geometry"]["coordinates"]
        wanted = [centroid(code) for code in incident.regions]
        assert feature["geometry"]["type"] == "MultiPoint"
        assert [(lat, lon) for lon, lat in points] == wanted
        assert feature["properties"]["placed"] == "region"
        assert "secret" not in json.dumps(feature)

    def test_no_place_is_finer(self) -> None:
        """Whatever reports say of a place, a point is one of the committed middles."""
        middles = {
            (float(line.split("\t")[1]), float(line.split("\t")[2]))
            for line in (DATA / "regions.tsv").read_text(encoding="utf-8").splitlines()
        }
        countries = json.loads((DATA / "countries.json").read_text(encoding="utf-8"))
        middles |= {tuple(one["centroid"]) for one in countries.values() if "centroid" in one}
        areas = ["16.8409,96.1735", "geo:16.8,96.1", "w4rq", "Yangon", ""]
        for number, cc in enumerate(sorted(countries), 1):
            report = {**APP, "cc": cc, "area": areas[number % 5]}
            report["region"] = ("MM-01", f"{cc}-01", "16.84,96.17")[number % 3]
            document = json.loads(write(Format.GEOJSON, [sum_up([tell(report, number)])]))
            geometry = document["features"][0]["geometry"]
            if geometry is not None:
                longitude, latitude = geometry["coordinates"]
                assert (latitude, longitude) in middles

    def test_a_region_of_another_country_is_not_drawn(self) -> None:
        feature = make_feature(sum_up([tell({**APP, "cc": "IR"})]), "report")
        assert feature["properties"]["placed"] == "country"
        longitude, latitude = feature["geometry"]["coordinates"]
        assert (latitude, longitude) == centroid("IR")

    def test_no_place_is_null(self) -> None:
        feature = make_feature(sum_up([tell({"chan": "sms", "text": "help"})]), "report")
        assert feature["geometry"] is None
        assert feature["properties"]["title"] == "An unknown country: disruption"


class TestUwazi:
    def test_has_what_uwazi_reads(self, incident: Incident) -> None:
        (row,) = read_csv(write(Format.UWAZI, [incident]))
        assert tuple(row) == UWAZI_COLUMNS
        assert row["title"] == write_title(incident)
        assert set(row["regions"].split("|")) == {"Sagaing", "Yangon"}
        assert re.fullmatch(r"-?[0-9.]+\|-?[0-9.]+", row["geolocation"])
        assert row["since"] == "2026-09-21"
        assert row["language"] == "en"
        assert row["translations"] == "en: In English"
        assert set(row["tags"].split("|")) == {"checked", "a⟨U+007C⟩b"}
        assert not {"id", "file", "files", "attachments"} & set(row)


class TestJson:
    def test_follows_its_schema(self, incident: Incident) -> None:
        document = json.loads(write(Format.JSON, [incident]))
        schema = read_schema(SCHEMA)
        jsonschema.Draft202012Validator.check_schema(schema)
        held = Resource.from_contents(read_schema(REPORT_SCHEMA))
        registry: Registry[Any] = Registry().with_resource(REPORT_SCHEMA, held)
        validator = jsonschema.Draft202012Validator(schema, registry=registry)
        validator.validate(document)
        document["incidents"][0]["reports"][0]["report"]["since"] = 7
        assert not validator.is_valid(document)

    def test_reports_carry_what_keyholders_said(self, incident: Incident) -> None:
        document = json.loads(write(Format.JSON, [incident], Unit.REPORT))
        jsonschema.Draft202012Validator(read_schema(REPORT_SCHEMA)).validate(document)
        first, second, _ = document["reports"]
        assert first["annotations"]["tags"] == ["a|b", "checked"]
        assert first["annotations"]["notes"][0]["text"] == "Called two people"
        assert first["annotations"]["grade"] == "measured"
        assert "annotations" not in second


class TestXlsx:
    def test_has_three_sheets(self, incident: Incident) -> None:
        book = openpyxl.load_workbook(io.BytesIO(write(Format.XLSX, [incident])))
        assert book.sheetnames == ["reports", "incidents", "about"]
        header, row = (list(cells) for cells in book["incidents"].iter_rows(values_only=True))
        assert tuple(header) == COLUMNS
        assert row[header.index("title")] == write_title(incident)
        assert book["reports"].max_row == 4
        assert book["about"]["A1"].value == "about"

    def test_a_cell_too_long_says_so(self) -> None:
        text = "\U0001f4f5" * 20_000
        told = sum_up([tell({**APP, "text": text})])
        book = openpyxl.load_workbook(io.BytesIO(write(Format.XLSX, [told])))
        cells = [cell.value for row in book["reports"].iter_rows() for cell in row if cell.value]
        (cut,) = [cell for cell in cells if "cut: 40,000 characters" in str(cell)]
        assert len(str(cut).encode("utf-16-le")) // 2 <= workbook.MAX_CELL
        assert "1 cell held more" in str(book["about"]["A2"].value)

    def test_too_many_rows_are_refused(
        self, incident: Incident, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(workbook, "MAX_ROWS", 3)
        with pytest.raises(ExportError) as caught:
            write(Format.XLSX, [incident])
        assert caught.value.code == "rows-over-sheet"

    def test_leaves_no_plaintext_in_a_temporary_folder(
        self,
        incident: Incident,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Whoever asks for a temporary file, for writing or by name, fails."""
        import tempfile

        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("a temporary file")

        folder = tmp_path / "closed"
        folder.mkdir(mode=0o500)
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        for name in ("mkstemp", "NamedTemporaryFile", "TemporaryFile", "mkdtemp"):
            monkeypatch.setattr(tempfile, name, refuse)
        assert write(Format.XLSX, [incident]).startswith(b"PK")


class TestHostile:
    """The corpus; tests/long/test_hostile_exports.py has 5,000."""

    def test_nothing_is_active(self) -> None:
        told = [
            tell({**APP, "area": text, "text": text, "op": [text], "consent": "court"}, number)
            for number, text in enumerate(HOSTILE, 1)
        ]
        incidents = [sum_up([one]) for one in told]
        for form in (Format.STOP, Format.CSV, Format.UWAZI):
            assert find_active(write(form, incidents).decode("utf-8-sig")) == []
        assert write(Format.GEOJSON, incidents).isascii()
        book = openpyxl.load_workbook(io.BytesIO(write(Format.XLSX, incidents)), read_only=True)
        cells = [one for sheet in book.worksheets for row in sheet.iter_rows() for one in row]
        assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
        first = {str(cell.value).lstrip(' "\n')[:1] for cell in cells if cell.value is not None}
        assert not first & set(ACTIVE)

    def test_no_part_of_a_cell_is_one_of_xlsxs_own_escapes(self) -> None:
        told = [tell({**APP, "text": "_x005F_x000D_ _x0041_x0042_"})]
        data = write(Format.XLSX, [sum_up(told)])
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            strings = packed.read("xl/sharedStrings.xml").decode()
        assert not re.search("_x[0-9A-Fa-f]{4}_", strings)
        assert "⟨U+005F⟩x005F⟨U+005F⟩x000D_" in strings


class TestCommand:
    def test_takes_the_unit(
        self, coalition: DeskForTests, service: FakeService, tmp_path: Path
    ) -> None:
        service.store(*(coalition.seal({**APP, "text": f"no net {n}"}) for n in range(3)))
        coalition.done("sync")
        told = coalition.done("export", "--format", "csv", "--output", tmp_path / "r.csv")
        assert "3 reports are in" in told.out
        told = coalition.done(
            "export", "--format", "csv", "--per", "incident", "--output", tmp_path / "i.csv"
        )
        assert "3 reports, as 1 incident (0 of them put together by people" in told.out
        assert len(read_csv((tmp_path / "i.csv").read_bytes())) == 1
        assert "do not say what they agree to" in told.out

    def test_units(self) -> None:
        assert choose_unit(Format.STOP, None) is Unit.INCIDENT
        assert choose_unit(Format.CSV, None) is Unit.REPORT
        assert choose_unit(Format.STOP, Unit.REPORT) is Unit.REPORT
        empty = Export(Format.XLSX, Unit.REPORT, [], [], EMPTY, [], {})
        assert count_lines(empty) is None


def _make_reports(countries: list[str]) -> Iterator[Any]:
    chance = random.Random(7)
    for number in range(1, 150):
        report = {
            "chan": chance.choice(["app", "sms", "ussd", "web"]),
            "cc": chance.choice(countries),
            "net": {
                name: chance.choice(["ok", "slow", "down", "unknown"])
                for name in ("data", "fixed", "sms", "voice")
            },
            "kind": chance.sample(["full", "throttled", "apps", "dns", "jamming", "app-slow"], 2),
            "plat": chance.sample(["facebook", "x", "telegram", "signal", "vk"], 2),
            "scope": chance.choice(["town", "towns", "regions", "nation", "unknown"]),
            "status": chance.choice(["ongoing", "ended", "intermittent", "unknown"]),
            "cause": chance.choice(["coup", "exam", "election", "cable", "unknown", "visit"]),
            "notified": chance.choice(["yes", "no", "unknown"]),
            "violence": chance.choice(["yes", "no", "unknown"]),
            "since": SINCE - chance.randrange(5) * 86_400,
            "since_precision": chance.choice(["exact", "hour", "part", "day", "about"]),
        }
        yield tell(report, number)
