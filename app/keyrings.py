"""The keyring that the service serves and goes by, kept in the database for all services on it.

Anybody may bring a keyring: its signatures are its authority. It must be a valid successor of the
last one, trusted from the pinned root file. A service without a pinned root accepts none.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection, func, insert, select

from app.errors import RequestRefused, StoreBusy
from app.purges import note_purged
from app.store import Store
from app.tables import KeyringFile, KeyringVersion
from app.work import Outcome
from crypto.errors import KeyringError
from crypto.keyring import Keyring, first, read_bundle, successor, write_bundle
from crypto.purged import Purged, find_purged

VERSION = KeyringVersion.__table__  # type: ignore[attr-defined]  # SQLModel adds it
FILE = KeyringFile.__table__  # type: ignore[attr-defined]
TIMESTAMP = "timestamp.json"
log = logging.getLogger("heliograph.keyrings")


class Keyrings:
    """`pinned_root` is the bytes of a root file, or None: then there is no keyring and none is
    accepted.
    """

    def __init__(self, store: Store, pinned_root: bytes | None) -> None:
        self._store = store
        self._pinned_root = pinned_root
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._number = 0
        """Of the keyring in use, in the database; 0: none."""
        self.current: Keyring | None = None
        """The keyring in use; the last good one stays when another is refused."""
        self.purged = Purged()
        """What the keyring in use lists as purged."""
        self.bundle = b""
        """The files of the keyring in use as one (crypto/bundles.py)."""

    async def load(self) -> None:
        """Reads and checks what the database holds. Raises KeyringError if it is not the pinned
        root's.
        """
        if self._pinned_root is None:
            return
        number, files = await self._store.read(read_newest)
        if number != self._number:
            found = await asyncio.to_thread(_read_first, self._pinned_root, files)
            self._use(*found, number)

    async def refresh(self) -> None:
        """Takes up what another service on this database has accepted. Cheap where there is
        nothing new. One that does not hold is refused and told, and the last good one stays.

        Raises StoreError.
        """
        if self._pinned_root is None or await self._store.read(_read_number) == self._number:
            return
        async with self._turn:
            try:
                await self.load()
            except KeyringError as error:
                log.error("code=%s task=keyring", error.code)  # noqa: TRY400 -- no traceback

    @property
    def holders(self) -> dict[str, bytes]:
        """Request-signing keys (Ed25519, 32 bytes) by holder id, of the keyring in use."""
        return {holder.id: holder.key for holder in self.current.holders} if self.current else {}

    @contextmanager
    def take_turn(self) -> Iterator[None]:
        """Holds one of the few places for bundles that come in. Enter it before the body is read:
        a body under way is memory too.

        Raises RequestRefused (`keyring-not-accepted`) without a pinned root, StoreBusy in a crowd.
        """
        if self._pinned_root is None:
            raise RequestRefused("keyring-not-accepted")
        if self._waiting >= self._store.limits.keyring_waiting:
            raise StoreBusy
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    async def accept(self, bundle: bytes) -> Outcome:
        """Takes a keyring into use after COMMIT; "known" if it brings nothing newer than the one in
        use.

        Raises RequestRefused (`keyring-not-accepted`), KeyringError, and StoreError as Store.put.
        """
        await self.refresh()
        async with self._turn:
            keyring, purged = await asyncio.to_thread(self._verify, bundle)
            if self.current is not None and _rank(keyring) <= _rank(self.current):
                return "known"
            number, day = self._number + 1, self._store.day

            def write(connection: Connection) -> None:
                _write(connection, keyring, number, day)
                note_purged(connection, purged)

            await self._store.write(write)
            self._use(keyring, purged, number)
            return "stored"

    async def find_file(self, name: str) -> bytes | None:
        """A file by its TUF name, of the keyring in use or of an older one.

        The timestamp has one name for all versions: an older one would set TUF clients back.
        """
        if self.current is None:
            return None
        if name in self.current.files or name == TIMESTAMP:
            return self.current.files.get(name)
        query = (
            select(FILE.c.data).where(FILE.c.name == name).order_by(FILE.c.number.desc()).limit(1)
        )
        found = await self._store.read(lambda connection: connection.execute(query).scalar())
        return found if isinstance(found, bytes) else None

    def _verify(self, bundle: bytes) -> tuple[Keyring, Purged]:
        files = read_bundle(bundle)
        if TIMESTAMP not in files:  # with it the snapshot must be there (crypto/trust.py)
            raise KeyringError("keyring-snapshot")
        if self.current is not None:
            keyring = successor(self.current, files)
            return keyring, find_purged(keyring)
        if self._pinned_root is None:
            raise RequestRefused("keyring-not-accepted")
        return _read_first(self._pinned_root, files)

    def _use(self, keyring: Keyring, purged: Purged, number: int) -> None:
        self.bundle = write_bundle(keyring.files)
        self.purged = purged
        self.current = keyring
        self._number = number


def _read_first(root: bytes, files: Mapping[str, bytes]) -> tuple[Keyring, Purged]:
    keyring = first(root, files)
    return keyring, find_purged(keyring)


def _rank(keyring: Keyring) -> tuple[int, int, int, int]:
    """What must rise for a keyring to replace another. The files were checked before.

    Without this, whoever replays an older timestamp of the same keyring could set clients back, and
    fill the database by going to and fro.
    """
    timestamp = 0
    if TIMESTAMP in keyring.files:
        timestamp = int(json.loads(keyring.files[TIMESTAMP])["signed"]["version"])
    return keyring.root_version, keyring.version, timestamp, len(keyring.files)


def _read_number(connection: Connection) -> int:
    newest = select(func.coalesce(func.max(VERSION.c.number), 0))
    return int(connection.execute(newest).scalar_one())


def read_newest(connection: Connection) -> tuple[int, Mapping[str, bytes]]:
    """Number and files of the keyring that was accepted last; 0 and none before the first."""
    number = _read_number(connection)
    rows = connection.execute(select(FILE.c.name, FILE.c.data).where(FILE.c.number == number))
    return number, {row[0]: row[1] for row in rows}


def _write(connection: Connection, keyring: Keyring, number: int, day: int) -> None:
    """Raises StoreBusy where another service was faster: it is to be judged as a successor."""
    if _read_number(connection) != number - 1:
        raise StoreBusy
    connection.execute(
        insert(VERSION).values(
            number=number,
            root_version=keyring.root_version,
            version=keyring.version,
            digest=hashlib.sha256(write_bundle(keyring.files)).digest(),
            day=day,
        )
    )
    connection.execute(
        insert(FILE),
        [{"number": number, "name": name, "data": data} for name, data in keyring.files.items()],
    )
