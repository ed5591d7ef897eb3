"""Who is in holders.json: joining by a card, leaving, and being revoked.

    {"format", "holders": [{"id", "key", "since"}], "revoked": [ids]}

`since` is the version of the keyring that listed a holder first; readers do without it. Whoever
leaves is listed no more, and what she said until then counts; whoever is revoked is named, and
nothing that she said counts any more.
"""

from dataclasses import dataclass
from typing import Any

from crypto.keyring import HOLDERS, Keyring, find_target
from crypto.revoked import MAX_REVOKED, REVOKED
from crypto.statements import MAX_HOLDERS
from crypto.strict_json import parse_json
from keyholder.errors import SigningError
from keyholder.keys.cards import Card
from keyholder.known import Known
from keyholder.repository import list_documents
from keyholder.signing.epoch_changes import list_seed_holders, name_lock

_SINCE = "since"


@dataclass(frozen=True, slots=True)
class Member:
    """One holder, as far as this home's keyrings tell."""

    id: str
    state: str
    """"member", "left" or "revoked"."""
    since: int | None
    """Version of the keyring that listed her first, where it says so."""
    locks: tuple[str, ...]
    """Locks that she made or whose seed is wrapped for her, as far as wraps say: such as "5A"."""


def add_member(document: dict[str, Any], card: Card, version: int) -> None:
    """List the holder of a card. `version` is that of the keyring that will list her.

    SigningError: member-known, member-revoked, members-many.
    """
    listed = document["holders"]
    if card.holder_id in {one["id"] for one in listed}:
        raise SigningError("member-known")
    if card.holder_id in document.get(REVOKED, ()):
        raise SigningError("member-revoked")
    if len(listed) >= MAX_HOLDERS:
        raise SigningError("members-many")
    entry = {"id": card.holder_id, "key": card.signing_key.hex(), _SINCE: version}
    document["holders"] = sorted([*listed, entry], key=lambda one: str(one["id"]))


def remove_member(document: dict[str, Any], id: str) -> None:
    """Take a holder off the list. SigningError member-unknown."""
    left = [one for one in document["holders"] if one["id"] != id]
    if len(left) == len(document["holders"]):
        raise SigningError("member-unknown")
    document["holders"] = left


def revoke_member(document: dict[str, Any], id: str, known: Known) -> None:
    """Revoke a holder, or one who has left already.

    SigningError: member-unknown, member-revoked, members-many.
    """
    revoked = document.get(REVOKED, [])
    if id in revoked:
        raise SigningError("member-revoked")
    if id not in known.left and id not in {one["id"] for one in document["holders"]}:
        raise SigningError("member-unknown")
    if len(revoked) >= MAX_REVOKED:
        raise SigningError("members-many")
    document["holders"] = [one for one in document["holders"] if one["id"] != id]
    document[REVOKED] = sorted([*revoked, id])


def list_members(keyring: Keyring, known: Known) -> tuple[Member, ...]:
    """Everybody whom a keyring of this home lists or listed, by id."""
    locks = _list_locks(keyring)
    since = _list_since(keyring)
    listed = {holder.id for holder in keyring.holders}
    states = {
        **dict.fromkeys(known.left, "left"),
        **dict.fromkeys(listed, "member"),
        **dict.fromkeys(known.revoked, "revoked"),
    }
    return tuple(
        Member(id, state, since.get(id), tuple(locks.get(id, ())))
        for id, state in sorted(states.items())
    )


def _list_locks(keyring: Keyring) -> dict[str, list[str]]:
    """Holder id -> locks of epochs that the keyring lists, by rising number."""
    found: dict[str, list[str]] = {}
    numbers = {epoch.number for epoch in keyring.epochs}
    wraps = {name_lock(path): data for path, data in list_documents(keyring).items()}
    for lock, data in sorted((lock, data) for lock, data in wraps.items() if lock is not None):
        if lock[0] in numbers:
            for id in list_seed_holders(data):
                found.setdefault(id, []).append(f"{lock[0]}{lock[1]}")
    return found


def _list_since(keyring: Keyring) -> dict[str, int]:
    data = find_target(keyring, HOLDERS)
    listed = parse_json(data)["holders"] if data is not None else []
    return {one["id"]: one[_SINCE] for one in listed if type(one.get(_SINCE)) is int}
