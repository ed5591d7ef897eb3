"""What the service puts in front of the web app's workers: which files there are, and their hashes.

Browsers compare a worker's bytes with those of the one they have. So a file that changes is a new
version of the app, and a keyring that names other addresses a worker with another policy.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from heliograph.web_policy import PAGE_HEADERS, write_policy

CLASSIC = "/sw.js"
MODULE = "/sw-module.js"
KEEPING = "/web/sw-keeping.js"
"""Stands in front of CLASSIC, which imports nothing: so it is a classic script and a module."""
WORKERS = (CLASSIC, MODULE)
TREE = "/sw/version/"
"""Stands in MODULE's imports for `find_tree`."""
VERSION_DIGITS = 16
LATER = (
    "/locales/",
    "/vendor/qr/",
    "/web/codes-page.js",
    "/web/icons/",
    "/web/look-page.js",
    "/web/places.json",
    "/web/qr-",
    "/web/scan-page.js",
)
"""Beginnings of what a first visit needs not: the worker fetches it when there is nothing to do.
The page names its own language as needed all the same. Covers are not here: who leaves may be
offline."""
UNUSED = ("/lib/index.js", "/vendor/licenses/", "/vendor/versions.json")
"""For other apps, and for whoever asks what this is made of; the app itself does not read it."""


def find_tree(digests: Mapping[str, str]) -> str:
    """Beginning of the addresses under which the module worker imports: they change with the files,
    so that a browser, which looks at each import at each visit, finds them in its cache for good.
    """
    version = hashlib.sha256("".join(sorted(digests.values())).encode()).hexdigest()
    return f"/sw/{version[:VERSION_DIGITS]}"


def split_lists(paths: Iterable[str]) -> tuple[list[str], list[str]]:
    """Of all files those that make a visit whole, and those that come later."""
    first: list[str] = []
    later: list[str] = []
    for path in sorted(paths):
        if path not in (*WORKERS, KEEPING) and not path.startswith(UNUSED):
            (later if path.startswith(LATER) else first).append(path)
    return first, later


def write_lists(
    digests: Mapping[str, str],
    pieces: Mapping[str, Sequence[tuple[str, bool]]],
    packs: Mapping[str, Sequence[str]],
    tree: str,
) -> bytes:
    """The lines that name every file with its SHA-256 (`digests` are hex, the lines have base64):
    what makes a visit whole, and what comes later. `pieces`: those of large files, in order.

    FILES begins with the packed files in the order of `packs`, so PACKS says only how many of
    them a pack has.
    """
    first, later = split_lists(digests)
    packed = [path for pack in packs.values() for path in pack]
    rest = [path for path in first if path not in set(packed)]
    lists = {
        "FILES": {path: _shorten(digests[path]) for path in (*packed, *rest)},
        "LATER": {path: _shorten(digests[path]) for path in later},
        "PIECES": {
            path: [[_shorten(digest), int(coded)] for digest, coded in parts]
            for path, parts in pieces.items()
        },
        "PACKS": {address: len(pack) for address, pack in packs.items()},
        "TREE": tree,
    }
    return b"".join(_assign(name, value) for name, value in lists.items())


def _shorten(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()


def write_worker(
    path: str, lists: bytes, origins: Sequence[str], tree: str, sources: Mapping[str, bytes]
) -> bytes:
    """A worker as it is served: lists, origins of the keyring, and its own lines."""
    headers = {"Content-Security-Policy": write_policy(()), **PAGE_HEADERS}
    start = lists + _assign("ORIGINS", list(origins)) + _assign("PAGE_HEADERS", headers)
    classic = start + sources[KEEPING] + sources[CLASSIC]
    if path == CLASSIC:
        return classic
    # It imports the other one. Not all browsers compare imports, so it differs when that one does.
    head = f"// {hashlib.sha256(classic).hexdigest()}\n".encode()
    return head + sources[path].replace(TREE.encode(), f"{tree}/".encode())


def _assign(name: str, value: object) -> bytes:
    return f"self.{name} = {json.dumps(value, separators=(',', ':'))};\n".encode()
