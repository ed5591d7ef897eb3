"""Working off what is to be deleted at Twilio: from a minute after a text came, for days.

When a text is due is kept in memory alone, so that the file tells no times; after a restart the
waiting begins again.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from functools import partial

import httpx2

from sms.backoff import DRAW, Draw, choose_pause
from sms.deletions import Deletion, Deletions
from sms.sink import SinkError
from sms.twilio_api import Verdict, delete_message

FIRST_SECONDS = 60.0
"""Twilio asks to wait for a minute at least, and then for several."""
MOST_SECONDS = 86_400.0
PAUSE_SECONDS, MOST_PAUSE_SECONDS = 60.0, 3600.0
"""Between two attempts where the account or the network is what fails."""
KNOWN = 10_000
"""Texts whose time is kept in memory, about 3 MB; more wait in the file alone."""
AT_ONCE = 4

_log = logging.getLogger(__name__)


class DeletionJob:
    """One process's. tokens: of each account. clock: seconds that only rise."""

    def __init__(
        self,
        deletions: Deletions,
        client: httpx2.AsyncClient,
        tokens: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.monotonic,
        draw: Draw = DRAW,
    ) -> None:
        self._deletions = deletions
        self._client = client
        self._tokens = tokens
        self._clock = clock
        self._draw = draw
        self._due: dict[Deletion, tuple[int, float]] = {}
        """Attempts that failed, and when the next one is."""
        self._more = True
        """There may be rows that are not in `_due`."""
        self._pauses = 0
        self._wake = asyncio.Event()

    def add(self, account: str, message_id: str) -> None:
        """One more was committed."""
        if len(self._due) < KNOWN:
            self._due.setdefault((account, message_id), (0, self._choose_due(1)))
            self._wake.set()
        else:
            self._more = True

    async def run(self) -> None:
        """Works until it is cancelled."""
        while True:
            self._wake.clear()
            wait: float | None = PAUSE_SECONDS
            try:
                wait = await self.work()
            except SinkError:  # the file is full or busy: the rows stay
                _log.warning("code=deletion-not-noted count=1")
            except Exception as error:  # noqa: BLE001 -- a job that ended would do so unheard
                kind = type(error).__name__
                _log.error("code=deletion-fault type=%s", kind)
            try:
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def work(self) -> float | None:
        """Ask for all that is due; seconds until something is again, None where nothing waits."""
        if self._more and len(self._due) < KNOWN // 2:
            await self._load()
        now = self._clock()
        due = [one for one, (_failures, when) in self._due.items() if when <= now]
        for start in range(0, len(due), AT_ONCE):
            if not await self._ask(due[start : start + AT_ONCE]):
                self._pauses += 1
                return choose_pause(
                    self._pauses, first=PAUSE_SECONDS, most=MOST_PAUSE_SECONDS, draw=self._draw
                )
            self._pauses = 0
        if not self._due:
            return 0.0 if self._more else None
        return max(0.0, min(when for _failures, when in self._due.values()) - self._clock())

    async def _ask(self, batch: list[Deletion]) -> bool:
        """Ask for a few at once. False: there is no use in asking for more now."""
        asked = [one for one in batch if one[0] in self._tokens]
        for one in set(batch) - set(asked):  # an account that is in the settings no more
            self._put_off(one)
        verdicts = await asyncio.gather(*map(self._delete, asked))
        gone = [one for one, verdict in zip(asked, verdicts, strict=True) if verdict == "gone"]
        if gone:
            await self._deletions.forget(gone)
        for one, verdict in zip(asked, verdicts, strict=True):
            if verdict == "gone":
                self._due.pop(one, None)
            elif verdict == "later":
                self._put_off(one)
        return "pause" not in verdicts

    async def _delete(self, one: Deletion) -> Verdict:
        account, message_id = one
        return await delete_message(self._client, account, self._tokens[account], message_id)

    async def _load(self) -> None:
        found = await self._deletions.take(KNOWN)
        self._more = len(found) >= KNOWN
        for one in found[: KNOWN - len(self._due)]:
            self._due.setdefault(one, (0, self._choose_due(1)))

    def _put_off(self, one: Deletion) -> None:
        failures = self._due.get(one, (0, 0.0))[0] + 1
        self._due[one] = failures, self._choose_due(failures)

    def _choose_due(self, failures: int) -> float:
        pause = partial(choose_pause, first=FIRST_SECONDS, most=MOST_SECONDS, draw=self._draw)
        return self._clock() + pause(failures, at_least=FIRST_SECONDS)
