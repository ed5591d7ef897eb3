"""Whom a keyring revokes, read strictly: by rising id, none twice, none who is listed as well."""

import json
from typing import Any

import pytest

from crypto.errors import KeyringError
from crypto.keyring import first
from crypto.revoked import MAX_REVOKED, find_revoked, read_revoked
from tests.keyholder.three_officers import found

LISTED = "0" * 15 + "1"
IDS = [f"{number:016x}" for number in range(2, MAX_REVOKED + 3)]


def write(**fields: Any) -> bytes:
    holders = [{"id": LISTED, "key": "ab" * 32}]
    return json.dumps({"format": "heliograph/holders/v1", "holders": holders, **fields}).encode()


def test_none_where_the_field_is_missing_or_empty() -> None:
    assert read_revoked(write()) == read_revoked(write(revoked=[])) == frozenset()
    held = found()
    assert find_revoked(first(held.root, held.keyring.files)) == frozenset()


def test_as_many_as_there_is_room_for() -> None:
    assert read_revoked(write(revoked=IDS[:MAX_REVOKED])) == frozenset(IDS[:MAX_REVOKED])


@pytest.mark.parametrize(
    ("revoked", "code"),
    [
        (IDS, "keyring-field"),
        (IDS[1::-1], "keyring-field"),
        (IDS[:1] * 2, "keyring-field"),
        ([LISTED], "keyring-field"),
        ("x", "keyring-field"),
        (None, "keyring-field"),
        ([1], "keyring-key"),
        (["0" * 15], "keyring-key"),
        (["A" * 16], "keyring-key"),
    ],
)
def test_refuses(revoked: Any, code: str) -> None:
    with pytest.raises(KeyringError) as caught:
        read_revoked(write(revoked=revoked))
    assert caught.value.code == code


def test_refuses_another_format() -> None:
    with pytest.raises(KeyringError) as caught:
        read_revoked(write(format="heliograph/keyring/v1"))
    assert caught.value.code == "keyring-format"
