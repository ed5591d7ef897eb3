"""How a home without a coalition gets one: a root file that people compared, and a keyring."""

from pathlib import Path

from crypto import keyring as keyrings
from crypto.errors import KeyringError
from keyholder.errors import CoalitionError, TravelError
from keyholder.files import read_start
from keyholder.held import Held

_LIMIT = 1 << 20  # bytes of a root file, and of a keyring


def read_keyring(file: Path) -> dict[str, bytes] | None:
    """The files of a keyring, None where the file is something else. TravelError
    travel-unreadable."""
    try:
        return keyrings.read_bundle(read_start(file, _LIMIT))
    except OSError as error:
        raise TravelError("travel-unreadable") from error
    except KeyringError:
        return None


def begin(root: Path | None, files: dict[str, bytes]) -> Held:
    """The root file that was named, and the keyring as far as it follows from it: not yet kept.

    CoalitionError keyring-missing where no root is named; TravelError; KeyringError.
    """
    if root is None:
        raise CoalitionError("keyring-missing")
    try:
        pinned = read_start(root, _LIMIT)
    except OSError as error:
        raise TravelError("travel-unreadable") from error
    return Held(pinned, keyrings.first(pinned, files))
