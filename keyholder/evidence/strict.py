"""JSON of a bundle, read with its bounds: an object, or nothing."""

import json
from typing import Any, NoReturn


def read_object(data: bytes) -> dict[str, Any] | None:
    """The object that the bytes stand for; None for anything else.

    No name twice, no fraction, no number of more than 19 digits, and no deeper than Python reads.
    """
    try:
        value = json.loads(
            data.decode("ascii"),
            object_pairs_hook=_refuse_duplicates,
            parse_float=_refuse,
            parse_constant=_refuse,
            parse_int=_read_integer,
        )
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return None
    return value if isinstance(value, dict) else None


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name stands twice")
    return fields


def _refuse(_: str) -> NoReturn:
    raise ValueError("no fractions here")


def _read_integer(digits: str) -> int:
    if len(digits) > 19:
        raise ValueError("too long")
    return int(digits)
