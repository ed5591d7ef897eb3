"""The quick reader says what `decode` says, whatever the bytes and whatever it read before."""

from typing import Any

import cbor2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reports import decoder
from reports.codec import decode, encode
from reports.decoder import Decoder
from reports.errors import ReportError
from reports.report import QUARTER, Report

START = 1_790_000_100
_KEPT = Decoder(START)  # remembers over all examples, as a desk does

REPORTS = st.fixed_dictionaries(
    {},
    optional={
        "chan": st.sampled_from(["app", "sms", "ussd", "?9"]),
        "cc": st.sampled_from(["MM", "IR", "XK"]),
        "region": st.sampled_from(["MM-13", "IR-01", "MM-1", "XK-99"]),
        "area": st.text(max_size=30),
        "op": st.lists(st.sampled_from(["41401", "MPT", "432011"]), max_size=3),
        "net": st.dictionaries(
            st.sampled_from(["data", "sms", "?40"]), st.sampled_from(["ok", "down"])
        ),
        "kind": st.lists(st.sampled_from(["full", "dns", "app-slow"]), unique=True, max_size=2),
        "since": st.integers(-(10**5), 10**5).map(lambda n: (START // QUARTER + n) * QUARTER),
        "lang": st.sampled_from(["en", "my"]),
        "text": st.text(max_size=300),
        "tag": st.binary(min_size=1, max_size=16),
        "seq": st.integers(0, 300),
        "parsed": st.lists(st.sampled_from(["cc", "net", "since"]), unique=True, max_size=3),
        "raw": st.text(max_size=30),
        "part": st.fixed_dictionaries(
            {"group": st.integers(0, 255), "number": st.integers(1, 3), "total": st.just(3)}
        ),
        "asn": st.integers(1, 1 << 31),
        "unknown": st.dictionaries(st.integers(60, 400), st.integers(0, 9), max_size=2),
    },
)


def _tell(read: Any, data: bytes) -> tuple[str, Any]:
    try:
        return "report", read(data)
    except ReportError as error:
        return "refused", error.code


def _check(data: bytes) -> None:
    told = _tell(lambda one: decode(one, START), data)
    for _ in range(2):  # the second time from memory
        assert _tell(_KEPT.decode, data) == told
    assert _tell(Decoder(START).decode, data) == told


def _encode(report: Report) -> bytes:
    try:
        return encode(report, START)
    except ReportError:  # an odd combination
        return encode({}, START)


@settings(max_examples=120, deadline=None)
@given(REPORTS)
def test_reports_read_the_same(report: Report) -> None:
    _check(_encode(report))


@settings(max_examples=200, deadline=None)
@given(REPORTS, st.data())
def test_altered_reports_read_the_same(report: Report, data: st.DataObject) -> None:
    bytes_ = bytearray(_encode(report))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(bytes_) - 1))
        if data.draw(st.booleans()):
            bytes_[at] = data.draw(st.integers(0, 255))
        else:
            del bytes_[at : at + data.draw(st.integers(0, 3))]
            bytes_ = bytes_ or bytearray(b"\xa0")
    _check(bytes(bytes_))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=40))
@example(b"")
@example(b"\xa0")
@example(b"\xa0\x00")
@example(b"\xbf\xff")
def test_any_bytes_read_the_same(data: bytes) -> None:
    _check(data)
    _check(b"\xa1" + data)


ODD = {
    "true is not one": {0: True},
    "one as a float is not one": {0: 1.0},
    "one under a tag is not one": {0: cbor2.CBORTag(1, 1)},
    "text of bytes": {17: b"x"},
    "text too long": {17: "x" * 8193},
    "a list of floats": {5: [41401.0]},
    "a deep list": {5: [[[[[[[1]]]]]]]},
    "a region without its country": {2: "13"},
    "a text that is no text": {16: "\x00\x00"},
    "null": {3: None},
    "a key behind": {11: 1, 3: "x"},
    "many items": {28: {n: [0] * 250 for n in range(9)}},
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_odd_values_read_the_same(content: dict[int, Any]) -> None:
    _check(cbor2.dumps({0: 1, 5: [41401]}))
    _check(cbor2.dumps(content))


def test_bad_utf8_is_refused_in_every_kind_of_field() -> None:
    for key in (3, 16, 1):
        _check(bytes((0xA1, key, 0x62, 0xFF, 0xFE)))


def test_a_region_is_remembered_with_its_country() -> None:
    for cc in ("MM", "IR", "MM"):
        data = encode({"cc": cc, "region": f"{cc}-13"}, START)
        assert _KEPT.decode(data)["region"] == f"{cc}-13"


def test_equal_values_are_one_object() -> None:
    quick = Decoder(START)
    first, second = (
        quick.decode(encode({"kind": ["full"], "op": ["41401"], "text": text}, START))
        for text in ("one", "another")
    )
    assert first["kind"] is second["kind"]
    assert first["op"] is second["op"]


def test_a_run_is_no_longer_than_its_report() -> None:
    run = encode({"chan": "app", "cc": "MM", "region": "MM-13"}, START)
    assert run[0] == 0xA3
    _check(run)
    for count in (0, 1, 2, 4):
        _check(bytes((0xA0 + count,)) + run[1:])


def test_a_run_ends_where_another_field_stands() -> None:
    for report in (
        {"chan": "app", "cc": "MM"},
        {"chan": "app", "cc": "MM", "region": "MM-13", "area": "x"},
        {"chan": "app", "cc": "MM", "area": "x"},
        {"chan": "app", "region": "MM-13", "area": "x"},
        {"notified": "text", "consent": "relay", "abuse": "?3", "tag": b"1"},
        {"notified": "text", "consent": "relay", "tag": b"1"},
    ):
        _check(_encode(report))


def test_keys_in_a_run_rise() -> None:
    run = encode({"chan": "app", "cc": "MM", "lang": "en"}, START)
    head, chan, cc, lang = run[:1], run[1:3], run[3:7], run[7:]
    assert lang == b"\x10\x62en"
    for fields in (chan + cc + lang, cc + chan + lang, chan + chan + lang, cc + cc + lang):
        _check(head + fields)
    _check(bytes((0xA2, 16, 0x62, 0x65, 0x6E, 0x18, 16, 0x62, 0x65, 0x6E)))


def test_a_known_list_beside_another_neighbour_reads_the_same() -> None:
    quick = Decoder(START)
    for kind in (["full"], ["dns"]):
        report: Report = {"op": ["41401", "MPT"], "kind": kind}
        assert quick.decode(encode(report, START)) == report


def test_a_report_of_many_fields_reads_the_same() -> None:
    report: Report = {
        "chan": "app",
        "cc": "MM",
        "region": "MM-13",
        "area": "x",
        "op": ["41401"],
        "net": {"data": "down"},
        "kind": ["full"],
        "since": START // QUARTER * QUARTER,
        "since_precision": "hour",
        "status": "ended",
        "until": START // QUARTER * QUARTER,
        "until_precision": "hour",
        "obs": START // QUARTER * QUARTER,
        "lang": "en",
        "text": "x",
        "written": START // QUARTER * QUARTER,
        "tag": b"x",
        "seq": 1,
        "recv": START // QUARTER * QUARTER,
        "raw": "x",
        "asn": 1,
        "parsed": ["cc"],
        "plat_other": "x",
        "op_other": "x",
        "contact": "x",
    }
    data = encode(report, START)
    assert data[:2] == bytes((0xB8, len(report)))
    _check(data)
    _check(data[:1] + b"\x17" + data[2:])


def test_byte_strings_of_other_lengths_read_the_same() -> None:
    for head in (b"\x40", b"\x50" + b"x" * 16, b"\x51" + b"x" * 17, b"\x58\x02xx", b"\x50x"):
        _check(b"\xa1\x18\x1d" + head)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "_MOST", 50)
    quick = Decoder(START)
    for number in range(300):
        data = encode(
            {
                "cc": "MM",
                "region": f"MM-{number:03}",
                "seq": number,
                "op": [f"name{number:04}"],
                "parsed": [f"?{100 + one}" for one in range(number % 20)],
                "tag": bytes([number % 256]),
            },
            START,
        )
        assert quick.decode(data) == decode(data, START)
    assert max(map(len, quick._known)) == 50
    assert max(map(len, quick._runs)) == 50
    assert len(quick._placed) == 50
    assert max(map(len, quick._forms)) == decoder._FORMS
    assert max(map(len, quick._lengths)) == decoder._FORMS
