"""Vectors of reports that are to be written: those that have bytes, and those that are refused."""

import json
from collections.abc import Iterator

from tools.vectors.case import Case
from tools.vectors.reports import FIELDS


def make_report_writings() -> Iterator[Case]:
    """Kind `report-write`: a report as JSON, and its bytes."""
    for name, comment, report, hexed in _WRITTEN:
        yield _case(name, "open", comment, report, bytes.fromhex(hexed))
    for code, cases in _REFUSED.items():
        for name, comment, report in cases:
            yield _case(f"{code}-{name}", code, comment, report)


def _case(name: str, expect: str, comment: str, report: object, data: bytes = b"") -> Case:
    fields = (*FIELDS, ("report", json.dumps(report, separators=(",", ":"))))
    return Case(f"report-write-{name}", expect, comment, "report-write", fields, data)


def _unknown(*pairs: tuple[object, object]) -> dict[str, object]:
    return {"unknown": {"map": [list(pair) for pair in pairs]}}


def _nest(depth: int) -> object:
    value: object = []
    for _ in range(depth - 1):
        value = [value]
    return value


_WRITTEN: tuple[tuple[str, str, object, str], ...] = (
    ("order", "names in any order", {"cc": "MM", "chan": "app"}, "a2 00 01 01 62 4d4d"),
    ("list-order", "values in any order, and twice", {"kind": ["?12", "full", "?12"]},
     "a1 07 190801"),
    ("parsed-order", "names of fields in any order, and twice", {"parsed": ["net", "cc", "net"]},
     "a1 1822 82 01 06"),
    ("region-before-country", "the region first", {"region": "MM-13", "cc": "MM"},
     "a2 01 62 4d4d 02 62 3133"),
    ("known-as-unknown", "a field's value under its key", _unknown((0, 1)), "a1 00 01"),
    ("unknown-empty", "nothing unknown", _unknown(), "a0"),
    ("unknown-order", "keys in any order, at every level",
     _unknown((1000, {"map": [["b", 1], ["a", 2], [-1, 3], [24, 4]]}), (99, None)),
     "a2 1863 f6 1903e8 a4 1818 04 20 03 6161 02 6162 01"),
    ("largest-key", "2^64 - 1", _unknown(({"int": "18446744073709551615"}, False)),
     "a1 1bffffffffffffffff f4"),
    ("bits-64", "bit 64", {"kind": ["?64"]}, "a1 07 1b8000000000000000"),
)  # fmt: skip

_REFUSED: dict[str, tuple[tuple[str, str, object], ...]] = {
    "field-unknown": (
        ("name", "a name that the table does not have", {"country": "MM"}),
        ("inside", "in a record", {"part": {"size": 1}}),
        ("case", "another case", {"CC": "MM"}),
        ("proto", "a name that means something to JavaScript", {"__proto__": {}}),
    ),
    "field-value": (
        ("list", "a report is no list", []),
        ("null", "null", {"cc": None}),
        ("enum", "no value of this field", {"chan": "radio"}),
        ("enum-number", "the number in place of its name", {"chan": "?1"}),
        ("enum-zero", "0", {"chan": "?0"}),
        ("enum-spelling", "a number with a zero before it", {"chan": "?09"}),
        ("enum-above", "above 65,536", {"chan": "?65537"}),
        ("list-type", "a text for a list", {"kind": "full"}),
        ("list-bit", "a bit above 64", {"kind": ["?65"]}),
        ("levels-type", "a list for members and levels", {"net": ["down"]}),
        ("levels-level", "a level above 15", {"net": {"data": "?16"}}),
        ("levels-member", "a member above 256", {"net": {"?257": "down"}}),
        ("number", "a text for a number", {"seq": "1"}),
        ("number-below", "below the least", {"asn": 0}),
        ("number-above", "above the most", {"seq": 65_536}),
        ("number-true", "true is no number", {"seq": True}),
        ("number-half", "a half", {"seq": 0.5}),
        ("text", "a number for a text", {"area": 1}),
        ("texts", "a text for a list", {"evidence": {"links": "https://example.org/"}}),
        ("country", "small letters", {"cc": "mm"}),
        ("country-line", "a line feed behind it", {"cc": "MM\n"}),
        ("language", "capitals", {"lang": "MY"}),
        ("region", "no country before the hyphen", {"region": "-13"}),
        ("region-part", "a part of one alone", {"cc": "MM", "region": "13"}),
        ("bytes", "a text for bytes", {"tag": "a"}),
        ("record", "a list for a record", {"part": []}),
        ("records", "a record for a list", {"evidence": {"blobs": {}}}),
        ("parsed", "a name that is no field", {"parsed": ["country"]}),
        ("unknown", "a list in place of what is unknown", {"unknown": []}),
        ("unknown-negative", "a negative key", _unknown((-1, 1))),
        ("unknown-text", "a text as a key", _unknown(("cc", "MM"))),
        ("unknown-large", "a key of 2^64", _unknown(({"int": "18446744073709551616"}, 1))),
        ("unknown-twice", "a field under its name and under its key",
         {"cc": "MM", **_unknown((1, "MM"))}),
    ),
    "field-too-large": (
        ("text", "513 bytes in 171 characters", {"area": "\u1000" * 171}),
        ("operator", "49 bytes", {"op": ["a" * 49]}),
        ("region", "7 bytes", {"region": "MM-1234"}),
        ("bytes", "17 bytes", {"tag": {"bytes": "00" * 17}}),
        ("bytes-none", "no bytes", {"tag": {"bytes": ""}}),
        ("key", "a key of 31 bytes", {"reply": {"key": {"bytes": "00" * 31}}}),
    ),
    "field-too-many": (
        ("operators", "four operators", {"op": ["a", "b", "c", "d"]}),
        ("links", "thirteen links", {"evidence": {"links": ["a"] * 13}}),
        ("blobs", "seventeen blobs", {"evidence": {"blobs": [{}] * 17}}),
        ("parsed", "sixty-five names of fields", {"parsed": ["cc"] * 65}),
    ),
    "time-not-quarter": (
        ("second", "a second after a quarter", {"since": 901}),
        ("minute", "a minute before one", {"obs": 840}),
    ),
    "time-out-of-range": (
        ("before", "before 1970", {"since": -900}),
        ("after", "the year 10000", {"until": 253_402_300_800}),
        ("text", "a text", {"since": "1970-01-01"}),
        ("true", "true", {"since": True}),
        ("half", "half a second", {"since": 900.5}),
        ("far", "2^70", {"since": {"int": str(1 << 70)}}),
    ),
    "report-text": (
        ("surrogate", "half of a surrogate pair", {"area": "a\ud83d"}),
        ("second-half", "the other half, alone", {"text": "\udd4a!"}),
    ),
    "report-float": (("unknown", "a float in what is unknown", _unknown((99, 1.5))),),
    "report-tag": (
        ("unknown", "2^64 in what is unknown", _unknown((99, {"int": str(1 << 64)}))),
        ("unknown-negative", "-2^64 - 1", _unknown((99, {"int": str(-(1 << 64) - 1)}))),
    ),
    "report-key": (("unknown", "true as a key inside", _unknown((99, {"map": [[True, 1]]}))),),
    "report-too-deep": (("unknown", "nested 7 deep", _unknown((99, _nest(6)))),),
    "report-too-many": (("unknown", "a list of 257 items", _unknown((99, [0] * 257))),),
}  # fmt: skip
