"""The journal: what this holder wrote, and what must outlive its epoch, sealed under the vault.

`records.db` in the home. A row is a box, and the envelope that waits to be sent until the service
has it. Neither says anything to whoever has the disk alone: boxes are padded and their names are
keyed. What is read here is bytes; `keyholder.records.writing` and `.state` know what they mean.
"""

import hmac
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import cbor2

from crypto.envelope import LENGTHS
from crypto.errors import PassphraseError
from crypto.passphrase import lock_with_key, unlock_with_key
from keyholder.errors import HomeError
from keyholder.home import Home, prepare
from keyholder.vault import Identity, derive_store_key

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    number INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, own INTEGER NOT NULL, box BLOB NOT NULL,
    envelope BLOB
);
CREATE INDEX IF NOT EXISTS waiting ON records (number) WHERE envelope IS NOT NULL;
"""
_NAME_SIZE = 16  # bytes
_MARK = b"\x80"  # the end of what is padded, as in an envelope
_PADDED = (*LENGTHS, LENGTHS[-1] + 64)  # bytes: the longest record, its day and the mark
_EXTRA = 3  # PRAGMA synchronous
_PATIENCE = 10.0  # seconds until another command has written
_SPOILED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class Kept(NamedTuple):
    """A record as it was signed, and the day of its envelope (since 1970-01-01), None while that
    is not known: it was written here."""

    content: bytes
    day: int | None


class Waiting(NamedTuple):
    """A record that the service does not have yet, as far as is known."""

    name: bytes
    content: bytes | None  # None: the box is damaged
    envelope: bytes


@dataclass(slots=True)
class Found:
    """All that could be read, and how much could not."""

    kept: list[Kept] = field(default_factory=list)
    damaged: int = 0  # boxes
    cut_off: bool = False  # the file itself: some rows may be missing


class Journal:
    """An open records.db. Every change is on the disk when its method returns."""

    def __init__(self, database: sqlite3.Connection, identity: Identity) -> None:
        self._database = database
        self._key = derive_store_key(identity, "records")
        self._naming = derive_store_key(identity, "records names")

    @contextmanager
    def change(self) -> Iterator[None]:
        """All of the block or nothing, and nobody else's change in between."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def add(self, content: bytes, envelope: bytes) -> None:
        """Keep what was written here, with the envelope that waits. Within `change`."""
        self._database.execute(
            "INSERT INTO records (name, own, box, envelope) VALUES (?, 1, ?, ?)",
            (self._name(content), self._lock(Kept(content, None)), envelope),
        )

    def keep(self, records: Iterable[Kept]) -> None:
        """Keep records beyond their epoch, in one transaction; those that are there get their day.

        The first one: what came twice came when it came first.
        """
        with self.change():
            for one in records:
                name = self._name(one.content)
                row = self._database.execute(
                    "SELECT box FROM records WHERE name = ?", (name,)
                ).fetchone()
                held = None if row is None else self._unlock(row[0])
                if held is None or held.day is None or (one.day or 0) < held.day:
                    self._database.execute(
                        "INSERT INTO records (name, own, box) VALUES (?, 0, ?)"
                        " ON CONFLICT (name) DO UPDATE SET box = excluded.box",
                        (name, self._lock(one)),
                    )

    def drop(self, is_meant: Callable[[bytes], bool], *, waiting: bool = False) -> None:
        """Delete the records that are meant, in one transaction: of those that do not wait, or with
        `waiting` of those that do as well, which nobody else has."""
        with self.change():
            meant = [(number,) for number in self._find(is_meant, waits=False)]
            if waiting:
                meant += [(number,) for number in self._find(is_meant, waits=True)]
            self._database.executemany("DELETE FROM records WHERE number = ?", meant)

    def count_meant(self, is_meant: Callable[[bytes], bool]) -> int:
        """How many of the records that wait are meant."""
        return len(self._find(is_meant, waits=True))

    def find_last(self) -> bytes | None:
        """The record that was written here last, as far as it can be read."""
        for (box,) in self._database.execute(
            "SELECT box FROM records WHERE own = 1 ORDER BY number DESC"
        ):
            kept = self._unlock(box)
            if kept is not None:
                return kept.content
        return None

    def read(self) -> Found:
        """Everything, in the order in which it was kept. What is damaged is counted."""
        found = Found()
        try:
            for (box,) in self._database.execute("SELECT box FROM records ORDER BY number"):
                kept = self._unlock(box)
                if kept is None:
                    found.damaged += 1
                else:
                    found.kept.append(kept)
        except sqlite3.DatabaseError as error:
            if not _is_spoiled(error):
                raise
            found.cut_off = True
        return found

    def count_waiting(self) -> int:
        """How many envelopes wait."""
        waiting = "SELECT count(*) FROM records WHERE envelope IS NOT NULL"
        return int(self._database.execute(waiting).fetchone()[0])

    def list_waiting(self, after: int, limit: int) -> list[tuple[int, Waiting]]:
        """Envelopes that wait, by rising number, and their numbers."""
        rows = self._database.execute(
            "SELECT number, name, box, envelope FROM records"
            " WHERE envelope IS NOT NULL AND number > ? ORDER BY number LIMIT ?",
            (after, limit),
        ).fetchall()
        return [
            (number, Waiting(name, kept.content if (kept := self._unlock(box)) else None, envelope))
            for number, name, box, envelope in rows
        ]

    def replace(self, name: bytes, envelope: bytes) -> None:
        """Let another envelope wait in place of the one that is there."""
        self._database.execute(
            "UPDATE records SET envelope = ? WHERE name = ? AND envelope IS NOT NULL",
            (envelope, name),
        )

    def forget(self, names: Iterable[bytes]) -> None:
        """The service has these: their envelopes wait no longer. The boxes stay."""
        with self.change():
            self._database.executemany(
                "UPDATE records SET envelope = NULL WHERE name = ?", [(name,) for name in names]
            )

    def _find(self, is_meant: Callable[[bytes], bool], *, waits: bool) -> list[int]:
        rows = self._database.execute(
            "SELECT number, box FROM records WHERE (envelope IS NOT NULL) = ? ORDER BY number",
            (waits,),
        )
        return [
            number
            for number, box in rows
            if (kept := self._unlock(box)) is not None and is_meant(kept.content)
        ]

    def _name(self, content: bytes) -> bytes:
        return hmac.digest(self._naming, content, "sha256")[:_NAME_SIZE]

    def _lock(self, kept: Kept) -> bytes:
        bare = cbor2.dumps([kept.day, kept.content]) + _MARK
        padded = next(length for length in _PADDED if length >= len(bare))
        return lock_with_key(self._key, bare.ljust(padded, b"\0"))

    def _unlock(self, box: bytes) -> Kept | None:
        try:
            bare = unlock_with_key(self._key, box).rstrip(b"\0").removesuffix(_MARK)
            day, content = cbor2.loads(bare)
        except (PassphraseError, cbor2.CBORDecodeError, TypeError, ValueError):
            return None
        return Kept(content, day)


@contextmanager
def open_journal(home: Home, identity: Identity) -> Iterator[Journal]:
    """The journal, made where it is missing. HomeError: records-damaged, home-unwritable."""
    prepare(home)
    try:
        home.records.touch(mode=0o600)
        database = sqlite3.connect(
            home.records, isolation_level=None, timeout=_PATIENCE, check_same_thread=False
        )
        try:
            database.execute("PRAGMA secure_delete=ON")
            database.execute("PRAGMA synchronous=EXTRA")
            if database.execute("PRAGMA synchronous").fetchone()[0] != _EXTRA:
                raise HomeError("home-unwritable")
            database.executescript(_SCHEMA)
            yield Journal(database, identity)
        finally:
            database.close()
    except sqlite3.Error as error:
        raise HomeError("records-damaged" if _is_spoiled(error) else "home-unwritable") from error
    except OSError as error:
        raise HomeError("home-unwritable") from error


def _is_spoiled(error: sqlite3.Error) -> bool:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _SPOILED
