"""wraps/… in the keyring: read strictly, and made to fit."""

import json
from typing import Any

import pytest

from crypto.errors import KeyringError
from keyholder.errors import KeysError
from keyholder.keys import wraps
from keyholder.keys.lock_offers import read_offer
from keyholder.keys.wraps import describe_wraps, fit_wraps, name_wraps, read_wraps
from keyholder.repository import encode_document
from tests.keyholder.keys.identities import new_card, new_identity, new_offer

MAKER, HOLDER = new_identity(), new_identity()
OFFER = read_offer(new_offer(MAKER, new_card(HOLDER, 5)))
DOCUMENT = describe_wraps(OFFER)


def test_what_is_written_is_read_again() -> None:
    assert read_wraps(encode_document(DOCUMENT), 5, "A") == OFFER.wraps


@pytest.mark.parametrize(
    "changed",
    [
        {"format": "x"},
        {"epoch": 6},
        {"epoch": True},
        {"lock": "B"},
        {"lock": None},
        {"maker": "x"},
        {"maker": None},
        {"wraps": []},
        {"wraps": None},
        {"wraps": {"x": "00" * 1168}},
        {"wraps": {HOLDER.holder_id: 7}},
        {"wraps": {HOLDER.holder_id: "00" * 1167}},
        {"wraps": {HOLDER.holder_id: "0" * 2335 + "G"}},
        {"wraps": {f"{number:016x}": "00" * 1168 for number in range(257)}},
    ],
)
def test_any_other_form_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(KeyringError):
        read_wraps(encode_document({**DOCUMENT, **changed}), 5, "A")


def test_every_cut_is_refused() -> None:
    data = encode_document(DOCUMENT)
    for at in range(len(data)):
        with pytest.raises(KeyringError):
            read_wraps(data[:at], 5, "A")


def lay_out(*epochs: int, due: int = 100, room: int = 1000) -> dict[str, Any]:
    """Documents of epochs that are to be destroyed after `due`, with `room` bytes of wraps each."""
    listed = [{"epoch": epoch, "destroy_after": due + epoch} for epoch in epochs]
    files = {name_wraps(epoch, "A"): {"wraps": {"x": "0" * room}} for epoch in epochs}
    return {"reporter.json": {"epochs": listed}, "wraps/other.json": {}, **files}


def list_epochs(documents: dict[str, Any]) -> list[int]:
    return [epoch for epoch in range(300) if name_wraps(epoch, "A") in documents]


def test_wraps_of_epochs_that_are_due_or_gone_leave_without_a_word() -> None:
    documents = lay_out(1, 2, 3, 4)
    documents["reporter.json"]["epochs"] = documents["reporter.json"]["epochs"][1:]
    assert fit_wraps(documents, 4, 102) == []
    assert list_epochs(documents) == [3, 4]
    assert "wraps/other.json" in documents


def test_the_oldest_leave_when_there_is_no_more_room() -> None:
    documents = lay_out(1, 2, 3, 4, room=wraps.ROOM // 3)
    assert fit_wraps(documents, 4, 0) == [1, 2]
    assert list_epochs(documents) == [3, 4]
    assert sum(len(json.dumps(one)) for one in documents.values()) < wraps.ROOM


def test_more_files_than_a_reader_fetches_are_not_signed() -> None:
    documents = lay_out(*range(1, wraps.MOST + 3), room=1)
    assert fit_wraps(documents, wraps.MOST + 2, 0) == [1, 2]


@pytest.mark.parametrize("others", [(), (1,)])
def test_wraps_that_never_fit_are_refused(others: tuple[int, ...]) -> None:
    documents = lay_out(*others, 5, room=wraps.ROOM)
    with pytest.raises(KeysError) as caught:
        fit_wraps(documents, 5, 0)
    assert caught.value.code == "wraps-full"
