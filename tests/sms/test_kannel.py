"""Kannel: headers that lie, parts, bytes, halves of characters, and replies."""

from dataclasses import replace
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.gsm7 import BASIC
from sms.contract import Noted, RawRequest, Segment, SmsIn, Taken
from sms.errors import WebhookError
from sms.gateway import GatewaySettings
from sms.payloads import read_payload
from sms.providers.kannel import KannelSms
from sms.replies import ReplySettings
from tests.coalition import Coalition
from tests.sms.desk import SECRET, Desk, make_setup

SETUP = make_setup("kannel")
ID = "0b6d2f0e-3c1a-4d55-9a54-6f2d30000000"
URL = f"https://x.example/hooks/kannel/{SECRET}?id={ID}&ts=1&dcs=0&smsc=LINK"
TEXT, OCTETS = "text/plain; charset=UTF-8", "application/octet-stream"
UTF_16 = 'text/plain; charset="UTF-16BE"'
HEADERS = {"x-kannel-from": "+15550100002", "x-kannel-to": "+15550100001"}


def request(
    body: bytes = b"x", content_type: str = TEXT, udh: bytes | None = None, url: str = URL
) -> RawRequest:
    headers = {**HEADERS, "content-type": content_type}
    if udh is not None:
        headers["x-kannel-udh"] = quote_plus(udh)
    return RawRequest(url, headers, body)


def read(raw: RawRequest) -> SmsIn:
    sms = KannelSms().read(raw, SETUP)
    assert isinstance(sms, SmsIn)
    return sms


def refusal(raw: RawRequest) -> str:
    with pytest.raises(WebhookError) as caught:
        KannelSms().read(raw, SETUP)
    return caught.value.code


@pytest.mark.parametrize(
    ("udh", "segment"),
    [
        (b"\x05\x00\x03\xa7\x03\x02", Segment("a7", 2, 3)),
        (b"\x05\x00\x03 +%", None),  # part 37 of 43
        (b"\x06\x08\x04\x01 \x02\x01", Segment("0120", 1, 2)),
        (b"\x0b\x05\x04\x0b\x84\x23\xf0\x00\x03\x00\xff\xff", Segment("00", 255, 255)),
        (b"\x06\x05\x04\x0b\x84\x23\xf0", None),
    ],
)
def test_a_header_says_which_part_it_is(udh: bytes, segment: Segment | None) -> None:
    if udh.endswith(b"+%"):
        segment = Segment("20", 37, 43)
    sms = read(request(b"No data", udh=udh))
    assert (sms.text, sms.segment) == ("No data", segment)


@pytest.mark.parametrize(
    "udh",
    [
        b"\x05\x00\x03\xa7\x03\x00",  # number 0
        b"\x05\x00\x03\xa7\x03\x04",  # above the total
        b"\x05\x00\x03\xa7\x00\x00",  # none at all
        b"\x05\x00\x04\xa7\x03\x02",  # longer than it is
        b"\x05\x00\xff\xa7\x03\x02",
        b"\xff\x00\x03\xa7\x03\x02",  # a length beyond its end
        b"\x05\x00\x02\xa7\x03\x02",
        b"\x00",
        b"",
        b"\x05",
    ],
)
def test_a_header_that_lies_costs_no_text(udh: bytes, coalition: Coalition) -> None:
    sms = read(request(b"No data", udh=udh))
    assert sms.segment is None
    assert sms.text.startswith("No data")
    desk = Desk(coalition, setups=(SETUP,))
    raw = request(b"No data", udh=udh)
    path = raw.url.removeprefix("https://x.example")
    assert desk.client.post(path, content=raw.body, headers=dict(raw.headers)).status_code == 200
    assert [report["raw"] for report in desk.open()] == [sms.text]
    assert "part" not in desk.open()[0]


@given(st.binary(max_size=60), st.binary(max_size=20), st.sampled_from([TEXT, OCTETS, UTF_16]))
def test_any_bytes_are_some_text(body: bytes, udh: bytes, content_type: str) -> None:
    sms = read(request(body, content_type, udh))
    if sms.segment:
        assert 1 <= sms.segment.number <= sms.segment.total <= 255


@given(st.binary(min_size=1, max_size=40))
def test_both_ways_to_write_a_header_are_read(rest: bytes) -> None:
    udh = bytes([len(rest)]) + rest
    written = request(udh=udh)
    digits = {**written.headers, "x-kannel-udh": udh.hex().upper()}
    assert read(replace(written, headers=digits)) == read(written)


@pytest.mark.parametrize("udh", ["%", "%zz", "%0", "é", "0500", "\xff", "a" * 5000, "+", "%00%"])
def test_a_header_that_is_none_costs_no_text(udh: str) -> None:
    raw = request(b"No data")
    sms = read(replace(raw, headers={**raw.headers, "x-kannel-udh": udh}))
    assert sms.text.startswith("No data")
    assert sms.segment is None


@given(st.binary(max_size=160))
def test_binary_is_kept_whole(body: bytes) -> None:
    assert read(request(body, OCTETS)).text == read_payload(body)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("النت".encode("utf-16-be"), "النت"),
        ("📵".encode("utf-16-be"), "📵"),
        (b"\xd8\x3d", "\ud83d"),
        (b"\x00a\xdd\x35\x00b", "a\udd35b"),
        (b"\x00a\x00", "a\\x00"),  # half of a character
    ],
)
def test_what_kannel_could_not_recode_is_kept(body: bytes, text: str) -> None:
    assert read(request(body, UTF_16)).text == text


@given(st.text(BASIC, max_size=160))
def test_what_kannel_writes_is_read(text: str) -> None:
    assert read(request(text.encode())).text == text


@pytest.mark.parametrize(
    "url",
    [
        URL.replace(f"id={ID}", ""),
        URL.replace(ID, ""),
        URL.replace(ID, ID[:-1]),
        URL + f"&id={ID}",
        URL + "&id=",
        URL.replace("id=", "Id="),
        URL.partition("?")[0],
    ],
)
def test_a_text_without_its_one_id_is_refused(url: str) -> None:
    assert refusal(request(url=url)) == "webhook-form"


@pytest.mark.parametrize(
    ("text", "headers"), [("Received.", {}), ("Lu à 5 €", {}), ("وصل", {"x-kannel-coding": "2"})]
)
def test_a_reply_goes_back_in_the_answer(text: str, headers: dict[str, str]) -> None:
    sms = read(request())
    reply = KannelSms().reply(Taken(sms, text))
    assert (reply.status, reply.content_type) == (200, "text/plain; charset=utf-8")
    assert (reply.body.decode(), reply.headers) == (text, headers)
    for nothing in (Taken(sms), Noted()):
        assert KannelSms().reply(nothing).body == b""


def test_a_reply_goes_out_with_its_header(coalition: Coalition) -> None:
    settings = GatewaySettings(replies=ReplySettings(frozenset({"1"})))
    desk = Desk(coalition, settings, (SETUP,))
    raw = request(b"No data")
    path = raw.url.removeprefix("https://x.example")
    answer = desk.client.post(path, content=raw.body, headers=dict(raw.headers))
    assert answer.status_code == 200
    assert answer.text
