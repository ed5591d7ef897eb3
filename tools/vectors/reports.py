"""Vectors of reports' bytes: what a reader refuses, and the borders of what it does not."""

from collections.abc import Iterator

import cbor2

from tools.vectors.case import Case
from tools.vectors.report_json import to_json

START = 1_780_272_000
"""The epoch's start of all reports: 2026-06-01T00:00Z, as in the specification's example."""
FIELDS = (("epoch start", str(START)),)
ALL_BYTES = 32_757
"""The longest report."""

UNDER_99 = "a1 1863"
"""A map with the one key 99, which the table does not have."""


def make_reports() -> Iterator[Case]:
    """Kind `report`: all that is about the form of the bytes."""
    for code, cases in _REFUSED.items():
        for name, comment, hexed in cases:
            yield _refuse(f"{code}-{name}", code, comment, bytes.fromhex(hexed))
    yield from _borders()


def _refuse(name: str, code: str, comment: str, data: bytes, fill: int = 0) -> Case:
    fields = (*FIELDS, ("fill", str(fill))) if fill else FIELDS
    return Case(name, code, comment, "report", fields, data)


def _keep(name: str, comment: str, data: bytes, fill: int = 0) -> Case:
    """A report whose content is too long to stand beside it: it must only come back."""
    fields = (*FIELDS, ("fill", str(fill))) if fill else FIELDS
    return Case(f"report-{name}", "open", comment, "report", fields, data)


def _nest(depth: int) -> bytes:
    """A report of lists in each other, `depth` deep with the report itself."""
    return bytes.fromhex(UNDER_99) + b"\x81" * (depth - 2) + b"\x80"


def _list(count: int) -> bytes:
    """A list of so many nulls."""
    return cbor2.dumps([None] * count)


def _lists(total: int) -> bytes:
    """A report of `total` items: itself, one list, seven lists of 256 and one of the rest."""
    rest = total - 2 - 7 * 257 - 1
    return bytes.fromhex(UNDER_99) + b"\x88" + _list(256) * 7 + _list(rest)


def _borders() -> Iterator[Case]:
    head = bytes.fromhex(f"{UNDER_99} 59") + (ALL_BYTES - 6).to_bytes(2, "big")
    yield _keep("longest", "32,757 bytes", head, ALL_BYTES)
    longer = bytes.fromhex(f"{UNDER_99} 59") + (ALL_BYTES - 5).to_bytes(2, "big")
    code = "report-too-large"
    yield _refuse(code, code, "32,758 bytes", longer, ALL_BYTES + 1)
    comment = "32,758 bytes that are no map: the size comes first"
    yield _refuse(f"{code}-no-map", code, comment, b"", ALL_BYTES + 1)
    yield _keep("deepest", "nested 6 deep", _nest(6))
    code = "report-too-deep"
    yield _refuse(code, code, "nested 7 deep", _nest(7))
    maps = bytes.fromhex(UNDER_99) + b"\xa1\x00" * 5 + b"\xa0"
    yield _refuse(f"{code}-maps", code, "maps nested 7 deep", maps)
    hostile = bytes.fromhex(UNDER_99) + b"\x81" * 3_000
    yield _refuse(f"{code}-hostile", code, "3,000 lists in each other", hostile)
    yield _keep("widest", "a list of 256 items", bytes.fromhex(UNDER_99) + _list(256))
    code = "report-too-many"
    wide = bytes.fromhex(UNDER_99) + _list(257)
    yield _refuse(f"{code}-list", code, "a list of 257 items", wide)
    map_head = bytes.fromhex(f"{UNDER_99} b90101")
    yield _refuse(f"{code}-map", code, "a map that says it has 257 items", map_head)
    claimed = bytes.fromhex(f"{UNDER_99} 9bffffffffffffffff")
    yield _refuse(f"{code}-claimed", code, "a list that says it has 2^64 - 1 items", claimed)
    yield _keep("most-items", "2,048 items", _lists(2_048))
    yield _refuse(f"{code}-items", code, "2,049 items", _lists(2_049))
    yield Case(
        "report-empty", "open", "the empty map is a report", "report",
        (*FIELDS, ("report", to_json({}))), b"\xa0",
    )  # fmt: skip


_REFUSED = {
    "report-truncated": (
        ("nothing", "no bytes", ""),
        ("value", "a key without its value", "a1 00"),
        ("key", "a map of two with one pair", "a2 0001"),
        ("head", "a head that breaks off", "a1 00 19 01"),
        ("head-of-map", "the map's own head breaks off", "b8"),
        ("list", "a list of two with one item", f"{UNDER_99} 82 01"),
        ("bytes", "a byte string that breaks off", f"{UNDER_99} 42 01"),
        ("text", "a text that breaks off", f"{UNDER_99} 62 61"),
        ("text-in-key", "a key that breaks off", f"{UNDER_99} a1 62 61"),
        ("claimed", "a byte string of 2^64 - 1 bytes", f"{UNDER_99} 5bffffffffffffffff"),
    ),
    "report-trailing": (
        ("byte", "a byte after the map", "a0 00"),
        ("map", "a second report", "a0 a0"),
    ),
    "report-not-map": (
        ("list", "a list", "80"),
        ("number", "a number", "00"),
        ("text", "a text", "60"),
        ("bytes", "a byte string", "40"),
        ("null", "null", "f6"),
        ("tag", "a tagged map", "c0 a0"),
        ("float", "a float", "f90000"),
    ),
    "report-key": (
        ("negative", "a negative key", "a1 20 01"),
        ("text", "a text as a key of the report", "a1 61 63 01"),
        ("bytes", "a byte string as a key of the report", "a1 41 00 01"),
        ("list", "a list as a key", "a1 80 01"),
        ("map", "a map as a key", "a1 a0 01"),
        ("true", "true as a key", "a1 f5 01"),
        ("null-inside", "null as a key inside", f"{UNDER_99} a1 f6 01"),
        ("list-inside", "a list as a key inside", f"{UNDER_99} a1 80 01"),
    ),
    "report-float": (
        ("16", "16 bits", f"{UNDER_99} f93c00"),
        ("32", "32 bits", f"{UNDER_99} fa3f800000"),
        ("64", "64 bits", f"{UNDER_99} fb3ff0000000000000"),
        ("nan", "not a number", f"{UNDER_99} f97e00"),
        ("key", "as a key", "a1 f93c00 01"),
        ("known", "in a field that the table has", "a1 09 f93c00"),
    ),
    "report-tag": (
        ("bignum", "2^64", f"{UNDER_99} c2 49 010000000000000000"),
        ("time", "a tagged time", "a1 09 c1 00"),
        ("key", "as a key", "a1 c0 60 01"),
        ("self-described", "inside", f"{UNDER_99} d9d9f7 00"),
    ),
    "report-simple": (
        ("undefined", "undefined", f"{UNDER_99} f7"),
        ("low", "simple value 0", f"{UNDER_99} e0"),
        ("byte", "simple value 255", f"{UNDER_99} f8ff"),
        ("false-in-two", "false in two bytes", f"{UNDER_99} f814"),
        ("reserved", "a reserved head", f"{UNDER_99} fc"),
        ("break", "a break where nothing is open", f"{UNDER_99} ff"),
    ),
    "report-indefinite": (
        ("map", "the map itself", "bf 00 01 ff"),
        ("list", "a list", f"{UNDER_99} 9f ff"),
        ("text", "a text in chunks", f"{UNDER_99} 7f 6161 ff"),
        ("bytes", "a byte string in chunks", f"{UNDER_99} 5f 4100 ff"),
        ("number", "a number of open length", f"{UNDER_99} 1f"),
        ("key", "a key in chunks", f"{UNDER_99} a1 7f 6161 ff 00"),
    ),
    "report-not-shortest": (
        ("8", "23 in two bytes", f"{UNDER_99} 1817"),
        ("16", "255 in three bytes", f"{UNDER_99} 1900ff"),
        ("32", "65,535 in five bytes", f"{UNDER_99} 1a0000ffff"),
        ("64", "2^32 - 1 in nine bytes", f"{UNDER_99} 1b00000000ffffffff"),
        ("negative", "-1 in two bytes", f"{UNDER_99} 3800"),
        ("key", "a key in two bytes", "a1 1801 62 4d4d"),
        ("map", "the map's own count in two bytes", "b800"),
        ("text", "a text's length in two bytes", f"{UNDER_99} 7800"),
        ("reserved-28", "a reserved head", f"{UNDER_99} 1c"),
        ("reserved-30", "a reserved head of the map itself", "be"),
    ),
    "report-order": (
        ("fields", "keys that fall", "a2 01624d4d 0001"),
        ("twice", "a key twice", "a2 0001 0001"),
        ("lengths", "100 before 23", "a2 1864 00 17 01"),
        ("inside", "keys inside that fall", f"{UNDER_99} a2 0100 0000"),
        ("inside-twice", "a key inside twice", f"{UNDER_99} a2 616100 616101"),
        ("rfc-7049", "shorter keys first, which is another order: -1 before 100",
         f"{UNDER_99} a2 2000 186400"),
    ),
    "report-text": (
        ("cut", "a character that breaks off", f"{UNDER_99} 61 c3"),
        ("overlong", "a slash in two bytes", f"{UNDER_99} 62 c0af"),
        ("surrogate", "half of a surrogate pair", f"{UNDER_99} 63 eda080"),
        ("above", "a character above U+10FFFF", f"{UNDER_99} 64 f4908080"),
        ("byte", "a byte that begins none", f"{UNDER_99} 61 ff"),
        ("key", "in a key inside", f"{UNDER_99} a1 61 ff 00"),
        ("field", "in a field that the table has", "a1 11 62 c328"),
    ),
}  # fmt: skip
