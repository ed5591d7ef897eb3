"""The gateway where it is mounted in the service: its Sink is the store itself."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial

from starlette.types import ASGIApp

from app.errors import StoreError, StoreFull
from app.keyrings import Keyrings
from app.store import Store
from crypto.sealed_sms import Part
from heliograph.deleting import Deleting
from heliograph.hooks import make_gateway, make_hooks
from heliograph.links import make_links
from heliograph.settings import Settings
from sms.gateway import Gateway
from sms.links.running import run_links
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


def create_gateway(
    settings: Settings, store: Store, keyrings: Keyrings, deleting: Deleting | None
) -> Gateway | None:
    """The gateway; None where nothing brings texts to it. Raises SettingsError as make_gateway."""
    if not (settings.providers or settings.smpp_links or settings.modems):
        return None
    return make_gateway(
        settings,
        sink=MountedSink(store),
        keyring=lambda: keyrings.current,
        forget=None if deleting is None else deleting.note,
    )


def create_hooks(settings: Settings, gateway: Gateway | None) -> dict[str, ASGIApp]:
    """What providers call, by the beginning of its path; nothing where no provider is set up.

    Raises SetupError as make_hooks.
    """
    if gateway is None or not settings.providers:
        return {}
    return {PREFIX: make_hooks(settings, gateway)}


def find_companions(
    settings: Settings, gateway: Gateway | None, deleting: Deleting | None
) -> list[Callable[[], AbstractAsyncContextManager[None]]]:
    """What has to be at work beside the service. Raises SettingsError."""
    companions: list[Callable[[], AbstractAsyncContextManager[None]]] = []
    if deleting is not None:
        companions.append(deleting.run)
    links = make_links(settings.smpp_links, settings.modems)
    if gateway is not None and links:
        companions.append(partial(run_links, links, gateway))
    return companions
