"""wraps/<epoch>-<lock>.json in the keyring: a lock's seed, sealed to each holder who is to have it.

See spec/keyring-v1.md. Written by an officer from a lock offer; read by each holder, who takes
what is for her into her vault. A seed counts only if it is the signed lock's, whoever wrapped it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from crypto.errors import KeyringError, OpeningError
from crypto.keyring import Epoch, Keyring, find_target
from crypto.locks import check_lock
from crypto.statements import MAX_HOLDERS
from crypto.strict_json import read_hex, read_integer, read_json, read_object
from crypto.wrapping import WRAP_SIZE, unwrap_seed
from keyholder.errors import KeysError
from keyholder.home import Home
from keyholder.keys.lock_offers import LockOffer
from keyholder.repository import encode_document, list_withheld
from keyholder.vault import Identity, Secrets, Seed, read_secrets, write_secrets

FORMAT = "heliograph/wraps/v1"
ROOM = 700 * 1024
"""Bytes that a keyring's documents may have with its wraps: a bundle takes 1 MiB, and services,
purging and roots need the rest."""
MOST = 56
"""Files of wraps in a keyring: a reader fetches at most 64 files that targets list."""
_NAME = re.compile(r"wraps/([0-9]{1,5})-([ab])\.json", re.ASCII)
_LAST_EPOCH = 0xFFFF
_ID_DIGITS = 16


@dataclass(slots=True)
class Unwrapped:
    """What came of the wraps for one holder: (epoch, lock), and a code where it was refused."""

    taken: list[tuple[int, str]] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    foreign: list[tuple[int, str]] = field(default_factory=list)
    """Locks for which this holder made a seed, and that are signed with another one."""
    withheld: list[tuple[int, str]] = field(default_factory=list)
    """Locks whose wraps the keyring lists and whoever carried it kept back, hers or not."""


def name_wraps(epoch: int, lock: str) -> str:
    """The target's path: small letters alone are allowed there."""
    return f"wraps/{epoch}-{lock.lower()}.json"


def describe_wraps(offer: LockOffer) -> dict[str, Any]:
    """The document of one offered lock."""
    return {
        "format": FORMAT,
        "epoch": offer.epoch,
        "lock": offer.lock,
        "maker": offer.maker,
        "wraps": {holder: wrap.hex() for holder, wrap in sorted(offer.wraps.items())},
    }


def read_wraps(data: bytes, epoch: int, lock: str) -> Mapping[str, bytes]:
    """Holder id to wrap. KeyringError: keyring-json, -format, -field, -key."""
    fields = read_json(data, FORMAT)
    if (read_integer(fields, "epoch", _LAST_EPOCH), fields.get("lock")) != (epoch, lock):
        raise KeyringError("keyring-field")
    read_hex(fields.get("maker"), _ID_DIGITS)
    wraps = read_object(fields.get("wraps"))
    if len(wraps) > MAX_HOLDERS:
        raise KeyringError("keyring-field")
    return {
        read_hex(holder, _ID_DIGITS): bytes.fromhex(read_hex(wrap, 2 * WRAP_SIZE))
        for holder, wrap in wraps.items()
    }


def fit_wraps(documents: dict[str, dict[str, Any]], kept: int, now: int) -> list[int]:
    """Take old wraps out of the documents until they have room; gives their epochs' numbers.

    Those whose epoch is due to be destroyed or is listed no more go first and without being told;
    then the oldest, and these are told: who has not unwrapped hers by then needs another holder's
    help. Epoch `kept` stays. KeysError wraps-full: there is no room for it.
    """
    due = {entry["epoch"]: entry["destroy_after"] for entry in documents["reporter.json"]["epochs"]}
    held = {name: int(match[1]) for name in documents if (match := _NAME.fullmatch(name))}
    for name, epoch in list(held.items()):
        if due.get(epoch, 0) <= now and epoch != kept:
            del documents[name], held[name]
    size = sum(len(encode_document(one)) for one in documents.values())
    dropped: set[int] = set()
    while size > ROOM or len(held) > MOST:
        name, oldest = min(held.items(), key=lambda one: one[1], default=("", kept))
        if oldest == kept:
            raise KeysError("wraps-full")
        size -= len(encode_document(documents[name]))
        del documents[name], held[name]
        dropped.add(oldest)
    return sorted(dropped)


def list_withheld_locks(keyring: Keyring) -> list[tuple[int, str]]:
    """Epoch and lock of the wraps among what was kept back of the keyring."""
    matches = map(_NAME.fullmatch, list_withheld(keyring))
    return sorted((int(match[1]), match[2].upper()) for match in matches if match)


def unwrap_seeds(secrets: Secrets, keyring: Keyring, holder_id: str) -> tuple[Secrets, Unwrapped]:
    """The secrets with every seed that the keyring's wraps have for this holder and that she lacks.

    What is not the signed lock's seed, or cannot be read, is refused and named; the rest goes on.
    """
    unwrapped = Unwrapped(withheld=list_withheld_locks(keyring))
    keys = {one.epoch: one.seed for one in secrets.wrap_keys}
    found: list[Seed] = []
    for epoch in keyring.epochs:
        for lock in epoch.locks:
            own = [one for one in secrets.seeds if (one.epoch, one.lock) == (epoch.number, lock)]
            if any(is_of(seed, epoch, lock) for seed in own):
                continue
            if own:
                unwrapped.foreign.append((epoch.number, lock))
            if epoch.number not in keys:
                continue
            try:
                seed = _unwrap(keyring, epoch, lock, holder_id, keys[epoch.number])
            except (KeyringError, OpeningError, KeysError) as error:
                unwrapped.refused.append((epoch.number, lock, error.code))
                continue
            if seed is not None:
                found.append(seed)
                unwrapped.taken.append((epoch.number, lock))
    return replace(secrets, seeds=(*secrets.seeds, *found)), unwrapped


def unwrap_into_vault(home: Home, identity: Identity, keyring: Keyring) -> Unwrapped:
    """Take what the keyring's wraps have for this holder into her vault. The home is held.

    HomeError: vault-damaged, home-unwritable.
    """
    before = read_secrets(home, identity)
    after, unwrapped = unwrap_seeds(before, keyring, identity.holder_id)
    if unwrapped.taken:
        write_secrets(home, identity, after)
    return unwrapped


def is_of(seed: Seed, epoch: Epoch, lock: str) -> bool:
    """Whether this is the seed of an epoch's signed lock."""
    if (seed.epoch, seed.lock) != (epoch.number, lock):
        return False
    try:
        check_lock(seed.seed, lock, epoch.locks[lock])
    except OpeningError:
        return False
    return True


def _unwrap(keyring: Keyring, epoch: Epoch, lock: str, holder_id: str, key: bytes) -> Seed | None:
    """This holder's seed of a lock; None where nothing is wrapped for her."""
    data = find_target(keyring, name_wraps(epoch.number, lock))
    if data is None:
        return None
    try:
        wrap = read_wraps(data, epoch.number, lock).get(holder_id)
    except KeyringError:
        raise KeysError("wraps-form") from None
    if wrap is None:
        return None
    seed = unwrap_seed(wrap, key, epoch.number, lock, holder_id)
    check_lock(seed, lock, epoch.locks[lock])
    return Seed(epoch.number, lock, seed)
