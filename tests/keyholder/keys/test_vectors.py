"""spec/vectors/holders/: what holders hand to each other. Python alone runs it."""

from collections import defaultdict
from pathlib import Path

import pytest

from crypto.errors import CryptoError, RecordError
from crypto.locks import check_lock
from crypto.records import read_record
from crypto.wrapping import unwrap_seed, wrap_seed
from keyholder.errors import KeysError
from keyholder.keys.cards import digest_card, read_card
from keyholder.keys.lock_offers import read_offer
from keyholder.keys.wraps import read_wraps
from tests.crypto.vector import FOLDER, Vector, read_vector
from tools.vectors.report_json import from_json

FILES = sorted((FOLDER / "holders").glob("*.txt"))


def run_wrap(vector: Vector) -> None:
    seed = unwrap(vector, vector.payload)
    assert seed == vector.hex("seed")


def run_wrap_write(vector: Vector) -> None:
    wrapped = wrap_seed(
        vector.hex("seed"),
        vector.payload,
        int(vector.field("epoch")),
        vector.field("lock"),
        vector.field("holder"),
    )
    assert unwrap(vector, wrapped) == vector.hex("seed")


def run_card(vector: Vector) -> None:
    card = read_card(vector.payload)
    assert card.holder_id == vector.field("holder")
    assert card.signing_key == vector.hex("signing key")
    assert card.officer_key == vector.hex("officer key")
    assert " ".join(map(str, card.wrap_keys)) == vector.field("epochs")
    assert digest_card(card) == vector.hex("fingerprint")


def run_lock_offer(vector: Vector) -> None:
    offer = read_offer(vector.payload)
    if not offer.is_by(vector.hex("maker key")):
        raise KeysError("offer-stranger")
    assert offer.maker == vector.field("maker")
    assert (str(offer.epoch), offer.lock) == (vector.field("epoch"), vector.field("lock"))
    assert check_lock(vector.hex("seed"), offer.lock, offer.publics)
    assert unwrap(vector, offer.wraps[vector.field("holder")]) == vector.hex("seed")


def run_wraps(vector: Vector) -> None:
    wraps = read_wraps(vector.payload, int(vector.field("epoch")), vector.field("lock"))
    assert wraps == {
        name.removeprefix("wrap "): vector.hex(name)
        for name in vector.fields
        if name.startswith("wrap ")
    }


def run_record(vector: Vector) -> None:
    keys = {vector.field("author"): (vector.hex("key"),)}
    record = read_record(vector.payload, keys)
    assert (str(record.counter), str(record.time)) == (
        vector.field("counter"),
        vector.field("time"),
    )
    assert record.operation == from_json(vector.field("operation"))


def unwrap(vector: Vector, wrapped: bytes) -> bytes:
    return unwrap_seed(
        wrapped,
        vector.hex("wrap seed"),
        int(vector.field("epoch")),
        vector.field("lock"),
        vector.field("holder"),
    )


RUN = {
    "wrap": run_wrap,
    "wrap-write": run_wrap_write,
    "card": run_card,
    "lock-offer": run_lock_offer,
    "wraps": run_wraps,
    "record": run_record,
}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_vector(path: Path) -> None:
    vector = read_vector(path)
    assert find_outcome(vector) == vector.expect


def find_outcome(vector: Vector) -> str:
    """`open`, or the error's code. Results are compared on the way."""
    try:
        RUN[vector.kind](vector)
    except (CryptoError, KeysError) as error:
        return error.code
    return "open"


def test_every_code_of_the_formats_has_one() -> None:
    expected: dict[str, set[str]] = defaultdict(set)
    for path in FILES:
        vector = read_vector(path)
        expected[vector.kind].add(vector.expect)
    assert expected["card"] == {"open", "card-form", "card-signature"}
    assert expected["lock-offer"] == {"open", "offer-form", "offer-stranger"}
    assert expected["wrap"] >= {"open", "wrap-not-opened", "seed-length", "lock-unknown"}
    assert expected["wrap-write"] == {"open", "wrap-key", "seed-length"}
    assert expected["wraps"] >= {"open", "keyring-format", "keyring-field", "keyring-key"}
    assert expected["record"] == {"open", *RecordError.CAUSES}
    assert set(expected) == set(RUN)
