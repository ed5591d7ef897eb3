"""What is looked at: the settings, and the store behind an engine that can only read."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from app.databases import Database, choose_database
from app.errors import StoreUnavailable
from app.keyrings import read_newest
from app.tables import SCHEMA_REVISION
from crypto.errors import KeyringError
from crypto.keyring import Keyring, first
from heliograph.serve import LOG_SEED_SIZE
from heliograph.settings import Settings

T = TypeVar("T")
Advance = Callable[[int], None]
ShowProgress = Callable[[str, int | None], AbstractContextManager[Advance]]
"""(what is being done, how many steps it has if known) gives a function that counts steps."""


class NotReadable(Exception):
    """What a check needs cannot be read; another check says why."""


@contextmanager
def show_nothing(_title: str, _total: int | None) -> Iterator[Advance]:
    """Progress that nobody sees."""
    yield lambda _count: None


@dataclass
class Deployment:
    """A deployment under the doctor's eyes. `now` is Unix seconds by this machine's clock."""

    settings: Settings
    now: int
    config: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    all_bodies: bool = False
    ask_public: bool = False
    show_progress: ShowProgress = show_nothing

    @cached_property
    def database(self) -> Database:
        """The module of this database. Raises NotReadable for a URL that names none."""
        try:
            return choose_database(self.settings.store_url)
        except StoreUnavailable:
            raise NotReadable from None

    @cached_property
    def sqlite_file(self) -> Path | None:
        """The store's file; None where the store is no file."""
        try:
            url = make_url(self.settings.store_url)
        except ArgumentError:
            return None
        named = url.get_backend_name() == "sqlite" and url.database
        return Path(named).absolute() if named else None

    @cached_property
    def engine(self) -> Engine:
        """Reads the store and cannot write."""
        return self.database.open_reader(self.settings.store_url)

    @cached_property
    def revision(self) -> str | None:
        """The store's schema. Raises NotReadable without a store, DBAPIError without the table."""
        if self.sqlite_file is not None and not self.sqlite_file.exists():
            raise NotReadable
        query = text("SELECT version_num FROM alembic_version")
        found = self._run(lambda connection: connection.execute(query).scalar_one_or_none())
        return None if found is None else str(found)

    def read(self, run: Callable[[Connection], T]) -> T:
        """Runs a function in a short reading transaction. Raises NotReadable without a store of
        this program's schema or a newer one, and what the database raises.
        """
        try:
            known = self.revision is not None and self.revision >= SCHEMA_REVISION
        except DBAPIError:
            known = False
        if not known:
            raise NotReadable
        return self._run(run)

    @cached_property
    def pinned_root(self) -> bytes:
        """Raises NotReadable where none is pinned or its file cannot be read."""
        if self.settings.root_file is None:
            raise NotReadable
        try:
            return self.settings.root_file.read_bytes()
        except OSError:
            raise NotReadable from None

    @cached_property
    def keyring(self) -> Keyring | None:
        """The keyring in use, checked from the pinned root; None where there is none.

        Raises NotReadable, KeyringError.
        """
        pinned = self.pinned_root
        _number, files = self.read(read_newest)
        return first(pinned, files) if files else None

    def require_keyring(self) -> Keyring:
        """As `keyring`. Raises NotReadable where there is no valid one."""
        try:
            keyring = self.keyring
        except KeyringError:
            raise NotReadable from None
        if keyring is None:
            raise NotReadable
        return keyring

    @property
    def log_key(self) -> Path:
        """The file of the key that signs the log."""
        return self.settings.log_key_file or self.settings.data_dir / "log.key"

    @cached_property
    def log_seed(self) -> bytes:
        """The key that signs the log, 32 bytes. Raises NotReadable where there is none."""
        try:
            seed = self.log_key.read_bytes()
        except OSError:
            raise NotReadable from None
        if len(seed) != LOG_SEED_SIZE:
            raise NotReadable
        return seed

    def close(self) -> None:
        """Lets go of the store."""
        if "engine" in self.__dict__:
            self.engine.dispose()

    def _run(self, run: Callable[[Connection], T]) -> T:
        with self.engine.connect() as connection, connection.begin():
            return run(connection)
