"""A sitting: what the workbench holds from the passphrase to the lock, all of it in memory."""

import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from keyholder.collection import Collection
from keyholder.workbench.answers import Refusal
from keyholder.workbench.overviews import summarise

TOKEN_SIZE = 32  # bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """Of the opening: envelopes, and the seconds that the rest will take, once they can be told."""

    done: int
    total: int
    seconds_left: int | None


@dataclass(slots=True)
class Sitting:
    """clock: seconds that only rise. idle_limit: seconds without a request after which it locks.

    summary: how many reports, from which countries, in which languages.
    `locked` is set for good: whoever waits for it then ends the process, and with it all memory.
    """

    holder_id: str
    idle_limit: float
    clock: Callable[[], float]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(TOKEN_SIZE), repr=False)
    locked: threading.Event = field(default_factory=threading.Event)
    opening: Progress | None = Progress(0, 0, None)
    unopened: list[dict[str, str | int]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict, repr=False)
    _collection: Collection | None = field(default=None, repr=False)
    _used: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._used = self.clock()

    @property
    def collection(self) -> Collection:
        """Refusal: opening, while it is not there yet."""
        if self._collection is None:
            raise Refusal("opening")
        return self._collection

    def take(self, collection: Collection, unopened: list[dict[str, str | int]]) -> None:
        """Show these reports from now on. unopened: how many envelopes gave none, and why."""
        self.unopened = unopened
        self.summary = summarise(collection.reports)
        self._collection = collection
        self.opening = None
        self.use()

    def use(self) -> None:
        """Somebody is here: the time until it locks begins anew."""
        self._used = self.clock()

    def count_idle(self) -> float:
        """Seconds that are left until it locks."""
        return self.idle_limit - (self.clock() - self._used)

    def lock(self) -> None:
        """Forget the reports and the token, and tell who waits."""
        self._collection = None
        self.summary = {}
        self.token = ""
        self.unopened = []
        self.locked.set()

    def knows(self, token: str) -> bool:
        """Whether this is the token; in the same time whatever it is."""
        return bool(self.token) and hmac.compare_digest(token.encode(), self.token.encode())
