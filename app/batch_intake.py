"""Taking a batch: its whole items are kept, whatever becomes of the rest of the body."""

import asyncio
from collections.abc import Iterable

from starlette.types import Receive

from app.batches import BatchReader
from app.entries import Entry, make_entry
from app.errors import RequestRefused, StoreError
from app.limits import KIB, Limits
from app.problems import STORE_CODES, code_of
from app.store import Store
from app.work import Outcome
from crypto.envelope import MAX_ENVELOPE
from crypto.errors import EnvelopeError

HAND_OVER = 128 * KIB
"""So many bytes go to the writer at once, so that many slow senders together hold little memory."""
UNREAD = frozenset({"batch-too-many", "batch-malformed", "body-too-large", "body-too-slow"})
"""Ends that leave some of the body unread: the connection cannot be used again."""


async def take_batch(receive: Receive, store: Store, limits: Limits) -> tuple[list[str], bool]:
    """Reads and keeps a batch. Returns a result for each item in order, an outcome or a problem's
    code, and whether some of the body was left unread.

    Where the body ends too early, in whatever way, one last result says why. Raises RequestRefused
    with that code if not one whole item came, and with the store's code if it could take none of
    them.
    """
    batch = _Batch(store)
    ended = await _read(receive, batch, limits)
    await batch.settle()
    if ended and not batch.results:
        raise RequestRefused(ended)
    codes = set(batch.results)
    if len(codes) == 1 and codes <= STORE_CODES:
        raise RequestRefused(codes.pop())
    return [*batch.results, ended] if ended else batch.results, ended in UNREAD


class _Batch:
    """The items of one body on their way to the writer, and their results in order."""

    def __init__(self, store: Store) -> None:
        self.results: list[str] = []
        self._store = store
        self._day = store.day
        self._entries: list[Entry] = []
        self._places: list[int] = []
        self._size = 0
        self._handed: list[tuple[list[int], asyncio.Future[list[Outcome] | None]]] = []

    def add(self, items: Iterable[bytes | str], most: int) -> bool:
        """Items of the body, or the codes of what is wrong with them. False: there are more than
        `most` in all, and the rest was not taken."""
        results, places, entries, day = self.results, self._places, self._entries, self._day
        for item in items:
            place = len(results)
            if place == most:
                return False
            if isinstance(item, str):
                results.append(item)
                continue
            try:
                entries.append(make_entry(item, day))
            except EnvelopeError as error:
                results.append(error.code)
                continue
            places.append(place)
            results.append("")
            self._size += len(item)
            if self._size >= HAND_OVER:
                self._hand_over()
                places, entries = self._places, self._entries
        return True

    def _hand_over(self) -> None:
        """Gives the writer what has come, and goes on reading meanwhile."""
        places, entries = self._places, self._entries
        self._places, self._entries, self._size = [], [], 0
        try:
            self._handed.append((places, self._store.submit(entries)))
        except StoreError as error:
            self._fill(places, [error.code] * len(places))

    async def settle(self) -> None:
        """Waits until all of it is committed, or is not."""
        if self._entries:
            self._hand_over()
        for places, future in self._handed:
            try:
                outcomes = await future or []
            except StoreError as error:
                self._fill(places, [code_of(error)] * len(places))
            else:
                self._fill(places, outcomes)

    def _fill(self, places: list[int], results: list[Outcome] | list[str]) -> None:
        for place, result in zip(places, results, strict=True):
            self.results[place] = result


async def _read(receive: Receive, batch: _Batch, limits: Limits) -> str:
    """Reads the body to its end. Returns the code of what ended it too early, or an empty
    string.
    """
    reader = BatchReader(MAX_ENVELOPE)
    left = limits.batch_bytes
    try:
        async with asyncio.timeout(limits.body_seconds):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return "body-cut-off"
                chunk = message.get("body", b"")
                whole = batch.add(reader.feed(chunk[:left]), limits.batch_items)
                if not whole:
                    return "batch-too-many"
                left -= len(chunk)
                if reader.malformed:
                    return "batch-malformed"
                if left < 0:
                    return "body-too-large"
                if not message.get("more_body", False):
                    return "" if reader.between_items else "body-cut-off"
    except TimeoutError:
        return "body-too-slow"
