"""How large a body may be, and of which media type and charset."""

import pytest

from sms.bodies import check_body
from sms.contract import MAX_BODY, RawRequest
from sms.errors import WebhookError

TYPES = ("text/plain", "application/octet-stream")


def check(content_type: str | None, body: bytes = b"") -> tuple[str, str]:
    headers = {} if content_type is None else {"content-type": content_type}
    return check_body(RawRequest("https://x.example", headers, body), TYPES, ("utf-8", "utf-16be"))


@pytest.mark.parametrize(
    ("content_type", "found"),
    [
        ("text/plain", ("text/plain", "utf-8")),
        ('Text/Plain ; charset="UTF8"', ("text/plain", "utf-8")),
        ("text/plain; x=y; charset=US-ASCII", ("text/plain", "utf-8")),
        ('text/plain; charset="UTF-16BE"', ("text/plain", "utf-16be")),
        ("text/plain; charset=utf_8", ("text/plain", "utf-8")),
        ("application/octet-stream", ("application/octet-stream", "utf-8")),
    ],
)
def test_type_and_charset_are_read(content_type: str, found: tuple[str, str]) -> None:
    assert check(content_type) == found


@pytest.mark.parametrize(
    "content_type",
    [None, "", ";", "text", "text/html", "text/plain; charset=utf-16", "text/plain; charset=\x00",
     "x; text/plain", "multipart/form-data; boundary=x", "text/plainé"],
)  # fmt: skip
def test_another_one_or_none_is_refused(content_type: str | None) -> None:
    with pytest.raises(WebhookError) as caught:
        check(content_type)
    assert caught.value.code == "webhook-media-type"


def test_a_larger_body_is_refused_before_its_type_is_looked_at() -> None:
    assert check("text/plain", b"x" * MAX_BODY)
    with pytest.raises(WebhookError) as caught:
        check(None, b"x" * (MAX_BODY + 1))
    assert caught.value.code == "webhook-too-large"
