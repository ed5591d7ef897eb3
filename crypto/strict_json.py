"""Strict JSON for the files of a keyring: one reading alone, in printable ASCII, without fractions.

See spec/keyring-v1.md. Everything here raises KeyringError: keyring-json, keyring-format,
keyring-field, keyring-key.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from crypto.errors import KeyringError

_HEX = re.compile(r"[0-9a-f]*", re.ASCII)
_PRINTABLE = re.compile(r"[ -~]*")
_PRINTABLE_LINES = re.compile(rb"[\n -~]*")


def read_json(data: bytes, expected: str) -> Mapping[str, Any]:
    """The fields of a file whose `format` is `expected`."""
    fields = read_object(parse_json(data))
    if fields.get("format") != expected:
        raise KeyringError("keyring-format")
    return fields


def parse_json(data: bytes) -> Any:
    """The value that the bytes stand for, by itself: keyring-json alone is raised."""
    if not _PRINTABLE_LINES.fullmatch(data):
        raise KeyringError("keyring-json")
    value = parse_strictly(data.decode("ascii"), _parse_integer)
    # Texts may be written with escapes: what they stand for must be printable ASCII too.
    if not all(map(_PRINTABLE.fullmatch, _walk_texts(value))):
        raise KeyringError("keyring-json")
    return value


def parse_strictly(text: str, parse_integer: Callable[[str], int]) -> Any:
    """What `text` stands for, with no name twice and no fraction, as deep as Python reads.

    KeyringError keyring-json. `parse_integer` may raise it, or ValueError.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_refuse_duplicates,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            parse_int=parse_integer,
        )
    except (ValueError, RecursionError):
        raise KeyringError("keyring-json") from None


def _walk_texts(value: object) -> Iterator[str]:
    """Every text in a value, the names of fields too."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, list):
            left += one


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise KeyringError("keyring-json")
    return fields


def _refuse_number(_: str) -> NoReturn:
    raise KeyringError("keyring-json")


def _parse_integer(digits: str) -> int:
    # 16 digits hold every integer that JavaScript keeps exact.
    if len(digits) > 16 or digits.startswith("-"):
        raise KeyringError("keyring-json")
    return int(digits)


def read_object(value: object) -> Mapping[str, Any]:
    """`value`, which must be an object."""
    if not isinstance(value, dict):
        raise KeyringError("keyring-field")
    return value


def read_list(fields: Mapping[str, Any], name: str, longest: int) -> list[Any]:
    """The list of that name, of at most `longest` entries."""
    value = fields.get(name)
    if not isinstance(value, list) or len(value) > longest:
        raise KeyringError("keyring-field")
    return value


def read_integer(fields: Mapping[str, Any], name: str, biggest: int) -> int:
    """The integer of that name, from 0 to `biggest`."""
    value = fields.get(name)
    if type(value) is not int or value > biggest:
        raise KeyringError("keyring-field")
    return value


def read_hex(value: object, digits: int) -> str:
    """`value`, which must be exactly so many lower-case hex digits."""
    if not isinstance(value, str) or len(value) != digits or not _HEX.fullmatch(value):
        raise KeyringError("keyring-key")
    return value
