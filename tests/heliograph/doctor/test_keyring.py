"""The coalition's keyring as the doctor sees it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crypto.checkpoints import make_log_signer
from crypto.notes import write_key
from heliograph.doctor.deployment import Deployment
from tests.app.running import LOG_SEED, NOW, PUBLIC, Place
from tests.coalition import make_coalition
from tests.heliograph.doctor.deployments import COALITION, build_deployment, change, find_codes

DAY = 86_400
ALL = ("keyring.root", "keyring.current", "keyring.addresses", "keyring.log-key")
OTHER = write_key(make_log_signer(bytes(32)).key)


@pytest.fixture
def place(sqlite_place: Place) -> Place:
    """One database is enough: nothing here depends on which it is."""
    return sqlite_place


@pytest.mark.parametrize("check", ALL)
def test_a_good_keyring_passes(deployment: Deployment, check: str) -> None:
    assert find_codes(deployment, check) == []


def at(deployment: Deployment, now: int) -> list[str]:
    return find_codes(replace(deployment, now=now), "keyring.current")


def test_what_ends_is_told(deployment: Deployment) -> None:
    assert at(deployment, NOW + DAY) == ["keyring-ends"]
    # three weeks from the day before: the last epoch ends after 20 days
    assert at(deployment, NOW + 18 * DAY) == ["keyring-ends", "epoch-ends"]
    assert at(deployment, NOW + 21 * DAY) == ["keyring-ends", "epoch-fallback-only"]
    assert at(deployment, NOW + 31 * DAY) == ["keyring-past", "epoch-fallback-only"]
    assert at(deployment, NOW + 400 * DAY) == ["keyring-past", "epoch-none"]
    # a clock that is behind reads the keyring by the officers' clock
    assert at(deployment, NOW - 400 * DAY) == []


@pytest.mark.parametrize(
    ("changes", "check", "code"),
    [
        ({"addresses": ["https://other.example"]}, "keyring.addresses", "address-unlisted"),
        ({"log_keys": []}, "keyring.log-key", "log-key-unsigned"),
        ({"log_keys": [OTHER]}, "keyring.log-key", "log-key-unlisted"),
        ({"log_keys": [OTHER, write_key(make_log_signer(LOG_SEED).key)]}, "keyring.log-key", ""),
        (
            {"holders": {"format": "heliograph/holders/v1", "holders": []}},
            "keyring.current",
            "keyring-no-holders",
        ),
        ({"epochs": COALITION.reporter["epochs"][:-1]}, "keyring.current", "epoch-no-fallback"),
    ],
)
def test_what_a_keyring_lacks(place: Place, changes: dict[str, Any], check: str, code: str) -> None:
    deployment = build_deployment(place, COALITION.next(**changes))
    assert find_codes(deployment, check) == ([code] if code else [])
    deployment.close()


def test_a_second_address_that_is_not_listed_is_a_warning(deployment: Deployment) -> None:
    two = change(deployment, public_urls=(PUBLIC, "https://second.example"))
    assert find_codes(two, "keyring.addresses") == ["address-partly-unlisted"]


def test_without_a_keyring(place: Place, deployment: Deployment, tmp_path: Path) -> None:
    fresh = Place(tmp_path / "fresh")
    fresh.folder.mkdir()
    fresh.make_store()
    empty = change(deployment, database_url=None, data_dir=fresh.folder)
    (fresh.folder / "service.db").rename(fresh.folder / "store.db")
    assert find_codes(empty, "keyring.current") == ["keyring-absent"]
    empty.close()


def test_another_root_is_found(deployment: Deployment, tmp_path: Path) -> None:
    root = tmp_path / "other.json"
    root.write_bytes(make_coalition(development=False, now=NOW + 1).root)
    other = change(deployment, root_file=root)
    assert find_codes(other, "keyring.root") == []
    assert find_codes(other, "keyring.current") == ["keyring-refused"]


def test_a_root_that_is_none_is_found(deployment: Deployment, tmp_path: Path) -> None:
    assert find_codes(change(deployment, root_file=None), "keyring.root") == ["root-absent"]
    root = tmp_path / "root-that-is-none"
    assert find_codes(change(deployment, root_file=root), "keyring.root") == ["root-unreadable"]
    root.write_bytes(b"{}")
    assert find_codes(change(deployment, root_file=root), "keyring.root") == ["root-unreadable"]


def test_a_development_root_is_found(deployment: Deployment, tmp_path: Path) -> None:
    root = tmp_path / "development.json"
    root.write_bytes(make_coalition(development=True).root)
    marked = change(deployment, root_file=root)
    assert find_codes(marked, "keyring.root") == ["root-development-refused"]
    switched = change(marked, development=True)
    assert find_codes(switched, "keyring.root") == ["root-development-refused"]
    alone = change(switched, public_urls=("http://127.0.0.1:8000",))
    assert find_codes(alone, "keyring.root") == ["root-development"]
