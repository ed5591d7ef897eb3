"""JSON bodies, read strictly and in memory, at most MAX_BODY bytes; and JSON answers.

RFC 8259: one reading alone. A name given twice, `NaN`, a number beyond a double and a body that is
not UTF-8 are refused, and so is nesting deeper than any provider's. Half of a surrogate pair, which
JSON can write, is kept as it is.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import NoReturn

from sms.bodies import check_body
from sms.contract import RawRequest
from sms.errors import WebhookError

JSON = "application/json"
MAX_DEPTH = 16
"""Objects and lists in each other."""

Fields = Mapping[str, object]
"""An object's members by name."""

_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""Strings, so that brackets in them do not count, and brackets. An unfinished string ends the text:
so each character is looked at once."""


def read_object(request: RawRequest) -> Fields:
    """The members of the body's one object.

    WebhookError: webhook-too-large, webhook-media-type, webhook-form (not JSON in UTF-8, another
    value than an object, a name twice in one object, deeper than MAX_DEPTH).
    """
    check_body(request, (JSON,))
    try:
        text = request.body.decode()
        _check_depth(text)
        value = json.loads(
            text,
            object_pairs_hook=_join_members,
            parse_float=_read_float,
            parse_constant=_refuse_constant,
        )
    except ValueError:  # of the decoder, of the parser, or of what is refused here
        raise WebhookError("webhook-form") from None
    return check_object(value)


def check_object(value: object) -> Fields:
    """`value`, which must be an object. WebhookError: webhook-form."""
    if not isinstance(value, dict):
        raise WebhookError("webhook-form")
    return value


def one(fields: Fields, name: str, shape: re.Pattern[str]) -> str:
    """A text that must be there and have this shape in full. WebhookError: webhook-form."""
    value = fields.get(name)
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise WebhookError("webhook-form")
    return value


def at_most_one(fields: Fields, name: str, shape: re.Pattern[str]) -> str | None:
    """As `one`, but None where the member is absent or null."""
    if fields.get(name) is None:
        return None
    return one(fields, name, shape)


def one_flag(fields: Fields, name: str) -> bool:
    """`true` or `false`, which must be there. WebhookError: webhook-form."""
    value = fields.get(name)
    if not isinstance(value, bool):
        raise WebhookError("webhook-form")
    return value


def write_object(fields: Fields) -> bytes:
    """An answer, in ASCII alone: half of a surrogate pair goes back as it came."""
    return json.dumps(fields, separators=(",", ":")).encode("ascii")


def _check_depth(text: str) -> None:
    depth = 0
    for token in _STRUCTURE.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > MAX_DEPTH:
            raise ValueError


def _join_members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError
    return members


def _read_float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError
    return value


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError
