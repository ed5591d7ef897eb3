"""What blobs need by themselves: a sweep at the start and once a day."""

import asyncio
import logging

from app.blobs import Blobs
from app.errors import StoreError
from app.store import Store

log = logging.getLogger("heliograph.blobs")


async def run_blob_upkeep(store: Store, blobs: Blobs, *, interval: float) -> None:
    """Runs until it is cancelled, beside app/upkeep.py: a bucket that is slow must not keep the log
    waiting. `interval` is in seconds.

    The store is swept first (that may be done twice a day): it sees when the clock has jumped, and
    then no upload is over.
    """
    swept: int | None = None
    while True:
        try:
            if swept != store.day:
                today = await store.sweep()
                await blobs.sweep(today)
                swept = today
        except StoreError as error:
            log.warning("code=%s task=sweep", error.code)
        await asyncio.sleep(interval)
