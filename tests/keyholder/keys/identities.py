"""Identities, cards and offers that tests begin with."""

import secrets

from crypto.locks import new_seed
from crypto.wrapping import new_wrap_key
from keyholder.keys.cards import Card, make_card, read_card
from keyholder.keys.lock_offers import LockOffer, lay_out_lock, write_offer
from keyholder.vault import Identity, WrapKey


def new_identity() -> Identity:
    return Identity(secrets.token_hex(8), *(secrets.token_bytes(32) for _ in range(4)))


def new_wrap_keys(*epochs: int) -> tuple[WrapKey, ...]:
    return tuple(WrapKey(epoch, new_wrap_key()[0]) for epoch in epochs)


def new_card(identity: Identity, *epochs: int) -> Card:
    return read_card(make_card(identity, new_wrap_keys(*epochs)))


def new_offer(maker: Identity, *cards: Card, lock: str = "A", dual: bool = False) -> bytes:
    """A lock of epoch 5 for the holders of these cards."""
    bare = LockOffer(maker.holder_id, 5, lock, 900, 1_800, 2_700, False, dual, {}, {})
    offered = lay_out_lock(new_seed(), bare, {card.holder_id: card for card in cards})
    return write_offer(offered, maker)
