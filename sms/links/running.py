"""Links at work: each in a thread of its own, for the time of a block."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from sms.contract import ProviderSetup, SmsIn
from sms.errors import WebhookError
from sms.gateway import Gateway

TAKE_SECONDS = 30
"""For a text to be committed. After that nobody knows, and the text must come again."""

_log = logging.getLogger(__name__)

Take = Callable[[SmsIn], bool]
"""Seals and commits a text. True: it is on disk. False: it is not, or nobody knows."""


class Link(Protocol):
    """What we connect to for texts: an SMSC, a modem. (A provider is what calls us.)

    name: in lower case; message keys are made under it. replies: always False so far.
    """

    name: str
    replies: bool
    setup: ProviderSetup

    def run(self, take: Take, stop: threading.Event) -> None:
        """Hand over what comes, until `stop`; connect again whenever the connection is lost."""
        ...


@asynccontextmanager
async def run_links(links: Sequence[Link], gateway: Gateway) -> AsyncIterator[None]:
    """All links are at work during the block. At its end each finishes the text in its hands."""
    loop = asyncio.get_running_loop()
    stop = threading.Event()
    threads = [
        threading.Thread(
            target=_run,
            args=(link, _make_take(gateway, link, loop), stop),
            name=f"link-{link.name}",
            daemon=True,  # a thread that hangs in a driver must not keep the process
        )
        for link in links
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            # Not here: the loop has to go on, so that a text in hand can be committed.
            await asyncio.to_thread(thread.join, TAKE_SECONDS)


def _run(link: Link, take: Take, stop: threading.Event) -> None:
    kind = link.name
    while not stop.is_set():
        try:
            link.run(take, stop)
        except Exception as error:  # noqa: BLE001 -- one fault must not end a link for good
            _log.error("code=link-failed kind=%s type=%s", kind, type(error).__name__)
            stop.wait(10)


def _make_take(gateway: Gateway, link: Link, loop: asyncio.AbstractEventLoop) -> Take:
    kind = link.name

    def take(sms: SmsIn) -> bool:
        future = asyncio.run_coroutine_threadsafe(gateway.take(link, link.setup, sms), loop)
        try:
            future.result(TAKE_SECONDS)
        except WebhookError as error:
            _log.warning("code=%s kind=%s", error.code, kind)
            return False
        except TimeoutError:
            future.cancel()
            _log.warning("code=link-slow kind=%s", kind)
            return False
        except Exception as error:  # noqa: BLE001 -- one text must not keep the others out
            _log.error("code=link-fault kind=%s type=%s", kind, type(error).__name__)
            return False
        return True

    return take
