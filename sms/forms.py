"""Form-encoded bodies, read in memory with python-multipart, at most MAX_BODY bytes.

Why not Starlette's `request.form()`: it may write a large part to an invisible temporary file.
"""

import re
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from python_multipart import QuerystringParser
from python_multipart.exceptions import QuerystringParseError

from sms.bodies import check_body
from sms.contract import RawRequest
from sms.errors import WebhookError

MAX_FIELDS = 256
FORM = "application/x-www-form-urlencoded"


def read_form(request: RawRequest) -> list[tuple[str, str]]:
    """The form's fields in order, blank ones kept, doubles kept.

    A value that is not UTF-8 is read as Latin-1: each byte becomes the character of its number,
    so that nothing is lost and the bytes can be had again.
    WebhookError: webhook-too-large, webhook-media-type, webhook-form (not a form, or more than
    MAX_FIELDS fields).
    """
    check_body(request, (FORM,))
    return [(_decode(name), _decode(value)) for name, value in _split(request.body)]


def one(fields: Sequence[tuple[str, str]], name: str, shape: re.Pattern[str]) -> str:
    """The value of a field that must be there once and have this shape in full.

    WebhookError: webhook-form.
    """
    values = [value for key, value in fields if key == name]
    if len(values) != 1 or not shape.fullmatch(values[0]):
        raise WebhookError("webhook-form")
    return values[0]


def at_most_one(fields: Sequence[tuple[str, str]], name: str, shape: re.Pattern[str]) -> str | None:
    """As `one`, but None where the field is absent."""
    if any(key == name for key, _ in fields):
        return one(fields, name, shape)
    return None


def _split(body: bytes) -> list[tuple[bytes, bytes]]:
    fields: list[tuple[bytearray, bytearray]] = []

    def start() -> None:
        if len(fields) == MAX_FIELDS:
            raise WebhookError("webhook-form")
        fields.append((bytearray(), bytearray()))

    parser = QuerystringParser(
        {
            "on_field_start": start,
            "on_field_name": lambda data, begin, end: fields[-1][0].extend(data[begin:end]),
            "on_field_data": lambda data, begin, end: fields[-1][1].extend(data[begin:end]),
        },
        strict_parsing=True,
    )
    try:
        parser.write(body)
        parser.finalize()
    except QuerystringParseError:
        raise WebhookError("webhook-form") from None
    return [(bytes(name), bytes(value)) for name, value in fields]


def _decode(encoded: bytes) -> str:
    plain = unquote_to_bytes(encoded.replace(b"+", b" "))
    try:
        return plain.decode()
    except UnicodeDecodeError:
        return plain.decode("latin-1")
