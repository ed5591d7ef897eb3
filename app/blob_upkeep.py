"""What blobs need by themselves: a sweep at the start and once a day."""

import asyncio

from app.blobs import Blobs
from app.store import Store
from app.upkeep import note_failure


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
        except Exception as error:  # noqa: BLE001 -- a sweep that ended would do so unheard
            note_failure(error, "sweep")
        await asyncio.sleep(interval)
