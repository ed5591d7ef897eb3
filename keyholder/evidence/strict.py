"""JSON of a bundle, read with its bounds: an object, or nothing."""

from typing import Any

from crypto.errors import KeyringError
from crypto.strict_json import parse_strictly

_DIGITS = 19  # of an integer, with its sign


def read_object(data: bytes) -> dict[str, Any] | None:
    """The object that the bytes stand for; None for anything else.

    ASCII, and what a keyring's JSON must not have either: no name twice, no fraction. But texts are
    people's, so that all of Unicode may be escaped in them, and integers have up to 19 digits.
    """
    try:
        value = parse_strictly(data.decode("ascii"), _read_integer)
    except (ValueError, KeyringError):  # UnicodeDecodeError is a ValueError
        return None
    return value if isinstance(value, dict) else None


def _read_integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError("too long")
    return int(digits)
