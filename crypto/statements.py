"""What the keyring's signed files say: reporter.json and holders.json, read strictly.

See spec/keyring-v1.md. Fields that this program does not know are ignored, so that a newer keyring
may say more.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from crypto.envelope import HYBRID_KEY_SIZE, SMS_SUITES, Suite
from crypto.errors import KeyringError

REPORTER_FORMAT = "heliograph/keyring/v1"
HOLDERS_FORMAT = "heliograph/holders/v1"

MAX_EPOCHS = 128
MAX_HOLDERS = 256
MAX_CHANNELS = 16
"""Channels an epoch names."""
MAX_TEXTS = 64
"""Entries of each list of addresses, numbers, codes and log keys."""
MAX_TEXT = 256
"""Characters of each such entry."""
MAX_TIME = 1 << 40
"""Unix seconds; far enough for any clock, and exact in JavaScript."""

_X25519_KEY_SIZE = 32
_HOLDER_ID_HEX = 16
_KEY_HEX = 64
_HEX = re.compile(r"[0-9a-f]*", re.ASCII)
_PRINTABLE = re.compile(r"[ -~]*")
_PRINTABLE_LINES = re.compile(rb"[\n -~]*")
_CHANNEL = re.compile(r"[a-z][a-z-]{0,15}")
_SUITE_NAMES = {f"{suite:02x}": suite for suite in Suite}
_SUITE_NUMBERS = {int(suite): suite for suite in Suite}


@dataclass(frozen=True, slots=True)
class Epoch:
    """A period with its own keys. Times are Unix seconds."""

    number: int
    """u16, in every envelope of this epoch."""
    seal_from: int
    seal_until: int
    destroy_after: int
    fallback: bool
    """Serves when no other epoch is current."""
    suites: Mapping[str, Suite]
    """Channel -> the suite to seal with."""
    locks: Mapping[str, Mapping[Suite, bytes]]
    """"A" (and "B") -> suite -> public key."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A request-signing key under a random id."""

    id: str
    """16 hex digits."""
    key: bytes
    """Ed25519 public key, 32 bytes."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """What reporter.json says."""

    signed_at: int
    epochs: tuple[Epoch, ...]
    addresses: tuple[str, ...]
    sms_numbers: tuple[str, ...]
    ussd_codes: tuple[str, ...]
    log_keys: tuple[str, ...]


def read_reporter(data: bytes) -> Reporter:
    """Read reporter.json. Raises KeyringError: keyring-json, -format, -field, -epoch, -key."""
    fields = _read_json(data, REPORTER_FORMAT)
    epochs = tuple(_read_epoch(epoch) for epoch in _list(fields, "epochs", MAX_EPOCHS))
    if len({epoch.number for epoch in epochs}) != len(epochs):
        raise KeyringError("keyring-epoch")
    return Reporter(
        signed_at=_integer(fields, "signed_at", MAX_TIME),
        epochs=epochs,
        addresses=_texts(fields, "addresses"),
        sms_numbers=_texts(fields, "sms_numbers"),
        ussd_codes=_texts(fields, "ussd_codes"),
        log_keys=_texts(fields, "log_keys"),
    )


def read_holders(data: bytes) -> tuple[Holder, ...]:
    """Read holders.json. Raises KeyringError: keyring-json, -format, -field, -key."""
    fields = _read_json(data, HOLDERS_FORMAT)
    holders = tuple(
        Holder(
            _hex(holder.get("id"), _HOLDER_ID_HEX), bytes.fromhex(_hex(holder.get("key"), _KEY_HEX))
        )
        for holder in map(_object, _list(fields, "holders", MAX_HOLDERS))
    )
    if len({holder.id for holder in holders}) != len(holders):
        raise KeyringError("keyring-field")
    return holders


def _read_epoch(value: object) -> Epoch:
    fields = _object(value)
    fallback = fields.get("fallback")
    if not isinstance(fallback, bool):
        raise KeyringError("keyring-field")
    epoch = Epoch(
        number=_integer(fields, "epoch", 0xFFFF),
        seal_from=_integer(fields, "seal_from", MAX_TIME),
        seal_until=_integer(fields, "seal_until", MAX_TIME),
        destroy_after=_integer(fields, "destroy_after", MAX_TIME),
        fallback=fallback,
        suites=_read_suites(_object(fields.get("suites"))),
        locks={
            lock: _read_keys(lock, _object(keys))
            for lock, keys in _object(fields.get("locks")).items()
        },
    )
    if not epoch.seal_from < epoch.seal_until <= epoch.destroy_after:
        raise KeyringError("keyring-epoch")
    _check_locks(epoch)
    return epoch


def _read_suites(fields: Mapping[str, Any]) -> dict[str, Suite]:
    if len(fields) > MAX_CHANNELS or not all(map(_CHANNEL.fullmatch, fields)):
        raise KeyringError("keyring-field")
    suites = {channel: _suite(number) for channel, number in fields.items()}
    if suites.get("app-sms", Suite.SEALED_BOX) not in SMS_SUITES:
        raise KeyringError("keyring-epoch")
    return suites


def _suite(number: object) -> Suite:
    # `type`, because True is an int and would read as suite 01.
    if type(number) is not int or number not in _SUITE_NUMBERS:
        raise KeyringError("keyring-field")
    return _SUITE_NUMBERS[number]


def _read_keys(lock: str, fields: Mapping[str, Any]) -> dict[Suite, bytes]:
    keys: dict[Suite, bytes] = {}
    for name, key in fields.items():
        suite = _SUITE_NAMES.get(name)
        if suite is None or lock not in suite.locks:
            raise KeyringError("keyring-epoch")
        size = HYBRID_KEY_SIZE if lock == suite.hybrid_lock else _X25519_KEY_SIZE
        keys[suite] = bytes.fromhex(_hex(key, 2 * size))
    return keys


def _check_locks(epoch: Epoch) -> None:
    """One lock or two, never mixed: a single suite beside dual ones would go round dual control."""
    listed = set(epoch.locks.get("A", {}))
    dual = {suite.dual for suite in listed}
    expected = {"A", "B"} if True in dual else {"A"}
    if (
        len(dual) != 1
        or set(epoch.locks) != expected
        or any(set(keys) != listed for keys in epoch.locks.values())
        or not set(epoch.suites.values()) <= listed
    ):
        raise KeyringError("keyring-epoch")


def _read_json(data: bytes, expected: str) -> Mapping[str, Any]:
    if not _PRINTABLE_LINES.fullmatch(data):
        raise KeyringError("keyring-json")
    try:
        value = json.loads(
            data,
            object_pairs_hook=_refuse_duplicates,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            parse_int=_parse_integer,
        )
    except (ValueError, RecursionError):
        raise KeyringError("keyring-json") from None
    fields = _object(value)
    if fields.get("format") != expected:
        raise KeyringError("keyring-format")
    return fields


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    # Names and texts may be written with escapes: what they stand for must be printable ASCII too.
    texts = [*fields, *(value for value in fields.values() if isinstance(value, str))]
    if len(fields) != len(pairs) or not all(map(_PRINTABLE.fullmatch, texts)):
        raise KeyringError("keyring-json")
    return fields


def _refuse_number(_: str) -> NoReturn:
    raise KeyringError("keyring-json")


def _parse_integer(digits: str) -> int:
    # 16 digits hold every integer that JavaScript keeps exact.
    if len(digits) > 16 or digits.startswith("-"):
        raise KeyringError("keyring-json")
    return int(digits)


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise KeyringError("keyring-field")
    return value


def _list(fields: Mapping[str, Any], name: str, longest: int) -> list[Any]:
    value = fields.get(name)
    if not isinstance(value, list) or len(value) > longest:
        raise KeyringError("keyring-field")
    return value


def _integer(fields: Mapping[str, Any], name: str, biggest: int) -> int:
    value = fields.get(name)
    if type(value) is not int or value > biggest:
        raise KeyringError("keyring-field")
    return value


def _texts(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    texts = _list(fields, name, MAX_TEXTS)
    for text in texts:
        if not isinstance(text, str) or not 0 < len(text) <= MAX_TEXT:
            raise KeyringError("keyring-field")
        if not _PRINTABLE.fullmatch(text):
            raise KeyringError("keyring-json")
    return tuple(texts)


def _hex(value: object, digits: int) -> str:
    if not isinstance(value, str) or len(value) != digits or not _HEX.fullmatch(value):
        raise KeyringError("keyring-key")
    return value
