"""Reading JSON: one reading alone, everything bounded, nothing lost."""

import json
import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.contract import MAX_BODY, RawRequest
from sms.errors import WebhookError
from sms.json_bodies import (
    MAX_DEPTH,
    at_most_one,
    check_object,
    one,
    one_flag,
    read_object,
    write_object,
)

TYPE = "application/json"
WORD = re.compile(r"\w+")
TEXTS = st.text(alphabet=st.characters())  # halves of surrogate pairs among them
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


def read(body: bytes, content_type: str = TYPE) -> Any:
    return read_object(RawRequest("https://x.example", {"content-type": content_type}, body))


def refusal(body: bytes, content_type: str = TYPE) -> str:
    with pytest.raises(WebhookError) as caught:
        read(body, content_type)
    return caught.value.code


@given(st.dictionaries(TEXTS, VALUES, max_size=8))
def test_what_was_written_is_read(fields: dict[str, Any]) -> None:
    assert read(write_object(fields)) == fields
    assert read(json.dumps(fields, indent=2).encode()) == fields


@given(st.dictionaries(st.text(), st.text()))
def test_characters_need_no_escape(fields: dict[str, str]) -> None:
    assert read(json.dumps(fields, ensure_ascii=False).encode()) == fields


@given(st.binary(max_size=60) | st.text('{}[]",:\\ua1-eE.0 ', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(WebhookError):
        assert read(body) == json.loads(body)


def test_half_of_a_surrogate_pair_is_kept() -> None:
    assert read(rb'{"a": "x\ud83dy"}') == {"a": "x\ud83dy"}
    assert write_object({"a": "\ud83d"}) == rb'{"a":"\ud83d"}'


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"null", b"[]", b'"a"', b"1", b"{", b'{"a":1,}', b"{'a':1}", b'{"a":1} {}', b"{} x",
     b'{"a":1,"a":1}', b'{"b":{"a":1,"\\u0061":2}}', b'{"a":NaN}', b'{"a":-Infinity}',
     b'{"a":1e999}', b'{"a":"\x00"}', b'{"a":"\n"}', b'{"a":"caf\xe9"}', b"\xef\xbb\xbf{}",
     '{"a":1}'.encode("utf-16"), b'{"a":"\\', b'{"a":"\\ud"}', b'{"a":01}',
     b'{"a":' + b"1" * 5000 + b"}"],
)  # fmt: skip
def test_what_has_no_one_reading_is_refused(body: bytes) -> None:
    assert refusal(body) == "webhook-form"


def test_depth_is_bounded_and_brackets_in_texts_do_not_count() -> None:
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
        inside = MAX_DEPTH - 1
        deepest = b'{"a":' + opening * inside + b"1" + closing * inside + b"}"
        assert read(deepest)
        assert refusal(b'{"a":' + deepest + b"}") == "webhook-form"
    assert refusal(b'{"a":' + b"[" * (MAX_BODY - 5)) == "webhook-form"
    text = "[{" * 100 + '\\"]'
    assert read(write_object({"a": text})) == {"a": text}


def test_a_body_is_bounded_however_it_is_made() -> None:
    longest = b'{"a":"' + b"x" * (MAX_BODY - 8) + b'"}'
    assert read(longest)["a"] == "x" * (MAX_BODY - 8)
    assert refusal(longest + b" ") == "webhook-too-large"
    for pattern in (b'"', b'\\"', b'"\\', b"\\", b'{"a":[', b'{"":'):
        assert refusal((b'{"' + pattern * MAX_BODY)[:MAX_BODY]) == "webhook-form"


@pytest.mark.parametrize(
    "content_type", ["", "text/json", "text/plain", "application/json; charset=utf-16"]
)
def test_another_media_type_or_charset_is_refused(content_type: str) -> None:
    assert refusal(b"{}", content_type) == "webhook-media-type"
    assert read(b"{}", "Application/JSON; charset=UTF-8") == {}


def test_members_are_there_and_have_their_shape() -> None:
    fields = {"a": "x", "b": None, "c": 1, "d": True, "e": {}, "f": "x\n"}
    assert one(fields, "a", WORD) == at_most_one(fields, "a", WORD) == "x"
    assert at_most_one(fields, "b", WORD) is at_most_one(fields, "z", WORD) is None
    assert one_flag(fields, "d") is True
    assert check_object(fields["e"]) == {}
    refused: list[Any] = [
        *[lambda name=name: one(fields, name, WORD) for name in "bcdefz"],
        *[lambda name=name: at_most_one(fields, name, WORD) for name in "cdef"],
        *[lambda name=name: one_flag(fields, name) for name in "abcefz"],
        *[lambda name=name: check_object(fields.get(name)) for name in "abcdfz"],
    ]
    for ask in refused:
        with pytest.raises(WebhookError) as caught:
            ask()
        assert caught.value.code == "webhook-form"
