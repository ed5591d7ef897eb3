"""Vectors of reports' values: each type of field, and what is kept under `unknown`."""

from collections.abc import Iterator
from typing import Any

from reports.report import LATEST, QUARTER, Report
from reports.wire import write_wire
from tools.vectors.case import Case
from tools.vectors.report_json import to_json
from tools.vectors.reports import FIELDS, START

_MM = {"cc": "MM"}
_BLOB = {0: b"\x11" * 32, 1: b"\x22" * 32, 2: 1_000_000}
_LAST = LATEST - QUARTER


def make_report_values() -> Iterator[Case]:
    """Kind `report`: bytes, and the report that they hold."""
    for name, comment, wire, report in _READ:
        yield _case(name, comment, wire, report)
    for name, comment, wire in _UNKNOWN:
        yield _case(f"unknown-{name}", comment, wire, {"unknown": wire})
    for name, comment, wire in _UNKNOWN_REGIONS:
        rest = {key: value for key, value in wire.items() if key != 1}
        yield _case(f"unknown-{name}", comment, wire, {**_MM, "unknown": rest})
    odd = {29: b"", 30: 65_536, 31: {1: 0}}
    kept: Report = {"part": {"unknown": {1: 0}}, "unknown": {29: b"", 30: 65_536}}
    yield _case("one-odd-field", "an odd field costs nothing else", odd, kept)


def _case(name: str, comment: str, wire: dict[int, Any], report: Report) -> Case:
    fields = (*FIELDS, ("report", to_json(report)))
    return Case(f"report-{name}", "open", comment, "report", fields, write_wire(wire))


def _quarters(time: int) -> int:
    return time // QUARTER - START // QUARTER


_READ: tuple[tuple[str, str, dict[int, Any], Report], ...] = (
    ("example", "the specification's example",
     {0: 4, 1: "MM", 2: "06", 5: [41401], 6: b"\x30\x11", 7: 1, 9: 7, 10: 2, 11: 2, 14: 31},
     {"chan": "sms", "cc": "MM", "region": "MM-06", "op": ["41401"],
      "net": {"data": "down", "sms": "ok", "voice": "ok"}, "kind": ["full"],
      "since": 1_780_278_300, "since_precision": "hour", "status": "ongoing",
      "obs": 1_780_299_900}),
    ("enum-newer", "a number of a newer table", {0: 9, 4: 65_536},
     {"chan": "?9", "scope": "?65536"}),
    ("list-all-bits", "bits 1, 54 and 64: beyond what a float is exact for",
     {7: 1 | 1 << 53 | 1 << 63}, {"kind": ["full", "?54", "?64"]}),
    ("list-53-bits", "the highest bit that a float is exact for", {7: 1 << 52}, {"kind": ["?53"]}),
    ("list-empty", "a list that names nothing", {7: 0}, {"kind": []}),
    ("levels-newer", "members and levels of a newer table",
     {6: b"\x00\x00\x00\x0f\xf0"}, {"net": {"?8": "?15", "?9": "?15"}}),
    ("levels-most", "member 256", {6: bytes(127) + b"\x01"}, {"net": {"?256": "ok"}}),
    ("levels-none", "nobody is said anything of", {6: b""}, {"net": {}}),
    ("levels-of-platforms", "the members are another field's values",
     {38: b"\x10\x00\x02"}, {"plat_works": {"facebook": "yes", "youtube": "no"}}),
    ("numbers", "the highest numbers", {30: 65_535, 37: 4_294_967_295},
     {"seq": 65_535, "asn": 4_294_967_295}),
    ("times", "the first and the last quarter of an hour, and one before the epoch",
     {9: _quarters(0), 12: _quarters(_LAST), 14: -1},
     {"since": 0, "until": _LAST, "obs": START - QUARTER}),
    ("texts", "all planes, a zero, a mark of byte order at the start",
     {3: "\ufeffa\0b", 17: "မြန်မာ العربية 🕊"}, {"area": "\ufeffa\0b", "text": "မြန်မာ العربية 🕊"}),
    ("text-longest", "256 bytes of two-byte characters", {35: "é" * 128}, {"contact": "é" * 128}),
    ("operators", "codes as numbers, all else as texts",
     {5: [41401, 310_260, "00101"]}, {"op": ["41401", "310260", "00101"]}),
    ("operators-longest", "48 bytes", {5: ["ab" * 24, "1234", "1234567"]},
     {"op": ["ab" * 24, "1234", "1234567"]}),
    ("operators-none", "a list without one", {5: []}, {"op": []}),
    ("region-alone", "without a country it is whole", {2: "MM-13"}, {"region": "MM-13"}),
    ("region-abroad", "a region of another country is whole", {1: "XS", 2: "SO-AW"},
     {"cc": "XS", "region": "SO-AW"}),
    ("region-longest", "three letters", {1: "GB", 2: "ABC"}, {"cc": "GB", "region": "GB-ABC"}),
    ("languages", "two letters", {16: "my"}, {"lang": "my"}),
    ("language-three", "three letters", {16: "shn"}, {"lang": "shn"}),
    ("tag", "one byte and sixteen", {29: b"\0", 31: {0: b"\xff" * 16, 1: 1, 2: 255}},
     {"tag": b"\0", "part": {"group": b"\xff" * 16, "number": 1, "total": 255}}),
    ("evidence", "kinds, blobs and links", {28: {0: 3, 1: [_BLOB], 2: ["https://example.org/"]}},
     {"evidence": {"kinds": ["photo", "video"],
                   "blobs": [{"key": b"\x11" * 32, "hash": b"\x22" * 32, "size": 1_000_000}],
                   "links": ["https://example.org/"]}}),
    ("record-empty", "a record that says nothing", {28: {}, 31: {}},
     {"evidence": {}, "part": {}}),
    ("record-newer", "a key that a record does not have", {28: {1: [{**_BLOB, 9: True}], 9: None}},
     {"evidence": {"blobs": [{"key": b"\x11" * 32, "hash": b"\x22" * 32, "size": 1_000_000,
                              "unknown": {9: True}}], "unknown": {9: None}}}),
    ("size-largest", "a terabyte", {28: {1: [{2: 1 << 40}]}},
     {"evidence": {"blobs": [{"size": 1 << 40}]}}),
    ("parsed", "names of fields, one of a newer table", {34: [1, 6, 200]},
     {"parsed": ["cc", "net", "?200"]}),
    ("keys-newer", "keys of a newer table, up to the highest",
     {42: 1, 255: "b", (1 << 64) - 1: [None]},
     {"unknown": {42: 1, 255: "b", (1 << 64) - 1: [None]}}),
    ("whole-numbers", "the highest and the lowest, and where a float is no longer exact",
     {99: [(1 << 53) - 1, 1 << 53, (1 << 64) - 1, -(1 << 53), -(1 << 53) + 1, -(1 << 64)]},
     {"unknown": {99: [(1 << 53) - 1, 1 << 53, (1 << 64) - 1, -(1 << 53), -(1 << 53) + 1,
                       -(1 << 64)]}}),
    ("keys-inside", "numbers, byte strings and texts as keys, in the order of their bytes",
     {99: {10: 1, 100: 2, -1: 3, -300: 4, b"": 5, b"\xff": 6, "": 7, "z": 8, "aa": 9}},
     {"unknown": {99: {10: 1, 100: 2, -1: 3, -300: 4, b"": 5, b"\xff": 6, "": 7, "z": 8,
                       "aa": 9}}}),
    ("proto", "names that mean something to JavaScript",
     {99: {"unknown": 2, "__proto__": {"constructor": 1}}},
     {"unknown": {99: {"unknown": 2, "__proto__": {"constructor": 1}}}}),
)  # fmt: skip


_UNKNOWN: tuple[tuple[str, str, dict[int, Any]], ...] = (
    ("enum-zero", "no value has the number 0", {0: 0}),
    ("enum-above", "no value has a number above 65,536", {0: 65_537}),
    ("enum-type", "a text for a number", {0: "app"}),
    ("enum-true", "true is not 1", {0: True}),
    ("enum-null", "null", {0: None}),
    ("list-type", "a list for a number", {7: [1]}),
    ("list-negative", "a negative number", {7: -1}),
    ("list-true", "true is not 1", {7: True}),
    ("levels-end", "a byte of 0 at the end", {6: b"\x30\x00"}),
    ("levels-type", "a map for a byte string", {6: {1: 3}}),
    ("levels-beyond", "member 257", {6: bytes(128) + b"\x10"}),
    ("number-below", "below the least", {37: 0}),
    ("number-above", "above the most", {37: 1 << 32}),
    ("number-huge", "2^64 - 1", {30: (1 << 64) - 1}),
    ("number-text", "a text", {30: "1"}),
    ("time-before", "a quarter before 1970", {9: _quarters(0) - 1}),
    ("time-after", "the year 10000", {9: _quarters(LATEST)}),
    ("time-far", "more than 2^40 quarters", {9: (1 << 40) + 1}),
    ("time-huge", "-2^64 quarters", {9: -(1 << 64)}),
    ("time-text", "a text", {9: "now"}),
    ("text-longer", "257 bytes in 129 characters", {35: "é" * 128 + "a"}),
    ("text-bytes", "a byte string", {35: b"a"}),
    ("text-number", "a number", {35: 1}),
    ("operator-code-as-text", "a second form of a code", {5: ["41401"]}),
    ("operator-number", "a number that is no code", {5: [1234]}),
    ("operator-negative", "a negative number", {5: [-41_401]}),
    ("operator-huge", "2^64 - 1", {5: [(1 << 64) - 1]}),
    ("operator-longer", "49 bytes", {5: ["a" * 49]}),
    ("operators-four", "one more than three", {5: ["a", "b", "c", "d"]}),
    ("operators-type", "a text for a list", {5: "MPT"}),
    ("country-small", "small letters", {1: "mm"}),
    ("country-three", "three letters", {1: "MMR"}),
    ("country-one", "one letter", {1: "M"}),
    ("country-line", "a line feed behind it", {1: "MM\n"}),
    ("country-other", "letters of another script", {1: "ММ"}),
    ("language-capitals", "capitals", {16: "MY"}),
    ("language-four", "four letters", {16: "abcd"}),
    ("region-part", "a part without a country", {2: "13"}),
    ("region-number", "a number", {2: 13}),
    ("region-small", "small letters", {2: "mm-13"}),
    ("region-four", "four characters behind the hyphen", {2: "M-1234"}),
    ("region-none", "nothing behind the hyphen", {2: "MM-"}),
    ("bytes-longer", "17 bytes", {29: bytes(17)}),
    ("bytes-none", "no byte", {29: b""}),
    ("bytes-text", "a text", {29: "a"}),
    ("record-type", "a list for a map", {31: []}),
    ("record-keys", "a record with a text as a key", {31: {"a": 1}}),
    ("record-negative", "a record with a negative key", {31: {-1: 1}}),
    ("parsed-falling", "keys that fall", {34: [6, 1]}),
    ("parsed-twice", "a key twice", {34: [1, 1]}),
    ("parsed-above", "a key above 65,536", {34: [65_537]}),
    ("parsed-true", "true is not 1", {34: [True]}),
    ("parsed-65", "65 keys", {34: list(range(65))}),
)

_UNKNOWN_REGIONS: tuple[tuple[str, str, dict[int, Any]], ...] = (
    ("region-whole", "a second form: whole, though the country is there", {1: "MM", 2: "MM-13"}),
    ("region-number-in", "a number, though the country is there", {1: "MM", 2: 13}),
    ("region-long-in", "four characters", {1: "MM", 2: "1234"}),
    ("region-empty-in", "an empty text", {1: "MM", 2: ""}),
)
