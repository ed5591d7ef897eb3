"""Vectors of records, in the folder of what holders alone read."""

from collections.abc import Iterator

from crypto.attestations import attest
from crypto.officers import public_key
from crypto.records import LABEL, MAX_RECORD, SignedRecord, write_record
from tools.vectors.case import Case
from tools.vectors.keys import make_seed
from tools.vectors.report_json import to_json

HOLDER = "0123456789abcdef"
SEED = make_seed("holder")
REPORT = bytes.fromhex("0011223344556677")
_AUTHOR = [("author", HOLDER), ("key", public_key(SEED).hex())]
_HEAD = b"\x84\x48" + bytes.fromhex(HOLDER)
_REST = b"\x01\x1a\x6a\xb1\x3b\x80"  # counter 1, and a time
_MAP = b"\xa1\x62op\x01"


def make_records() -> Iterator[Case]:
    """All cases of the kind `record`."""
    yield from _good()
    yield from _refused()
    for form, comment, content in _FORMS:
        yield Case(
            f"holders/record-form-{form}", "record-form", comment, "record", _AUTHOR, _sign(content)
        )


def _sign(content: bytes) -> bytes:
    return content + attest(LABEL, content, SEED)


def _good() -> Iterator[Case]:
    longest = MAX_RECORD - len(write_record(SignedRecord(HOLDER, 1, 1, {"text": "x" * 256}), SEED))
    cases: list[tuple[str, str, SignedRecord]] = [
        (
            "tag",
            "the worked example",
            SignedRecord(
                HOLDER, 1_048_577, 1_790_000_000, {"op": "tag", "report": REPORT, "tag": "fibre"}
            ),
        ),
        ("least", "counter 1 at time 0", SignedRecord(HOLDER, 1, 0, {"": 0})),
        (
            "greatest",
            "the greatest numbers",
            SignedRecord(HOLDER, 2**64 - 1, 253_402_300_799, {"op": 2**64 - 1}),
        ),
        (
            "types",
            "every type of value",
            SignedRecord(
                HOLDER,
                24,
                256,
                {"n": 65_536, "t": "ကနဦး", "b": b"\xff\x00", "l": [b"", REPORT], "e": ""},
            ),
        ),
        (
            "longest",
            "as long as a record can be",
            SignedRecord(HOLDER, 1, 0, {"text": "x" * 32_000}),
        ),
        (
            "full",
            "as long as an envelope takes",
            SignedRecord(HOLDER, 1, 1, {"text": "x" * (256 + longest)}),
        ),
    ]
    for name, comment, record in cases:
        told = [
            ("counter", str(record.counter)),
            ("time", str(record.time)),
            ("operation", to_json(dict(record.operation))),
        ]
        yield Case(
            f"holders/record-{name}",
            "open",
            comment,
            "record",
            [*_AUTHOR, *told],
            write_record(record, SEED),
        )


def _refused() -> Iterator[Case]:
    good = _sign(_HEAD + _REST + _MAP)
    cases = [
        ("empty", "record-size", "nothing", b""),
        ("short", "record-size", "76 bytes", good[:76]),
        ("long", "record-size", "a byte too long", _HEAD + bytes(MAX_RECORD - 9)),
        ("three", "record-form", "an array of three", b"\x83" + good[1:]),
        ("id-seven", "record-form", "a holder id of seven bytes", b"\x84\x47" + good[2:]),
        ("unknown", "record-author", "by another holder", b"\x84\x48" + bytes(8) + good[10:]),
        ("flipped", "record-signature", "the last bit changed", good[:-1] + bytes((good[-1] ^ 1,))),
        ("content", "record-signature", "the time changed", good[:13] + b"\xff" + good[14:]),
        ("unsigned", "record-signature", "zeros for a signature", good[:-64] + bytes(64)),
        (
            "label",
            "record-signature",
            "signed under another label",
            good[:-64] + attest("heliograph/card/v1", good[:-64], SEED),
        ),
        (
            "stranger",
            "record-signature",
            "signed by somebody else",
            good[:-64] + attest(LABEL, good[:-64], make_seed("stranger")),
        ),
        ("nonsense", "record-signature", "not read before its signature", _HEAD + b"\xff" * 80),
    ]
    for name, code, comment, payload in cases:
        yield Case(f"holders/record-{name}", code, comment, "record", _AUTHOR, payload)


_FORMS = [
    ("counter-zero", "counter 0", _HEAD + b"\x00" + _REST[1:] + _MAP),
    ("counter-negative", "a negative counter", _HEAD + b"\x20" + _REST[1:] + _MAP),
    ("counter-long", "counter 1 in two bytes", _HEAD + b"\x18\x01" + _REST[1:] + _MAP),
    ("time-late", "the year 10000", _HEAD + b"\x01\x1b\0\0\x00\x3a\xff\xf4\x41\x80" + _MAP),
    ("no-field", "an empty operation", _HEAD + _REST + b"\xa0"),
    ("no-map", "an array for an operation", _HEAD + _REST + b"\x81\x00"),
    ("indefinite", "a map without a length", _HEAD + _REST + b"\xbf\x62op\x01\xff"),
    ("cut", "it ends in a value", _HEAD + _REST + b"\xa1\x62op\x19\x01"),
    ("more", "a byte behind it", _HEAD + _REST + _MAP + b"\x00"),
    ("name-bytes", "a name of bytes", _HEAD + _REST + b"\xa1\x42op\x01"),
    ("name-long", "a name of 17 bytes", _HEAD + _REST + b"\xa1\x71" + b"n" * 17 + b"\x01"),
    ("name-twice", "a name twice", _HEAD + _REST + b"\xa2\x62op\x01\x62op\x02"),
    ("name-order", "names out of order", _HEAD + _REST + b"\xa2\x62op\x01\x61a\x01"),
    ("utf-8", "a text that is no UTF-8", _HEAD + _REST + b"\xa1\x62op\x62\xff\xfe"),
    ("surrogate", "half a character", _HEAD + _REST + b"\xa1\x62op\x63\xed\xa0\x80"),
    ("null", "null", _HEAD + _REST + b"\xa1\x62op\xf6"),
    ("float", "a fraction", _HEAD + _REST + b"\xa1\x62op\xf9\x3c\x00"),
    ("tag", "a tagged number", _HEAD + _REST + b"\xa1\x62op\xc1\x01"),
    ("map", "a map in the map", _HEAD + _REST + b"\xa1\x62op\xa0"),
    ("list-texts", "a list of texts", _HEAD + _REST + b"\xa1\x62op\x81\x61a"),
    ("list-lists", "a list in a list", _HEAD + _REST + b"\xa1\x62op\x81\x81\x40"),
    ("list-long", "513 in a list", _HEAD + _REST + b"\xa1\x62op\x99\x02\x01" + b"\x40" * 513),
    ("list-huge", "2^64 - 1 in a list", _HEAD + _REST + b"\xa1\x62op\x9b" + b"\xff" * 8),
    (
        "fields",
        "nine fields",
        _HEAD + _REST + b"\xa9" + b"".join(b"\x61%d\x01" % number for number in range(9)),
    ),
]
