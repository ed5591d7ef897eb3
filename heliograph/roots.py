"""The pinned root file, and whether a development coalition may be used here."""

from collections.abc import Sequence

from crypto.errors import KeyringError
from crypto.keyring import is_development
from heliograph.errors import DevelopmentRefused, SettingsError
from heliograph.loopback import is_loopback
from heliograph.settings import HookSettings


def refuse_development(settings: HookSettings, services: Sequence[str] = ()) -> None:
    """Raise DevelopmentRefused for a marked root outside of `make run` on loopback. `services`: the
    addresses that a gateway forwards to."""
    root = read_root(settings)
    if root is None or (settings.development and _is_ours_alone(settings, services)):
        return
    try:
        marked = is_development(root)
    except KeyringError:
        raise SettingsError(
            "root-file",
            "The pinned root file is not a coalition's root.",
            "Check HELIOGRAPH_ROOT_FILE against the file that your officers gave you.",
        ) from None
    if marked:
        raise DevelopmentRefused


def _is_ours_alone(settings: HookSettings, services: Sequence[str]) -> bool:
    """Whether only this machine can reach the service: also no proxy in front brings others."""
    return settings.loopback and all(map(is_loopback, (*settings.public_urls, *services)))


def read_root(settings: HookSettings) -> bytes | None:
    """The root file's bytes; None where none is pinned. SettingsError: root-file."""
    if settings.root_file is None:
        return None
    try:
        return settings.root_file.read_bytes()
    except OSError:
        raise SettingsError(
            "root-file", "The pinned root file cannot be read.", "Check HELIOGRAPH_ROOT_FILE."
        ) from None
