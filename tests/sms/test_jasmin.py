"""Jasmin: codings known and unknown, headers that it leaves, and its acknowledgement."""

import re
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.contract import Noted, RawRequest, Segment, SmsIn, Taken
from sms.errors import WebhookError
from sms.payloads import read_payload
from sms.providers.jasmin import JasminSms
from sms.user_data import decode
from tests.sms.desk import make_setup

FORM = {"content-type": "application/x-www-form-urlencoded"}
FIELDS = {"id": "16fd2706-8baf-433b-82eb-8c7fada847da", "from": "+15550100002", "to": "7391"}


def raw(data: bytes, coding: str | bytes | None = None, **changes: str) -> RawRequest:
    fields: dict[str, str | bytes] = {**FIELDS, "content": data, "binary": data.hex(), **changes}
    if coding is not None:
        fields["coding"] = coding
    return RawRequest("https://x.example", FORM, urlencode(fields).encode())


def read(data: bytes, coding: str | bytes | None = None, **changes: str) -> SmsIn:
    sms = JasminSms().read(raw(data, coding, **changes), make_setup("jasmin"))
    assert isinstance(sms, SmsIn)
    return sms


@pytest.mark.parametrize("coding", range(256))
def test_every_coding_is_read_as_it_comes_and_as_the_page_says(coding: int) -> None:
    data = b"NET MM13 \x1be D3"
    expected = decode(data, coding)
    text = expected if isinstance(expected, str) else read_payload(expected)
    assert read(data, str(coding)).text == text
    if not chr(coding).isdecimal():
        assert read(data, bytes((coding,))).text == text


@pytest.mark.parametrize(
    ("data", "coding", "text"),
    [
        (b"\x1b", b"\x00", "\\x1b"),  # a lone escape
        (b"a\x1b", None, "a\\x1b"),
        (b"\x1be", "0", "€"),
        (b"", b"\x00", ""),
        ("📵".encode("utf-16-be"), b"\x08", "📵"),
        (b"\xd8\x3d", b"\x08", "\ud83d"),  # half of a surrogate pair
        (b"\x00a\x00", b"\x08", "a\\x00"),
        (b"No data", b"\x2a", "No data"),  # a coding that nobody knows, and a text in UTF-8
        (b"\xff\x00", b"\x2a", "binary:ff00"),
        (b"\xff\x00", "999", "binary:ff00"),
        (b"\x05\x00\x03\xa7\x02\x01No data", b"\x04", "binary:050003a702014e6f2064617461"),
    ],
)
def test_cases(data: bytes, coding: str | bytes | None, text: str) -> None:
    assert read(data, coding).text == text


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=255))
def test_any_bytes_in_any_coding_are_some_text(data: bytes, coding: int) -> None:
    assert isinstance(read(data, bytes((coding,))).text, str)


@pytest.mark.parametrize(
    ("data", "coding", "segment", "text"),
    [
        (b"\x06\x08\x04\x01\x20\x02\x01No data", 0, Segment("0120", 1, 2), "No data"),
        (b"\x06\x08\x04\x01\x20\x02\x02\x00a", 8, Segment("0120", 2, 2), "a"),
        (b"\x06\x08\x04\x01\x20\x02\x03\x00a", 8, None, r"a\x06\x08\x04\x01\x20\x02\x03"),
        (b"\x06\x08\x04\x01\x20\x02\x00", 8, None, r"\x06\x08\x04\x01\x20\x02\x00"),
        (b"\x06\x08\x04\x01\x20", 8, None, r"\u0608\u0401\x20"),
        (b"\x06\x08\x04\x01\x20\x02\x03abc", 0, None, "ùòè£ $¥abc"),
        (b"\x06\x08\x04\x01\x20\x02\x03a", 8, None, r"\u0608\u0401\u2002\u0361"),
        (b"\x05\x00\x03\xa7\x02\x01\x00a", 8, None, r"\u0500\u03a7\u0201a"),
    ],
)
def test_only_a_long_reference_is_taken_for_a_header(
    data: bytes, coding: int, segment: Segment | None, text: str
) -> None:
    sms = read(data, str(coding))
    assert sms.segment == segment
    assert sms.text == re.sub(r"\\u(....)", lambda found: chr(int(found[1], 16)), text)


@pytest.mark.parametrize("coding", ["", "-1", "GSM", "1000", "８"])
def test_a_coding_of_another_shape_is_refused(coding: str) -> None:
    with pytest.raises(WebhookError) as caught:
        read(b"x", coding)
    assert caught.value.code == "webhook-form"


@pytest.mark.parametrize("binary", ["0", "0g", " 00", "0x00", "٠٠"])
def test_digits_that_are_none_are_refused(binary: str) -> None:
    with pytest.raises(WebhookError) as caught:
        read(b"x", binary=binary)
    assert caught.value.code == "webhook-form"


def test_an_address_may_be_missing_but_its_field_not() -> None:
    assert read(b"x", **{"from": "", "to": ""}).sender == ""


def test_every_text_is_acknowledged_in_these_very_words() -> None:
    for outcome in (Taken(read(b"x")), Taken(read(b"x"), "reply"), Noted()):
        reply = JasminSms().reply(outcome)
        assert (reply.status, reply.body, reply.headers) == (200, b"ACK/Jasmin", {})
    assert not JasminSms().replies
