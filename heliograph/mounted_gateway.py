"""The gateway where it is mounted in the service: its Sink is the store itself."""

import time
from collections.abc import Sequence

from starlette.types import ASGIApp

from app.errors import StoreError, StoreFull
from app.keyrings import Keyrings
from app.store import Store
from crypto.sealed_sms import Part
from heliograph.errors import SettingsError
from heliograph.private_files import keep_secret
from heliograph.settings import LineSettings, ProviderSettings, Settings
from reports.lexicon import load_lexicon
from sms.contract import Line, ProviderSetup
from sms.gateway import Gateway, GatewaySettings
from sms.message_keys import GATEWAY_KEY_SIZE
from sms.replies import ReplySettings
from sms.sink import SinkFull, SinkUnavailable
from sms.webhooks import PREFIX, create_webhooks


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


def create_hooks(settings: Settings, store: Store, keyrings: Keyrings) -> dict[str, ASGIApp]:
    """What providers call, by the beginning of its path; nothing where no provider is set up.

    Raises SetupError for a provider that cannot work, SettingsError for the gateway's key file.
    """
    if not settings.providers:
        return {}
    own_numbers = {number for provider in settings.providers for number in provider.lines if number}
    replies = ReplySettings(
        calling_codes=frozenset(code.lstrip("+") for code in settings.reply_calling_codes),
        per_hour=settings.replies_per_hour,
        per_day=settings.replies_per_day,
        own_numbers=frozenset(own_numbers),
    )
    gateway = Gateway(
        sink=MountedSink(store),
        keyring=lambda: keyrings.current,
        key=_gateway_key(settings),
        clock=time.time,
        settings=GatewaySettings(replies=replies),
    )
    load_lexicon()  # a fifth of a second now, and not while the first provider waits
    return {PREFIX: create_webhooks(gateway, make_setups(settings), settings.public_urls[0])}


def make_setups(settings: Settings) -> list[ProviderSetup]:
    """The accounts as the gateway wants them, unchecked."""
    return [_set_up(provider) for provider in settings.providers]


def _set_up(provider: ProviderSettings) -> ProviderSetup:
    token = provider.auth_token
    return ProviderSetup(
        name=provider.name,
        secret=provider.path_secret.get_secret_value(),
        token=token.get_secret_value() if token else None,
        line=Line(provider.country, provider.languages),
        lines={number: _line(line) for number, line in provider.lines.items()},
        replies=provider.replies,
    )


def _line(line: LineSettings) -> Line:
    return Line(line.country, line.languages)


def _gateway_key(settings: Settings) -> bytes:
    """The key of message keys and USSD report ids; made at first start. It opens nothing."""
    try:
        return keep_secret(settings.data_dir / "gateway.key", GATEWAY_KEY_SIZE)
    except OSError:
        raise SettingsError(
            "gateway-key", "The gateway's key file cannot be used.", "Check HELIOGRAPH_DATA_DIR."
        ) from None
