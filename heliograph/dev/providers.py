"""The development set-up's accounts at providers: random secrets, made once and kept."""

import json
import secrets
from pathlib import Path

from pydantic import SecretStr, ValidationError

from heliograph.dev.errors import DevelopmentError
from heliograph.private_files import write_private
from heliograph.settings import ProviderSettings

FOLDER = "dev"  # of the data folder
SMS_NUMBER = "+15550100001"
USSD_CODE = "*384*555#"
TWILIO = "twilio"
AFRICAS_TALKING = "africastalking-sms"
AFRICAS_TALKING_USSD = "africastalking-ussd"
_SIGNED = {TWILIO: True, AFRICAS_TALKING: False, AFRICAS_TALKING_USSD: False}
_FILE = "providers.json"


def make_setups(folder: Path) -> tuple[ProviderSettings, ...]:
    """The accounts kept in `folder`; at first start they are made with random secrets (0600)."""
    if not (folder / _FILE).exists():
        accounts = {name: _make_account(signed) for name, signed in _SIGNED.items()}
        write_private(folder / _FILE, json.dumps(accounts).encode())
    return read_setups(folder)


def read_setups(folder: Path) -> tuple[ProviderSettings, ...]:
    """The accounts kept in `folder`. DevelopmentError `development-missing`."""
    try:
        accounts = json.loads((folder / _FILE).read_bytes())
        return tuple(_read_account(name, accounts[name]) for name in _SIGNED)
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        raise DevelopmentError(
            "development-missing",
            "There is no whole development set-up in this folder.",
            "Start `make run` once; if that says the same, delete the folder's providers.json.",
        ) from None


def _make_account(signed: bool) -> dict[str, str]:
    account = {"path_secret": secrets.token_urlsafe(24)}
    return {**account, "auth_token": secrets.token_hex(16)} if signed else account


def _read_account(name: str, account: dict[str, str]) -> ProviderSettings:
    token = account["auth_token"] if _SIGNED[name] else None
    return ProviderSettings(
        name=name,
        path_secret=SecretStr(account["path_secret"]),
        auth_token=None if token is None else SecretStr(token),
    )
