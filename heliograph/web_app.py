"""The web app's files, gathered from where the code lies: the source tree or an installed wheel."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from app.web_app import Headers, WebFile, make_file
from heliograph.web_policy import PAGE_HEADERS, find_origins, write_policy

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {
    "/lib/": ROOT / "client" / "lib",
    "/web/": ROOT / "client" / "web",
    "/vendor/": ROOT / "client" / "vendor",
}
TABLE = "/spec/report-v1.json"
ROOT_FILE = "/root.json"
PAGE = "/"
WORKERS = ("/sw.js", "/sw-module.js")
AT_THE_TOP = {
    "/web/index.html": PAGE,
    "/web/sw.js": "/sw.js",
    "/web/sw-module.js": "/sw-module.js",
    "/web/manifest.webmanifest": "/manifest.webmanifest",
}
"""Files that are not served where they lie: a worker has power over what is beside and below it."""
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
"""What is served; every other file of those folders is not."""
KEPT = "public, max-age=600"
ASKED = "no-cache"
LATER = ("/locales/", "/vendor/qr/", "/web/places")
"""Beginnings of what a first visit needs not: the worker fetches it when there is nothing to do."""
FIRST_LANGUAGE = "/locales/en.json"
UNUSED = ("/vendor/licenses/", "/vendor/versions.json")
"""For whoever asks what this is made of; the app itself does not read it."""
HTML = MEDIA_TYPES[".html"]
Found = WebFile | Callable[[], WebFile]


def gather_files(
    pinned_root: bytes | None, read_addresses: Callable[[], Sequence[str]]
) -> dict[str, Found]:
    """Every file of the app by its address, hashed and compressed.

    `read_addresses` tells those of the keyring in use at each request for a page or a worker: these
    may speak to them.
    """
    bodies = {path: file.read_bytes() for path, file in find_paths()}
    if pinned_root is not None:
        bodies[ROOT_FILE] = pinned_root
    digests = {path: hashlib.sha256(body).hexdigest() for path, body in bodies.items()}
    lists = write_lists(digests)

    def follow(path: str, body: bytes) -> Callable[[], WebFile]:
        """The file with the keyring in use; made again when that has other addresses."""

        @lru_cache(maxsize=1)
        def make(origins: tuple[str, ...]) -> WebFile:
            headers = {"Content-Security-Policy": write_policy(origins)}
            if path in WORKERS:
                start = write_start(lists, origins)
            else:
                start = b""
                headers |= PAGE_HEADERS
            return make_file(start + body, _media_type(path), ASKED, _encode(headers))

        return lambda: make(find_origins(read_addresses()))

    found: dict[str, Found] = {}
    for path, body in bodies.items():
        if path in WORKERS or _media_type(path) == HTML:
            found[path] = follow(path, body)
        else:
            caching = ASKED if path == ROOT_FILE else KEPT
            found[path] = make_file(body, _media_type(path), caching)
    return found


def find_paths() -> Iterator[tuple[str, Path]]:
    """Address and place of every file of the app."""
    for prefix, folder in FOLDERS.items():
        for file in sorted(folder.rglob("*")):
            if file.suffix in MEDIA_TYPES and file.is_file() and not file.is_symlink():
                path = prefix + file.relative_to(folder).as_posix()
                yield AT_THE_TOP.get(path, path), file
    for file in sorted((ROOT / "locales").glob("*.json")):
        yield f"/locales/{file.name}", file
    yield TABLE, ROOT / TABLE[1:]


def write_lists(digests: Mapping[str, str]) -> bytes:
    """The lines of the workers that name every file with its SHA-256 (hex): what makes a visit
    whole, and what comes later.
    """
    first: dict[str, str] = {}
    later: dict[str, str] = {}
    for path, digest in sorted(digests.items()):
        if path not in WORKERS and not path.startswith(UNUSED):
            waits = path.startswith(LATER) and path != FIRST_LANGUAGE
            (later if waits else first)[path] = digest
    return _assign("FILES", first) + _assign("LATER", later)


def write_start(lists: bytes, origins: Sequence[str]) -> bytes:
    """What stands in front of a worker's own lines. The origins are among it so that a browser,
    which compares bytes, takes the new policy of a worker when the keyring names others.
    """
    headers = {"Content-Security-Policy": write_policy(()), **PAGE_HEADERS}
    return lists + _assign("ORIGINS", list(origins)) + _assign("PAGE_HEADERS", headers)


def _assign(name: str, value: object) -> bytes:
    return f"self.{name} = {json.dumps(value, separators=(',', ':'))};\n".encode()


def _media_type(path: str) -> str:
    return HTML if path == PAGE else MEDIA_TYPES[Path(path).suffix]


def _encode(headers: Mapping[str, str]) -> Headers:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
