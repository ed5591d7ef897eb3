"""Epochs as an officer lays them out: when the next one begins, and what it says to sealers."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from crypto.envelope import Suite
from crypto.keyring import Keyring
from crypto.locks import derive_lock
from crypto.statements import MAX_EPOCHS
from keyholder.errors import CoalitionError

DAY = 86_400  # seconds
FALLBACK_DAYS = 365
DESTROY_AFTER_DAYS = 90
_QUARTER = 900  # seconds: a report counts its times in quarter hours from `seal_from`
_LAST_NUMBER = 0xFFFF
_LOCK = "A"
_SUITES = (Suite.SEALED_BOX, Suite.HYBRID)
CHANNELS: Mapping[str, Suite] = {
    "app": Suite.HYBRID,
    "web": Suite.HYBRID,
    "app-sms": Suite.SEALED_BOX,  # a hybrid box does not fit into texts
    "sms": Suite.HYBRID,
    "ussd": Suite.HYBRID,
    "relay": Suite.HYBRID,
    "import": Suite.HYBRID,
}
_START = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z?)?")


def find_start(keyring: Keyring, asked: str | None, now: int, *, fallback: bool) -> int:
    """When the next epoch begins, Unix seconds, a whole quarter of an hour.

    As asked (`now`, or UTC as 2026-01-31 or 2026-01-31T12:00); else where the last epoch ends if
    that is still to come; else now. A fallback epoch begins now. CoalitionError: epoch-start.
    """
    start = now
    if asked is not None and asked != "now":
        start = _read_start(asked)
    elif asked is None and not fallback:
        ends = [epoch.seal_until for epoch in keyring.epochs if not epoch.fallback]
        start = max([now, *ends])
    return start - start % _QUARTER


def describe_epoch(
    number: int, seed: bytes, start: int, days: int, *, fallback: bool
) -> dict[str, Any]:
    """The epoch's entry in reporter.json, with the public keys of lock A for both suites."""
    until = start + days * DAY
    return {
        "epoch": number,
        "seal_from": start,
        "seal_until": until,
        "destroy_after": until + DESTROY_AFTER_DAYS * DAY,
        "fallback": fallback,
        "suites": {channel: int(suite) for channel, suite in CHANNELS.items()},
        "locks": {
            _LOCK: {
                f"{suite:02x}": derive_lock(seed, suite, _LOCK).public.hex() for suite in _SUITES
            }
        },
    }


def keep_epochs(listed: Sequence[dict[str, Any]], now: int) -> list[dict[str, Any]]:
    """The entries that go into the next keyring beside a new one: all, until the format's room
    runs out; then those whose time to be destroyed has come go first, oldest first.

    CoalitionError: epochs-exhausted.
    """
    surplus = len(listed) + 1 - MAX_EPOCHS
    if surplus <= 0:
        return list(listed)
    past = sorted(entry["epoch"] for entry in listed if entry["destroy_after"] <= now)[:surplus]
    if len(past) < surplus:
        raise CoalitionError("epochs-exhausted")
    return [entry for entry in listed if entry["epoch"] not in past]


def next_number(keyring: Keyring) -> int:
    """CoalitionError: epochs-exhausted."""
    number = max((epoch.number for epoch in keyring.epochs), default=0) + 1
    if number > _LAST_NUMBER:
        raise CoalitionError("epochs-exhausted")
    return number


def _read_start(asked: str) -> int:
    try:
        if not _START.fullmatch(asked):
            raise CoalitionError("epoch-start")
        moment = datetime.fromisoformat(asked.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError as error:
        raise CoalitionError("epoch-start") from error
    if moment.timestamp() < 0:
        raise CoalitionError("epoch-start")
    return int(moment.timestamp())
