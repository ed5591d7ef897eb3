"""Sealing: nothing lost, whatever was written and however long it is."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.choosing import sealing_key
from reports.codec import decode, encode
from reports.table import load_table
from sms.contract import Line, SmsIn
from sms.sealer import LONG_FIELDS, make_writable, seal_report, seal_screen, seal_text, split_report
from tests.coalition import NOW, Coalition

GROUP = b"12345678"
TAG = b"abcdefgh"
LINE = Line("MM")


def open_all(coalition: Coalition, envelopes: list[bytes]) -> list[dict[str, Any]]:
    opened = [coalition.opener.open(envelope) for envelope in envelopes]
    start = coalition.keyring.epochs[0].seal_from
    return [{**decode(one.content, start), "id": one.report_id} for one in opened]


def seal(coalition: Coalition, text: str, channel: str = "sms") -> list[bytes]:
    return seal_text(
        sealing_key(coalition.keyring, channel, NOW),
        SmsIn("id-1", "+15550100002", "+15550100001", text, authentic=False),
        arrival=NOW,
        line=LINE,
        tag=TAG,
        ids=lambda number: number.to_bytes(8, "big"),
        group=GROUP,
    )


@settings(max_examples=60)
@given(text=st.text(max_size=3000))
def test_any_text_comes_back_as_it_was(coalition: Coalition, text: str) -> None:
    (report,) = open_all(coalition, seal(coalition, text))
    assert report["raw"] == text


@pytest.mark.parametrize("size", [8191, 8192, 8193, 12_288, 16_385, 65_536])
@pytest.mark.parametrize("letter", ["x", "é", "ပ", "📵"])
def test_a_text_of_any_length_comes_back_whole(
    coalition: Coalition, size: int, letter: str
) -> None:
    text = letter * (size // len(letter.encode()))
    parts = open_all(coalition, seal(coalition, text))
    assert "".join(part.get("raw", "") for part in parts) == text
    if len(parts) > 1:
        assert [part["part"] for part in parts] == [
            {"group": GROUP, "number": number, "total": len(parts)}
            for number in range(1, len(parts) + 1)
        ]
        assert {(part["tag"], part["cc"], part["chan"]) for part in parts} == {(TAG, "MM", "sms")}
    assert [part["id"] for part in parts] == [
        number.to_bytes(8, "big") for number in range(1, len(parts) + 1)
    ]


@given(raw=st.text(max_size=300), text=st.text(max_size=300), scale=st.integers(1, 120))
@settings(max_examples=60)
def test_parts_put_together_are_the_report(raw: str, text: str, scale: int) -> None:
    report = {"cc": "MM", "seq": 1, "raw": raw * scale, "text": text * scale, "scope": "town"}
    parts = split_report(report, GROUP)
    limits = load_table().by_name
    for name in LONG_FIELDS:
        assert "".join(part.get(name, "") for part in parts) == report[name]
        assert all(len(part.get(name, "").encode()) <= limits[name].max_bytes for part in parts)
    assert parts[0]["scope"] == "town"
    assert all(part["cc"] == "MM" for part in parts)
    for part in parts:
        assert len(encode(part, 0)) < 32_757


def test_a_report_that_fits_is_not_touched() -> None:
    report = {"raw": "x", "text": "y"}
    assert split_report(report, GROUP) == [report]
    assert split_report({"cc": "MM"}, GROUP) == [{"cc": "MM"}]


def test_half_a_surrogate_pair_is_written_out(coalition: Coalition) -> None:
    assert make_writable("a📵b") == "a📵b"
    (report,) = open_all(coalition, seal(coalition, "a\ud83db"))
    assert report["raw"] == "a\\ud83db"


def test_a_value_that_the_table_refuses_costs_no_text(coalition: Coalition) -> None:
    key = sealing_key(coalition.keyring, "sms", NOW)
    odd = {"raw": "text", "cc": "MM", "chan": "sms", "area": "x" * 9999, "text": "lost?"}
    envelopes = seal_report(key, odd, ids=lambda _: GROUP, group=GROUP)
    (report,) = open_all(coalition, envelopes)
    assert (report["raw"], report["cc"], report["chan"]) == ("text", "MM", "sms")
    assert "area" not in report


def test_a_screen_is_sealed_with_what_was_typed(coalition: Coalition) -> None:
    key = sealing_key(coalition.keyring, "ussd", NOW)
    report = {"net": {"data": "down"}, "area": "\udc00", "seq": 2, "lang": "en"}
    envelopes = seal_screen(
        key, report, raw="1*\udc00", authentic=True, arrival=NOW, tag=TAG,
        ids=lambda _: GROUP, group=GROUP,
    )  # fmt: skip
    (opened,) = open_all(coalition, envelopes)
    assert opened["raw"] == "1*\\udc00"
    assert opened["area"] == "\\udc00"
    assert (opened["chan"], opened["auth"], opened["seq"]) == ("ussd", "checked", 2)
    assert opened["recv"] == NOW // 900 * 900


def test_the_channel_decides_the_suite(coalition: Coalition) -> None:
    assert seal(coalition, "x", "sms")[0][1] == 2
    assert seal(coalition, "x", "app-sms")[0][1] == 1
