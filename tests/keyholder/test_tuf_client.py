"""An ordinary TUF client (python-tuf's ngclient) over HTTP takes what officers signed together."""

from pathlib import Path

import pytest
import time_machine
from tuf.api.exceptions import ExpiredMetadataError, RepositoryError
from tuf.ngclient import Updater

from crypto.officers import public_key
from keyholder.held import Held
from keyholder.repository import KEYRING_LIFETIME, lay_out_root
from keyholder.signing.proposals import Proposal, add_signatures, propose
from tests.coalition import DAY
from tests.keyholder.conftest import NOW
from tests.keyholder.fake_service import FakeService
from tests.keyholder.three_officers import (
    LATER,
    SEEDS,
    STRANGER,
    alter,
    change,
    found,
    hold,
)


def rotate(before: Held) -> Proposal:
    """The third officer goes, another one comes, two sign."""
    keys = [public_key(seed) for seed in (SEEDS[0], SEEDS[1], STRANGER)]
    root = lay_out_root(2, keys, 2, 2, LATER, False)
    one = propose(before, alter(before), SEEDS[0], LATER, root)
    return add_signatures(before, one, SEEDS[1])


def refresh(service: FakeService, folder: Path, root: bytes, now: int = LATER) -> Updater:
    """A client that begins with this root file and asks the service."""
    folder.mkdir(exist_ok=True)
    with time_machine.travel(now, tick=False):
        base = f"{service.address}/v1/keyring/"
        updater = Updater(str(folder), base, str(folder), base, bootstrap=root)
        updater.refresh()
    return updater


def test_takes_a_fresh_keyring_and_its_files(service: FakeService, tmp_path: Path) -> None:
    held = found()
    service.files = dict(held.keyring.files)
    updater = refresh(service, tmp_path / "client", held.root, NOW)
    for name in ("reporter.json", "holders.json"):
        target = updater.get_targetinfo(name)
        assert target is not None
        assert Path(updater.download_target(target)).read_bytes() in held.keyring.files.values()


def test_goes_over_to_the_next_root(service: FakeService, tmp_path: Path) -> None:
    held = found()
    service.files = dict(held.keyring.files)
    refresh(service, tmp_path / "client", held.root)
    rotated = hold(rotate(held), held)
    service.files = dict(rotated.keyring.files)
    refresh(service, tmp_path / "client", held.root)
    assert (tmp_path / "client" / "root_history" / "2.root.json").is_file()
    after = hold(add_signatures(rotated, change(rotated), STRANGER), rotated)
    service.files = dict(after.keyring.files)
    updater = refresh(service, tmp_path / "client", held.root)
    assert updater.get_targetinfo("reporter.json") is not None


def test_refuses_what_one_officer_signed(service: FakeService, tmp_path: Path) -> None:
    held = found()
    service.files = dict(change(held).keyring.files)
    with pytest.raises(RepositoryError, match="timestamp was signed by 1/2 keys"):
        refresh(service, tmp_path / "client", held.root)


def test_refuses_an_expired_one_as_ours_do_not(service: FakeService, tmp_path: Path) -> None:
    held = found()
    service.files = dict(held.keyring.files)
    with pytest.raises(ExpiredMetadataError):
        refresh(service, tmp_path / "client", held.root, NOW + (KEYRING_LIFETIME + 1) * DAY)
