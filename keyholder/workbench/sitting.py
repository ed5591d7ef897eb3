"""A sitting: what the workbench holds from the passphrase to the lock, all of it in memory."""

import hmac
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from keyholder.attachments.shelf import Shelf
from keyholder.findings import find_aliases
from keyholder.records.operations import Operation, Record
from keyholder.records.replay import Annotations, replay
from keyholder.workbench.answers import Refusal
from keyholder.workbench.overviews import summarise
from keyholder.workbench.standing import Standing, change, settle

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
    _standing: Standing | None = field(default=None, repr=False)
    _aliases: dict[bytes, bytes] = field(default_factory=dict, repr=False)
    _swap: threading.Lock = field(default_factory=threading.Lock, init=False)
    _deed: threading.Event = field(default_factory=threading.Event, init=False)
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

    def act(self, operations: Sequence[Operation]) -> tuple[Record, ...]:
        """Keep what a person did, and show it. KeyholderError, CryptoError: as `keep`."""
        before = self.standing.annotations
        records = self.keep(before, operations)
        told = replay([*(one.record for one in before.history), *records], self._aliases)
        with self._swap:
            self._standing = change(self.standing, told)
        self._deed.set()
        return records

    def settle(self) -> None:
        """Put all reports into incidents, now and after deeds, until it is locked. Runs in a thread
        of its own: meanwhile the incidents of before are shown."""
        while not self.locked.is_set():
            started = self._standing
            if started is None:
                return
            self._deed.clear()
            found = settle(started)
            with self._swap:
                if self._standing is not None:
                    self._standing = change(found, self._standing.annotations)
            self._deed.wait()
            while self._deed.is_set() and not self.locked.is_set():  # until nothing more was done
                self._deed.clear()
                self.locked.wait(QUIET)

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
        self._deed.set()

    def knows(self, token: str) -> bool:
        """Whether this is the token; in the same time whatever it is."""
        return bool(self.token) and hmac.compare_digest(token.encode(), self.token.encode())
