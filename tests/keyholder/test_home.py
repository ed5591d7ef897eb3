"""Homes, vaults and files that cannot be used are said so, and nothing is lost by trying."""

from pathlib import Path

import cbor2
import pytest

from crypto import passphrase
from keyholder import vault
from keyholder.errors import HomeError
from keyholder.home import Home, hold, locate, prepare
from keyholder.moments import read_day, show_moment, write_day, write_moment
from tests.keyholder.conftest import PASSPHRASE, DeskForTests

COST = passphrase.Cost(passes=1, memory=8)


def test_a_home_is_named_or_this_persons_own(tmp_path: Path) -> None:
    assert locate(tmp_path).folder == tmp_path
    assert locate(None).folder.name == "keyholder"


def test_a_home_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    for use in (lambda: prepare(Home(file)), lambda: hold(Home(file)).__enter__()):
        with pytest.raises(HomeError) as caught:
            use()
        assert caught.value.code == "home-unwritable"


def test_a_lock_that_is_a_folder_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "home.lock").mkdir()
    with pytest.raises(HomeError) as caught, hold(Home(tmp_path)):
        raise AssertionError
    assert caught.value.code == "home-unwritable"


def test_an_open_home_is_closed_to_others(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    prepare(Home(tmp_path))
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_an_identity_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    home.identity.mkdir()
    monkeypatch.setattr(vault, "refuse_existing", lambda _home: None)
    with pytest.raises(HomeError) as caught:
        vault.create(home, PASSPHRASE, COST)
    assert caught.value.code == "home-unwritable"


@pytest.mark.parametrize("content", [{"format": "other"}, [], {}, 7, {"format": None}])
def test_a_vault_of_another_format_is_refused(tmp_path: Path, content: object) -> None:
    home = Home(tmp_path)
    identity = vault.create(home, PASSPHRASE, COST)
    data = cbor2.dumps(content)
    home.seeds.write_bytes(passphrase.lock_with_key(identity.seeds_key, data))
    home.identity.write_bytes(passphrase.lock(PASSPHRASE, data, cost=COST))
    for use in (
        lambda: vault.read_seeds(home, identity),
        lambda: vault.unlock(home, PASSPHRASE),
    ):
        with pytest.raises(HomeError) as caught:
            use()
        assert caught.value.code == "vault-damaged"


def test_secrets_do_not_show(tmp_path: Path) -> None:
    identity = vault.create(Home(tmp_path), PASSPHRASE, COST)
    seed = vault.Seed(1, "A", b"s" * 32)
    assert identity.signing_seed.hex() not in repr(identity)
    assert repr(identity) == f"Identity(holder_id='{identity.holder_id}')"
    assert "sss" not in repr(seed)


def test_a_keyring_that_cannot_be_written_is_said_so(coalition: DeskForTests) -> None:
    folder = coalition.home.keyring.parent
    before = coalition.home.keyring.read_bytes()
    coalition.home.keyring.unlink()
    coalition.home.keyring.mkdir()
    assert "damaged" in coalition.run("coalition", "show").err
    coalition.home.keyring.rmdir()
    (folder / "keyring.bundle").write_bytes(before)
    coalition.done("coalition", "show")


def test_moments() -> None:
    assert write_day(0) == "1970-01-01"
    assert write_day(0xFFFF) == "2149-06-06"
    assert write_moment(253_402_300_799) == "9999-12-31T23:59:59Z"
    assert write_moment(253_402_300_800) == "@253402300800"
    assert show_moment(-900) == "@-900"
    assert show_moment(1_790_000_100, "day") == "2026-09-21"
    assert show_moment(1_790_000_100, "about") == "~2026-09-21"
    assert show_moment(1_789_970_400, "part") == "2026-09-21 06-12"
    assert show_moment(1_790_000_100, "hour") == "2026-09-21 14:15"
    assert read_day("1970-01-02") == 86_400


def test_a_lock_that_cannot_be_taken_is_not_always_another_command(tmp_path: Path) -> None:
    """As on a full disk: waiting for another command would not help."""
    home = Home(tmp_path / "home")
    with hold(home), pytest.raises(HomeError) as busy, hold(home):
        pass
    assert busy.value.code == "home-busy"
    (home.folder / "home.lock").write_bytes(b"no database" * 100)
    with pytest.raises(HomeError) as spoiled, hold(home):
        pass
    assert spoiled.value.code == "home-unwritable"
