"""What the signed documents of a keyring say: written by officers, shown to everybody."""

from collections.abc import Mapping, Sequence
from typing import Any

from crypto.keyring import Keyring
from crypto.purged import find_purged
from crypto.statements import HOLDERS_FORMAT, REPORTER_FORMAT
from keyholder.errors import CoalitionError, ServiceError
from keyholder.moments import write_moment
from keyholder.service import check_address

_LONGEST = 64  # characters of a number or code


def describe_coalition(
    addresses: Sequence[str], sms_numbers: Sequence[str], ussd_codes: Sequence[str], now: int
) -> dict[str, Any]:
    """reporter.json of a coalition without epochs. CoalitionError: coalition-address, -text."""
    for text in (*sms_numbers, *ussd_codes):
        if not (text.isascii() and text.isprintable() and 0 < len(text) <= _LONGEST):
            raise CoalitionError("coalition-text")
    return {
        "format": REPORTER_FORMAT,
        "signed_at": now,
        "addresses": [_check_address(address) for address in addresses],
        "sms_numbers": list(sms_numbers),
        "ussd_codes": list(ussd_codes),
        "log_keys": [],
        "epochs": [],
    }


def describe_holders(keys: Mapping[str, bytes]) -> dict[str, Any]:
    """holders.json from holder id to Ed25519 public key (32 B)."""
    return {
        "format": HOLDERS_FORMAT,
        "holders": [{"id": name, "key": key.hex()} for name, key in sorted(keys.items())],
    }


def describe_keyring(keyring: Keyring, fingerprint: str) -> dict[str, Any]:
    """A keyring in words and dates, as `coalition show --json` prints it."""
    purged = find_purged(keyring)
    return {
        "version": keyring.version,
        "root_version": keyring.root_version,
        "fingerprint": fingerprint,
        "development": keyring.development,
        "signed_at": write_moment(keyring.signed_at),
        "expires": write_moment(keyring.expires),
        "addresses": list(keyring.addresses),
        "sms_numbers": list(keyring.sms_numbers),
        "ussd_codes": list(keyring.ussd_codes),
        "log_keys": list(keyring.log_keys),
        "holders": [holder.id for holder in keyring.holders],
        "purged": {"envelopes": len(purged.envelopes), "blobs": len(purged.blobs)},
        "epochs": [
            {
                "epoch": epoch.number,
                "seal_from": write_moment(epoch.seal_from),
                "seal_until": write_moment(epoch.seal_until),
                "destroy_after": write_moment(epoch.destroy_after),
                "fallback": epoch.fallback,
                "locks": sorted(epoch.locks),
            }
            for epoch in keyring.epochs
        ],
    }


def _check_address(address: str) -> str:
    try:
        return check_address(address)
    except ServiceError as error:
        raise CoalitionError("coalition-address") from error
