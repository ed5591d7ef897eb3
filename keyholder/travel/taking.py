"""Taking a bundle in: keyring, cards, checkpoints and envelopes, each checked as if a service gave
it, and compared with what is held. A bundle that contradicts the home is evidence, not a source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from sqlite3 import Connection
from typing import NamedTuple

from crypto.checkpoints import Checkpoint
from crypto.errors import KeyringError, LogError
from crypto.keyring import Keyring
from crypto.log import Frontier, hash_leaf
from keyholder.checked import Checked
from keyholder.cosigning import gather
from keyholder.dating import date_findings
from keyholder.envelopes import add, find_last, forget_behind, list_gone, restore
from keyholder.errors import KeysError, TravelError
from keyholder.held import Held, accept
from keyholder.home import Home
from keyholder.keys.offering import take_card
from keyholder.known import Known
from keyholder.log import is_log_key, open_told
from keyholder.remembered import (
    find_note,
    pin,
    read_checked,
    read_leaves,
    read_pinned,
    read_seen,
    remember,
    write_checked,
)
from keyholder.sequence import Item
from keyholder.travel.bundle import Bundle, Shown
from keyholder.vault import Identity

_BATCH = 1_000  # envelopes a transaction
_OLDER = "keyring-rollback"
_HARMLESS_CARDS = ("card-own", "card-older")


@dataclass(slots=True)
class Taken:
    """What came of a bundle."""

    keyring: str = "none"  # none, newer, same, older, or the code for which it was refused
    cards: list[str] = field(default_factory=list)  # ids of holders whose card was taken
    cards_refused: list[tuple[int, str]] = field(default_factory=list)  # number and code
    checkpoints: int = 0  # that this home had not seen
    ahead: int = 0  # checkpoints of more leaves than are held: they say nothing yet
    new: int = 0  # envelopes
    restored: int = 0  # envelopes that the service had not given
    carried: int = 0  # records of the maker's, for the next sync to send
    mismatches: list[tuple[int, str]] = field(default_factory=list)  # index and code
    checked: Checked = field(default_factory=Checked)  # contradictions of the log

    @property
    def whole(self) -> bool:
        """Whether nothing was refused."""
        return not (
            self.cards_refused
            or self.mismatches
            or self.checked.findings
            or self.keyring not in ("none", "newer", "same", "older")
        )


class _Told(NamedTuple):
    """A checkpoint that its maker was shown, and that the log's key signed."""

    checkpoint: Checkpoint
    key: str
    note: bytes


def take_keyring(home: Home, held: Held, files: Mapping[str, bytes], taken: Taken) -> Held:
    """The keyring that counts after this one was looked at. An older one is no fault here: two
    machines that meet seldom hold the same."""
    try:
        newer = accept(home, held, files)
    except KeyringError as error:
        taken.keyring = "older" if error.code == _OLDER else error.code
        return held
    taken.keyring = "newer" if newer.keyring.version > held.keyring.version else "same"
    return newer


def take_cards(
    home: Home, identity: Identity, keyring: Keyring | None, cards: Sequence[bytes], taken: Taken
) -> None:
    """Keep the cards that may be kept; one that may not costs the others nothing."""
    for number, data in enumerate(cards, start=1):
        try:
            taken.cards.append(take_card(home, identity, keyring, data).holder_id)
        except KeysError as error:
            if error.code not in _HARMLESS_CARDS:
                taken.cards_refused.append((number, error.code))


def take_log(
    database: Connection, keyring: Keyring, bundle: Bundle, known: Known, taken: Taken, day: int
) -> None:
    """Take the leaves that follow on, if a checkpoint covers them and nothing contradicts; and hold
    every checkpoint that the maker was shown against those seen here and against the leaves.

    What contradicts is remembered for good: two roots of one size are the proof of a fork. What is
    ahead of the leaves held is not: `verify` would call them withheld. `day` is today, since
    1970-01-01. TravelError bundle-gap.
    """
    if bundle.count and bundle.first > find_last(database) + 1:
        raise TravelError("bundle-gap")
    before = {(one.size, one.root) for one in read_seen(database)}
    told = _open_shown(database, keyring, bundle.parcel.checkpoints, taken.checked)
    for one in told:
        if {root for size, root in before if size == one.checkpoint.size} - {one.checkpoint.root}:
            taken.checked.find("log-forked", 0, one.checkpoint.size - 1)
    if bundle.count and not taken.checked.findings:
        _take_leaves(database, bundle, told, known, taken)
    held = _compare_held(database, told, taken.checked)
    for one in told:
        if one.checkpoint.size > held and not taken.checked.findings:
            taken.ahead += 1
            continue
        if not keyring.log_keys and read_pinned(database) is None:
            pin(database, one.key)
        earlier = find_note(database, one.checkpoint, one.key)
        note = gather(earlier, one.note, one.key, known.holders)
        remember(database, one.checkpoint, note, one.key, day)
        taken.checkpoints += (one.checkpoint.size, one.checkpoint.root) not in before
    date_findings(database, taken.checked)


def _open_shown(
    database: Connection, keyring: Keyring, shown: Sequence[Shown], checked: Checked
) -> list[_Told]:
    """Those that the log's key signed: the listed one, or the one that was seen first."""
    found = []
    for one in shown:
        keys = keyring.log_keys or [read_pinned(database) or one.key]
        opened = open_told(one.note, keys) if is_log_key(one.key) else None
        if opened is None:
            checked.find("log-key-changed", 0, 0)
        else:
            found.append(_Told(*opened, one.note))
    return found


def _compare_held(database: Connection, told: Sequence[_Told], checked: Checked) -> int:
    """Hold the leaves against these checkpoints, one walk for all of them; gives how many leaves
    are held without a gap, as far as it walked."""
    roots = {one.checkpoint.size: one.checkpoint.root for one in told}
    frontier = Frontier()
    for index, leaf in read_leaves(database, 0, max(roots, default=0)):
        if index != frontier.size:
            break  # a gap of this home, which `verify` names
        frontier.add(hash_leaf(leaf))
        if frontier.size in roots and frontier.find_root() != roots[frontier.size]:
            checked.find("log-forked", 0, index)
            break
    return frontier.size


def _take_leaves(
    database: Connection, bundle: Bundle, told: Sequence[_Told], known: Known, taken: Taken
) -> None:
    if not _compare_leaves(database, bundle, taken.checked):
        return
    frontier = _read_confirmed(database)
    if bundle.end > frontier.size:
        _extend(database, frontier, bundle)
        root = frontier.find_root()
        covering = {one.checkpoint.root for one in told if one.checkpoint.size == bundle.end}
        if root not in covering:
            code = "log-forked" if covering else "log-unsigned"
            taken.checked.find(code, bundle.first, bundle.end - 1)
            return
        taken.checked.confirmed = frontier.size, root
    _keep(database, bundle, known, taken)
    if taken.checked.confirmed is not None:
        write_checked(database, frontier)


def _compare_leaves(database: Connection, bundle: Bundle, checked: Checked) -> bool:
    """Whether the bundle's leaves are those that are held, as far as both have them."""
    held = read_leaves(database, bundle.first, bundle.end)
    for (index, leaf), item in zip(held, bundle.read_leaves(), strict=False):
        if index != item.place or leaf != item.leaf:
            checked.find("log-forked", 0, item.place)
            return False
    return True


def _extend(database: Connection, frontier: Frontier, bundle: Bundle) -> None:
    """Take the tree on over the leaves held up to the bundle's, and those of the bundle."""
    for _, leaf in read_leaves(database, frontier.size, bundle.first):
        frontier.add(hash_leaf(leaf))
    for item in bundle.read_leaves():
        if item.place == frontier.size:
            frontier.add(hash_leaf(item.leaf))


def _read_confirmed(database: Connection) -> Frontier:
    try:
        return read_checked(database)
    except LogError:
        return Frontier()


def _keep(database: Connection, bundle: Bundle, known: Known, taken: Taken) -> None:
    """Keep the leaves that were compared, or none of them where the file gives others now."""
    last = find_last(database)
    missing = {place for place, id in list_gone(database) if id not in known.purged}
    batch: list[Item] = []
    try:
        for item in bundle.read_leaves():
            body = None if item.leaf[7:] in known.purged else item.body
            if item.place <= last:
                taken.restored += item.place in missing and restore(database, item)
                continue
            batch.append(item._replace(body=body))
            taken.new += body is not None
            if len(batch) == _BATCH:
                taken.mismatches += add(database, batch)
                batch = []
        taken.mismatches += add(database, batch)
    except TravelError:
        forget_behind(database, last)
        raise
