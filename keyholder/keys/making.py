"""Making one lock of a coming epoch, and putting offered locks into the next keyring."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from crypto.keyring import Keyring
from crypto.locks import new_seed
from keyholder.epochs import describe_epoch, keep_epochs, next_number
from keyholder.errors import KeysError
from keyholder.keys.cards import Card
from keyholder.keys.lock_offers import LockOffer, lay_out_lock
from keyholder.keys.offering import choose_cards
from keyholder.keys.wraps import describe_wraps, fit_wraps, name_wraps
from keyholder.vault import Secrets, Seed

MOST_AHEAD = 26
"""Numbers that an offered epoch may take, from the next on. Offers that nobody added leave gaps,
which harm nothing; one that jumped to the last number would leave no other."""
_SHARED = ("epoch", "seal_from", "seal_until", "destroy_after", "fallback")


def choose_holders(
    cards: Mapping[str, Card],
    keyring: Keyring,
    bare: LockOffer,
    named: Iterable[str] | None,
    without: Collection[str] = (),
) -> dict[str, Card]:
    """The cards of those who are to get a lock: of the holders named, else of all who can but for
    those `without`. KeysError: card-missing, card-no-key."""
    able = choose_cards(cards, keyring, bare.maker, bare.epoch)
    if named is None:
        return {holder: card for holder, card in able.items() if holder not in without}
    others = [holder for holder in named if holder != bare.maker]  # the maker has the seed anyway
    for holder in others:
        if holder not in cards:
            raise KeysError("card-missing")
        if holder not in able:
            raise KeysError("card-no-key")
    return {holder: able[holder] for holder in others}


def make_lock(
    bare: LockOffer, cards: Mapping[str, Card], secrets: Secrets, *, alone: bool
) -> tuple[LockOffer, Seed]:
    """A fresh seed, and its lock wrapped for the holders of these cards.

    KeysError: epoch-alone where nobody else gets it; offer-is-both where these secrets hold the
    other lock's seed. OpeningError wrap-key.
    """
    if not cards and not alone:
        raise KeysError("epoch-alone")
    if any(one.epoch == bare.epoch and one.lock != bare.lock for one in secrets.seeds):
        raise KeysError("offer-is-both")
    seed = new_seed()
    return lay_out_lock(seed, bare, cards), Seed(bare.epoch, bare.lock, seed)


def choose_number(keyring: Keyring, secrets: Secrets) -> int:
    """The number of the next epoch that this holder offers: behind the keyring's and behind those
    that she offered already, which may be added together. CoalitionError epochs-exhausted."""
    following = next_number(keyring)
    offered = (seed.epoch for seed in secrets.seeds)
    number = max([following, *(epoch + 1 for epoch in offered if epoch >= following)])
    return number if number - following < MOST_AHEAD else following


def check_makers(offers: Iterable[LockOffer], keyring: Keyring) -> None:
    """Whether each was signed by a holder whom the keyring lists, for holders whom it lists.

    KeysError: offer-stranger, offer-outsider.
    """
    keys = {holder.id: holder.key for holder in keyring.holders}
    for offer in offers:
        if offer.maker not in keys or not offer.is_by(keys[offer.maker]):
            raise KeysError("offer-stranger")
        if not offer.wraps.keys() <= keys.keys():
            raise KeysError("offer-outsider")


def check_pair(
    offers: Sequence[LockOffer], keyring: Keyring, *, alone: bool, allow_both: bool
) -> None:
    """Whether these are the locks of an epoch that may follow the keyring's, all of them.

    KeysError: offer-pair, offer-number, epoch-alone, offer-overlap; CoalitionError
    epochs-exhausted.
    """
    first = offers[0]
    wanted = ["A", "B"] if first.dual else ["A"]
    if (
        sorted(offer.lock for offer in offers) != wanted
        or len({offer.maker for offer in offers}) != len(offers)
        or any(offer.dual != first.dual for offer in offers)
        or any(getattr(offer, name) != getattr(first, name) for offer in offers for name in _SHARED)
    ):
        raise KeysError("offer-pair")
    if not 0 <= first.epoch - next_number(keyring) < MOST_AHEAD:
        raise KeysError("offer-number")
    if not alone and not all(offer.wraps for offer in offers):
        raise KeysError("epoch-alone")
    if find_overlap(offers) and not allow_both:
        raise KeysError("offer-overlap")


def find_overlap(offers: Sequence[LockOffer]) -> list[str]:
    """Ids of holders who get more than one of these locks."""
    counts: dict[str, int] = {}
    for offer in offers:
        for holder in offer.holders:
            counts[holder] = counts.get(holder, 0) + 1
    return sorted(holder for holder, count in counts.items() if count > 1)


def add_epoch(
    documents: dict[str, dict[str, Any]], offers: Sequence[LockOffer], now: int
) -> list[int]:
    """Put an epoch's locks into the documents; gives the epochs whose wraps had to go for it.

    CoalitionError epochs-exhausted, KeysError wraps-full.
    """
    reporter = documents["reporter.json"]
    entry = describe_epoch(sorted(offers, key=lambda offer: offer.lock))
    reporter["epochs"] = [*keep_epochs(reporter["epochs"], now), entry]
    for offer in offers:
        if offer.wraps:
            documents[name_wraps(offer.epoch, offer.lock)] = describe_wraps(offer)
    return fit_wraps(documents, offers[0].epoch, now)
