"""One-time keys as a holder offers them, and the cards of others that she keeps."""

import re
from collections.abc import Mapping
from dataclasses import replace

from crypto.keyring import Keyring
from crypto.officers import public_key
from crypto.wrapping import new_wrap_key
from keyholder.errors import CoalitionError, HomeError, KeysError
from keyholder.files import make_folder, read_start, write_whole
from keyholder.home import Home
from keyholder.keys.cards import LAST_EPOCH, LONGEST, MAX_KEYS, Card, read_card
from keyholder.vault import Identity, Secrets, WrapKey

_OWN = "own.card"
_NAME = re.compile(r"([0-9a-f]{16})\.card", re.ASCII)


def find_highest(keyring: Keyring | None) -> int:
    """The highest epoch number of a keyring; 0 where there is none yet."""
    return max((epoch.number for epoch in keyring.epochs), default=0) if keyring else 0


def offer_keys(secrets: Secrets, first: int, count: int) -> Secrets:
    """The secrets with a one-time key for each of `count` epochs from `first` on. What was offered
    stays as it was. CoalitionError epochs-exhausted; KeysError card-full."""
    if count > MAX_KEYS:
        raise KeysError("card-full")
    if first + count - 1 > LAST_EPOCH:
        raise CoalitionError("epochs-exhausted")
    held = {one.epoch for one in secrets.wrap_keys}
    wanted = [epoch for epoch in range(first, first + count) if epoch not in held]
    fresh = [WrapKey(epoch, new_wrap_key()[0]) for epoch in wanted]
    return replace(secrets, wrap_keys=(*secrets.wrap_keys, *fresh))


def list_offered(secrets: Secrets, highest: int) -> tuple[WrapKey, ...]:
    """The one-time keys for epochs that are still to be made, by rising number: what a card has."""
    coming = [one for one in secrets.wrap_keys if one.epoch > highest]
    return tuple(sorted(coming, key=lambda one: one.epoch))


def read_cards(home: Home) -> tuple[dict[str, Card], list[str]]:
    """The cards of others that this home keeps by holder id, and the ids of those that are damaged.

    HomeError home-unwritable.
    """
    cards: dict[str, Card] = {}
    damaged: list[str] = []
    try:
        files = sorted(home.cards.iterdir()) if home.cards.is_dir() else []
        for file in files:
            name = _NAME.fullmatch(file.name)
            if name is None:
                continue
            try:
                card = read_card(read_start(file, LONGEST))
            except KeysError:
                damaged.append(name[1])
                continue
            cards[card.holder_id] = card
    except OSError as error:
        raise HomeError("home-unwritable") from error
    return cards, damaged


def keep_own(home: Home, data: bytes) -> None:
    """Keep the card that this holder wrote last, so that her own keys are known without a
    passphrase. OSError where it cannot."""
    make_folder(home.cards)
    write_whole(home.cards / _OWN, [data])


def read_own(home: Home) -> Card | None:
    """The card that this holder wrote last; None where there is none, or none that can be read."""
    try:
        return read_card(read_start(home.cards / _OWN, LONGEST))
    except (OSError, KeysError):
        return None


def take_card(home: Home, identity: Identity, keyring: Keyring | None, data: bytes) -> Card:
    """Keep another holder's card in the place of an older one of hers.

    KeysError: card-form, card-signature, card-own,
    card-other-key, card-changed, card-older; HomeError home-unwritable.
    """
    card = read_card(data)
    if card.signing_key == public_key(identity.signing_seed):
        raise KeysError("card-own")
    listed = {holder.id: holder.key for holder in keyring.holders} if keyring else {}
    if listed.get(card.holder_id, card.signing_key) != card.signing_key:
        raise KeysError("card-other-key")
    held = read_cards(home)[0].get(card.holder_id)
    if held is not None:
        check_newer(held, card, find_highest(keyring))
    try:
        make_folder(home.cards)
        write_whole(home.cards / f"{card.holder_id}.card", [data])
    except OSError as error:
        raise HomeError("home-unwritable") from error
    return card


def check_newer(held: Card, card: Card, highest: int) -> None:
    """Whether a card may follow the held one: it may add keys, never change one or take one back.

    Keys for epochs up to `highest` were used or never will be: they may go. KeysError:
    card-changed, card-older.
    """
    both = held.wrap_keys.keys() & card.wrap_keys.keys()
    if (held.signing_key, held.officer_key) != (card.signing_key, card.officer_key) or any(
        held.wrap_keys[epoch] != card.wrap_keys[epoch] for epoch in both
    ):
        raise KeysError("card-changed")
    missing = [epoch for epoch in held.wrap_keys if epoch > highest and epoch not in both]
    if missing:
        raise KeysError("card-changed" if card.wrap_keys.keys() - both else "card-older")


def choose_cards(
    cards: Mapping[str, Card], keyring: Keyring, own: str, epoch: int
) -> dict[str, Card]:
    """The cards that a seed of this epoch may be wrapped for: those of other holders that the
    keyring lists with the card's signing key, and that offer a key for the epoch."""
    keys = {holder.id: holder.key for holder in keyring.holders}
    return {
        holder: card
        for holder, card in cards.items()
        if holder != own and keys.get(holder) == card.signing_key and epoch in card.wrap_keys
    }
