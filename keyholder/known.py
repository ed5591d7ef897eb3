"""What keyrings have said for good: which envelopes were purged, and whose keys are holders'.

A home keeps an older keyring where the newer one no longer says so (keyholder/held.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crypto import keyring as keyrings
from crypto.errors import KeyringError
from crypto.keyring import Keyring
from crypto.purged import find_purged
from crypto.revoked import find_revoked
from keyholder.errors import CoalitionError
from keyholder.held import read_held
from keyholder.home import Home
from keyholder.moments import DAY
from keyholder.records.authors import Authors


@dataclass(frozen=True, slots=True)
class Known:
    """Nothing, where a home has no keyring."""

    purged: Mapping[bytes, int] = field(default_factory=dict)
    """Ids of envelopes, and the version of the newest keyring that lists each."""
    holders: Sequence[tuple[str, bytes]] = ()
    """Holder ids and Ed25519 public keys (32 bytes), of former holders too, of revoked ones not."""
    authors: Authors = field(default_factory=Authors)
    """The same, as those whose records count."""
    left: frozenset[str] = frozenset()
    """Ids of those who were holders and are no more: what they said before still counts."""
    revoked: frozenset[str] = frozenset()
    """Ids of those whose word counts for nothing. That is for good, whatever comes later."""
    purged_blobs: frozenset[bytes] = frozenset()
    """Ids of attachments that a keyring lists as purged."""


def read_known(home: Home) -> Known:
    """What the held keyring and the kept ones say. Each is checked from the pinned root.

    CoalitionError: keyring-damaged.
    """
    try:
        known = _read_keyrings(home)
        revoked = frozenset(id for keyring in known for id in find_revoked(keyring))
        holders = [(holder.id, holder.key) for keyring in known for holder in keyring.holders]
        listed = {holder.id for holder in known[-1].holders} if known else set()
        return Known(
            {id: keyring.version for keyring in known for id in find_purged(keyring).envelopes},
            [(id, key) for id, key in holders if id not in revoked],
            _find_authors(known, revoked),
            frozenset(id for id, _key in holders if id not in listed) - revoked,
            revoked,
            frozenset(id for keyring in known for id in find_purged(keyring).blobs),
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


def _find_authors(known: Sequence[Keyring], revoked: frozenset[str]) -> Authors:
    """By what keyrings say, the newest last. Somebody has left with the first that this home knows
    without her; whoever skipped some learns it late, and takes no less than the others did."""
    keys: dict[str, tuple[bytes, ...]] = {}
    left: dict[str, int] = {}
    for keyring in known:
        listed = {holder.id: holder.key for holder in keyring.holders}
        for id in keys.keys() - listed.keys() - left.keys():
            left[id] = keyring.signed_at // DAY
        for id, key in listed.items():
            left.pop(id, None)
            keys[id] = tuple(dict.fromkeys((*keys.get(id, ()), key)))
    return Authors({id: held for id, held in keys.items() if id not in revoked}, left)
