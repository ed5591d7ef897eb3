"""A sitting: what the workbench holds from the passphrase to the lock, all of it in memory."""

import hmac
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from keyholder.attachments.shelf import Shelf
from keyholder.collection import Collection
from keyholder.findings import find_aliases
from keyholder.records.operations import Operation, Record
from keyholder.records.replay import Annotations, replay
from keyholder.workbench.answers import Refusal
from keyholder.workbench.news import Fetching, News
from keyholder.workbench.overviews import summarise
from keyholder.workbench.standing import Standing, change, find_renewed, settle

TOKEN_SIZE = 32  # bytes
QUIET = 20.0
"""Seconds without a deed after which all incidents are put together anew."""
Keep = Callable[[Annotations, Sequence[Operation]], tuple[Record, ...]]


@dataclass(frozen=True, slots=True)
class Progress:
    """Of the opening: envelopes, and the seconds that the rest will take, once they can be told."""

    done: int
    total: int
    seconds_left: int | None


@dataclass(slots=True)
class Sitting:
    """clock: seconds that only rise. idle_limit: seconds without a request after which it locks.
    keep: signs and keeps operations, and gives their records.

    shelf: the attachments that were fetched; without one, none is shown.
    summary: how many reports, from which countries, in which languages.
    fetching: the fetching that runs or ran last; None where nobody asked for one.
    `locked` is set for good: whoever waits for it then ends the process, and with it all memory.
    """

    holder_id: str
    idle_limit: float
    clock: Callable[[], float]
    keep: Keep
    token: str = field(default_factory=lambda: secrets.token_urlsafe(TOKEN_SIZE), repr=False)
    locked: threading.Event = field(default_factory=threading.Event)
    opening: Progress | None = Progress(0, 0, None)
    unopened: list[dict[str, str | int]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict, repr=False)
    shelf: Shelf | None = None
    news: News = field(default_factory=News)
    fetching: Fetching | None = None
    _standing: Standing | None = field(default=None, repr=False)
    _aliases: dict[bytes, bytes] = field(default_factory=dict, repr=False)
    _swap: threading.Lock = field(default_factory=threading.Lock, init=False)
    _stirred: threading.Event = field(default_factory=threading.Event, init=False)
    _wish: threading.Event = field(default_factory=threading.Event, init=False)
    _arrived: bool = field(default=False, init=False)
    _used: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._used = self.clock()

    @property
    def standing(self) -> Standing:
        """Refusal: opening, while it is not there yet."""
        standing = self._standing
        if standing is None:
            raise Refusal("opening")
        return standing

    def take(self, standing: Standing, unopened: list[dict[str, str | int]]) -> None:
        """Show these reports from now on. unopened: how many envelopes gave none, and why."""
        self.unopened = unopened
        self.summary = summarise(standing.collection.reports)
        self._aliases = find_aliases(standing.collection.reports)
        with self._swap:
            self._standing = None if self.locked.is_set() else standing
        self.opening = None
        self.use()

    def renew(
        self,
        collection: Collection,
        annotate: Callable[[Collection], Annotations],
        unopened: list[dict[str, str | int]],
        records: int,
    ) -> None:
        """Show these reports in the place of those of before, of which all are still in them.

        annotate: what people say by now; it is asked again where somebody said more meanwhile.
        records: how many came. It does not count as use: whoever sends reports is not here.
        """
        summary = summarise(collection.reports)
        aliases = find_aliases(collection.reports)
        while (before := self._standing) is not None:
            made = change(before, annotate(collection), collection)
            with self._swap:
                if self._standing is not before:
                    continue
                self._standing = made
                self._aliases = aliases
                self.summary = summary
                self.unopened = unopened
                self.news = self.news.add(
                    len(collection.reports) - len(before.collection.reports),
                    len(find_renewed(before.collection, collection)),
                    records,
                )
            self._arrived = True
            self._stirred.set()
            return

    def hear(self, annotate: Callable[[Collection], Annotations]) -> None:
        """Show what people say by now, if that is other than what is shown: somebody said it in
        this home without this workbench. No new report came with it."""
        before = self._standing
        if before is None:
            return
        said = {one.record for one in annotate(before.collection).history}
        known = {one.record for one in before.annotations.history}
        if said != known:
            self.renew(before.collection, annotate, self.unopened, len(said - known))

    def act(self, operations: Sequence[Operation]) -> tuple[Record, ...]:
        """Keep what a person did, and show it. KeyholderError, CryptoError: as `keep`."""
        records = self.keep(self.standing.annotations, operations)
        with self._swap:
            before = self.standing  # others' reports and words may have come meanwhile
            known = (one.record for one in before.annotations.history)
            self._standing = change(before, replay([*known, *records], self._aliases))
        self._stirred.set()
        return records

    def settle(self) -> None:
        """Put all reports into incidents, now, after deeds and when more came, until it is locked.
        Runs in a thread of its own: meanwhile the incidents of before are shown."""
        searched: Collection | None = None
        while not self.locked.is_set():
            started = self._standing
            if started is None:
                return
            self._stirred.clear()
            began = self.clock()
            found = settle(started, floods=started.collection is not searched)
            searched = started.collection
            with self._swap:
                now = self._standing
                if now is not None:
                    self._standing = change(found, now.annotations, now.collection)
            self._wait_for_rest(self.clock() - began)

    def _wait_for_rest(self, spent: float) -> None:
        """Until something came or was done, and then for a while: what comes again and again is not
        to keep a core busy for good. spent: seconds that the last settling took."""
        self._stirred.wait()
        if self._arrived:
            self._arrived = False
            self.locked.wait(spent)
            return
        while self._stirred.is_set() and not self.locked.is_set():  # until nothing more was done
            self._stirred.clear()
            self.locked.wait(QUIET)

    def ask_to_fetch(self) -> None:
        """Let what is new be fetched. Refusal: opening, fetching (it is on its way)."""
        if self.opening is not None:
            raise Refusal("opening")
        with self._swap:
            if self.fetching is not None and self.fetching.running:
                raise Refusal("fetching")
            self.fetching = Fetching(running=True)
        self._wish.set()

    def wait_for_wish(self, seconds: float) -> bool:
        """Whether somebody asked to fetch; waits for it so long, and no longer than it is open."""
        asked = self._wish.wait(seconds)
        self._wish.clear()
        return asked and not self.locked.is_set()

    def use(self) -> None:
        """Somebody is here: the time until it locks begins anew."""
        self._used = self.clock()

    def count_idle(self) -> float:
        """Seconds that are left until it locks."""
        return self.idle_limit - (self.clock() - self._used)

    def lock(self) -> None:
        """Forget the reports and the token, and tell who waits."""
        with self._swap:
            self._standing = None
        self.summary = {}
        self._aliases = {}
        self.token = ""
        self.unopened = []
        self.locked.set()
        self._stirred.set()
        self._wish.set()

    def knows(self, token: str) -> bool:
        """Whether this is the token; in the same time whatever it is."""
        return bool(self.token) and hmac.compare_digest(token.encode(), self.token.encode())
