"""Reports as bytes: round trips, what must be refused, and how many texts a report takes."""

from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.codec import cap, cap_text, decode, encode, room
from reports.errors import SENTENCES, ReportError
from reports.report import LATEST, Report
from tests.reports.strategies import REPORTS, WIRE_VALUES

EPOCH = 1_780_272_000
NOW = EPOCH + 3 * 86_400


def refuse(code: str, data: bytes) -> None:
    with pytest.raises(ReportError) as caught:
        decode(data, EPOCH)
    assert caught.value.code == code
    assert str(caught.value) == SENTENCES[code]


def refuse_report(code: str, report: Report) -> None:
    with pytest.raises(ReportError) as caught:
        encode(report, EPOCH)
    assert caught.value.code == code


@settings(max_examples=150, deadline=None)
@given(REPORTS, st.integers(0, 1 << 33))
def test_what_is_written_is_read(report: Report, epoch_start: int) -> None:
    data = encode(report, epoch_start)
    assert decode(data, epoch_start) == report
    assert encode(decode(data, epoch_start), epoch_start) == data


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert read_again(data) in (data, None)


@settings(max_examples=150, deadline=None)
@given(REPORTS, st.data())
def test_a_report_with_one_byte_changed_is_read_or_refused(report: Report, data: Any) -> None:
    wire = bytearray(encode(report, EPOCH))
    wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    assert read_again(bytes(wire)) in (wire, None)


def read_again(data: bytes) -> bytes | None:
    """What a report writes again once it is read; None where it is refused, as it should be."""
    try:
        return encode(decode(data, EPOCH), EPOCH)
    except ReportError:
        return None


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.integers(0, 45), WIRE_VALUES, max_size=6))
def test_any_wire_values_are_kept(content: dict[int, Any]) -> None:
    """Wrong types, lists in place of numbers, anything: kept, and written again as it came."""
    data = encode({"unknown": content}, EPOCH)
    report = decode(data, EPOCH)
    assert encode(report, EPOCH) == data


REFUSED = {
    "empty": ("report-truncated", b""),
    "an array": ("report-not-map", b"\x80"),
    "a number": ("report-not-map", b"\x00"),
    "a text key": ("report-key", b"\xa1\x61a\x00"),
    "a negative key": ("report-key", b"\xa1\x20\x00"),
    "an array as a key": ("report-key", b"\xa1\x80\x00"),
    "true as a key": ("report-key", b"\xa1\xf5\x00"),
    "a map as a key of a map inside": ("report-key", b"\xa1\x18\x64\xa1\xa0\x00"),
    "a half float": ("report-float", b"\xa1\x00\xf9\x3c\x00"),
    "a single float": ("report-float", b"\xa1\x00\xfa\x00\x00\x00\x00"),
    "a double float": ("report-float", b"\xa1\x00\xfb" + bytes(8)),
    "undefined": ("report-simple", b"\xa1\x00\xf7"),
    "a simple value": ("report-simple", b"\xa1\x00\xf8\xff"),
    "a break": ("report-simple", b"\xa1\x00\xff"),
    "a tag": ("report-tag", b"\xa1\x00\xc1\x00"),
    "a tag as a key": ("report-tag", b"\xa1\xc1\x00\x00"),
    "a regular expression": ("report-tag", b"\xa1\x00\xd8\x23\x61a"),
    "a tagged map": ("report-not-map", b"\xc1\xa0"),
    "a map of open length": ("report-indefinite", b"\xbf\xff"),
    "an array of open length": ("report-indefinite", b"\xa1\x05\x9f\xff"),
    "a text of open length": ("report-indefinite", b"\xa1\x11\x7f\xff"),
    "a reserved length": ("report-not-shortest", b"\xa1\x00\x1c"),
    "a number in two bytes": ("report-not-shortest", b"\xa1\x00\x18\x17"),
    "a number in three bytes": ("report-not-shortest", b"\xa1\x00\x19\x00\xff"),
    "a number in five bytes": ("report-not-shortest", b"\xa1\x00\x1a\x00\x00\xff\xff"),
    "a number in nine bytes": ("report-not-shortest", b"\xa1\x00\x1b" + bytes(4) + b"\xff" * 4),
    "a long length": ("report-not-shortest", b"\xa1\x11\x78\x01a"),
    "keys out of order": ("report-order", b"\xa2\x01\x62MM\x00\x01"),
    "the same key twice": ("report-order", b"\xa2\x00\x01\x00\x01"),
    "keys out of order inside": ("report-order", b"\xa1\x18\x64\xa2\x01\x00\x00\x00"),
    "a byte after the end": ("report-trailing", b"\xa0\x00"),
    "a map cut off": ("report-truncated", b"\xa2\x00\x01"),
    "a text cut off": ("report-truncated", b"\xa1\x11\x63ab"),
    "a length cut off": ("report-truncated", b"\xa1\x11\x79\x01"),
    "a huge text": ("report-truncated", b"\xa1\x11\x7b\x7f" + b"\xff" * 7),
    "a huge array": ("report-too-many", b"\xa1\x05\x9b\x7f" + b"\xff" * 7),
    "a huge map": ("report-too-many", b"\xbb\x7f" + b"\xff" * 7),
    "a text that is not UTF-8": ("report-text", b"\xa1\x11\x61\xff"),
    "half a surrogate pair": ("report-text", b"\xa1\x11\x63\xed\xa0\x80"),
    "arrays in arrays": ("report-too-deep", b"\xa1\x18\x64" + b"\x81" * 400 + b"\x00"),
    "too many items in all": (
        "report-too-many", b"\xa1\x18\x64\x89" + (b"\x98\xff" + b"\x00" * 255) * 9,
    ),
    "too many bytes": ("report-too-large", b"\xa1\x18\x64\x79\x80\x00" + b"a" * 0x8000),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    code, data = REFUSED[name]
    refuse(code, data)


def test_every_code_of_the_wire_is_tested() -> None:
    codes = {code for code in SENTENCES if code.startswith("report-")}
    assert codes == {code for code, _ in REFUSED.values()}


ODD: dict[str, dict[int, Any]] = {
    "a country that is a number": {1: 5},
    "a country in small letters": {1: "mm"},
    "a region without a country": {2: "13"},
    "a region that repeats its country": {1: "MM", 2: "MM-13"},
    "a region that is no code": {1: "MM", 2: "a b"},
    "an enumeration of 0": {0: 0},
    "true for 1": {0: True},
    "a list of bits that is negative": {7: -1},
    "half bytes with a zero at the end": {6: b"\x10\x00"},
    "half bytes as a number": {6: 3},
    "too many half bytes": {6: bytes(200) + b"\x01"},
    "four operators": {5: ["a", "b", "c", "d"]},
    "an operator's code as a text": {5: ["41401"]},
    "operators that are not a list": {5: "MPT"},
    "a time that is a text": {9: "now"},
    "a time before 1970": {9: -(1 << 39)},
    "a time after 9999": {9: 1 << 39},
    "a text that is too long": {3: "a" * 513},
    "a text that is bytes": {17: b"text"},
    "a tag that is empty": {29: b""},
    "a tag that is a text": {29: "tag"},
    "a number too large": {30: 65_536},
    "evidence that is a number": {28: 1},
    "evidence with keys that are texts": {28: {"a": 1}},
    "links that are not a list": {28: {2: "link"}},
    "a blob that is a number": {28: {1: [1]}},
    "fields out of order": {34: [3, 1]},
    "fields that are texts": {34: ["area"]},
    "more fields than there are": {34: list(range(65))},
}


@pytest.mark.parametrize("name", ODD)
def test_one_odd_field_costs_nothing_else(name: str) -> None:
    content = {**ODD[name], 16: "my"}
    data = cbor2.dumps(dict(sorted(content.items())))
    report = decode(data, EPOCH)
    assert report["lang"] == "my"
    odd = report.get("unknown") or report["evidence"]["unknown"]
    assert odd
    assert encode(report, EPOCH) == data


def test_values_of_a_newer_table_are_shown_and_kept() -> None:
    report = {
        "cause": "?40", "kind": ["full", "?20"], "net": {"data": "?9", "?8": "ok"},
        "parsed": ["cc", "?77"], "unknown": {99: {1: [True, None, "x"]}},
    }  # fmt: skip
    assert decode(encode(report, EPOCH), EPOCH) == report


WRONG: dict[str, tuple[str, Report]] = {
    "a field without a name": ("field-unknown", {"colour": 1}),
    "unknown that is a list": ("field-value", {"unknown": [1]}),
    "unknown with a text key": ("field-value", {"unknown": {"a": 1}}),
    "the same key twice": ("field-value", {"cc": "MM", "unknown": {1: "MM"}}),
    "a huge number among the unknown": ("report-tag", {"unknown": {99: 1 << 64}}),
    "a float among the unknown": ("report-float", {"unknown": {99: 1.5}}),
    "a float deep inside": ("report-float", {"evidence": {"unknown": {9: [1.5]}}}),
    "an object among the unknown": ("field-value", {"unknown": {99: object()}}),
    "an unknown value": ("field-value", {"chan": "pigeon"}),
    "a list that is a text": ("field-value", {"kind": "full"}),
    "a number too high": ("field-value", {"cause": "?999999"}),
    "networks that are a list": ("field-value", {"net": ["data"]}),
    "a level too high": ("field-value", {"net": {"data": "?16"}}),
    "a time between quarters": ("time-not-quarter", {"since": EPOCH + 1}),
    "a time before 1970": ("time-out-of-range", {"since": -900}),
    "a time after 9999": ("time-out-of-range", {"since": LATEST}),
    "a time that is a float": ("time-out-of-range", {"since": 900.0}),
    "a text too large": ("field-too-large", {"area": "ü" * 257}),
    "a text that is a number": ("field-value", {"text": 5}),
    "half a surrogate pair": ("report-text", {"text": "\ud800"}),
    "too many operators": ("field-too-many", {"op": ["a"] * 4}),
    "an operator that is a number": ("field-value", {"op": [41401]}),
    "a tag too large": ("field-too-large", {"tag": bytes(17)}),
    "a tag that is a text": ("field-value", {"tag": "abc"}),
    "a country in three letters": ("field-value", {"cc": "MMR"}),
    "a country that is a number": ("field-value", {"cc": 5}),
    "a language in capitals": ("field-value", {"lang": "EN"}),
    "a region without a hyphen": ("field-value", {"region": "MM13"}),
    "a region with a sign": ("field-value", {"region": "MM-1!"}),
    "a region in small letters": ("field-value", {"region": "MM-mm"}),
    "evidence that is a list": ("field-value", {"evidence": []}),
    "a field of evidence without a name": ("field-unknown", {"evidence": {"size": 1}}),
    "a list of fields with a wrong name": ("field-value", {"parsed": ["colour"]}),
    "a whole report too large": (
        "report-too-large", {"unknown": {99: b"a" * 32_000}, "text": "a" * 1_000},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_refused_to_write(name: str) -> None:
    code, report = WRONG[name]
    refuse_report(code, report)


def test_times_count_from_the_quarter_in_which_the_epoch_starts() -> None:
    for start in (EPOCH, EPOCH + 1, EPOCH + 899):
        assert encode({"since": EPOCH + 900}, start) == b"\xa1\x09\x01"
        assert decode(b"\xa1\x09\x20", start) == {"since": EPOCH - 900}


def test_keys_are_in_the_order_of_their_bytes() -> None:
    """RFC 8949 4.2.1: 24 comes before -1, where cbor2's own canonical order has it after."""
    data = encode({"unknown": {200: {-1: 0, 24: 0, "a": 0, 1000: 0}}}, EPOCH)
    assert data == bytes.fromhex("a118c8a41818001903e8002000616100")


def test_free_text_is_cut_only_on_demand() -> None:
    long = "က" * 5_000
    refuse_report("field-too-large", {"text": long})
    cut = cap({"text": long, "op": ["MPT"], "tag": b"\x01", "area": "Sittwe"})
    assert cut == {"text": "က" * 2730, "op": ["MPT"], "tag": b"\x01", "area": "Sittwe"}
    assert decode(encode(cut, EPOCH), EPOCH) == cut
    assert cap_text("aé", 2) == "a"
    assert cap_text("\ud800", 5) == "?"
    assert room("area", "é") == 510
    assert room("area", "a" * 513) == -1


USUAL: Report = {
    "chan": "app-sms", "cc": "MM", "region": "MM-13", "scope": "regions", "op": ["41401"],
    "net": {"data": "down", "fixed": "down", "sms": "ok", "voice": "slow", "satellite": "unknown",
            "power": "ok"},
    "kind": ["full", "throttled", "apps"], "since": NOW - 86_400, "since_precision": "hour",
    "status": "ongoing", "obs": NOW, "lang": "my",
}  # fmt: skip


def count_texts(data: bytes) -> int:
    """Sealed texts with one lock (suite 01): 56 bytes of CBOR in one, 114n - 63 in n >= 2."""
    return 1 if len(data) <= 56 else -(-(len(data) + 63) // 114)


def test_the_usual_fields_fit_one_sealed_text() -> None:
    """With any operator's code, a name of eight letters, and the longest region."""
    for change in (
        {}, {"op": ["310260"]}, {"op": ["Sudatel+"]}, {"region": "GB-ABC", "cc": "GB"},
        {"since": NOW - 1_000 * 86_400}, {"cc": "XS", "region": "SO-WO"},
    ):  # fmt: skip
        data = encode({**USUAL, **change}, EPOCH)
        assert count_texts(data) == 1, change
    fullest = {
        **USUAL,
        "cause": "election", "plat": ["facebook", "vk"], "op": ["310260"],
        "safety": ["risk", "nocontact"],
    }  # fmt: skip
    usual, more = encode(USUAL, EPOCH), encode(fullest, EPOCH)
    print(f"\nthe usual report: {len(usual)} bytes of CBOR, {count_texts(usual)} text")
    print(f"with platforms, cause and safety: {len(more)} bytes, {count_texts(more)} text")
    assert count_texts(more) == 1


def test_how_many_texts_the_fullest_report_takes() -> None:
    """Every field that a person fills in, short words; and 70 characters of Burmese text."""
    report: Report = {
        **USUAL,
        "area": "Sittwe", "op": ["41401", "41405", "Frontiir"], "plat": ["facebook", "whatsapp"],
        "until": NOW, "until_precision": "hour", "cause": "conflict", "text": "က" * 70,
        "written": NOW, "notified": "no", "gov": "no", "impact": ["health", "money"],
        "safety": ["risk"], "relation": "saw", "consent": "counts", "violence": "no",
        "abuse": "unknown", "plat_works": {"signal": "yes"}, "asn": 9988,
    }  # fmt: skip
    data = encode(report, EPOCH)
    print(f"\nthe fullest report: {len(data)} bytes of CBOR, {count_texts(data)} texts")
    assert count_texts(data) <= 4
    assert decode(data, EPOCH) == report
