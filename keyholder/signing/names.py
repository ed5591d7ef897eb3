"""What this holder calls others. Names stay in this home, sealed: the keyring is public, and must
not list whom to arrest."""

import cbor2

from crypto import passphrase
from crypto.errors import PassphraseError
from keyholder.errors import HomeError, SigningError
from keyholder.files import write_whole
from keyholder.home import Home
from keyholder.vault import Identity

_FORMAT = "heliograph/names/v1"
LONGEST = 64
"""Characters of a name."""


def read_names(home: Home, identity: Identity) -> dict[str, str]:
    """Holder id to name; none where none was given. SigningError names-damaged."""
    if not home.names.exists():
        return {}
    try:
        content = cbor2.loads(
            passphrase.unlock_with_key(identity.vault_key, home.names.read_bytes())
        )
        if content["format"] != _FORMAT:
            raise SigningError("names-damaged")
        return {str(id): str(name) for id, name in content["names"].items()}
    except (
        OSError,
        PassphraseError,
        cbor2.CBORDecodeError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:
        raise SigningError("names-damaged") from error


def write_names(home: Home, identity: Identity, names: dict[str, str]) -> None:
    """Replace all names. HomeError home-unwritable."""
    content = cbor2.dumps({"format": _FORMAT, "names": names}, canonical=True)
    try:
        write_whole(home.names, [passphrase.lock_with_key(identity.vault_key, content)])
    except OSError as error:
        raise HomeError("home-unwritable") from error
