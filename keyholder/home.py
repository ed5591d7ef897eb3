"""The home folder: where a keyholder's vault, keyring and downloaded envelopes lie.

    identity.box            holder id and seeds, under the passphrase
    seeds.box               the locks' seeds and one-time keys, under a key that identity.box holds
    seeds.next              the next seeds.box, for a moment (see keyholder.vault)
    kept.db                 reports kept beyond their epoch, sealed under the vault's own key
    records.db              what this holder said about reports, sealed under the vault's own key
    cards/                  cards of other holders, and own.card; public
    carried/                sealed records of others, taken from bundles, for the next sync to send
    root.json               the root file this home trusts from the start; public
    keyring/keyring.bundle  the newest keyring accepted; public
    proposals/              what this officer signed and others have not yet; public
    names.box               what this holder calls others, under the vault's key
    keyring/former/         older ones, where they said what it no longer says; public
    envelopes.db            what was downloaded: ciphertext alone
    blobs/                  attachments that were fetched, each under its id: ciphertext alone
    home.lock               held by the command that changes this home

The folder is 0700 and every file in it 0600.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from keyholder.errors import HomeError
from keyholder.files import make_folder


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of one home. Making this object touches no disk."""

    folder: Path

    @property
    def identity(self) -> Path:
        return self.folder / "identity.box"

    @property
    def seeds(self) -> Path:
        return self.folder / "seeds.box"

    @property
    def seeds_next(self) -> Path:
        return self.folder / "seeds.next"

    @property
    def kept(self) -> Path:
        return self.folder / "kept.db"

    @property
    def records(self) -> Path:
        return self.folder / "records.db"

    @property
    def cards(self) -> Path:
        return self.folder / "cards"

    @property
    def carried(self) -> Path:
        return self.folder / "carried"

    @property
    def root(self) -> Path:
        return self.folder / "root.json"

    @property
    def keyring(self) -> Path:
        return self.folder / "keyring" / "keyring.bundle"

    @property
    def former(self) -> Path:
        return self.folder / "keyring" / "former"

    @property
    def proposals(self) -> Path:
        return self.folder / "proposals"

    @property
    def names(self) -> Path:
        return self.folder / "names.box"

    @property
    def envelopes(self) -> Path:
        return self.folder / "envelopes.db"

    @property
    def blobs(self) -> Path:
        return self.folder / "blobs"


def locate(named: Path | None) -> Home:
    """The home that was named (`--home`, KEYHOLDER_HOME), else this person's data folder."""
    return Home(named if named is not None else Path(platformdirs.user_data_dir("keyholder")))


def prepare(home: Home) -> None:
    """Make the folders, closed to others even where they were open. HomeError: home-unwritable."""
    try:
        for folder in (home.folder, home.keyring.parent):
            make_folder(folder)
            folder.chmod(0o700)
    except OSError as error:
        raise HomeError("home-unwritable") from error


@contextmanager
def hold(home: Home) -> Iterator[None]:
    """Be the only command that changes this home, until the block ends or the process dies.

    An exclusive transaction on an empty SQLite file: a lock that works alike on Linux, macOS and
    Windows and that no crash leaves behind. HomeError: home-busy, home-unwritable.
    """
    prepare(home)
    file = home.folder / "home.lock"
    try:
        file.touch(mode=0o600)
        lock = sqlite3.connect(file, timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise HomeError("home-unwritable") from error
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:  # a full disk is one as well
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            raise HomeError("home-busy" if busy else "home-unwritable") from error
        yield
    finally:
        lock.close()
