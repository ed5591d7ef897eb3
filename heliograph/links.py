"""From settings to links at work beside whatever serves."""

import ssl
from collections.abc import Sequence

from heliograph.errors import SettingsError
from heliograph.link_settings import LinkSettings, ModemSettings, SmppSettings
from sms.contract import Line, ProviderSetup
from sms.links.running import Link


def make_links(smpp: Sequence[SmppSettings], modems: Sequence[ModemSettings]) -> list[Link]:
    """The links, not connected yet. Raises SettingsError."""
    return [*map(_make_smpp, smpp), *map(_make_modem, modems)]


def _make_smpp(settings: SmppSettings) -> Link:
    # Loaded only here, as below: most services have no link, and start without its library.
    from sms.links.smpp import SmppLink, SmscAccess

    access = SmscAccess(
        host=settings.host,
        port=settings.port,
        system_id=settings.system_id,
        password=settings.password.get_secret_value(),
        system_type=settings.system_type,
        receive_only=settings.receive_only,
        tls=_make_tls(settings) if settings.tls else None,
        alphabet=settings.default_alphabet,
        enquire_seconds=settings.enquire_seconds,
    )
    return SmppLink(access, _set_up("smpp", settings))


def _make_tls(settings: SmppSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.tls_ca_file)
    except OSError:
        raise SettingsError(
            "link-tls", "The certificates for an SMSC cannot be read.", "Check tls_ca_file."
        ) from None


def _make_modem(settings: ModemSettings) -> Link:
    try:  # loaded only here: libgammu is large, and comes for Linux alone
        from sms.links.modem import ModemAccess, ModemLink
    except ImportError:
        raise SettingsError(
            "link-gammu",
            "A modem needs python-gammu, which is not here.",
            "Use Linux, where it is installed with us, or another way in.",
        ) from None
    access = ModemAccess(
        device=settings.device,
        connection=settings.connection,
        model=settings.model,
        poll_seconds=settings.poll_seconds,
    )
    return ModemLink(access, _set_up("modem", settings), number=settings.number)


def _set_up(name: str, settings: LinkSettings) -> ProviderSetup:
    line = Line(settings.country, settings.languages)
    return ProviderSetup(name=name, secret="", line=line, replies=False)
