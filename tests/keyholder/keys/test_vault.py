"""The vault: old files, cuts at every size, wrong passphrases, and what an old copy gives."""

from pathlib import Path

import cbor2
import pytest

from crypto import passphrase
from crypto.errors import PassphraseError
from keyholder import vault
from keyholder.errors import HomeError
from keyholder.home import Home
from keyholder.vault import Secrets, Seed, WrapKey
from tests.keyholder.conftest import PASSPHRASE
from tests.keyholder.homes import write_seeds
from tests.keyholder.keys.conftest import Desks

COST = passphrase.Cost(passes=1, memory=8)
HELD = Secrets((Seed(1, "A", b"s" * 32), Seed(2, "B", b"t" * 32)), (WrapKey(2, b"w" * 32),))
OTHER = "another passphrase"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A vault with two seeds and a one-time key."""
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    identity = vault.create(home, PASSPHRASE, COST)
    vault.write_secrets(home, identity, HELD)
    return home


def read(home: Home, words: str = PASSPHRASE) -> Secrets:
    return vault.read_secrets(home, vault.unlock(home, words))


def test_what_is_written_is_read_again(home: Home) -> None:
    assert read(home) == HELD
    assert "www" not in repr(HELD)
    assert vault.read_seeds(home, vault.unlock(home, PASSPHRASE)) == HELD.seeds


def test_writing_seeds_keeps_the_one_time_keys(home: Home) -> None:
    write_seeds(home, vault.unlock(home, PASSPHRASE), HELD.seeds[:1])
    assert read(home) == Secrets(HELD.seeds[:1], HELD.wrap_keys)


def test_a_vault_of_the_first_version_is_read_and_outlives_its_renewal(home: Home) -> None:
    """One key then, for seeds.box alone; no one-time keys."""
    key = bytes(range(32))
    old = {
        "format": "heliograph/identity/v1",
        "holder": "0011223344556677",
        "signing": bytes(32),
        "officer": bytes(32),
        "vault": key,
    }
    seeds = {
        "format": "heliograph/seeds/v1",
        "seeds": [{"epoch": 1, "lock": "A", "seed": b"s" * 32}],
    }
    home.identity.write_bytes(
        passphrase.lock(PASSPHRASE, cbor2.dumps(old, canonical=True), cost=COST)
    )
    old_seeds = passphrase.lock_with_key(key, cbor2.dumps(seeds, canonical=True))
    home.seeds.write_bytes(old_seeds)
    identity = vault.unlock(home, PASSPHRASE)
    assert identity.holder_id == "0011223344556677"
    assert read(home) == Secrets(HELD.seeds[:1])
    kept = vault.derive_store_key(identity, "kept")
    vault.renew(home, identity, read(home), PASSPHRASE, COST)
    newer = vault.unlock(home, PASSPHRASE)
    assert vault.derive_store_key(newer, "kept") == kept
    assert read(home) == Secrets(HELD.seeds[:1])
    home.seeds.write_bytes(old_seeds)
    with pytest.raises(HomeError):
        read(home)
    with pytest.raises(PassphraseError):
        passphrase.unlock_with_key(newer.vault_key, old_seeds)


@pytest.mark.parametrize("name", ["identity.box", "seeds.box"])
def test_a_file_that_is_cut_off_anywhere_is_said_so(home: Home, name: str) -> None:
    file = home.folder / name
    whole = file.read_bytes()
    for size in range(len(whole)):
        file.write_bytes(whole[:size])
        with pytest.raises(HomeError) as caught:
            read(home)
        assert caught.value.code == "vault-damaged", size
    file.write_bytes(whole + b"\0")
    with pytest.raises(HomeError):
        read(home)
    file.write_bytes(whole)
    assert read(home) == HELD


def test_a_changed_bit_is_never_read(home: Home) -> None:
    for file in (home.identity, home.seeds):
        whole = file.read_bytes()
        for at in range(len(whole)):
            if at in range(1, 9) and file == home.identity:
                continue  # the cost of Argon2id: authenticated as the rest, and may take a minute
            file.write_bytes(whole[:at] + bytes((whole[at] ^ 1 << at % 8,)) + whole[at + 1 :])
            with pytest.raises((HomeError, PassphraseError)):
                read(home)
        file.write_bytes(whole)


def test_a_wrong_passphrase_is_no_damage(home: Home) -> None:
    with pytest.raises(PassphraseError) as caught:
        vault.unlock(home, OTHER)
    assert caught.value.code == "passphrase-wrong"


def test_an_old_seeds_box_opens_with_the_old_identity_alone(home: Home) -> None:
    old_identity, old_seeds = home.identity.read_bytes(), home.seeds.read_bytes()
    left = Secrets(HELD.seeds[1:], HELD.wrap_keys)
    vault.renew(home, vault.unlock(home, PASSPHRASE), left, PASSPHRASE, COST)
    assert read(home) == left
    new_seeds = home.seeds.read_bytes()
    home.seeds.write_bytes(old_seeds)
    with pytest.raises(HomeError):
        read(home)
    home.identity.write_bytes(old_identity)
    assert read(home) == HELD  # which is why copies of both are to be deleted
    home.seeds.write_bytes(new_seeds)
    with pytest.raises(HomeError):
        read(home)


@pytest.mark.parametrize("step", range(4))
def test_a_renewal_that_is_cut_off_leaves_the_old_vault_or_the_new_one(
    home: Home, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each write and the last rename fails in its turn; what is then read is whole."""
    left = Secrets(HELD.seeds[1:])
    identity = vault.unlock(home, PASSPHRASE)
    writes = 0
    true_write, true_replace = vault.write_whole, Path.replace

    def write(path: Path, chunks: list[bytes]) -> None:
        nonlocal writes
        if writes == step:
            raise OSError(28, "no space")
        writes += 1
        true_write(path, chunks)

    def replace(path: Path, target: Path) -> Path:
        if step == 2 and path == home.seeds_next:
            raise OSError(5, "no disk")
        return true_replace(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(vault, "write_whole", write)
        patched.setattr(Path, "replace", replace)
        if step < 3:
            with pytest.raises(HomeError) as caught:
                vault.renew(home, identity, left, OTHER, COST)
            assert caught.value.code == "home-unwritable"
        else:
            vault.renew(home, identity, left, OTHER, COST)
    if step < 2:
        assert read(home) == HELD
        vault.renew(home, identity, left, OTHER, COST)
    assert read(home, OTHER) == left
    # whatever is written next takes the place of what was left over
    vault.write_secrets(home, vault.unlock(home, OTHER), Secrets())
    assert read(home, OTHER) == Secrets()
    assert not home.seeds_next.exists()


def test_leftovers_that_are_damaged_are_no_vault(home: Home) -> None:
    home.seeds_next.write_bytes(home.seeds.read_bytes()[:-1])
    home.seeds.unlink()
    with pytest.raises(HomeError) as caught:
        read(home)
    assert caught.value.code == "vault-damaged"


def test_leftovers_that_cannot_go_are_said_so(home: Home) -> None:
    home.seeds_next.mkdir()
    with pytest.raises(HomeError) as caught:
        vault.write_secrets(home, vault.unlock(home, PASSPHRASE), HELD)
    assert caught.value.code == "home-unwritable"


class TestPassphrase:
    def test_is_changed_and_the_keys_stay(self, desks: Desks, tmp_path: Path) -> None:
        ada = desks["ada"]
        before = vault.unlock(ada.home, PASSPHRASE)
        file = tmp_path / "new"
        file.write_text(OTHER, encoding="utf-8")
        assert ada.done("passphrase", "--new-file", file, "--json").json == {"changed": True}
        after = vault.unlock(ada.home, OTHER)
        assert (after.holder_id, after.signing_seed) == (before.holder_id, before.signing_seed)
        assert after.vault_key == before.vault_key
        assert after.seeds_key != before.seeds_key
        assert "passphrase is wrong" in ada.run("open").err
        assert len(vault.read_secrets(ada.home, after).wrap_keys) == 6

    def test_is_asked_for_twice(self, desks: Desks) -> None:
        ada = desks["ada"]
        ada.by_file = False
        ada.answers = [PASSPHRASE, OTHER, "something else"]
        assert "differ" in ada.run("passphrase").err
        ada.answers = ["wrong passphrase"]
        assert "passphrase is wrong" in ada.run("passphrase").err
        ada.answers = [PASSPHRASE, OTHER, OTHER]
        assert "is changed" in ada.done("passphrase").out
        assert vault.unlock(ada.home, OTHER)
