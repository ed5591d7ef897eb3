"""The web app's files from where the code lies: the source tree or an installed wheel.

Comments stay at home: they are a third of what a phone would fetch over a thin line. What is left
is the same program (tests/client/test_sources.py compares the two as a compiler reads them).
"""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"/lib/": "client/lib", "/web/": "client/web", "/vendor/": "client/vendor"}
TABLE = "/spec/report-v1.json"
PAGE = "/"
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
HTML = MEDIA_TYPES[".html"]
COMMENTS = {
    ".js": re.compile(rb"^[ \t]*(?:/\*\*(?:[^*]|\*(?!/))*\*/[ \t]*|//[^\n]*)\n", re.MULTILINE),
    ".css": re.compile(rb"^[ \t]*/\*(?:[^*]|\*(?!/))*\*/[ \t]*\n", re.MULTILINE),
}
"""Those that stand on lines of their own, as all of ours do. Notices of others begin with `/*!`."""


def read_sources(root: Path = ROOT) -> Iterator[tuple[str, bytes]]:
    """Address and content of every file of the app below `root`."""
    for path, file in find_paths(root):
        body = file.read_bytes()
        comments = COMMENTS.get(file.suffix)
        yield path, body if comments is None else comments.sub(b"", body)


def find_paths(root: Path = ROOT) -> Iterator[tuple[str, Path]]:
    """Address and place of every file of the app below `root`."""
    for prefix, name in FOLDERS.items():
        folder = root / name
        for file in sorted(folder.rglob("*")):
            if file.suffix in MEDIA_TYPES and file.is_file() and not file.is_symlink():
                path = prefix + file.relative_to(folder).as_posix()
                yield AT_THE_TOP.get(path, path), file
    for file in sorted((root / "locales").glob("*.json")):
        yield f"/locales/{file.name}", file
    yield TABLE, root / TABLE[1:]


def find_media_type(path: str) -> str:
    """The media type of an address of `find_paths`."""
    return HTML if path == PAGE else MEDIA_TYPES[Path(path).suffix]
