"""What a workbench has opened, and what has come into its home since: that alone is opened then.

Whoever brought it: `keyholder sync` in another terminal, a bundle, or the workbench's own button.
Nothing here asks the network for anything.
"""

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from crypto.keyring import Keyring
from keyholder.attachments.shelf import Shelf, open_shelf
from keyholder.commands.opening import Ground, annotate, list_unopened, open_held, read_ground
from keyholder.commands.session import Session
from keyholder.cores import CHUNK, count_cores, open_chunks
from keyholder.envelopes import (
    count_behind,
    find_last,
    list_gone,
    open_envelopes,
    read_chunks,
    read_places,
    read_version,
)
from keyholder.errors import HomeError
from keyholder.files import read_start
from keyholder.findings import Findings, Tally
from keyholder.kept import Kept
from keyholder.keys.keeping import open_store, replace_kept
from keyholder.known import read_known
from keyholder.merge import Merged
from keyholder.opening import (
    REMOVED,
    EpochKeys,
    Opened,
    OpenedRecord,
    Outcome,
    Unopened,
    name_purged,
)
from keyholder.peeled import list_speakers, read_peeled
from keyholder.records.authors import Authors
from keyholder.records.replay import Annotations
from keyholder.room import Room
from keyholder.vault import Identity

_Grounds = tuple[bytes, Authors, frozenset[bytes]]
Mark = tuple[object, ...]
_COUNTER = slice(24, 28)  # in the first bytes of a database


class Fresh(NamedTuple):
    """What came: reports to be merged with those that are there, and how many records."""

    reports: list[Opened]
    records: int


class Arrivals:
    """The state of one workbench's home as it has been taken up. Its seeds are read anew each time:
    none is held in between, so that one that is destroyed meanwhile is gone from here as well."""

    def __init__(self, session: Session, identity: Identity, peeled: Sequence[Path]) -> None:
        self._session = session
        self._identity = identity
        self._peeled = peeled
        self._lock = _digest_file(session.home.identity)
        self._last = -1  # the highest index that was looked at
        self._grounds: _Grounds | None = None
        self._left: list[Unopened] = []
        self._records: list[OpenedRecord] = []
        self._room = Room()
        self.keyring: Keyring | None = None  # the newest that was read; None before the first one

    def open_first(self, watch: Callable[[int, int], None]) -> Generator[Opened, None, None]:
        """Every report that is here by now. Errors as `open_held`."""
        ground = read_ground(self._session, self._identity)
        with open_envelopes(self._session.home) as database:
            last = find_last(database)  # what comes while this goes on is opened again, and once
        self.keyring = ground.held.keyring
        self._grounds, self._last = _describe(ground), last
        return self._sort(
            open_held(
                self._session, self._peeled, identity=self._identity, watch=watch, ground=ground
            )
        )

    def take_up(self, database: Connection, stop: Callable[[], bool]) -> Fresh | None:
        """Open what came since the last time; None where that is nothing, or it was told to stop.

        What gave no report is tried again where there are other keys or holders by now. HomeError:
        vault-renewed, vault-damaged, home-unwritable; CoalitionError; TravelError.
        """
        self.check_vault()
        ground = read_ground(self._session, self._identity)
        self.keyring = ground.held.keyring
        grounds = _describe(ground)
        last = find_last(database)
        again = self._list_again(database, grounds)
        total = len(again) + count_behind(database, self._last)
        if not total:
            self._grounds = grounds
            return None
        reports: list[Opened] = []
        left: list[Unopened] = []
        records: list[OpenedRecord] = []
        with closing(self._open(database, ground, again, total)) as outcomes:
            for outcome in outcomes:
                if stop():
                    return None
                if isinstance(outcome, Opened):
                    outcome = self._room.fit(outcome)
                _put(outcome, reports, left, records)
        tried = set(again)
        before = len(self._records)
        self._left = [one for one in self._left if self._stays(one, tried)] + left
        self._records = [one for one in self._records if self._stays(one, tried)] + records
        self._grounds, self._last = grounds, last
        return Fresh(reports, len(self._records) - before)

    @property
    def cut(self) -> frozenset[bytes]:
        """Ids of envelopes whose long reports were cut short (keyholder/room.py)."""
        return frozenset(self._room.cut)

    def annotate(self, reports: Iterable[Merged]) -> Annotations:
        """What holders say of them, as the home has it now."""
        found = Findings(records=[one.record for one in self._records])
        return annotate(self._session, self._identity, found, reports)

    def list_unopened(self) -> list[dict[str, str | int]]:
        """How many envelopes gave no report, and why, as JSON values."""
        return list_unopened(Tally((one.outcome, one.detail) for one in self._left))

    def find_shelf(self) -> Shelf:
        """The attachments of the home, without those that keyrings list as purged by now."""
        return open_shelf(self._session.home, read_known(self._session.home))

    def check_vault(self) -> None:
        """HomeError vault-renewed where this identity was locked anew since: what it holds may open
        nothing any more, and the passphrase is needed, which nobody keeps."""
        if _digest_file(self._session.home.identity) != self._lock:
            raise HomeError("vault-renewed")

    def _sort(self, outcomes: Generator[Outcome, None, None]) -> Generator[Opened, None, None]:
        with closing(outcomes):
            for outcome in outcomes:
                if isinstance(outcome, Opened):
                    yield self._room.fit(outcome)
                else:
                    _put(outcome, [], self._left, self._records)

    def _list_again(self, database: Connection, grounds: _Grounds) -> list[int]:
        """Indexes of what was looked at before, and may be something else now."""
        here = [one for one in self._left if 0 <= one.place <= self._last]
        if grounds != self._grounds:
            said = [one.place for one in self._records if one.place <= self._last]
            return sorted({*said, *(one.place for one in here)})
        removed = {one.place for one in here if one.outcome == REMOVED}
        return sorted(removed - {place for place, _id in list_gone(database)}) if removed else []

    def _open(
        self, database: Connection, ground: Ground, again: Sequence[int], total: int
    ) -> Generator[Outcome, None, None]:
        home, (held, keys, known) = self._session.home, ground
        with (
            read_peeled(self._peeled, list_speakers(held.keyring, known)) as boxes,
            open_store(home, self._identity) as store,
        ):

            def read() -> Iterator[list[Kept]]:
                for chunks in (
                    read_places(database, again, CHUNK),
                    read_chunks(database, CHUNK, self._last),
                ):
                    for chunk in chunks:
                        yield [boxes.attach(kept) for kept in chunk] if len(boxes) else chunk

            opening = open_chunks(read(), keys, total, count_cores(), known.authors)
            for outcomes in opening:
                named = (name_purged(outcome, known.purged) for outcome in outcomes)
                yield from replace_kept(store, named)

    def _stays(self, one: Unopened | OpenedRecord, tried: set[int]) -> bool:
        return one.place <= self._last and one.place not in tried


class Watched:
    """The files of a home, looked at from time to time: has anything come?"""

    def __init__(self, session: Session, database: Connection) -> None:
        self._home = session.home
        self.database = database
        self._taken: Mark = ()
        self._seen: Mark = ()

    def has_come(self) -> bool:
        """Whether something is other than it was when it was last taken up, and still the same as
        when it was last looked at: a download that goes on is not taken up in small pieces."""
        mark = self._look()
        quiet = mark == self._seen
        self._seen = mark
        if mark == self._taken or not quiet:
            return False
        self._taken = mark
        return True

    def forget(self) -> None:
        """It could not be taken up: let it have come again."""
        self._taken = ()

    def _look(self) -> Mark:
        files = (self._home.keyring, self._home.seeds)
        return (read_version(self.database), _count_changes(self._home.records), *map(_stat, files))


@contextmanager
def watch_home(session: Session) -> Iterator[Watched]:
    """HomeError: home-unwritable."""
    with open_envelopes(session.home) as database:
        yield Watched(session, database)


def _put(
    outcome: Outcome,
    reports: list[Opened],
    left: list[Unopened],
    records: list[OpenedRecord],
) -> None:
    if isinstance(outcome, Opened):
        reports.append(outcome)
    elif isinstance(outcome, OpenedRecord):
        records.append(outcome)
    else:
        left.append(outcome)


def _describe(ground: Ground) -> _Grounds:
    """What decides about what opens; of seeds a digest alone."""
    return _digest_keys(ground.keys), ground.known.authors, frozenset(ground.known.purged)


def _digest_keys(keys: Sequence[EpochKeys]) -> bytes:
    told = [(one.number, lock, seed) for one in keys for lock, seed in sorted(one.seeds.items())]
    return hashlib.sha256(repr((told, [one.number for one in keys])).encode()).digest()


def _digest_file(file: Path) -> bytes:
    """SHA-256; empty where it cannot be read."""
    try:
        return hashlib.sha256(file.read_bytes()).digest()
    except OSError:
        return b""


def _count_changes(records: Path) -> bytes:
    """A number that is another one when records.db was changed. Its time says nothing: whoever
    reads it touches it. https://sqlite.org/fileformat.html#file_change_counter"""
    try:
        return read_start(records, _COUNTER.stop - 1)[_COUNTER]
    except OSError:
        return b""


def _stat(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
