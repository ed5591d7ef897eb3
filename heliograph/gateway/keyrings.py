"""The keyring that a gateway seals with: the newest that the pinned root vouches for.

It is kept on the disk, so that a gateway seals where the service is away. An older or a forged one
is refused and told, and the last good one stays.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx2

from crypto.bundles import MAX_BUNDLE
from crypto.errors import KeyringError
from crypto.keyring import Keyring
from heliograph.errors import OperatorError
from heliograph.report.keyrings import (
    KEPT,
    PATH,
    Found,
    find_keyring,
    read_bundle_file,
    read_kept,
)
from sms.backoff import DRAW, choose_pause

FETCH_SECONDS = 60.0
FIRST_SECONDS, MOST_SECONDS = 10.0, 300.0
"""Pauses between attempts while there is no keyring at all."""
log = logging.getLogger("heliograph.keyrings")


class Keyrings:
    """One process's. root: the pinned root file's bytes. every_seconds: between two looks."""

    def __init__(
        self,
        folder: Path,
        root: bytes,
        clients: Sequence[httpx2.AsyncClient],
        *,
        every_seconds: float,
    ) -> None:
        self._folder = folder
        self._root = root
        self._clients = clients
        self._every_seconds = every_seconds
        self.current: Keyring | None = None
        """The keyring in use, or None."""

    def load(self, file: Path | None, *, waiting: int) -> None:
        """Take up the kept keyring, and the one in a bundle file where that is newer.

        OperatorError `keyring-of-another-coalition` where envelopes wait (`waiting`) that may have
        been sealed under another root: the service of this one would take them, and nobody could
        ever open them.
        """
        self.current = read_kept(self._folder, self._root)
        if self.current is None and waiting and (self._folder / KEPT).exists():
            raise OperatorError(
                "keyring-of-another-coalition",
                "The outbox holds envelopes, and the kept keyring is not the pinned root's.",
                "Pin the root file that they were sealed under until they are forwarded. If "
                "keyring.bundle in the data folder is only damaged, delete that file.",
            )
        if file is not None:
            self._take(lambda: read_bundle_file(file))
        if self.current is None:
            log.warning("code=keyring-missing")

    async def run(self) -> None:
        """Looks for newer ones until it is cancelled."""
        failures = 0
        while True:
            await self.refresh()
            if self.current is None:
                failures += 1
                pause = choose_pause(failures, first=FIRST_SECONDS, most=MOST_SECONDS)
            else:
                pause = DRAW(0.5, 1.5) * self._every_seconds
            await asyncio.sleep(pause)

    async def refresh(self) -> None:
        """Ask the service's addresses until one gives a bundle."""
        for client in self._clients:
            data = await _fetch(client)
            if data is not None:
                await asyncio.to_thread(self._take, lambda data=data: data)  # type: ignore[misc]
                return

    def _take(self, fetch: Callable[[], bytes]) -> None:
        try:
            found: Found = find_keyring(self._folder, self._root, fetch)
        except (KeyringError, OperatorError) as error:
            log.warning("code=%s", error.code)
            return
        if found.doubt is not None:
            code = found.doubt
            log.warning("code=%s", code)
        self.current = found.keyring


async def _fetch(client: httpx2.AsyncClient) -> bytes | None:
    """The service's keyring, not yet judged; None where there is none to have."""
    data = bytearray()
    try:
        async with asyncio.timeout(FETCH_SECONDS), client.stream("GET", PATH) as answer:
            if answer.status_code != httpx2.codes.OK:
                return None
            async for chunk in answer.aiter_raw():
                data += chunk
                if len(data) > MAX_BUNDLE:
                    break
    except (httpx2.HTTPError, TimeoutError):
        return None
    return bytes(data)
