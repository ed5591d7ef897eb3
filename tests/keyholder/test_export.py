"""export: what leaves the vault in clear, whole, closed to others, and safe to open."""

import csv
import io
import json
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from keyholder.documents import SCHEMA
from keyholder.exports.cells import plain
from keyholder.exports.table import list_columns
from reports.stop import COLUMNS, to_row
from reports.table import load_table
from tests.conftest import ROOT
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.hostile import HOSTILE
from tests.keyholder.test_cells import find_active
from tests.keyholder.test_reading import APP, SMS

FULL: dict[str, Any] = {
    **APP,
    "evidence": {
        "kinds": ["photo", "video"],
        "blobs": [{"key": bytes(32), "hash": bytes(32), "size": 7}],
        "links": ["https://x.example/1", "https://x.example/2"],
    },
    "plat_works": {"signal": "yes"},
    "asn": 9988,
    "reply": {"key": bytes(32), "address": bytes(32)},
    "unknown": {200: [1, {3: b"\x07"}]},
}


@pytest.fixture
def stocked(coalition: DeskForTests, service: FakeService) -> DeskForTests:
    """Two ordinary reports and a full one."""
    service.store(coalition.seal(APP), coalition.seal(SMS), coalition.seal(FULL))
    coalition.done("sync")
    return coalition


@pytest.fixture
def hostile(coalition: DeskForTests, service: FakeService) -> DeskForTests:
    """The corpus as reports."""
    service.store(*(coalition.seal({**APP, "area": text, "text": text}) for text in HOSTILE))
    coalition.done("sync")
    return coalition


def export(desk: DeskForTests, form: str, *options: object) -> bytes:
    file = desk.folder.parent / f"out.{form}"
    desk.done("export", "--format", form, "--output", file, "--force", *options)
    return file.read_bytes()


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def read_schema() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        (ROOT / "spec" / "exports" / SCHEMA).read_text(encoding="utf-8")
    )
    return content


class TestFile:
    @pytest.mark.parametrize("form", ["csv", "json", "stop", "xlsx", "geojson", "uwazi"])
    def test_is_closed_to_others_and_said_to_be_in_clear(
        self, stocked: DeskForTests, tmp_path: Path, form: str
    ) -> None:
        file = tmp_path / "out"
        result = stocked.done("export", "--format", form, "--output", file)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "3 reports" in result.out
        assert "NOT encrypted" in result.err

    def test_is_never_replaced_unasked(self, stocked: DeskForTests, tmp_path: Path) -> None:
        file = tmp_path / "out"
        file.write_text("mine", encoding="utf-8")
        result = stocked.run("export", "--format", "csv", "--output", file)
        assert (result.status, file.read_text(encoding="utf-8")) == (1, "mine")
        assert "--force" in result.err
        stocked.done("export", "--format", "csv", "--output", file, "--force")
        assert stocked.run("export", "--format", "csv", "--output", tmp_path, "--force").status == 1

    def test_is_whole_or_not_there(
        self, stocked: DeskForTests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise OSError(28, "no space")

        folder = tmp_path / "exports"
        folder.mkdir()
        monkeypatch.setattr("os.fsync", fail)
        result = stocked.run("export", "--format", "csv", "--output", folder / "out")
        assert (result.status, list(folder.iterdir())) == (1, [])
        assert "cannot be written" in result.err

    def test_takes_filters(self, stocked: DeskForTests) -> None:
        rows = read_csv(export(stocked, "csv", "--country", "IR"))
        assert [row["cc"] for row in rows] == ["IR"]

    def test_needs_a_known_format(self, stocked: DeskForTests, tmp_path: Path) -> None:
        assert stocked.run("export", "--format", "xml", "--output", tmp_path / "x").status == 2


class TestCsv:
    def test_holds_every_field(self, stocked: DeskForTests) -> None:
        full, sms, app = read_csv(export(stocked, "csv"))
        assert tuple(full) == list_columns()
        assert app["net_data"] == "down"
        assert app["since"] == "2026-09-21T08:15:00Z"
        assert sms["parsed"] == "cc; net"
        assert sms["tag"] == "01020304"
        assert full["evidence_kinds"] == "photo; video"
        assert full["evidence_links"] == "https://x.example/1; https://x.example/2"
        assert '"size": 7' in full["evidence_blobs"]
        assert full["plat_works_signal"] == "yes"
        assert full["asn"] == "9988"
        assert full["unknown"] == '{"200": [1, {"3": "07"}]}'

    def test_no_field_of_the_table_is_left_out(self) -> None:
        columns = list_columns()
        assert len(set(columns)) == len(columns)
        for field in load_table().fields:
            assert any(
                column == field.name or column.startswith(f"{field.name}_") for column in columns
            )

    def test_hostile_texts_are_defused(self, hostile: DeskForTests) -> None:
        data = export(hostile, "csv").decode("utf-8-sig")
        assert find_active(data) == []
        assert len(read_csv(data.encode())) == len(HOSTILE)


class TestJson:
    @pytest.mark.parametrize("fixture", ["stocked", "hostile", "coalition"])
    def test_follows_its_schema(self, request: pytest.FixtureRequest, fixture: str) -> None:
        desk = request.getfixturevalue(fixture)
        document = json.loads(export(desk, "json"))
        assert document["$schema"] == SCHEMA
        jsonschema.Draft202012Validator(read_schema()).validate(document)

    def test_list_and_show_follow_it_too(self, stocked: DeskForTests) -> None:
        document = stocked.done("list", "--json").json
        jsonschema.Draft202012Validator(read_schema()).validate(document)

    def test_the_schema_can_refuse(self, stocked: DeskForTests) -> None:
        document = json.loads(export(stocked, "json"))
        document["reports"][0]["report"]["since"] = 7
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(read_schema()).validate(document)

    def test_the_schema_names_every_field_of_the_table(self) -> None:
        schema = read_schema()
        jsonschema.Draft202012Validator.check_schema(schema)
        named = set(schema["$defs"]["report"]["properties"])
        assert named == {*load_table().by_name, "unknown"}

    def test_texts_are_exact(self, hostile: DeskForTests) -> None:
        data = export(hostile, "json")
        assert data.isascii()
        told = [one["report"]["text"] for one in json.loads(data)["reports"]]
        assert told == list(reversed(HOSTILE))


class TestStop:
    def test_has_the_columns_of_stop(self, stocked: DeskForTests) -> None:
        full, sms, app = read_csv(export(stocked, "stop", "--per", "report"))
        assert tuple(app) == COLUMNS
        assert len(COLUMNS) == 47
        assert {column: plain(cell) for column, cell in app.items()} == to_row(APP)
        assert sms["country"] == to_row(SMS)["country"]
        assert "https://x.example/1" in full["info_source_link"]

    def test_has_the_header_of_the_published_file(
        self, stocked: DeskForTests, shared: Path
    ) -> None:
        published = (shared / "data" / "stop-2016-2023.csv").read_bytes().split(b"\n")[0]
        header = export(stocked, "stop", "--per", "report").split(b"\n")[0]
        assert header.replace(b'"', b"").strip() == published.strip()

    def test_hostile_texts_are_defused(self, hostile: DeskForTests) -> None:
        assert find_active(export(hostile, "stop", "--per", "report").decode()) == []
