"""What a keyring lists as purged: bounds of the list, and what its readers need of a keyring."""

from typing import Any

import pytest

from crypto import keyring as keyrings
from crypto.bundles import MAX_BUNDLE
from crypto.envelope import envelope_id
from crypto.errors import EnvelopeError, KeyringError
from crypto.purged import MAX_PURGED, PURGED, PURGED_FORMAT, Purged, find_purged, read_purged
from crypto.sealed_sms import Part, cut_slices, read_text, write_texts
from tests.coalition import make_coalition, name_target, write_json

IDS = [f"{number:064x}" for number in range(MAX_PURGED + 1)]


def write_list(envelopes: list[str], blobs: list[str], **more: Any) -> bytes:
    return write_json({"format": PURGED_FORMAT, "envelopes": envelopes, "blobs": blobs, **more})


@pytest.mark.parametrize("split", [0, 1, MAX_PURGED])
def test_the_bound_is_on_both_lists_together(split: int) -> None:
    most = IDS[:MAX_PURGED]
    purged = read_purged(write_list(most[:split], most[split:]))
    assert (*purged.envelopes, *purged.blobs) == tuple(map(bytes.fromhex, most))
    with pytest.raises(KeyringError) as caught:
        read_purged(write_list(IDS[:split], IDS[split:]))
    assert caught.value.code == "keyring-field"


def test_the_longest_list_leaves_room_in_the_bundle() -> None:
    data = write_list(IDS[:MAX_PURGED], [])
    assert len(data) < MAX_BUNDLE * 0.27
    assert find_purged(make_coalition(wraps={PURGED: data}).keyring).envelopes


def test_a_keyring_without_a_list_purges_nothing() -> None:
    assert find_purged(make_coalition().keyring) == Purged()


def test_a_list_that_was_left_out_is_no_empty_list() -> None:
    """Whoever carries a keyring must not be able to take the list out of it."""
    data = write_list(IDS[:1], [])
    coalition = make_coalition(wraps={PURGED: data})
    files = dict(coalition.files)
    del files[name_target(PURGED, data)]
    keyring = keyrings.first(coalition.root, files)
    assert keyring.epochs == coalition.keyring.epochs  # sealers need no list
    with pytest.raises(KeyringError) as caught:
        find_purged(keyring)
    assert caught.value.code == "keyring-file-missing"


def test_sealers_leave_a_bad_list_aside() -> None:
    keyring = make_coalition(wraps={PURGED: b"nonsense"}).keyring
    assert keyring.epochs
    with pytest.raises(KeyringError) as caught:
        find_purged(keyring)
    assert caught.value.code == "keyring-json"


@pytest.mark.parametrize("count", range(2, 16))
def test_slices_are_those_of_the_texts(count: int) -> None:
    envelope = b"\x01\x01\x00\x01" + bytes(n % 251 for n in range(114 * count - 4))
    slices = cut_slices(envelope)
    assert b"".join(slices) == envelope
    parts = [read_text(text) for text in write_texts(envelope)]
    assert parts == [
        Part(envelope_id(envelope)[:3], index, count, slice) for index, slice in enumerate(slices)
    ]


def test_what_was_no_parts_has_no_slices() -> None:
    assert cut_slices(b"\x01\x01\x00\x01" + bytes(115)) == []  # one text
    assert cut_slices(b"\x01\x01\x00\x01" + bytes(48 + 512)) == []  # over HTTP
    with pytest.raises(EnvelopeError):
        cut_slices(b"\x01")
