"""A round of purging: what keyrings have listed and is still there goes, step by step."""

from collections.abc import Awaitable, Callable
from functools import partial

from app.purges import BLOB, DONE, ENVELOPE, delete_due, find_due, is_noted, note_purged, settle
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
        await store.write(partial(settle, kind=BLOB, ids=ids, state=DONE))
        total += len(ids)
    return total
