"""Which keyring to seal with: the newest that can be had and that the pinned root vouches for.

The last good one stays in the outbox folder, so that one can seal where there is no network.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2

from crypto.bundles import MAX_BUNDLE
from crypto.errors import KeyringError
from crypto.keyring import Keyring, first, read_bundle, successor, write_bundle
from heliograph import outbox
from heliograph.report.errors import ReportCommandError

KEPT = "keyring.bundle"
PATH = "/v1/keyring"
Fetch = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Found:
    """keyring: what to seal with. doubt: why no newer one was taken (a code), or None."""

    keyring: Keyring
    doubt: str | None = None


def read_root(path: Path | None) -> bytes:
    """The pinned root file's bytes. ReportCommandError `root-missing`."""
    try:
        if path is not None:
            return path.read_bytes()
    except OSError:
        pass
    raise ReportCommandError(
        "root-missing",
        "There is no readable root file, so no keyring can be trusted.",
        "Give the coalition's root file with --root or HELIOGRAPH_ROOT_FILE.",
    )


def find_keyring(folder: Path, root: bytes, fetch: Fetch | None) -> Found:
    """The keyring to seal with. `fetch` gets the newest keyring's bundle; None: from nowhere.

    What was refused or could not be had leaves the last good one in use, and is told as a doubt.
    Raises ReportCommandError: keyring-missing, outbox-of-another-coalition; KeyringError where
    there is no good one and the one that came is refused.
    """
    kept = read_kept(folder, root)
    if fetch is None:
        return Found(_need(kept))
    try:
        files = read_bundle(fetch())
        newest = successor(kept, files) if kept else first(root, files)
    except httpx2.HTTPError:
        return Found(_need(kept), "network-down")
    except (KeyringError, ReportCommandError) as error:
        if kept is None:
            raise
        return Found(kept, error.code)
    if kept is None or newest.files != kept.files:
        _keep(folder, newest)
    return Found(newest)


def read_kept(folder: Path, root: bytes) -> Keyring | None:
    """The last good keyring, if there is one.

    Raises ReportCommandError `outbox-of-another-coalition` where envelopes wait that were sealed
    under another root: sent to the wrong service they would be deleted here and never opened.
    """
    try:
        return first(root, read_bundle((folder / KEPT).read_bytes()))
    except OSError:
        return None
    except KeyringError:
        if not outbox.waiting(folder):
            return None
    raise ReportCommandError(
        "outbox-of-another-coalition",
        "The outbox holds envelopes that were sealed under another root file.",
        "Give that root file, or name another folder with --outbox.",
    )


def fetch_bundle(client: httpx2.Client) -> bytes:
    """The service's keyring, not yet judged. Raises httpx2.HTTPError, ReportCommandError
    `keyring-answer`."""
    data = bytearray()
    with client.stream("GET", PATH) as answer:
        if answer.status_code != httpx2.codes.OK:
            raise ReportCommandError(
                "keyring-answer",
                "The service has no keyring to give.",
                "Check the address. If it is right, an officer must publish a keyring there.",
            )
        for chunk in answer.iter_bytes():
            data += chunk
            if len(data) > MAX_BUNDLE:
                break
    return bytes(data)


def read_bundle_file(path: Path) -> bytes:
    """A keyring bundle from a file, or from a folder of a keyring's files, not yet judged.

    Raises ReportCommandError `keyring-unreadable`.
    """
    try:
        if not path.is_dir():
            return path.read_bytes()
        return write_bundle({file.name: file.read_bytes() for file in path.glob("*.json")})
    except (OSError, KeyringError):
        raise ReportCommandError(
            "keyring-unreadable",
            "The keyring cannot be read.",
            "Give --keyring a keyring bundle, or a folder of a keyring's files.",
        ) from None


def _need(kept: Keyring | None) -> Keyring:
    if kept is None:
        raise ReportCommandError(
            "keyring-missing",
            "There is no keyring to seal with, and no service gave one.",
            "Try again with a network and --service, or give a keyring file with --keyring.",
        )
    return kept


def _keep(folder: Path, keyring: Keyring) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = folder / f".{secrets.token_hex(8)}.part"
        with part.open("wb") as file:
            file.write(write_bundle(keyring.files))
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / KEPT)
    except OSError:
        raise outbox.unwritable() from None
