"""What the service does by itself: sequencing and a checkpoint at an interval, purging, sweeping
once a day, a word on the keyring.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from app.errors import StoreError
from app.keyrings import Keyrings
from app.log import Log
from app.purges import look_again
from app.purging import DeleteBlob, purge
from app.store import Store
from crypto.keyring import expired
from crypto.purged import Purged

LOOK_SECONDS = 1.0
logger = logging.getLogger("heliograph.upkeep")


async def run_upkeep(
    store: Store,
    keyrings: Keyrings,
    log: Log,
    *,
    interval: float,
    clock: Callable[[], float],
    delete_blob: DeleteBlob | None = None,
) -> None:
    """Runs until it is cancelled; the step under way is finished. `interval` is in seconds.

    A round that fails is tried again at the next interval: nothing is lost, it only waits.
    """
    swept: int | None = None
    looked = False
    while True:
        purged = keyrings.purged
        try:
            await log.advance()
            if not looked:
                await store.write(look_again)
                looked = True
            await purge(store, purged, delete_blob)
            if swept != store.day:
                swept = await store.sweep()
                _warn(keyrings, int(clock()))
        except Exception as error:  # noqa: BLE001 -- an upkeep that ended would do so unheard
            note_failure(error, "upkeep")
        await _wait(store, keyrings, purged, interval, delete_blob)


async def _wait(
    store: Store,
    keyrings: Keyrings,
    done: Purged,
    interval: float,
    delete_blob: DeleteBlob | None,
) -> None:
    """For the interval, or until so many envelopes are pending that memory asks for a run. Looks
    for keyrings that other services accepted.

    A keyring that comes meanwhile is purged by at once, if its list is not the one that is `done`.
    Sequencing keeps its pace.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + interval
    crowd = store.crowd
    while True:
        await asyncio.sleep(max(0.0, min(end - clock(), LOOK_SECONDS)))
        with suppress(StoreError):  # whoever needs the database is told
            await keyrings.refresh()
        if clock() >= end or store.pending >= crowd:
            return
        if keyrings.purged is not done:
            done = keyrings.purged
            try:
                await purge(store, done, delete_blob)
            except Exception as error:  # noqa: BLE001 -- as above
                note_failure(error, "upkeep")


def note_failure(error: Exception, kind: str) -> None:
    """A word on a round that failed: which kind; it is tried again."""
    if isinstance(error, StoreError):
        logger.warning("code=%s task=%s", error.code, kind)
    else:  # a fault of ours: no traceback, its message could hold input
        logger.error("code=upkeep-fault task=%s type=%s", kind, type(error).__name__)


def _warn(keyrings: Keyrings, now: int) -> None:
    """An expired keyring stays in use: a phone that was offline for weeks must be able to
    report.
    """
    if keyrings.current is None:
        logger.warning("code=keyring-missing")
    elif expired(keyrings.current, now):
        logger.warning("code=keyring-expired")
