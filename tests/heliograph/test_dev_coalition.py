"""The development coalition: made once, whole or not at all, given new epochs when they end."""

import os
import shlex
import stat
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from crypto.checkpoints import make_log_signer
from crypto.choosing import sealing_key, warnings
from crypto.keyring import first, read_bundle
from crypto.notes import write_key
from heliograph.dev.coalition import Development, prepare_coalition, run_keyholder
from heliograph.dev.errors import DevelopmentError
from tests.coalition import DAY, NOW, Coalition, make_coalition, make_epoch

ADDRESS = "http://127.0.0.1:8000"
LOG_KEY = "dev.example/log+00000000+AQ"
LINES = "--sms-number +15550100001 --ussd-code *384*555#"


class FakeKeyholder:
    """Runs no process: writes what `keyholder` would. `fail_at`: the command that fails."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.now = NOW
        self.coalition: Coalition | None = None
        self.fail_at = ""

    def __call__(self, home: Path, passphrase: Path, arguments: Sequence[str]) -> None:
        assert passphrase.read_bytes().strip()
        words = " ".join(arguments)
        self.commands.append(words)
        if self.fail_at and words.startswith(self.fail_at):
            raise DevelopmentError("development-keyholder", "It failed.", "Mend it.")
        if words == "init":
            (home / "keyring").mkdir(parents=True)
        elif words.startswith("coalition create"):
            self.coalition = make_coalition(epochs=0, now=self.now)
            (home / "root.json").write_bytes(self.coalition.root)
            self._write(home)
        elif words.startswith("coalition change"):
            assert self.coalition is not None
            self.coalition = self.coalition.next(now=self.now, log_keys=[arguments[-1]])
            self._write(home)
        else:
            assert self.coalition is not None
            epochs = self.coalition.reporter["epochs"]
            fallback = "--fallback" in arguments
            epoch, _ = make_epoch(
                len(epochs) + 1, self.now, days=365 if fallback else 7, fallback=fallback
            )
            self.coalition = self.coalition.next(now=self.now, epochs=[*epochs, epoch])
            self._write(home)

    def _write(self, home: Path) -> None:
        assert self.coalition is not None
        (home / "keyring" / "keyring.bundle").write_bytes(self.coalition.bundle)


@pytest.fixture
def keyholder() -> FakeKeyholder:
    return FakeKeyholder()


def prepare(
    folder: Path, keyholder: FakeKeyholder, *, stored: bool = False, address: str = ADDRESS
) -> Development:
    return prepare_coalition(
        folder,
        address,
        log_key=LOG_KEY,
        now=keyholder.now,
        envelopes_stored=stored,
        run=keyholder,
    )


def test_the_first_start_makes_it(tmp_path: Path, keyholder: FakeKeyholder) -> None:
    made = prepare(tmp_path / "dev", keyholder)
    assert keyholder.commands == [
        "init",
        f"coalition create --development --address {ADDRESS} {LINES}",
        "epoch new --alone",
        "epoch new --alone --fallback",
        f"coalition change --log-key {LOG_KEY}",
    ]
    keyring = first(made.root.read_bytes(), read_bundle(made.bundle))
    assert keyring.development
    assert [epoch.fallback for epoch in keyring.epochs] == [False, True]
    for path in (made.folder / "passphrase", made.env):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_start_changes_nothing(tmp_path: Path, keyholder: FakeKeyholder) -> None:
    before = prepare(tmp_path, keyholder)
    passphrase = (tmp_path / "passphrase").read_bytes()
    keyholder.commands.clear()
    assert prepare(tmp_path, keyholder, stored=True) == before
    assert keyholder.commands == []
    assert (tmp_path / "passphrase").read_bytes() == passphrase


@pytest.mark.parametrize(
    ("days", "commands"),
    [
        (6, []),
        (7, ["epoch new --alone"]),
        (400, ["epoch new --alone", "epoch new --alone --fallback"]),
    ],
)
def test_epochs_that_ran_out_are_followed(
    tmp_path: Path, keyholder: FakeKeyholder, days: int, commands: list[str]
) -> None:
    prepare(tmp_path, keyholder)
    keyholder.commands.clear()
    keyholder.now = NOW + days * DAY
    made = prepare(tmp_path, keyholder, stored=True)
    assert keyholder.commands == commands
    keyring = first(made.root.read_bytes(), read_bundle(made.bundle))
    assert sealing_key(keyring, "app", keyholder.now)
    assert "epoch-past" not in warnings(keyring, "app", keyholder.now)


@pytest.mark.parametrize(
    "at", ["init", "coalition", "epoch new --alone", "epoch new --alone --fallback"]
)
def test_a_start_that_fails_leaves_nothing_half_made(
    tmp_path: Path, keyholder: FakeKeyholder, at: str
) -> None:
    keyholder.fail_at = at
    with pytest.raises(DevelopmentError) as caught:
        prepare(tmp_path, keyholder)
    assert caught.value.code == "development-keyholder"
    keyholder.fail_at = ""
    made = prepare(tmp_path, keyholder)
    assert keyholder.commands[-5:][0] == "init"
    assert len(first(made.root.read_bytes(), read_bundle(made.bundle)).epochs) == 2


@pytest.mark.parametrize(
    "lost", ["passphrase", "keyholder/root.json", "keyholder/keyring/keyring.bundle"]
)
def test_lost_keys_are_made_anew_only_where_nothing_is_stored(
    tmp_path: Path, keyholder: FakeKeyholder, lost: str
) -> None:
    prepare(tmp_path, keyholder)
    (tmp_path / lost).unlink()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DevelopmentError) as caught:
        prepare(tmp_path, keyholder, stored=True)
    assert caught.value.code == "development-keys-gone"
    assert sorted(tmp_path.rglob("*")) == before
    assert prepare(tmp_path, keyholder, stored=False).bundle


def test_a_store_without_its_keys_is_told(tmp_path: Path, keyholder: FakeKeyholder) -> None:
    with pytest.raises(DevelopmentError) as caught:
        prepare(tmp_path, keyholder, stored=True)
    assert caught.value.code == "development-keys-gone"
    assert keyholder.commands == []


def test_a_keyring_that_cannot_be_read_after_making_it_is_told(tmp_path: Path) -> None:
    with pytest.raises(DevelopmentError) as caught:
        prepare_coalition(
            tmp_path,
            ADDRESS,
            log_key=LOG_KEY,
            now=NOW,
            envelopes_stored=False,
            run=lambda home, _passphrase, _words: home.mkdir(exist_ok=True),
        )
    assert caught.value.code == "development-damaged"


@pytest.mark.parametrize("address", ["http://192.0.2.1:8000", "https://service.example", ""])
def test_off_loopback_it_is_refused(tmp_path: Path, keyholder: FakeKeyholder, address: str) -> None:
    with pytest.raises(DevelopmentError) as caught:
        prepare(tmp_path, keyholder, address=address)
    assert caught.value.code == "development-only"
    assert list(tmp_path.iterdir()) == []


def test_the_env_file_serves_a_plain_shell(tmp_path: Path, keyholder: FakeKeyholder) -> None:
    folder = tmp_path / "a folder; with $odd 'signs'" / "dev"
    made = prepare(folder, keyholder)
    done = subprocess.run(
        ["sh", "-uc", f". {shlex.quote(str(made.env))} && env"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    seen = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert seen["HELIOGRAPH_DEVELOPMENT"] == "on"
    assert seen["HELIOGRAPH_SERVICE"] == ADDRESS
    assert Path(seen["HELIOGRAPH_ROOT_FILE"]).read_bytes() == made.root.read_bytes()
    assert seen["HELIOGRAPH_DATA_DIR"] == str(folder.parent)
    assert seen["HELIOGRAPH_OUTBOX"] == str(folder / "outbox")
    assert seen["KEYHOLDER_HOME"] == str(made.home)
    assert Path(seen["KEYHOLDER_PASSPHRASE_FILE"]).is_file()
    assert (Path(seen["PATH"].split(":")[0]) / "python").exists()


def test_with_the_real_keyholder_command(tmp_path: Path) -> None:
    """Everything above with real processes, real keys and a real clock's now."""
    now = int(time.time()) + 600  # an epoch may begin, with a quarter of an hour, while they run
    keys = [write_key(make_log_signer(bytes([number]) * 32).key) for number in (1, 2)]

    def prepare_with(log_key: str, *, stored: bool) -> Development:
        return prepare_coalition(
            tmp_path / "dev", ADDRESS, log_key=log_key, now=now, envelopes_stored=stored
        )

    made = prepare_with(keys[0], stored=False)
    keyring = first(made.root.read_bytes(), read_bundle(made.bundle))
    assert keyring.development
    assert keyring.addresses == (ADDRESS,)
    assert keyring.sms_numbers == ("+15550100001",)
    assert keyring.ussd_codes == ("*384*555#",)
    assert [epoch.fallback for epoch in keyring.epochs] == [False, True]
    assert keyring.log_keys == (keys[0],)
    assert prepare_with(keys[0], stored=True).bundle == made.bundle
    # A store whose log.key was lost signs with another one: the keyring follows.
    again = prepare_with(keys[1], stored=True)
    assert first(made.root.read_bytes(), read_bundle(again.bundle)).log_keys == (keys[1],)


def test_a_keyholder_that_fails_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "short").write_text("x\n")
    with pytest.raises(DevelopmentError) as caught:
        run_keyholder(tmp_path / "home", tmp_path / "short", ["init"])
    assert caught.value.code == "development-keyholder"
    assert "shorter" in capfd.readouterr().err
