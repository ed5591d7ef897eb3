"""The gateway where it is mounted in the service: its Sink is the store itself."""

from collections.abc import Sequence

from starlette.types import ASGIApp

from app.errors import StoreError, StoreFull
from app.keyrings import Keyrings
from app.store import Store
from crypto.sealed_sms import Part
from heliograph.deleting import Deleting
from heliograph.hooks import make_hooks
from heliograph.settings import Settings
from sms.sink import SinkFull, SinkUnavailable
from sms.webhooks import PREFIX


class MountedSink:
    """Commits to the store before it returns. Raises SinkFull or SinkUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def put(self, envelopes: Sequence[bytes], message_key: bytes) -> bool:
        """All envelopes and the key in one transaction. False: the key was seen before."""
        try:
            return await self._store.put(envelopes, message_key=message_key) is not None
        except StoreFull:
            raise SinkFull from None
        except StoreError:
            raise SinkUnavailable from None

    async def put_part(self, part: Part, message_key: bytes) -> bool:
        """One part and the key in one transaction. False: the key was seen before."""
        try:
            return await self._store.put_part(
                part.ref, part.index, part.count, part.slice, message_key=message_key
            )
        except StoreFull:
            raise SinkFull from None
        except StoreError:
            raise SinkUnavailable from None


def create_hooks(
    settings: Settings, store: Store, keyrings: Keyrings, deleting: Deleting | None
) -> dict[str, ASGIApp]:
    """What providers call, by the beginning of its path; nothing where no provider is set up.

    Raises SetupError and SettingsError as make_hooks.
    """
    if not settings.providers:
        return {}
    hooks = make_hooks(
        settings,
        sink=MountedSink(store),
        keyring=lambda: keyrings.current,
        forget=None if deleting is None else deleting.note,
    )
    return {PREFIX: hooks}
