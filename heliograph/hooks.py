"""From settings to a gateway and its webhooks, wherever the gateway runs."""

import time
from collections.abc import Callable

from starlette.types import ASGIApp

from crypto.keyring import Keyring
from heliograph.errors import SettingsError
from heliograph.private_files import keep_secret
from heliograph.settings import HookSettings, LineSettings, ProviderSettings
from reports.lexicon import load_lexicon
from sms.contract import Line, ProviderSetup
from sms.gateway import Forget, Gateway, GatewaySettings
from sms.message_keys import GATEWAY_KEY_SIZE
from sms.replies import ReplySettings
from sms.sink import Sink
from sms.webhooks import create_webhooks


def make_gateway(
    settings: HookSettings,
    *,
    sink: Sink,
    keyring: Callable[[], Keyring | None],
    forget: Forget | None = None,
) -> Gateway:
    """What seals whatever comes, by providers and by links.

    Raises SettingsError for the gateway's key file.
    """
    own_numbers = {number for provider in settings.providers for number in provider.lines if number}
    replies = ReplySettings(
        calling_codes=frozenset(code.lstrip("+") for code in settings.reply_calling_codes),
        per_hour=settings.replies_per_hour,
        per_day=settings.replies_per_day,
        own_numbers=frozenset(own_numbers),
    )
    load_lexicon()  # a fifth of a second now, and not while the first provider waits
    return Gateway(
        sink=sink,
        keyring=keyring,
        key=_gateway_key(settings),
        clock=time.time,
        settings=GatewaySettings(replies=replies),
        forget=forget,
    )


def make_hooks(settings: HookSettings, gateway: Gateway) -> ASGIApp:
    """What providers call, below sms.webhooks.PREFIX.

    Raises SetupError for a provider that cannot work.
    """
    return create_webhooks(gateway, make_setups(settings), settings.public_urls[0])


def make_setups(settings: HookSettings) -> list[ProviderSetup]:
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
        account=provider.account_sid,
    )


def _line(line: LineSettings) -> Line:
    return Line(line.country, line.languages)


def find_tokens(settings: HookSettings) -> dict[str, str]:
    """The token of each account whose texts are deleted at the provider."""
    return {
        provider.account_sid: provider.auth_token.get_secret_value()
        for provider in settings.providers
        if provider.account_sid is not None and provider.auth_token is not None
    }


def _gateway_key(settings: HookSettings) -> bytes:
    """The key of message keys and USSD report ids; made at first start. It opens nothing."""
    try:
        return keep_secret(settings.data_dir / "gateway.key", GATEWAY_KEY_SIZE)
    except OSError:
        raise SettingsError(
            "gateway-key", "The gateway's key file cannot be used.", "Check HELIOGRAPH_DATA_DIR."
        ) from None
