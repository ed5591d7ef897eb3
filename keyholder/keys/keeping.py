"""kept.db: reports that are kept beyond the keys of their epoch, each sealed by itself.

A row holds the original envelope, its leaf and the opened content under a key of the vault's own.
Its name is a keyed hash of the envelope's id: whoever has the file alone learns how many reports
were kept, and how long they are. The work for an item does not grow with the store.
"""

import hashlib
import hmac
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import cbor2

from crypto.errors import CryptoError, PassphraseError
from crypto.leaves import read_leaf
from crypto.passphrase import lock_with_key, unlock_with_key
from keyholder.errors import HomeError, KeysError
from keyholder.home import Home, prepare
from keyholder.opening import DAMAGED, Opened, Outcome, Unopened
from keyholder.vault import Identity, derive_store_key
from reports.codec import decode, encode
from reports.errors import ReportError

_FORMAT = "heliograph/kept/v1"
KEPT_DAMAGED = "kept-damaged"
_SCHEMA = "CREATE TABLE IF NOT EXISTS kept (name BLOB NOT NULL UNIQUE, box BLOB NOT NULL)"


class Original(NamedTuple):
    """An opened report with the envelope that it came in, as it was downloaded."""

    opened: Opened
    start: int  # Unix seconds: its epoch's `seal_from`, from which its content counts times
    leaf: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Store:
    """kept.db, and the keys to its rows."""

    database: sqlite3.Connection
    naming: bytes = field(repr=False)
    sealing: bytes = field(repr=False)


@contextmanager
def open_store(home: Home, identity: Identity) -> Iterator[Store]:
    """The file, made where it is missing. HomeError: home-unwritable."""
    prepare(home)
    try:
        home.kept.touch(mode=0o600)
        database = sqlite3.connect(home.kept, isolation_level=None)
        try:
            database.execute("PRAGMA synchronous=FULL")  # nobody gives it a second time
            database.execute("PRAGMA secure_delete=ON")
            database.execute(_SCHEMA)
            naming, sealing = (derive_store_key(identity, one) for one in ("kept-names", "kept"))
            yield Store(database, naming, sealing)
        finally:
            database.close()
    except (OSError, sqlite3.Error) as error:
        raise HomeError("home-unwritable") from error


def is_empty(home: Home) -> bool:
    """Whether nothing is kept, which needs no key to know. HomeError home-unwritable."""
    if not home.kept.exists():
        return True
    try:
        with closing(sqlite3.connect(home.kept)) as database:
            return database.execute("SELECT 1 FROM kept LIMIT 1").fetchone() is None
    except sqlite3.Error as error:
        raise HomeError("home-unwritable") from error


def name_item(store: Store, envelope_id: bytes) -> bytes:
    """The name (16 B) of an envelope's row."""
    return hmac.digest(store.naming, envelope_id, "sha256")[:16]


def list_names(store: Store) -> set[bytes]:
    """The names of all rows."""
    return {bytes(name) for (name,) in store.database.execute("SELECT name FROM kept")}


def keep(store: Store, originals: Iterable[Original]) -> int:
    """Keep these, in one transaction; gives how many were not kept before."""
    store.database.execute("BEGIN IMMEDIATE")
    try:
        fresh = sum(_insert(store, original) for original in originals)
    except BaseException:
        store.database.execute("ROLLBACK")
        raise
    store.database.execute("COMMIT")
    return fresh


def count_kept(store: Store, ids: Collection[bytes]) -> int:
    """How many of these envelopes are kept."""
    names = list_names(store)
    return sum(name_item(store, id) in names for id in ids)


def forget(store: Store, ids: Collection[bytes]) -> int:
    """Delete what was kept of these envelopes; gives how many there were."""
    names = [(name_item(store, id),) for id in ids]
    return store.database.executemany("DELETE FROM kept WHERE name = ?", names).rowcount


def merge_kept(store: Store, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """The outcomes, with what was kept in the place of what does not open any more; then what was
    kept and is not among them. What is damaged is an outcome as well."""
    names = list_names(store)
    left = set(names)
    for outcome in outcomes if names else ():
        name = name_item(store, outcome.envelope_id)
        left.discard(name)
        if name in names and isinstance(outcome, Unopened):
            yield _give(store, name, outcome)
        else:
            yield outcome
    if not names:
        yield from outcomes
    lost = Unopened(-1, b"", 0, DAMAGED, KEPT_DAMAGED)
    for name in sorted(left):
        yield _give(store, name, lost)


def replace_kept(store: Store, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """The outcomes, with what was kept in the place of what does not open any more."""
    names = list_names(store)
    for outcome in outcomes:
        name = name_item(store, outcome.envelope_id)
        kept = isinstance(outcome, Unopened) and name in names
        yield _give(store, name, outcome) if kept else outcome


def read_item(store: Store, name: bytes) -> Original:
    """One kept item. KeysError kept-damaged."""
    row = store.database.execute("SELECT box FROM kept WHERE name = ?", (name,)).fetchone()
    try:
        content = cbor2.loads(unlock_with_key(store.sealing, row[0]))
        envelope_id = hashlib.sha256(content["envelope"]).digest()
        if content["format"] != _FORMAT or name_item(store, envelope_id) != name:
            raise KeysError(KEPT_DAMAGED)
        opened = Opened(
            content["place"],
            envelope_id,
            read_leaf(content["leaf"]).day,
            content["suite"],
            content["epoch"],
            content["report_id"],
            decode(content["content"], content["start"]),
        )
        return Original(opened, content["start"], content["leaf"], content["envelope"])
    except (
        PassphraseError,
        CryptoError,
        ReportError,
        cbor2.CBORDecodeError,
        KeyError,
        TypeError,
    ) as error:
        raise KeysError(KEPT_DAMAGED) from error


def find_originals(
    database: sqlite3.Connection, starts: dict[int, int], opened: Sequence[Opened]
) -> Iterator[Original]:
    """These reports with their envelopes from envelopes.db. `starts`: epoch -> `seal_from`.

    What is not there under its index (it was kept before, or deleted) is left out.
    """
    statement = "SELECT leaf, body FROM envelopes WHERE idx = ? AND id = ? AND body IS NOT NULL"
    for one in opened:
        row = database.execute(statement, (one.place, one.envelope_id)).fetchone()
        if row is not None and one.epoch in starts:
            yield Original(one, starts[one.epoch], row[0], row[1])


def _insert(store: Store, original: Original) -> int:
    opened = original.opened
    content = cbor2.dumps(
        {
            "format": _FORMAT,
            "envelope": original.body,
            "leaf": original.leaf,
            "place": opened.place,
            "suite": opened.suite,
            "epoch": opened.epoch,
            "start": original.start,
            "report_id": opened.report_id,
            "content": encode(opened.report, original.start),
        },
        canonical=True,
    )
    statement = "INSERT OR IGNORE INTO kept (name, box) VALUES (?, ?)"
    row = (name_item(store, opened.envelope_id), lock_with_key(store.sealing, content))
    return store.database.execute(statement, row).rowcount


def _give(store: Store, name: bytes, instead: Outcome) -> Outcome:
    try:
        return read_item(store, name).opened
    except KeysError:
        return Unopened(*instead[:3], DAMAGED, KEPT_DAMAGED)
