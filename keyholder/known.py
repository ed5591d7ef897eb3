"""What keyrings have said for good: which envelopes were purged, and whose keys are holders'.

A home keeps an older keyring where the newer one no longer says so (keyholder/held.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crypto import keyring as keyrings
from crypto.errors import KeyringError
from crypto.keyring import HOLDERS, Keyring, find_target
from crypto.purged import find_purged
from crypto.statements import MAX_HOLDERS
from crypto.strict_json import parse_json, read_list, read_object
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
    """Holder ids and Ed25519 public keys (32 bytes), of former holders too."""
    authors: Authors = field(default_factory=Authors)
    """Of these, whose records count: not those whom the newest keyring lists as revoked."""


def read_known(home: Home) -> Known:
    """What the held keyring and the kept ones say. Each is checked from the pinned root.

    CoalitionError: keyring-damaged.
    """
    try:
        known = _read_keyrings(home)
        return Known(
            {id: keyring.version for keyring in known for id in find_purged(keyring).envelopes},
            [(holder.id, holder.key) for keyring in known for holder in keyring.holders],
            _find_authors(known),
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


def _find_authors(known: Sequence[Keyring]) -> Authors:
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
    revoked = _list_revoked(known[-1]) if known else frozenset()
    return Authors({id: held for id, held in keys.items() if id not in revoked}, left)


def _list_revoked(keyring: Keyring) -> frozenset[str]:
    statement = find_target(keyring, HOLDERS) or b"{}"
    return frozenset(
        read_list({"revoked": [], **read_object(parse_json(statement))}, "revoked", MAX_HOLDERS)
    )
