"""The web app's files, gathered from where the code lies: the source tree or an installed wheel."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from app.web_app import Headers, WebFile, make_file
from heliograph.web_policy import PAGE_HEADERS, find_origins, write_policy
from heliograph.web_workers import (
    CLASSIC,
    KEEPING,
    MODULE,
    PIECE_FROM,
    WORKERS,
    cut,
    write_lists,
    write_worker,
)

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"/lib/": "client/lib", "/web/": "client/web", "/vendor/": "client/vendor"}
TABLE = "/spec/report-v1.json"
ROOT_FILE = "/root.json"
PAGE = "/"
AT_THE_TOP = {
    "/web/index.html": PAGE,
    "/web/sw.js": CLASSIC,
    "/web/sw-module.js": MODULE,
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
PIECE_TYPE = "application/octet-stream"
KEPT = "public, max-age=600"
ASKED = "no-cache"
HTML = MEDIA_TYPES[".html"]
Found = WebFile | Callable[[], WebFile]


def gather_files(
    pinned_root: bytes | None, read_addresses: Callable[[], Sequence[str]], root: Path = ROOT
) -> dict[str, Found]:
    """Every file of the app by its address, hashed and compressed.

    `read_addresses` tells those of the keyring in use at each request for a page or a worker: these
    may speak to them.
    """
    bodies = {path: file.read_bytes() for path, file in find_paths(root)}
    if pinned_root is not None:
        bodies[ROOT_FILE] = pinned_root
    digests = {path: _hash(body) for path, body in bodies.items()}
    found: dict[str, Found] = {}
    pieces: dict[str, list[str]] = {}
    for path, body in bodies.items():
        if path in (*WORKERS, KEEPING) or _media_type(path) == HTML:
            continue
        caching = ASKED if path == ROOT_FILE else KEPT
        found[path] = file = make_file(body, _media_type(path), caching)
        if len(file.zipped or body) >= PIECE_FROM:
            parts = cut(path, body)
            pieces[path] = [_hash(part) for part in parts.values()]
            found |= {at: make_file(part, PIECE_TYPE, KEPT) for at, part in parts.items()}
    lists = write_lists(digests, pieces)

    def follow(path: str) -> Callable[[], WebFile]:
        """The file with the keyring in use; made again when that has other addresses."""

        @lru_cache(maxsize=1)
        def make(origins: tuple[str, ...]) -> WebFile:
            headers = {"Content-Security-Policy": write_policy(origins)}
            if path in WORKERS:
                body = write_worker(path, lists, origins, bodies)
            else:
                body = bodies[path]
                headers |= PAGE_HEADERS
            return make_file(body, _media_type(path), ASKED, _encode(headers))

        return lambda: make(find_origins(read_addresses()))

    changing = [path for path in bodies if path in WORKERS or _media_type(path) == HTML]
    return {**found, **{path: follow(path) for path in changing}}


def find_paths(root: Path = ROOT) -> Iterator[tuple[str, Path]]:
    """Address and place of every file of the app below `root`, the source tree or site-packages."""
    for prefix, name in FOLDERS.items():
        folder = root / name
        for file in sorted(folder.rglob("*")):
            if file.suffix in MEDIA_TYPES and file.is_file() and not file.is_symlink():
                path = prefix + file.relative_to(folder).as_posix()
                yield AT_THE_TOP.get(path, path), file
    for file in sorted((root / "locales").glob("*.json")):
        yield f"/locales/{file.name}", file
    yield TABLE, root / TABLE[1:]


def _media_type(path: str) -> str:
    return HTML if path == PAGE else MEDIA_TYPES[Path(path).suffix]


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _encode(headers: Mapping[str, str]) -> Headers:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
