"""spec/report-v1.md: its example, its codes, and its numbers are true."""

import json
import re
from pathlib import Path

from reports.codec import decode, encode
from reports.errors import SENTENCES, ReportError
from reports.table import load_table

EPOCH = 1_780_272_000
TEXT = (Path(__file__).resolve().parents[2] / "spec" / "report-v1.md").read_text(encoding="utf-8")


def test_the_worked_example() -> None:
    example, dump = re.findall(r"```(?:json)?\n(.*?)```", TEXT, re.DOTALL)[:2]
    report = json.loads(example)
    data = bytes.fromhex("".join(line[:24].replace(" ", "") for line in dump.splitlines()))
    assert encode(report, EPOCH) == data
    assert decode(data, EPOCH) == report
    assert f"These are {len(data)} bytes" in TEXT


def test_every_code_is_in_the_list() -> None:
    listed = set(re.findall(r"^\| `(report-[a-z-]+)` \|", TEXT, re.MULTILINE))
    assert listed == {code for code in SENTENCES if code.startswith("report-")}


def test_every_type_is_in_the_list() -> None:
    listed = re.search(r"\| type \|.*?\n\n", TEXT, re.DOTALL)
    assert listed is not None
    for field in load_table().fields:
        assert f"`{field.type}`" in listed[0]


def test_limits() -> None:
    limits = load_table().limits
    assert f"more than {limits.report_bytes:,} bytes" in TEXT
    assert f"deeper than {limits.depth}," in TEXT
    assert f"more than {limits.container_items} items, or more than {limits.total_items:,}" in TEXT


def test_errors_explain_themselves() -> None:
    for code, sentence in SENTENCES.items():
        error = ReportError(code)
        assert error.code == code
        assert str(error) == sentence
        assert re.fullmatch(r"[A-Z].{20,}\.", sentence)
