"""Lock offers: one lock of a coming epoch as its maker hands it to the officers.

See spec/holders-v1.md. An offer is public: it holds public keys, and the lock's seed only as sealed
to the one-time keys of the holders who are to have it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from crypto.envelope import HYBRID_KEY_SIZE, Suite
from crypto.locks import derive_lock
from crypto.statements import MAX_HOLDERS, MAX_TIME
from crypto.wrapping import WRAP_SIZE, wrap_seed
from keyholder.errors import KeysError
from keyholder.keys.cards import LAST_EPOCH, Card
from keyholder.keys.signed_map import (
    FormError,
    SignedMap,
    read_signed,
    take_bytes,
    take_flag,
    take_holder,
    take_map,
    take_number,
    take_text,
    write_signed,
)
from keyholder.vault import Identity

FORMAT = "heliograph/lock-offer/v1"
LONGEST = 320 * 1024
"""Bytes of an offer: more than 256 wraps take."""
_X25519_KEY_SIZE = 32
_TIMES = ("seal_from", "seal_until", "destroy_after")
_FIELDS = frozenset({"maker", "epoch", "lock", *_TIMES, "fallback", "dual", "publics", "wraps"})


@dataclass(frozen=True, slots=True)
class LockOffer:
    """One lock of one epoch. Times are Unix seconds."""

    maker: str
    """Her holder id, 16 hex digits."""
    epoch: int
    lock: str
    """"A" or "B"."""
    seal_from: int
    seal_until: int
    destroy_after: int
    fallback: bool
    dual: bool
    """Whether the epoch has two locks, and its suites are 11 and 12."""
    publics: Mapping[Suite, bytes]
    wraps: Mapping[str, bytes]
    """Holder id -> the lock's seed, sealed to her one-time key (1,168 B)."""
    written: SignedMap | None = field(default=None, repr=False, compare=False)
    """The signed map it was read from."""

    @property
    def holders(self) -> frozenset[str]:
        """Whoever has the seed: the maker, and those it is wrapped for."""
        return frozenset({self.maker, *self.wraps})

    def is_by(self, key: bytes) -> bool:
        """Whether the holder of this signing key (Ed25519, 32 B) made it."""
        return self.written is not None and self.written.is_by(key)


def list_suites(*, dual: bool) -> tuple[Suite, ...]:
    """The suites of an epoch with one lock, or with two."""
    return tuple(suite for suite in Suite if suite.dual == dual)


def lay_out_lock(seed: bytes, offer: LockOffer, cards: Mapping[str, Card]) -> LockOffer:
    """The offer with the seed's public keys, and the seed wrapped for the holder of each card.

    Every card offers a key for the offer's epoch. OpeningError wrap-key: a card's is none.
    """
    return replace(
        offer,
        publics={
            suite: derive_lock(seed, suite, offer.lock).public
            for suite in list_suites(dual=offer.dual)
        },
        wraps={
            holder: wrap_seed(seed, card.wrap_keys[offer.epoch], offer.epoch, offer.lock, holder)
            for holder, card in sorted(cards.items())
        },
    )


def write_offer(offer: LockOffer, identity: Identity) -> bytes:
    """The signed file. The identity is the maker's."""
    fields = {
        "maker": bytes.fromhex(offer.maker),
        "epoch": offer.epoch,
        "lock": offer.lock,
        **{name: getattr(offer, name) for name in _TIMES},
        "fallback": offer.fallback,
        "dual": offer.dual,
        "publics": {int(suite): key for suite, key in offer.publics.items()},
        "wraps": {bytes.fromhex(holder): wrap for holder, wrap in offer.wraps.items()},
    }
    return write_signed(FORMAT, fields, identity.signing_seed)


def read_offer(data: bytes) -> LockOffer:
    """An offer of good form; whether its maker made it, `is_by` tells. KeysError: offer-form."""
    try:
        offer = _read_fields(read_signed(data, FORMAT, _FIELDS, LONGEST))
    except FormError:
        raise KeysError("offer-form") from None
    sound = (
        offer.lock in list_suites(dual=offer.dual)[0].locks
        and offer.seal_from < offer.seal_until <= offer.destroy_after
        and offer.maker not in offer.wraps
    )
    if not sound:
        raise KeysError("offer-form")
    return offer


def _read_fields(written: SignedMap) -> LockOffer:
    fields = written.fields
    dual = take_flag(fields["dual"])
    lock = take_text(fields["lock"], 1)
    seal_from, seal_until, destroy_after = (
        take_number(fields[name], 0, MAX_TIME) for name in _TIMES
    )
    return LockOffer(
        take_holder(fields["maker"]),
        take_number(fields["epoch"], 1, LAST_EPOCH),
        lock,
        seal_from,
        seal_until,
        destroy_after,
        take_flag(fields["fallback"]),
        dual,
        _read_publics(fields["publics"], lock, dual=dual),
        {
            take_holder(holder): take_bytes(wrap, WRAP_SIZE)
            for holder, wrap in take_map(fields["wraps"], MAX_HOLDERS).items()
        },
        written,
    )


def _read_publics(value: object, lock: str, *, dual: bool) -> dict[Suite, bytes]:
    """Exactly the suites of such an epoch, each with a key of its length."""
    publics = take_map(value, len(Suite))
    suites = list_suites(dual=dual)
    if set(publics) != {int(suite) for suite in suites}:
        raise FormError
    return {
        suite: take_bytes(
            publics[suite], HYBRID_KEY_SIZE if lock == suite.hybrid_lock else _X25519_KEY_SIZE
        )
        for suite in suites
    }
