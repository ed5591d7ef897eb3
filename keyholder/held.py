"""The keyring that this home holds, and how a newer one takes its place.

Trust starts from `root.json`. Everything after it is checked by `crypto.keyring`, whenever other
bytes are read: a keyring that was exchanged on the disk is refused as one from the network is.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from crypto import keyring as keyrings
from crypto.errors import KeyringError
from crypto.keyring import Keyring
from crypto.purged import find_purged
from crypto.revoked import find_revoked
from crypto.trust import read_root, root_name, says_the_same
from keyholder.errors import CoalitionError, HomeError, ServiceError
from keyholder.files import make_folder, write_whole
from keyholder.home import Home
from keyholder.repository import name_target
from keyholder.service import Service, fetch_file

_ROOTS_AT_ONCE = 256
_TARGETS_AT_ONCE = 64
_CHECKED_AT_ONCE = 4  # keyrings of a few KiB to 1 MiB, kept in memory as long as the process
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
        checked = _check(root, home.keyring.read_bytes())
    except (OSError, KeyringError) as error:
        raise CoalitionError("keyring-damaged") from error
    # A copy: what one caller changed in it would else be there for the next.
    return Held(root, replace(checked, files=dict(checked.files)))


@lru_cache(maxsize=_CHECKED_AT_ONCE)
def _check(root: bytes, bundle: bytes) -> Keyring:
    """The keyring of a bundle, from its root. KeyringError is never kept, so it comes each time.

    No clock plays a part (who asks for expiry compares with `Keyring.expires`), and these bytes and
    no others are what was checked: signatures that held for them hold for them again.
    """
    return keyrings.first(root, keyrings.read_bundle(bundle))


def write_held(home: Home, held: Held) -> None:
    """Keep the keyring, then the root where it is new. HomeError: home-unwritable."""
    try:
        write_whole(home.keyring, [_pack(held)])
        if not home.root.exists() or home.root.read_bytes() != held.root:
            write_whole(home.root, [held.root])
    except OSError as error:
        raise HomeError("home-unwritable") from error


def accept(home: Home, held: Held, files: Mapping[str, bytes]) -> Held:
    """Put `files` in the place of the held keyring if they are its successor.

    KeyringError (rolled back, forked, badly signed…): the old one stays.
    """
    current = adopt_signatures(held, files)
    newer = Held(current.root, keyrings.successor(current.keyring, files))
    find_purged(newer.keyring)  # whoever carried it may have taken the list out
    find_revoked(newer.keyring)
    if newer.keyring.files != held.keyring.files:
        if _forgets(held.keyring, newer.keyring):
            _keep_former(home, held)
        write_held(home, newer)
    return newer


def adopt_signatures(held: Held, files: Mapping[str, bytes]) -> Held:
    """The held keyring with the signatures of `files`, where these say the same to the letter.

    Of three officers two pairs may complete copies of one proposal: the same keyring in other
    bytes, which readers take for a fork. Homes go over to the one that they meet, so that all end
    with the one that was published. Whatever does not hold as it stands changes nothing.
    """
    others = {
        name: files[name]
        for name, data in held.keyring.files.items()
        if files.get(name, data) != data and says_the_same(files[name], data)
    }
    if not others:
        return held
    pinned = next(name for name, data in held.keyring.files.items() if data == held.root)
    root = others.get(pinned, held.root)
    try:
        return Held(root, keyrings.first(root, {**held.keyring.files, **others}))
    except KeyringError:
        return held


def _forgets(older: Keyring, newer: Keyring) -> bool:
    """Whether something that was true for good stands in the older keyring alone."""
    return bool(
        set(find_purged(older).envelopes) - set(find_purged(newer).envelopes)
        or find_revoked(older) - find_revoked(newer)
        or set(older.holders) - set(newer.holders)
    )


def _pack(held: Held) -> bytes:
    """Without the pinned root, which stands in one place alone: a cut between two files must not
    leave two of them (see `adopt_signatures`)."""
    files = {name: data for name, data in held.keyring.files.items() if data != held.root}
    return keyrings.write_bundle(files)


def _keep_former(home: Home, held: Held) -> None:
    try:
        make_folder(home.former)
        write_whole(home.former / f"{held.keyring.version}.bundle", [_pack(held)])
    except OSError as error:
        raise HomeError("home-unwritable") from error


def fetch_keyring(service: Service, keyring: Keyring) -> dict[str, bytes]:
    """The service's keyring, unverified, with the roots that are held already.

    ServiceError: keyring-at-service where a file that we read is missing, and as `fetch_file`.
    """
    files = {name: data for name, data in keyring.files.items() if name.endswith(".root.json")}
    return _fetch_behind(service, keyring.root_version, files)


def fetch_first(service: Service, pinned: bytes) -> dict[str, bytes]:
    """As `fetch_keyring`, for whoever has a root file alone. KeyringError: it is none."""
    version = read_root(pinned).version
    return _fetch_behind(service, version, {root_name(version): pinned})


def _fetch_behind(service: Service, held: int, files: dict[str, bytes]) -> dict[str, bytes]:
    for version in range(held + 1, held + 1 + _ROOTS_AT_ONCE):
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
