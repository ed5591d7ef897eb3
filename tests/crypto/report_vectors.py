"""Runs vectors of the kinds `report` and `report-write`."""

from reports.codec import decode, encode
from tests.crypto.vector import Vector
from tools.vectors.report_json import from_json, to_json


def run_report(vector: Vector) -> str:
    start = int(vector.field("epoch start"))
    report = decode(vector.payload, start)
    assert encode(report, start) == vector.payload
    if "report" in vector.fields:
        expected = from_json(vector.field("report"))
        # As JSON too: to Python, True is 1.
        assert (report, to_json(report)) == (expected, vector.field("report"))
        assert encode(expected, start) == vector.payload
    return "open"


def run_report_write(vector: Vector) -> str:
    report = from_json(vector.field("report"))
    assert encode(report, int(vector.field("epoch start"))) == vector.payload
    return "open"
