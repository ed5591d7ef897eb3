"""What the keyring's signed files say: reporter.json and holders.json, read strictly.

See spec/keyring-v1.md. Fields that this program does not know are ignored, so that a newer keyring
may say more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crypto.envelope import HYBRID_KEY_SIZE, SMS_SUITES, Suite
from crypto.errors import KeyringError
from crypto.strict_json import (
    read_hex,
    read_integer,
    read_json,
    read_list,
    read_object,
)

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
    fields = read_json(data, REPORTER_FORMAT)
    epochs = tuple(_read_epoch(epoch) for epoch in read_list(fields, "epochs", MAX_EPOCHS))
    if len({epoch.number for epoch in epochs}) != len(epochs):
        raise KeyringError("keyring-epoch")
    return Reporter(
        signed_at=read_integer(fields, "signed_at", MAX_TIME),
        epochs=epochs,
        addresses=_texts(fields, "addresses"),
        sms_numbers=_texts(fields, "sms_numbers"),
        ussd_codes=_texts(fields, "ussd_codes"),
        log_keys=_texts(fields, "log_keys"),
    )


def read_holders(data: bytes) -> tuple[Holder, ...]:
    """Read holders.json. Raises KeyringError: keyring-json, -format, -field, -key."""
    fields = read_json(data, HOLDERS_FORMAT)
    holders = tuple(
        Holder(
            read_hex(holder.get("id"), _HOLDER_ID_HEX),
            bytes.fromhex(read_hex(holder.get("key"), _KEY_HEX)),
        )
        for holder in map(read_object, read_list(fields, "holders", MAX_HOLDERS))
    )
    if len({holder.id for holder in holders}) != len(holders):
        raise KeyringError("keyring-field")
    return holders


def _read_epoch(value: object) -> Epoch:
    fields = read_object(value)
    fallback = fields.get("fallback")
    if not isinstance(fallback, bool):
        raise KeyringError("keyring-field")
    epoch = Epoch(
        number=read_integer(fields, "epoch", 0xFFFF),
        seal_from=read_integer(fields, "seal_from", MAX_TIME),
        seal_until=read_integer(fields, "seal_until", MAX_TIME),
        destroy_after=read_integer(fields, "destroy_after", MAX_TIME),
        fallback=fallback,
        suites=_read_suites(read_object(fields.get("suites"))),
        locks={
            lock: _read_keys(lock, read_object(keys))
            for lock, keys in read_object(fields.get("locks")).items()
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
        keys[suite] = bytes.fromhex(read_hex(key, 2 * size))
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


def _texts(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    texts = read_list(fields, name, MAX_TEXTS)
    for text in texts:
        if not isinstance(text, str) or not 0 < len(text) <= MAX_TEXT:
            raise KeyringError("keyring-field")
    return tuple(texts)
