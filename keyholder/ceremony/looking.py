"""What a home shows of a ceremony: looked at anew each time, so nothing is remembered and whoever
was interrupted goes on where she was."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from crypto.errors import CryptoError
from crypto.keyring import Epoch, Keyring
from keyholder.envelopes import find_last, open_envelopes
from keyholder.errors import KeyholderError
from keyholder.held import Held
from keyholder.home import Home
from keyholder.keys.offering import read_cards, read_own
from keyholder.keys.wraps import is_of, name_wraps, read_wraps
from keyholder.remembered import count_seen
from keyholder.repository import list_documents
from keyholder.signing.proposals import Proposal
from keyholder.signing.roots import is_officer, read_officers, read_root_of
from keyholder.signing.waiting import find_waiting
from keyholder.vault import Identity, read_secrets

_COPIED = ("identity.box", "seeds.box", "root.json", "keyring/keyring.bundle")


@dataclass(frozen=True, slots=True)
class Look:
    """What is there. Nothing of it is secret."""

    holder_id: str
    folder: str = ""
    """The home's folder."""
    offers: int = 0
    """One-time keys in the vault: a card that offers some was written."""
    carded: bool = False
    """Whether any card was written: an officer's offers none."""
    cards: tuple[str, ...] = ()
    """Ids of holders whose cards are kept."""
    held: Held | None = None
    waiting: Proposal | None = None
    """A proposal that this officer signed and others have not yet."""
    officer: bool = False
    officers: int = 0
    threshold: int = 0
    listed: bool = False
    """Whether the keyring lists this holder."""
    epochs: tuple[Epoch, ...] = ()
    """Those that are sealed to now or later."""
    seeds: frozenset[tuple[int, str]] = frozenset()
    """(epoch, lock) of the vault: once a coalition is, of locks that are signed."""
    holders: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """(epoch, lock) -> how many get its seed by wraps, beside its maker."""
    synced: bool = False
    """Whether a service, or a bundle, ever showed a checkpoint or an envelope."""
    copied: bool | None = None
    """Whether the backup that was named is this home's; None where none was named."""


def look(home: Home, identity: Identity, held: Held | None, now: int, backup: Path | None) -> Look:
    """HomeError: vault-damaged, home-unwritable."""
    secrets = read_secrets(home, identity)
    with open_envelopes(home) as database:
        synced = _is_synced(database)
    found = Look(
        identity.holder_id,
        str(home.folder),
        offers=len(secrets.wrap_keys),
        carded=read_own(home) is not None,
        cards=tuple(read_cards(home)[0]),
        waiting=_find_proposal(home, held),
        seeds=frozenset((one.epoch, one.lock) for one in secrets.seeds),
        synced=synced,
        copied=None if backup is None else _is_copy(home, backup),
    )
    if held is None:
        return found
    officers = read_officers(read_root_of(held.keyring))
    return replace(
        found,
        held=held,
        officer=is_officer(held.keyring, identity.officer_seed),
        officers=len(officers.keys),
        threshold=officers.threshold,
        listed=identity.holder_id in {one.id for one in held.keyring.holders},
        seeds=frozenset(
            (one.epoch, one.lock)
            for one in secrets.seeds
            for epoch in held.keyring.epochs
            if one.lock in epoch.locks and is_of(one, epoch, one.lock)
        ),
        epochs=tuple(epoch for epoch in held.keyring.epochs if epoch.seal_until > now),
        holders=count_wraps(held.keyring),
    )


def count_wraps(keyring: Keyring) -> dict[tuple[int, str], int]:
    """How many holders each lock's seed is wrapped for."""
    documents = list_documents(keyring)
    found = {}
    for epoch in keyring.epochs:
        for lock in epoch.locks:
            data = documents.get(name_wraps(epoch.number, lock))
            try:
                wraps = {} if data is None else read_wraps(data, epoch.number, lock)
            except CryptoError:
                wraps = {}
            found[epoch.number, lock] = len(wraps)
    return found


def _is_synced(database: sqlite3.Connection) -> bool:
    return count_seen(database) > 0 or find_last(database) >= 0


def _find_proposal(home: Home, held: Held | None) -> Proposal | None:
    try:
        return find_waiting(home, held)
    except (CryptoError, KeyholderError):  # `coalition withdraw` says what is wrong with it
        return None


def _is_copy(home: Home, backup: Path) -> bool:
    """Whether what cannot be fetched again is there, byte for byte."""
    try:
        return all(
            (backup / name).read_bytes() == (home.folder / name).read_bytes()
            for name in _COPIED
            if (home.folder / name).exists()
        )
    except OSError:
        return False
