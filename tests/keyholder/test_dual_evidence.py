"""Evidence of a coalition with two locks, from the phone to the court."""

from pathlib import Path

import pytest

from crypto.checkpoints import make_log_signer
from crypto.notes import write_key
from tests.keyholder.bundles import make_bundle
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.dual_control import Pair, found_pair
from tests.keyholder.fake_service import FakeService


@pytest.fixture
def pair(tmp_path: Path, capsys: pytest.CaptureFixture[str], service: FakeService) -> Pair:
    """Both homes have synced three reports; a file of peeled boxes lies beside them."""
    pair = found_pair(tmp_path, capsys)
    log_key = write_key(make_log_signer(service.log_seed).key)
    pair.publish(pair.coalition.next(log_keys=[log_key], addresses=[service.address]))
    service.root, service.files = pair.coalition.root, dict(pair.coalition.keyring.files)
    service.store(*pair.seal("first", "second", "third"))
    for desk in (pair.outer, pair.inner):
        desk.done("sync")
    pair.outer.done("peel", "--output", tmp_path / "peeled")
    return pair


def test_both_locks_make_evidence_that_needs_none_to_be_checked(pair: Pair, tmp_path: Path) -> None:
    peeled = ("--peeled", tmp_path / "peeled")
    listed = pair.inner.done("list", *peeled, "--json").json["reports"]
    ids = [one["id"] for one in listed]
    file = make_bundle(pair.inner, "case.zip", *ids, *peeled)
    stranger = DeskForTests(tmp_path / "court", pair.inner.capture)
    told = stranger.done("verify-bundle", file, "--root", pair.inner.home.root, "--json").json
    assert told["whole"] is True
    assert (told["envelopes"], told["proven"], told["opened"]) == (3, 3, 3)
    opened = pair.inner.done("verify-bundle", file, "--open", *peeled, "--json").json["reopened"]
    assert opened == 3
    # Either lock alone opens none of them again.
    for desk, words in ((pair.inner, ()), (pair.outer, ()), (pair.outer, peeled)):
        alone = desk.done("verify-bundle", file, "--open", *words, "--json").json
        assert (alone["whole"], alone["reopened"]) == (True, 0)
    pair.outer.done("custody", file, "received", "--by", "the holder of lock B")
    told = stranger.done("verify-bundle", file, "--root", pair.inner.home.root, "--json").json
    assert told["whole"] is True
    assert len({one["holder"] for one in told["custody"]}) == 2


def test_without_what_was_peeled_the_originals_alone_are_evidence(
    pair: Pair, tmp_path: Path, service: FakeService
) -> None:
    ids = [item[1][7:].hex() for item in service.items]
    file = make_bundle(pair.inner, "sealed.zip", *ids)
    told = pair.inner.done("verify-bundle", file, "--json").json
    assert (told["proven"], told["opened"], told["whole"]) == (3, 0, True)
