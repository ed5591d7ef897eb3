"""The keyring that this home holds, and how a newer one takes its place.

Trust starts from `root.json`. Everything after it is checked by `crypto.keyring`, each time it is
read: a keyring that was exchanged on the disk is refused as one from the network is.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from crypto import keyring as keyrings
from crypto.errors import KeyringError
from crypto.keyring import Keyring
from crypto.purged import find_purged
from keyholder.errors import CoalitionError, HomeError, ServiceError
from keyholder.files import make_folder, write_whole
from keyholder.home import Home
from keyholder.repository import name_target
from keyholder.service import Service, fetch_file

_ROOTS_AT_ONCE = 256
_TARGETS_AT_ONCE = 64
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Held:
    """A pinned root file and the keyring that was accepted from it last."""

    root: bytes
    keyring: Keyring


def read_held(home: Home) -> Held:
    """CoalitionError: keyring-missing, keyring-damaged."""
    if not home.root.exists():
        raise CoalitionError("keyring-missing")
    try:
        root = home.root.read_bytes()
        files = keyrings.read_bundle(home.keyring.read_bytes())
        return Held(root, keyrings.first(root, files))
    except (OSError, KeyringError) as error:
        raise CoalitionError("keyring-damaged") from error


def write_held(home: Home, held: Held) -> None:
    """Keep the keyring, then the root where it is new. HomeError: home-unwritable."""
    try:
        write_whole(home.keyring, [keyrings.write_bundle(held.keyring.files)])
        if not home.root.exists():
            write_whole(home.root, [held.root])
    except OSError as error:
        raise HomeError("home-unwritable") from error


def accept(home: Home, held: Held, files: Mapping[str, bytes]) -> Held:
    """Put `files` in the place of the held keyring if they are its successor.

    KeyringError (rolled back, forked, badly signed…): the old one stays.
    """
    newer = Held(held.root, keyrings.successor(held.keyring, files))
    find_purged(newer.keyring)  # whoever carried it may have taken the list out
    if newer.keyring.files != held.keyring.files:
        if _forgets(held.keyring, newer.keyring):
            _keep_former(home, held.keyring)
        write_held(home, newer)
    return newer


def _forgets(older: Keyring, newer: Keyring) -> bool:
    """Whether something that was true for good stands in the older keyring alone."""
    return bool(
        set(find_purged(older).envelopes) - set(find_purged(newer).envelopes)
        or set(older.holders) - set(newer.holders)
    )


def _keep_former(home: Home, keyring: Keyring) -> None:
    try:
        make_folder(home.former)
        file = home.former / f"{keyring.version}.bundle"
        write_whole(file, [keyrings.write_bundle(keyring.files)])
    except OSError as error:
        raise HomeError("home-unwritable") from error


def fetch_keyring(service: Service, keyring: Keyring) -> dict[str, bytes]:
    """The service's keyring, unverified, with the roots that are held already.

    ServiceError: keyring-at-service where a file that we read is missing, and as `fetch_file`.
    """
    files = {name: data for name, data in keyring.files.items() if name.endswith(".root.json")}
    for version in range(keyring.root_version + 1, keyring.root_version + 1 + _ROOTS_AT_ONCE):
        root = fetch_file(service, f"{version}.root.json")
        if root is None:
            break
        files[f"{version}.root.json"] = root
    files["timestamp.json"] = _fetch(service, "timestamp.json")
    version = _read_version(files["timestamp.json"], "snapshot.json")
    files[f"{version}.snapshot.json"] = _fetch(service, f"{version}.snapshot.json")
    version = _read_version(files[f"{version}.snapshot.json"], "targets.json")
    files[f"{version}.targets.json"] = _fetch(service, f"{version}.targets.json")
    for path, name in _read_targets(files[f"{version}.targets.json"]).items():
        if path in (keyrings.REPORTER, keyrings.HOLDERS):
            files[name] = _fetch(service, name)
        elif (data := fetch_file(service, name)) is not None:
            files[name] = data  # nothing of ours to read, but whoever signs next carries it on
    return files


def _fetch(service: Service, name: str) -> bytes:
    data = fetch_file(service, name)
    if data is None:
        raise ServiceError("keyring-at-service")
    return data


def _read_version(data: bytes, name: str) -> int:
    """Which version of `name` a file points at. Only says what to fetch: nothing trusts it."""
    try:
        version = json.loads(data)["signed"]["meta"][name]["version"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ServiceError("service-answer") from error
    if not isinstance(version, int) or not 0 < version < 2**31:
        raise ServiceError("service-answer")
    return version


def _read_targets(data: bytes) -> dict[str, str]:
    """What a targets file lists, and the names under which the service keeps it."""
    try:
        listed = json.loads(data)["signed"]["targets"]
        digests = {path: target["hashes"]["sha256"] for path, target in listed.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ServiceError("service-answer") from error
    sound = all(isinstance(one, str) and _DIGEST.fullmatch(one) for one in digests.values())
    if not sound or len(digests) > _TARGETS_AT_ONCE:
        raise ServiceError("service-answer")
    return {path: name_target(path, digest) for path, digest in digests.items()}
