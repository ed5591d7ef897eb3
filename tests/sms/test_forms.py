"""Reading forms: everything kept, everything bounded."""

import re
from contextlib import suppress
from urllib.parse import parse_qsl, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.contract import MAX_BODY, RawRequest
from sms.errors import WebhookError
from sms.forms import MAX_FIELDS, at_most_one, one, read_form

FORM = {"content-type": "application/x-www-form-urlencoded"}
WORDS = re.compile(r"\w*")


def read(body: bytes, content_type: str = FORM["content-type"]) -> list[tuple[str, str]]:
    return read_form(RawRequest("https://x.example", {"content-type": content_type}, body))


def refusal(body: bytes, content_type: str = FORM["content-type"]) -> str:
    with pytest.raises(WebhookError) as caught:
        read(body, content_type)
    return caught.value.code


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=20))
def test_what_was_written_is_read(fields: list[tuple[str, str]]) -> None:
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields)
    assert read(body.encode()) == fields


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(WebhookError):
        fields = read(body)
        assert len(fields) <= body.count(b"&") + 1


@given(st.binary(max_size=100))
def test_bytes_that_are_not_utf_8_can_be_had_again(value: bytes) -> None:
    ((_, text),) = read(b"a=" + quote_plus(value).encode())
    try:
        assert text == value.decode()
    except UnicodeDecodeError:
        assert text.encode("latin-1") == value


def test_blanks_and_doubles_are_kept() -> None:
    assert read(b"a=&b=1&a=2&=x&c==&") == [("a", ""), ("b", "1"), ("a", "2"), ("", "x"), ("c", "=")]
    assert read(b"a=%zz%4&b=%F0%9F%93%B5") == parse_qsl("a=%zz%4&b=%F0%9F%93%B5")
    assert read(b"") == []


@pytest.mark.parametrize("body", [b"a&b=1", b"a=1&&b=2", b"a=1&b&c=3"])
def test_what_no_encoder_writes_is_refused(body: bytes) -> None:
    assert refusal(body) == "webhook-form"


def test_a_body_and_its_fields_are_bounded() -> None:
    assert len(read(b"&".join([b"a=1"] * MAX_FIELDS))) == MAX_FIELDS
    assert refusal(b"&".join([b"a=1"] * (MAX_FIELDS + 1))) == "webhook-form"
    assert read(b"a=" + b"x" * (MAX_BODY - 2))[0][1] == "x" * (MAX_BODY - 2)
    assert refusal(b"a=" + b"x" * (MAX_BODY - 1)) == "webhook-too-large"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "x",
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=a",
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded;charset=\x00",
        "application/x-www-form-urlencodedé",
    ],
)
def test_another_media_type_or_charset_is_refused(content_type: str) -> None:
    assert refusal(b"a=1", content_type) == "webhook-media-type"


@pytest.mark.parametrize(
    "parameter", ["", ";", "; charset=UTF-8", ';charset="utf-8"', "; charset=UTF8; x=y"]
)
def test_utf_8_by_any_name_is_read(parameter: str) -> None:
    assert read(b"a=1", f"Application/X-WWW-Form-URLencoded{parameter}") == [("a", "1")]


def test_a_field_is_there_once_and_has_its_shape() -> None:
    fields = [("a", "1"), ("b", "2"), ("b", "2"), ("c", "3\n")]
    assert one(fields, "a", WORDS) == "1"
    assert at_most_one(fields, "a", WORDS) == "1"
    assert at_most_one(fields, "d", WORDS) is None
    for name in ("b", "c", "d"):
        with pytest.raises(WebhookError) as caught:
            one(fields, name, WORDS)
        assert caught.value.code == "webhook-form"
