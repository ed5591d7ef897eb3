"""Destroying an epoch: what would be lost by it, and the vault without its keys."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from crypto.keyring import Keyring
from keyholder.cores import CHUNK, count_cores, open_chunks
from keyholder.errors import KeysError
from keyholder.kept import Kept
from keyholder.keys.offering import find_highest
from keyholder.opening import RECORD_REFUSED, EpochKeys, Opened, Unopened
from keyholder.records.authors import NOBODY, Authors
from keyholder.records.remains import Remains
from keyholder.vault import Secrets

_OF_EPOCH = (
    "FROM envelopes WHERE idx > ? AND substr(leaf, 1, 1) = x'01' AND substr(leaf, 3, 2) = ?"
    " AND body IS NOT NULL AND fault IS NULL"
)


@dataclass(slots=True)
class Loss:
    """How many envelopes of an epoch this home holds, by what becomes of them."""

    kept: int = 0
    lost: int = 0  # they open with the keys here, and were not kept
    records: int = 0  # they are no reports but what holders said: see keyholder.records.remains
    closed: int = 0  # they do not open here: as far as this home knows, nobody read them


def check_due(keyring: Keyring, number: int, now: int) -> None:
    """KeysError epoch-early where reports may still come for the epoch: its time to be destroyed
    has not come, or it is not even made."""
    due = {epoch.number: epoch.destroy_after for epoch in keyring.epochs}
    never_made = number > find_highest(keyring)
    if never_made or due.get(number, 0) > now:
        raise KeysError("epoch-early")


def survey_epoch(
    database: sqlite3.Connection,
    keys: Sequence[EpochKeys],
    number: int,
    is_kept: Callable[[bytes], bool],
    advance: Callable[[int], None],
    remains: Remains,
    authors: Authors = NOBODY,
    attach: Callable[[Kept], Kept] = lambda kept: kept,
) -> Loss:
    """What would be lost if these keys of the epoch were destroyed. `remains` gets the outcomes;
    `authors`: whose records count. `attach` gives an envelope the box that was peeled off it."""
    loss = Loss()
    own = [one for one in keys if one.number == number]
    total = database.execute(f"SELECT count(*) {_OF_EPOCH}", (-1, _write(number))).fetchone()[0]
    chunks = ([attach(kept) for kept in chunk] for chunk in _read_chunks(database, number))
    for outcomes in open_chunks(chunks, own, total, count_cores(), authors):
        for outcome in outcomes:
            kept = is_kept(outcome.envelope_id)
            remains.take(outcome, kept=kept)
            if kept:
                loss.kept += 1
            elif isinstance(outcome, Unopened) and outcome.outcome != RECORD_REFUSED:
                loss.closed += 1
            elif isinstance(outcome, Opened):
                loss.lost += 1
            else:
                loss.records += 1
        advance(len(outcomes))
    return loss


def holds_keys(secrets: Secrets, number: int) -> bool:
    """Whether these secrets have a seed or a one-time key of the epoch."""
    seeds = any(one.epoch == number for one in secrets.seeds)
    return seeds or any(one.epoch == number for one in secrets.wrap_keys)


def take_out(secrets: Secrets, number: int) -> Secrets:
    """The secrets without all that belongs to the epoch."""
    return replace(
        secrets,
        seeds=tuple(one for one in secrets.seeds if one.epoch != number),
        wrap_keys=tuple(one for one in secrets.wrap_keys if one.epoch != number),
    )


def _read_chunks(database: sqlite3.Connection, number: int) -> Iterator[list[Kept]]:
    """The whole envelopes of an epoch, by rising index."""
    statement = f"SELECT idx, id, day, body, fault {_OF_EPOCH} ORDER BY idx LIMIT ?"
    after = -1
    while rows := database.execute(statement, (after, _write(number), CHUNK)).fetchall():
        after = rows[-1][0]
        yield [Kept(*row) for row in rows]


def _write(number: int) -> bytes:
    return number.to_bytes(2, "big")
