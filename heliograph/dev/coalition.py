"""The development coalition: made at first start by running the `keyholder` command.

It protects nobody: its root is marked, its passphrase lies beside it. Everything is under one
folder (`var/dev`), and is there whole or not at all, whenever the machine stops.
"""

import os
import secrets
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crypto.errors import KeyringError
from crypto.keyring import Keyring, first, read_bundle
from heliograph.dev.errors import DevelopmentError
from heliograph.dev.providers import SMS_NUMBER, USSD_CODE
from heliograph.dev.switch import SWITCH, check_development
from heliograph.private_files import write_private

HOME = "keyholder"
_NEW_HOME = ".keyholder-new"
PASSPHRASE = "passphrase"  # noqa: S105 - a file's name
ENV = "env"
# Not `-m`: this works wherever the package can be imported, installed or not.
COMMAND = "from keyholder.command import main; main()"
Run = Callable[[Path, Path, Sequence[str]], None]


@dataclass(frozen=True, slots=True)
class Development:
    """A development coalition on disk. root: its pinned root file. bundle: its newest keyring."""

    folder: Path
    home: Path
    passphrase: Path
    root: Path
    env: Path
    bundle: bytes


def make_environ(home: Path, passphrase: Path) -> dict[str, str]:
    """What a `keyholder` process of this home needs of its environment."""
    return {
        **os.environ,
        SWITCH: "on",
        "KEYHOLDER_HOME": str(home),
        "KEYHOLDER_PASSPHRASE_FILE": str(passphrase),
    }


def run_keyholder(home: Path, passphrase: Path, arguments: Sequence[str]) -> None:
    """Run one `keyholder` command; what it says on standard error is passed on.

    Raises DevelopmentError `development-keyholder`.
    """
    done = subprocess.run(  # noqa: S603 - our own command with our own words
        [sys.executable, "-c", COMMAND, *arguments],
        env=make_environ(home, passphrase),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        raise DevelopmentError(
            "development-keyholder",
            f"`keyholder {arguments[0]}` failed while the development coalition was made.",
            "What it said is above. Mend that and start again: nothing half-made is used.",
        )


def prepare_coalition(
    folder: Path,
    address: str,
    *,
    log_key: str,
    now: int,
    envelopes_stored: bool,
    run: Run = run_keyholder,
) -> Development:
    """The development coalition in `folder`; made at first start, given new epochs when they end.

    address: the service's, on loopback. log_key: what its log signs with. now: Unix seconds.
    envelopes_stored: whether the service's store holds any, which only the keys of their own
    coalition can open.
    Raises DevelopmentError: development-only, development-keys-gone, development-keyholder,
    development-damaged.
    """
    check_development(address, {SWITCH: "on"})
    home, passphrase = folder / HOME, folder / PASSPHRASE
    keyring = _read_keyring(home) if passphrase.is_file() else None
    if keyring is None:
        if envelopes_stored:
            raise _keys_gone()
        _create(folder, address, run)
        keyring = _read_keyring(home)
    if keyring is None:
        raise DevelopmentError(
            "development-damaged",
            "The development coalition was made and cannot be read back.",
            "Check the disk and its free space, then start again.",
        )
    for words in _missing_epochs(keyring, now):
        run(home, passphrase, words)
    if log_key not in keyring.log_keys:  # else no phone could check a receipt
        run(home, passphrase, ["coalition", "change", "--log-key", log_key])
    _write_env(folder, address)
    bundle = _bundle_path(home).read_bytes()
    return Development(folder, home, passphrase, home / "root.json", folder / ENV, bundle)


def _create(folder: Path, address: str, run: Run) -> None:
    """Make a coalition beside its place, then put it there in one step."""
    new, passphrase = folder / _NEW_HOME, folder / PASSPHRASE
    # What is half-made goes first, so that it never meets the new passphrase.
    for old in (folder / HOME, new):
        shutil.rmtree(old, ignore_errors=True)
    write_private(passphrase, secrets.token_urlsafe(32).encode() + b"\n")
    run(new, passphrase, ["init"])
    create = ["coalition", "create", "--development", "--address", address]
    run(new, passphrase, [*create, "--sms-number", SMS_NUMBER, "--ussd-code", USSD_CODE])
    run(new, passphrase, ["epoch", "new", "--alone"])
    run(new, passphrase, ["epoch", "new", "--alone", "--fallback"])
    new.replace(folder / HOME)


def _missing_epochs(keyring: Keyring, now: int) -> list[list[str]]:
    """The `epoch` commands that give the keyring a current epoch and a current fallback."""
    current = [epoch for epoch in keyring.epochs if epoch.seal_from <= now < epoch.seal_until]
    words = []
    if all(epoch.fallback for epoch in current):
        words.append(["epoch", "new", "--alone"])
    if not any(epoch.fallback for epoch in current):
        words.append(["epoch", "new", "--alone", "--fallback"])
    return words


def _bundle_path(home: Path) -> Path:
    return home / "keyring" / "keyring.bundle"


def _read_keyring(home: Path) -> Keyring | None:
    """The coalition's keyring; None where it is not there whole."""
    try:
        return first(
            (home / "root.json").read_bytes(), read_bundle(_bundle_path(home).read_bytes())
        )
    except (OSError, KeyringError):
        return None


def _keys_gone() -> DevelopmentError:
    return DevelopmentError(
        "development-keys-gone",
        "The development coalition is not whole, but the store holds envelopes sealed to it.",
        "Put the folder `dev` back, or move the whole data folder away to start afresh.",
    )


def _write_env(folder: Path, address: str) -> None:
    """The file that a shell reads with `. var/dev/env`: every command then finds this set-up."""
    whole = folder.resolve()
    # Not resolved: a virtual environment's `bin` is where its python link stands.
    commands = Path(sys.executable).absolute().parent
    values = {
        "HELIOGRAPH_DEVELOPMENT": "on",
        "HELIOGRAPH_SERVICE": address,
        "HELIOGRAPH_ROOT_FILE": whole / HOME / "root.json",
        "HELIOGRAPH_OUTBOX": whole / "outbox",
        "HELIOGRAPH_DATA_DIR": whole.parent,
        "KEYHOLDER_SERVICE": address,
        "KEYHOLDER_HOME": whole / HOME,
        "KEYHOLDER_PASSPHRASE_FILE": whole / PASSPHRASE,
    }
    lines = [f"# Type `. {folder / ENV}` in a shell to use the development set-up from it."]
    lines += [f"export {name}={shlex.quote(str(value))}" for name, value in values.items()]
    lines.append(f'export PATH={shlex.quote(str(commands))}:"$PATH"')
    write_private(folder / ENV, "\n".join([*lines, ""]).encode())
