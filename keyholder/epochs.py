"""Epochs as an officer lays them out: when the next one begins, and what it says to sealers."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from crypto.envelope import Suite
from crypto.keyring import Keyring
from crypto.statements import MAX_EPOCHS
from keyholder.errors import CoalitionError, KeysError
from keyholder.keys.lock_offers import LockOffer

DAY = 86_400  # seconds
FALLBACK_DAYS = 365
DESTROY_AFTER_DAYS = 90
_QUARTER = 900  # seconds: a report counts its times in quarter hours from `seal_from`
_LAST_NUMBER = 0xFFFF
_DUAL = {Suite.SEALED_BOX: Suite.DUAL_SEALED_BOX, Suite.HYBRID: Suite.DUAL_HYBRID}
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


def lay_out_epoch(
    maker: str, number: int, lock: str, start: int, days: int, *, fallback: bool, dual: bool
) -> LockOffer:
    """One lock of an epoch as it is to be made: its times, and no keys yet."""
    until = start + days * DAY
    destroy_after = until + DESTROY_AFTER_DAYS * DAY
    return LockOffer(maker, number, lock, start, until, destroy_after, fallback, dual, {}, {})


def describe_epoch(offers: Sequence[LockOffer]) -> dict[str, Any]:
    """The epoch's entry in reporter.json, with the public keys of each of its locks."""
    first = offers[0]
    return {
        "epoch": first.epoch,
        "seal_from": first.seal_from,
        "seal_until": first.seal_until,
        "destroy_after": first.destroy_after,
        "fallback": first.fallback,
        "suites": {
            channel: int(_DUAL[suite] if first.dual else suite)
            for channel, suite in CHANNELS.items()
        },
        "locks": {
            offer.lock: {f"{suite:02x}": key.hex() for suite, key in offer.publics.items()}
            for offer in offers
        },
    }


def retire_epoch(listed: Sequence[dict[str, Any]], number: int, now: int) -> list[dict[str, Any]]:
    """The entries with one that is sealed to no more: it ends now, and no channel names it.

    Its keys stay listed, so that what was sealed to it can be opened, and `destroy_after` too:
    phones that have not heard of it go on sealing to it for a while. KeysError: epoch-unknown;
    epoch-last where something could be sealed now and could not any more.
    """
    if number not in {entry["epoch"] for entry in listed}:
        raise KeysError("epoch-unknown")
    entries = [_end(entry, now) if entry["epoch"] == number else entry for entry in listed]
    if _list_channels(listed, now) - _list_channels(entries, now):
        raise KeysError("epoch-last")
    return entries


def _end(entry: dict[str, Any], now: int) -> dict[str, Any]:
    until = min(entry["seal_until"], max(now, entry["seal_from"] + 1))
    return {**entry, "seal_until": until, "suites": {}}


def _list_channels(entries: Sequence[dict[str, Any]], now: int) -> set[str]:
    """The channels that have an epoch now."""
    return {
        channel
        for entry in entries
        if entry["seal_from"] <= now < entry["seal_until"]
        for channel in entry["suites"]
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
