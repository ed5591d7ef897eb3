"""Many reports from CSV and JSON lines: each bad row is told, and hides no other."""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.choosing import sealing_key
from heliograph.errors import OperatorError
from heliograph.report.errors import ReportCommandError, RowError
from heliograph.report.records import LINE_BYTES, read_lines
from heliograph.report.rows import read_rows
from heliograph.report.sealing import Row, Sealed, seal_rows
from reports.codec import encode
from reports.stop import COLUMNS
from tests.coalition import NOW, make_coalition


def csv_of(header: Iterable[str], *rows: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([list(header), *map(list, rows)])
    return text.getvalue().encode()


def read_csv(data: bytes) -> list[Row]:
    return list(read_rows(io.BytesIO(data), NOW))


def read_jsonl(data: bytes) -> list[Row]:
    return list(read_lines(io.BytesIO(data)))


def code_of(row: Row) -> str:
    assert isinstance(row[1], RowError)
    return row[1].code


def report_of(row: Row) -> dict[str, Any]:
    assert isinstance(row[1], list)
    return row[1][0]


STOP_ROW = {
    "start_date": "2021-02-01", "country": "Myanmar; Atlantis", "area_name": "Nationwide",
    "shutdown_type": "Shutdown", "affected_network": "Mobile", "shutdown_extent": "Full network",
}  # fmt: skip


class TestCsv:
    def test_flags_and_fields_are_columns(self) -> None:
        data = csv_of(
            ["country", "op", "net", "since", "text", "link"],
            [
                "Myanmar",
                "MPT;41405",
                "data=down;sms=ok",
                "2026-01-02",
                "- cut -",
                "https://a.example",
            ],
        )
        report = report_of(read_csv(data)[0])
        assert report == {
            "cc": "MM", "op": ["MPT", "41405"], "net": {"data": "down", "sms": "ok"},
            "since": 1767312000, "since_precision": "day", "text": "- cut -",
            "evidence": {"links": ["https://a.example"]},
        }  # fmt: skip

    def test_what_keyholder_exports_is_read(self) -> None:
        data = b"\xef\xbb\xbf" + csv_of(
            ["id", "received", "chan", "cc", "net_data", "net_sms", "since", "since_precision",
             "written", "evidence_kinds", "evidence_links", "evidence_blobs", "parsed", "tag",
             "seq", "part_group", "part_number", "part_total", "auth", "raw", "unknown"],
            ["00ff", "2026-01-02", "sms", "MM", "down", "ok", "2026-01-02T03:00:00Z", "hour",
             "2026-01-02T04:00:00Z", "photo; link", "https://a.example; https://b.example", "[]",
             "cc; net", "ab12", "7", "0a", "1", "2", "checked", "the text as it came", "{}"],
        )  # fmt: skip
        report = report_of(read_csv(data)[0])
        assert report == {
            "cc": "MM", "net": {"data": "down", "sms": "ok"}, "since": 1767322800,
            "since_precision": "hour", "written": 1767326400,
            "evidence": {"kinds": ["photo", "link"], "links": ["https://a.example", "https://b.example"],
                         "blobs": []},
            "parsed": ["cc", "net"], "tag": b"\xab\x12", "seq": 7,
            "part": {"group": b"\n", "number": 1, "total": 2}, "auth": "checked",
            "raw": "the text as it came",
        }  # fmt: skip
        assert encode(report, 0)

    def test_stops_columns_are_recognised_in_any_order(self) -> None:
        header = sorted(COLUMNS)
        data = csv_of(header, [STOP_ROW.get(name, "") for name in header])
        (row,) = read_csv(data)
        assert report_of(row)["cc"] == "MM"
        assert isinstance(row[1], list)
        assert len(row[1]) >= 1

    def test_one_bad_row_never_costs_the_others(self) -> None:
        data = csv_of(["cc", "since", "text"], ["MM", "6h", "good"], ["Atlantis", "", ""])
        data += (
            b"MM,,\xff\xfe\nMM,6h\n\n" + b'MM,6h,"' + b"x" * (1024 * 1024 + 1) + b'"\nMM,1d,last\n'
        )
        rows = read_csv(data)
        assert [number for number, _ in rows] == list(range(1, len(rows) + 1))
        assert report_of(rows[0])["text"] == "good"
        assert [code_of(row) for row in rows[1:5]] == [
            "row-value", "row-not-utf8", "row-cells", "row-not-csv",
        ]  # fmt: skip
        assert report_of(rows[-1])["text"] == "last"

    @pytest.mark.parametrize("name", ["seq", "tag", "evidence_blobs", "written"])
    def test_cells_of_no_form(self, name: str) -> None:
        assert code_of(read_csv(csv_of([name], ["{not this"]))[0]) == "field-value"

    @pytest.mark.parametrize(
        "header",
        [[], ["text", "colour"], ["text", "text"], ["cc", "country"], ["id"], ["start_date"]],
    )
    def test_a_header_of_no_form_is_refused(self, header: list[str]) -> None:
        with pytest.raises(ReportCommandError) as caught:
            read_csv(csv_of(header, ["x"] * len(header)))
        assert caught.value.code == "csv-header"
        assert "colour" not in str(caught.value)

    def test_an_empty_file_has_no_header(self) -> None:
        with pytest.raises(ReportCommandError):
            read_csv(b"")

    @given(st.binary(max_size=300))
    def test_any_bytes_give_rows_or_a_refusal(self, data: bytes) -> None:
        for number, found in read_csv(b"cc,text,since\n" + data):
            assert number > 0
            assert isinstance(found, RowError | list)


class TestJsonLines:
    def test_fields_come_back_with_bytes_and_times(self) -> None:
        line = {
            "cc": "MM", "since": 1767322800, "until": "2026-01-02T03:59:00Z", "tag": "ab12",
            "part": {"group": "0a", "number": 1, "total": 2}, "unknown": {"99": [1, "x"]},
            "evidence": {"blobs": [{"key": "00" * 32, "hash": "11" * 32, "size": 5}]},
        }  # fmt: skip
        (row,) = read_jsonl(json.dumps(line).encode())
        report = report_of(row)
        assert (report["until"], report["tag"]) == (1767325500, b"\xab\x12")
        assert report["unknown"] == {99: [1, "x"]}
        assert report["evidence"]["blobs"] == [{"key": bytes(32), "hash": b"\x11" * 32, "size": 5}]
        assert encode(report, 0)

    def test_an_entry_of_an_export_is_read(self) -> None:
        line = {"id": "00", "received": "2026-01-01", "report": {"cc": "MM", "chan": "sms"}}
        assert report_of(read_jsonl(json.dumps(line).encode())[0]) == {"cc": "MM", "chan": "sms"}

    def test_one_bad_line_never_costs_the_others(self) -> None:
        lines = [
            b'{"text": "good"}', b"", b"{not json", b"[1]", b"7", b'{"colour": "red"}',
            b'{"tag": "zz"}', b'{"tag": 5}', b'{"since": "yesterday"}', b'{"since": "2026-01-02"}',
            b'{"unknown": {"a": 1}}', b'{"unknown": 5}', b'{"part": []}', b'{"evidence": {"x": 1}}',
            b'{"text": "\xff"}', b"[" * 50_000, b'{"text": "' + b"x" * LINE_BYTES + b'"}',
            b'{"text": "last"}',
        ]  # fmt: skip
        rows = read_jsonl(b"\n".join(lines))
        assert [number for number, _ in rows] == [1, *range(3, len(lines) + 1)]
        codes = [code_of(row) for row in rows[1:-1]]
        assert codes[0] == "line-not-json"
        assert codes[-3:] == ["line-not-json", "line-not-json", "line-too-long"]
        assert set(codes[1:-3]) == {"field-value", "field-unknown"}
        assert report_of(rows[-1])["text"] == "last"

    @given(st.binary(max_size=300))
    def test_any_bytes_give_rows(self, data: bytes) -> None:
        for number, found in read_jsonl(data):
            assert number > 0
            assert isinstance(found, RowError | list)


def test_bad_rows_are_counted_and_the_rest_is_sealed(tmp_path: Path) -> None:
    coalition = make_coalition()
    key = sealing_key(coalition.keyring, "import", NOW)
    rows: list[Row] = [
        (1, [{"text": "a"}, {"text": "b"}]),
        (2, RowError("row-value")),
        (3, [{"text": "kept whole or not at all"}, {"colour": "red"}]),
        (4, [{"text": "x" * 13_000}]),
        (5, []),
        *((number, [{"text": str(number)}]) for number in range(6, 406)),
    ]
    bad = [(2, "row-value"), (3, "field-unknown"), (4, "field-too-large")]
    assert seal_rows(rows, key, "import", tmp_path, now=NOW) == Sealed(0, bad)
    assert list(tmp_path.iterdir()) == []
    seen: list[tuple[str, int]] = []
    sealed = seal_rows(
        rows, key, "import", tmp_path, now=NOW, skip_bad=True,
        on_progress=lambda doing, count: seen.append((doing, count)),
    )  # fmt: skip
    assert sealed == Sealed(402, bad)
    assert seen == [("Sealing", 256), ("Keeping", 256), ("Keeping", 402)]
    assert len(list(tmp_path.iterdir())) == 402


def test_a_disk_that_is_full_while_sealing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = sealing_key(make_coalition().keyring, "import", NOW)
    opened = []

    def open_full(**_where: object) -> object:
        opened.append(Path("/dev/full").open("wb", buffering=0))  # noqa: SIM115
        return opened[0]

    monkeypatch.setattr("tempfile.TemporaryFile", open_full)
    with pytest.raises(OperatorError) as caught:
        seal_rows([(1, [{"text": "a"}])], key, "import", tmp_path, now=NOW)
    assert caught.value.code == "outbox-unwritable"
    assert opened[0].closed
