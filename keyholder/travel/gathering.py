"""What a home gives into a bundle: all of it public or sealed."""

from collections.abc import Callable, Iterator
from sqlite3 import Connection

from crypto.keyring import Keyring, write_bundle
from keyholder.envelopes import read_items
from keyholder.errors import HomeError
from keyholder.files import read_start
from keyholder.home import Home
from keyholder.keys.cards import LONGEST, make_card
from keyholder.keys.offering import find_highest, list_offered, read_cards
from keyholder.known import Known
from keyholder.records.journal import open_journal
from keyholder.records.sending import list_envelopes
from keyholder.remembered import read_seen
from keyholder.sequence import Item
from keyholder.travel.bundle import MOST_CHECKPOINTS, MOST_WAITING, Parcel, Shown
from keyholder.vault import Identity, read_secrets


def gather(
    home: Home, identity: Identity, keyring: Keyring | None, database: Connection, now: int
) -> Parcel:
    """The keyring, the cards of others, one's own if it offers anything, the newest checkpoints
    seen, and one's own records that wait. HomeError; KeyringError no-epoch."""
    try:
        cards = [read_start(home.cards / f"{id}.card", LONGEST) for id in read_cards(home)[0]]
    except OSError as error:
        raise HomeError("home-unwritable") from error
    if offered := list_offered(read_secrets(home, identity), find_highest(keyring)):
        cards.append(make_card(identity, offered))
    return Parcel(
        write_bundle(keyring.files) if keyring else None,
        cards,
        [Shown(one.note, one.key) for one in read_seen(database)][-MOST_CHECKPOINTS:],
        _gather_waiting(home, identity, keyring, now),
    )


def _gather_waiting(
    home: Home, identity: Identity, keyring: Keyring | None, now: int
) -> list[bytes]:
    if keyring is None or not home.records.exists():
        return []
    with open_journal(home, identity) as journal:
        return list_envelopes(journal, keyring, now, MOST_WAITING)


def gather_leaves(
    database: Connection, first: int, end: int, known: Known, advance: Callable[[int], None]
) -> Iterator[Item]:
    """The log as it is held, without the bodies that were purged, or that are not their leaf's."""
    for item, fault in read_items(database, first, end):
        sound = fault is None and item.leaf[7:] not in known.purged
        yield item if sound else item._replace(body=None)
        advance(1)
