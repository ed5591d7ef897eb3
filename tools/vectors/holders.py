"""Wraps, cards, lock offers and files of wraps: what holders hand to each other (spec/holders-v1).

They stand in a folder of their own, which Python alone runs: no phone reads them.
"""

from collections.abc import Iterator
from dataclasses import replace

import cbor2

from crypto.attestations import attest
from crypto.locks import derive_lock
from crypto.officers import public_key
from crypto.wrapping import wrap_public_key
from keyholder.keys import cards, lock_offers, wraps
from keyholder.keys.cards import digest_card, make_card, read_card
from keyholder.keys.lock_offers import LockOffer, list_suites, read_offer, write_offer
from keyholder.repository import encode_document
from keyholder.vault import Identity, WrapKey
from tools.vectors.boxes import HybridBoxes
from tools.vectors.case import Case
from tools.vectors.keys import EPOCH, SEEDS, WRONG_SEED, make_seed

_LABEL = b"heliograph/wrap/v1"
_LAST = 0xFFFF


def _make_identity(word: str) -> Identity:
    holder = make_seed(f"{word} id")[:8].hex()
    return Identity(holder, *(make_seed(f"{word} {key}") for key in ("signing", "officer", "", "")))


MAKER, HOLDER = _make_identity("maker"), _make_identity("holder")
WRAP_SEED = make_seed("one-time key")
_KEY = wrap_public_key(WRAP_SEED)


def make_holders(boxes: HybridBoxes) -> Iterator[Case]:
    """Every vector of the folder."""
    for case in (
        *_make_wraps(boxes),
        *_make_writings(),
        *_make_cards(),
        *_make_offers(boxes),
        *_make_documents(boxes),
    ):
        yield replace(case, name=f"holders/{case.name}")


def wrap_info(epoch: int = EPOCH, lock: str = "A", holder: str = HOLDER.holder_id) -> bytes:
    """HPKE's info for a wrap."""
    return _LABEL + epoch.to_bytes(2, "big") + lock.encode() + bytes.fromhex(holder)


def _seal(boxes: HybridBoxes, name: str, info: bytes, seed: bytes = SEEDS["A"]) -> bytes:
    return boxes.seal(f"holders/{name}", seed, _KEY, info)


def _describe(**changed: str) -> list[tuple[str, str]]:
    fields = {
        "epoch": str(EPOCH),
        "lock": "A",
        "holder": HOLDER.holder_id,
        "wrap seed": WRAP_SEED.hex(),
        "seed": SEEDS["A"].hex(),
    }
    return list({**fields, **changed}.items())


def _make_wraps(boxes: HybridBoxes) -> Iterator[Case]:
    box = _seal(boxes, "wrap", wrap_info())
    yield Case("wrap", "open", "a seed for one holder", "wrap", _describe(), box)
    for epoch, lock in ((0, "A"), (_LAST, "B")):
        sealed = _seal(boxes, f"wrap-{epoch}", wrap_info(epoch, lock))
        fields = _describe(epoch=str(epoch), lock=lock)
        yield Case(f"wrap-{epoch}", "open", "an epoch at the edge", "wrap", fields, sealed)
    for name, comment, changed in (
        ("epoch", "for another epoch", {"epoch": str(EPOCH + 1)}),
        ("lock", "for the other lock", {"lock": "B"}),
        ("holder", "for another holder", {"holder": MAKER.holder_id}),
        ("key", "to another one-time key", {"wrap seed": WRONG_SEED.hex()}),
    ):
        yield Case(
            f"wrap-other-{name}", "wrap-not-opened", comment, "wrap", _describe(**changed), box
        )
    for name, data in (
        ("first", bytes((box[0] ^ 1,)) + box[1:]),
        ("last", box[:-1] + bytes((box[-1] ^ 1,))),
        ("cut", box[:-1]),
        ("longer", box + b"\0"),
        ("empty", b""),
    ):
        yield Case(
            f"wrap-changed-{name}", "wrap-not-opened", "not as sealed", "wrap", _describe(), data
        )
    bare = _seal(boxes, "wrap-no-info", b"")
    yield Case("wrap-no-info", "wrap-not-opened", "bound to nothing", "wrap", _describe(), bare)
    for size in (31, 33):
        sealed = _seal(boxes, f"wrap-{size}", wrap_info(), bytes(size))
        comment = f"it holds {size} bytes"
        yield Case(f"wrap-seed-{size}", "seed-length", comment, "wrap", _describe(), sealed)
    for name, code, changed in (
        ("key-short", "seed-length", {"wrap seed": WRAP_SEED.hex()[2:]}),
        ("lock-c", "lock-unknown", {"lock": "C"}),
        ("holder-capitals", "wrap-holder", {"holder": "00112233AABBCCDD"}),
        ("holder-short", "wrap-holder", {"holder": "00112233aabbcc"}),
    ):
        yield Case(f"wrap-{name}", code, "asked for wrongly", "wrap", _describe(**changed), box)


def _make_writings() -> Iterator[Case]:
    yield Case("wrap-write", "open", "wrap, then unwrap", "wrap-write", _describe(), _KEY)
    for name, key in (
        ("short", _KEY[:-1]),
        ("low-order", _KEY[:-32] + bytes(32)),
        ("mlkem", b"\xff" * 1184 + _KEY[-32:]),
    ):
        comment = "no valid public key"
        yield Case(f"wrap-write-{name}", "wrap-key", comment, "wrap-write", _describe(), key)
    short = _describe(seed=SEEDS["A"].hex()[2:])
    yield Case("wrap-write-seed", "seed-length", "a seed of 31 bytes", "wrap-write", short, _KEY)


def _sign_again(data: bytes, label: str, seed: bytes, **changed: object) -> bytes:
    """The same map with other fields and a true signature; None takes a field out."""
    content = {**cbor2.loads(data), **changed}
    content = {name: value for name, value in content.items() if value is not None}
    content.pop("signature")
    signature = attest(label, cbor2.dumps(content, canonical=True), seed)
    return cbor2.dumps({**content, "signature": signature}, canonical=True)


def _make_cards() -> Iterator[Case]:
    keys = tuple(WrapKey(epoch, make_seed(f"one-time {epoch}")) for epoch in (EPOCH, 8, 300))
    whole, empty = make_card(HOLDER, keys), make_card(HOLDER, ())
    for name, data in (("card", whole), ("card-no-keys", empty)):
        card = read_card(data)
        fields = [
            ("holder", card.holder_id),
            ("signing key", card.signing_key.hex()),
            ("officer key", card.officer_key.hex()),
            ("epochs", " ".join(map(str, card.wrap_keys))),
            ("fingerprint", digest_card(card).hex()),
        ]
        yield Case(name, "open", "a holder's public keys", "card", fields, data)
    own = HOLDER.signing_seed
    for name, data in (
        ("other-key", _sign_again(empty, cards.FORMAT, MAKER.signing_seed)),
        ("other-label", _sign_again(empty, lock_offers.FORMAT, own)),
        ("other-holder", empty.replace(bytes.fromhex(HOLDER.holder_id), bytes(8))),
    ):
        yield Case(f"card-{name}", "card-signature", "signed otherwise", "card", (), data)
    for name, comment, changed in (
        ("format", "another format", {"format": "heliograph/card/v2"}),
        ("missing", "a field is missing", {"officer": None}),
        ("more", "a field too many", {"name": "x"}),
        ("holder-text", "the id is a text", {"holder": HOLDER.holder_id}),
        ("key-short", "a key of 31 bytes", {"signing": bytes(31)}),
        ("wrap-short", "a one-time key of 1,215 bytes", {"wrap_keys": {1: bytes(1215)}}),
        ("epoch-above", "an epoch above 65535", {"wrap_keys": {65_536: bytes(1216)}}),
        ("epoch-negative", "an epoch below 0", {"wrap_keys": {-1: bytes(1216)}}),
        ("list", "one-time keys as a list", {"wrap_keys": []}),
    ):
        data = _sign_again(empty, cards.FORMAT, own, **changed)
        yield Case(f"card-{name}", "card-form", comment, "card", (), data)
    for name, comment, data in (
        ("unsigned", "no signature", _drop_signature(empty)),
        ("cut", "the last byte is missing", empty[:-1]),
        ("trailing", "a byte behind the end", empty + b"\0"),
        ("order", "keys in another order", _turn_round(empty)),
        ("tag", "a tag around it", b"\xc1" + empty),
        ("empty", "nothing", b""),
    ):
        yield Case(f"card-{name}", "card-form", comment, "card", (), data)


def _drop_signature(data: bytes) -> bytes:
    content = cbor2.loads(data)
    del content["signature"]
    return cbor2.dumps(content, canonical=True)


def _turn_round(data: bytes) -> bytes:
    return cbor2.dumps(dict(reversed(cbor2.loads(data).items())))


def _offer_lock(boxes: HybridBoxes, lock: str, *, dual: bool) -> LockOffer:
    seed = SEEDS[lock]
    name = f"offer-{lock}-{dual}"
    return LockOffer(
        MAKER.holder_id,
        EPOCH,
        lock,
        1_789_913_700,
        1_790_518_500,
        1_798_294_500,
        False,
        dual,
        {suite: derive_lock(seed, suite, lock).public for suite in list_suites(dual=dual)},
        {HOLDER.holder_id: _seal(boxes, name, wrap_info(lock=lock), seed)},
    )


def _make_offers(boxes: HybridBoxes) -> Iterator[Case]:
    key = [("maker key", public_key(MAKER.signing_seed).hex())]
    written = {}
    for lock, dual in (("A", False), ("A", True), ("B", True)):
        name = f"offer-{lock.lower()}-{'dual' if dual else 'single'}"
        offer = _offer_lock(boxes, lock, dual=dual)
        written[name] = write_offer(offer, MAKER)
        fields = [
            *key,
            ("maker", offer.maker),
            ("epoch", str(offer.epoch)),
            ("lock", lock),
            ("seed", SEEDS[lock].hex()),
            ("wrap seed", WRAP_SEED.hex()),
            ("holder", HOLDER.holder_id),
        ]
        yield Case(name, "open", "one lock of an epoch", "lock-offer", fields, written[name])
    data, own = written["offer-b-dual"], MAKER.signing_seed
    for name, comment, other in (
        ("other-key", "signed by another key", HOLDER.signing_seed),
        ("other-label", "signed as a card is", None),
    ):
        label = cards.FORMAT if other is None else lock_offers.FORMAT
        forged = _sign_again(data, label, other or own)
        yield Case(f"offer-{name}", "offer-stranger", comment, "lock-offer", key, forged)
    for name, comment, changed in (
        ("format", "another format", {"format": "heliograph/lock-offer/v2"}),
        ("missing", "no maker", {"maker": None}),
        ("more", "a field too many", {"name": "x"}),
        ("lock-c", "a lock C", {"lock": "C"}),
        ("lock-b-single", "lock B of an epoch with one lock", {"dual": False}),
        ("dual-number", "dual is a number", {"dual": 1}),
        ("epoch-zero", "epoch 0 is never offered", {"epoch": 0}),
        ("epoch-true", "the epoch is true", {"epoch": True}),
        ("backwards", "it ends as it begins", {"seal_until": 1_789_913_700}),
        ("destroyed", "destroyed before it ends", {"destroy_after": 1_790_518_499}),
        ("time-late", "a time beyond 2^40", {"destroy_after": (1 << 40) + 1}),
        ("suite-missing", "one suite alone", {"publics": {17: bytes(32)}}),
        ("suite-single", "suites of one lock", {"publics": {1: bytes(32), 2: bytes(1216)}}),
        (
            "key-short",
            "a key of another suite's length",
            {"publics": {17: bytes(32), 18: bytes(32)}},
        ),
        ("wrap-short", "a wrap of 1,167 bytes", {"wraps": {bytes(8): bytes(1167)}}),
        (
            "own-wrap",
            "a wrap for the maker",
            {"wraps": {bytes.fromhex(MAKER.holder_id): bytes(1168)}},
        ),
    ):
        changed_data = _sign_again(data, lock_offers.FORMAT, own, **changed)
        yield Case(f"offer-{name}", "offer-form", comment, "lock-offer", key, changed_data)
    for name, cut in (("cut", data[:-1]), ("trailing", data + b"\0"), ("order", _turn_round(data))):
        yield Case(f"offer-{name}", "offer-form", "another form", "lock-offer", key, cut)


def _make_documents(boxes: HybridBoxes) -> Iterator[Case]:
    offer = read_offer(write_offer(_offer_lock(boxes, "A", dual=True), MAKER))
    document = wraps.describe_wraps(offer)
    asked = [("epoch", str(EPOCH)), ("lock", "A")]
    fields = [*asked, *((f"wrap {holder}", wrap.hex()) for holder, wrap in offer.wraps.items())]
    yield Case("wraps", "open", "a file of wraps", "wraps", fields, encode_document(document))
    short = {HOLDER.holder_id: "00" * 1167}
    for name, code, changed in (
        ("format", "keyring-format", {"format": "heliograph/wraps/v2"}),
        ("epoch", "keyring-field", {"epoch": EPOCH + 1}),
        ("epoch-text", "keyring-field", {"epoch": str(EPOCH)}),
        ("lock", "keyring-field", {"lock": "B"}),
        ("maker", "keyring-key", {"maker": "x"}),
        ("list", "keyring-field", {"wraps": []}),
        ("short", "keyring-key", {"wraps": short}),
        ("number", "keyring-key", {"wraps": {HOLDER.holder_id: 0}}),
        ("holder", "keyring-key", {"wraps": {HOLDER.holder_id.upper(): "00" * 1168}}),
    ):
        data = encode_document({**document, **changed})
        yield Case(f"wraps-{name}", code, "another form", "wraps", asked, data)
    twice = encode_document(document).replace(b'"lock":"A"', b'"lock":"A","lock":"A"')
    yield Case("wraps-twice", "keyring-json", "a name twice", "wraps", asked, twice)
