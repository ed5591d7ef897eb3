"""What the signed documents of a keyring say: written by officers, shown to everybody."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crypto.keyring import Keyring
from crypto.purged import find_purged
from crypto.revoked import find_revoked
from crypto.statements import HOLDERS_FORMAT, REPORTER_FORMAT
from keyholder.errors import CoalitionError, ServiceError
from keyholder.log import is_log_key
from keyholder.moments import write_moment
from keyholder.service import check_address
from keyholder.signing.roots import read_officers, read_root_of
from keyholder.words import write_words

_LONGEST = 64  # characters of a number or code


def describe_coalition(
    addresses: Sequence[str], sms_numbers: Sequence[str], ussd_codes: Sequence[str], now: int
) -> dict[str, Any]:
    """reporter.json of a coalition without epochs. CoalitionError: coalition-address, -text."""
    lists = {"addresses": addresses, "sms_numbers": sms_numbers, "ussd_codes": ussd_codes}
    return {
        "format": REPORTER_FORMAT,
        "signed_at": now,
        "log_keys": [],
        "epochs": [],
        **check_lists(lists),
    }


def check_lists(lists: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The lists of reporter.json, by their names there, as they may be signed.

    CoalitionError: coalition-address, -log-key, -text.
    """
    return {name: [_CHECKS[name](text) for text in texts] for name, texts in lists.items()}


def describe_holders(keys: Mapping[str, bytes]) -> dict[str, Any]:
    """holders.json from holder id to Ed25519 public key (32 B)."""
    return {
        "format": HOLDERS_FORMAT,
        "holders": [{"id": name, "key": key.hex()} for name, key in sorted(keys.items())],
    }


def describe_keyring(keyring: Keyring, fingerprint: str) -> dict[str, Any]:
    """A keyring in words and dates, as `coalition show --json` prints it."""
    purged = find_purged(keyring)
    officers = read_officers(read_root_of(keyring))
    return {
        "version": keyring.version,
        "root_version": keyring.root_version,
        "fingerprint": fingerprint,
        "words": write_words(bytes.fromhex(fingerprint)),
        "development": keyring.development,
        "signed_at": write_moment(keyring.signed_at),
        "expires": write_moment(keyring.expires),
        "addresses": list(keyring.addresses),
        "sms_numbers": list(keyring.sms_numbers),
        "ussd_codes": list(keyring.ussd_codes),
        "log_keys": list(keyring.log_keys),
        "holders": [holder.id for holder in keyring.holders],
        "revoked": sorted(find_revoked(keyring)),
        "officers": {
            "keys": list(officers.keys),
            "threshold": officers.threshold,
            "root_threshold": officers.root_threshold,
        },
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


def _check_text(text: str) -> str:
    if not (text.isascii() and text.isprintable() and 0 < len(text) <= _LONGEST):
        raise CoalitionError("coalition-text")
    return text


def _check_log_key(key: str) -> str:
    if not is_log_key(key):
        raise CoalitionError("coalition-log-key")
    return key


_CHECKS: dict[str, Callable[[str], str]] = {
    "addresses": _check_address,
    "sms_numbers": _check_text,
    "ussd_codes": _check_text,
    "log_keys": _check_log_key,
}
