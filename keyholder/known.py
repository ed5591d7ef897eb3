"""What keyrings have said for good: which envelopes were purged, and whose keys are holders'.

A home keeps an older keyring where the newer one no longer says so (keyholder/held.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crypto import keyring as keyrings
from crypto.errors import KeyringError
from crypto.keyring import Keyring
from crypto.purged import find_purged
from keyholder.errors import CoalitionError
from keyholder.held import read_held
from keyholder.home import Home


@dataclass(frozen=True, slots=True)
class Known:
    """Nothing, where a home has no keyring."""

    purged: Mapping[bytes, int] = field(default_factory=dict)
    """Ids of envelopes, and the version of the newest keyring that lists each."""
    holders: Sequence[tuple[str, bytes]] = ()
    """Holder ids and Ed25519 public keys (32 bytes), of former holders too."""


def read_known(home: Home) -> Known:
    """What the held keyring and the kept ones say. Each is checked from the pinned root.

    CoalitionError: keyring-damaged.
    """
    try:
        known = _read_keyrings(home)
        return Known(
            {id: keyring.version for keyring in known for id in find_purged(keyring).envelopes},
            [(holder.id, holder.key) for keyring in known for holder in keyring.holders],
        )
    except (OSError, KeyringError) as error:
        raise CoalitionError("keyring-damaged") from error


def _read_keyrings(home: Home) -> list[Keyring]:
    """By rising version."""
    if not home.root.exists():
        return []
    held = read_held(home)
    former = [
        keyrings.first(held.root, keyrings.read_bundle(path.read_bytes()))
        for path in home.former.glob("*.bundle")
    ]
    return [*sorted(former, key=lambda keyring: keyring.version), held.keyring]
