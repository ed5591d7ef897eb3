"""A round of purging: what keyrings have listed and is still there goes, step by step."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from sqlalchemy import Connection

from app.blob_rows import find_blob
from app.purges import (
    BLOB,
    DONE,
    ENVELOPE,
    delete_due,
    find_due,
    is_noted,
    note_purged,
    settle,
)
from app.store import Store
from crypto.purged import Purged

DeleteBlob = Callable[[bytes], Awaitable[object]]
"""Deletes the blob of an id (SHA-256, 32 bytes); does nothing if it is not there. Raises
StoreError.
"""


async def purge(store: Store, purged: Purged, delete_blob: DeleteBlob | None = None) -> int:
    """Deletes all that is listed and still there; returns how many ids it looked for.

    `purged` is the list of the keyring in use. It was noted when the keyring was taken into use,
    unless that was done by a service that knew no such lists. Blobs wait until there is a
    `delete_blob`. Raises StoreError: what was not reached is done by the next round. Several
    services may do this at once: each step is of use once, and harmless twice.
    """
    if not await store.read(partial(is_noted, purged=purged)):
        await store.write(partial(note_purged, purged=purged))
    rows = store.limits.purge_rows
    total = 0
    while await store.read(partial(find_due, kind=ENVELOPE, limit=1)):
        total += await store.write(partial(delete_due, limit=rows))
    while delete_blob and (ids := await store.read(partial(find_due, kind=BLOB, limit=rows))):
        for id in ids:
            await delete_blob(id)
        settled = await store.write(partial(_settle_blobs, ids=ids))
        total += settled
        if not settled:  # they came again meanwhile, or cannot be deleted: the next round tries
            break
    return total


def _settle_blobs(connection: Connection, ids: Sequence[bytes]) -> int:
    """Notes as done those of the ids that are no blob now. Returns how many."""
    gone = [id for id in ids if find_blob(connection, id) is None]
    settle(connection, BLOB, gone, DONE)
    return len(gone)
