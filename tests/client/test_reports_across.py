"""Reports in JavaScript and in Python: the same bytes, the same reports, the same refusals."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.codec import decode, encode
from reports.errors import ReportError
from reports.report import Report
from reports.stop import from_row
from reports.table import load_table
from tests.client.asking import Library, running_library
from tests.long.test_stop_corpus import FILE
from tests.reports.strategies import LEAVES, REPORTS, WIRE_VALUES
from tools.vectors.report_json import from_json, to_json

EPOCH = 1_780_272_000
NAMES = [*(field.name for field in load_table().fields), "key", "unknown", "country"]
SMS_SUITES = {0x01: (56, 63), 0x11: (0, 111)}
"""Bytes of CBOR in one text, and what is taken off 114 n in n of them (spec/report-v1.md)."""


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_library() as library:
        yield library


def compare_reading(library: Library, data: bytes, start: int = EPOCH) -> None:
    """Both read the same report, which writes the same bytes again, or refuse it with one code."""
    answer = library.ask("decode", bytes=data.hex(), start=start)
    expected = _try(decode, data, start)
    if "code" in expected:
        assert answer == expected
    else:
        assert answer.get("bytes") == data.hex()
        assert from_json(answer["report"]) == expected["value"]


def compare_writing(library: Library, report: Any, start: int = EPOCH) -> bool:
    """Both write the same bytes, or refuse to with one code. Gives whether it was written."""
    answer = library.ask("encode", report=to_json(report), start=start)
    expected = _try(encode, report, start)
    if "code" not in expected:
        expected = {"bytes": expected["value"].hex()}
    assert answer == expected
    return "bytes" in answer


def _try(run: Callable[[Any, int], Any], value: Any, start: int) -> dict[str, Any]:
    try:
        return {"value": run(value, start)}
    except ReportError as error:
        return {"code": error.code}


def test_every_row_of_stop(library: Library, shared: Path) -> None:
    with (shared / "data" / FILE).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    reports = [report for row in rows for report in from_row(row)]
    for report in reports:
        assert compare_writing(library, report)
        compare_reading(library, encode(report, EPOCH))
    assert len(reports) >= len(rows) > 1_000
    print(f"\n{len(rows)} rows of STOP, {len(reports)} reports: the same bytes from both")


@settings(max_examples=150, deadline=None)
@given(report=REPORTS, start=st.integers(0, 1 << 33))
def test_any_report(library: Library, report: Report, start: int) -> None:
    assert compare_writing(library, report, start)
    compare_reading(library, encode(report, start), start)


@settings(max_examples=250, deadline=None)
@given(content=st.dictionaries(st.integers(0, 45), WIRE_VALUES, max_size=6))
def test_any_values_on_the_wire(library: Library, content: dict[int, Any]) -> None:
    compare_reading(library, encode({"unknown": content}, EPOCH))


@settings(max_examples=250, deadline=None)
@given(
    data=st.one_of(st.binary(max_size=60), st.binary(max_size=60).map(lambda b: b"\xa1\x18c" + b))
)
def test_any_bytes(library: Library, data: bytes) -> None:
    compare_reading(library, data)


@settings(max_examples=150, deadline=None)
@given(report=REPORTS, data=st.data())
def test_a_report_with_one_byte_changed(library: Library, report: Report, data: Any) -> None:
    wire = bytearray(encode(report, EPOCH))
    wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    compare_reading(library, bytes(wire))


PLAIN = st.one_of(LEAVES, st.just(0.5), st.just("?9"), st.just("?70000"), st.just("full"))
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=2).filter(
            lambda made: "unknown" not in made
        )
    ),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(NAMES), value=VALUES)
def test_any_value_of_any_field(library: Library, name: str, value: Any) -> None:
    """One field, so that it is no matter which of two errors comes first."""
    if name != "unknown":
        compare_writing(library, {name: value})


@pytest.mark.parametrize("suite", SMS_SUITES)
@settings(max_examples=60, deadline=None)
@given(report=REPORTS, with_text=st.booleans())
def test_compact_reports(library: Library, suite: int, report: Report, with_text: bool) -> None:
    """What is left out is what a text does not carry; the count is what Python's formula says."""
    made = library.ask(
        "compact", report=to_json(report), start=EPOCH, suite=suite, withText=with_text
    )
    expected = {name: one for name, one in report.items() if name not in ("written", "reply")}
    evidence = dict(expected.pop("evidence", {}))
    evidence.pop("blobs", None)
    if not with_text:
        evidence.pop("links", None)
        for name in ("text", "raw", "lang"):
            expected.pop(name, None)
    if evidence:
        expected["evidence"] = evidence
    data = encode({**expected, "chan": "app-sms"}, EPOCH)
    single, less = SMS_SUITES[suite]
    texts = 1 if len(data) <= single else max(2, -(-(len(data) + less) // 114))
    assert made == (None if texts > 15 else {"bytes": data.hex(), "texts": texts})
