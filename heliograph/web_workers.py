"""What the service puts in front of the web app's workers: which files there are, and their hashes.

Browsers compare a worker's bytes with those of the one they have. So a file that changes is a new
version of the app, and a keyring that names other addresses a worker with another policy.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence

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
    "/web/places.json",
    "/web/qr-",
)
"""Beginnings of what a first visit needs not: the worker fetches it when there is nothing to do."""
FIRST = ("/locales/en.json",)
"""Of these, what one needs all the same. Covers are not LATER: who leaves may be offline."""
UNUSED = ("/vendor/licenses/", "/vendor/versions.json")
"""For whoever asks what this is made of; the app itself does not read it."""
PIECE_FROM = 64 * 1024
"""Files of so many bytes, compressed, are also served in pieces, so that a line that breaks off
every half minute brings them all the same."""
PIECE_SIZE = 64 * 1024
"""Bytes of a piece before compression: some 7 s at 32 kbit/s."""


def cut(path: str, body: bytes) -> dict[str, bytes]:
    """The pieces of a file, by their addresses."""
    starts = range(0, len(body), PIECE_SIZE)
    return {f"{path}/{n}": body[at : at + PIECE_SIZE] for n, at in enumerate(starts)}


def find_tree(digests: Mapping[str, str]) -> str:
    """Beginning of the addresses under which the module worker imports: they change with the files,
    so that a browser, which looks at each import at each visit, finds them in its cache for good.
    """
    version = hashlib.sha256("".join(sorted(digests.values())).encode()).hexdigest()
    return f"/sw/{version[:VERSION_DIGITS]}"


def write_lists(digests: Mapping[str, str], pieces: Mapping[str, Mapping[str, str]]) -> bytes:
    """The lines that name every file with its SHA-256 (hex): what makes a visit whole, and what
    comes later. `pieces`: those of large files, in order.
    """
    first: dict[str, str] = {}
    later: dict[str, str] = {}
    for path, digest in sorted(digests.items()):
        if path not in (*WORKERS, KEEPING) and not path.startswith(UNUSED):
            waits = path.startswith(LATER) and path not in FIRST
            (later if waits else first)[path] = digest
    parts = {path: list(found.values()) for path, found in pieces.items()}
    lists = {"FILES": first, "LATER": later, "PIECES": parts}
    return b"".join(_assign(name, value) for name, value in lists.items())


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
