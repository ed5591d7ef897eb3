"""Deleting texts at Twilio while a process runs: the file of what to delete, and the job."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from heliograph.errors import SettingsError
from heliograph.hooks import find_tokens
from heliograph.settings import HookSettings
from sms.deletion_job import DeletionJob
from sms.deletions import Deletions
from sms.errors import SetupError
from sms.twilio_api import URL, open_client

NAME = "deletions.db"
log = logging.getLogger("heliograph.deleting")


class Deleting:
    """Made before there is an event loop; `run` is a companion of whatever serves."""

    def __init__(
        self, settings: HookSettings, *, on_fatal: Callable[[str], None], url: str = URL
    ) -> None:
        self._tokens = find_tokens(settings)
        self._url = url
        self._job: DeletionJob | None = None
        self._deletions = Deletions(
            settings.data_dir / NAME,
            on_fatal=on_fatal,
            reserve_bytes=settings.limits.reserve_bytes,
            on_arrival=self._hear,
        )

    async def note(self, account: str, message_id: str) -> None:
        """Has a text deleted, in good time (sms.gateway.Forget)."""
        await self._deletions.note(account, message_id)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """The file is open and the job at work for the time of the block. SettingsError."""
        try:
            await self._deletions.start()
        except SetupError as error:
            log.error("code=%s", error.code)  # noqa: TRY400 -- no traceback
            raise SettingsError(
                error.code, "The file of texts to delete cannot be used.", str(error)
            ) from None
        async with open_client(self._url) as client:
            self._job = DeletionJob(self._deletions, client, self._tokens)
            task = asyncio.create_task(self._job.run())
            try:
                yield
            finally:
                task.cancel()
                await asyncio.wait([task])
                await self._deletions.stop()

    def _hear(self, account: str, message_id: str) -> None:
        if self._job is not None:
            self._job.add(account, message_id)


def make_deleting(
    settings: HookSettings, *, on_fatal: Callable[[str], None], url: str = URL
) -> Deleting | None:
    """None where no account asks for it."""
    if not find_tokens(settings):
        return None
    return Deleting(settings, on_fatal=on_fatal, url=url)
