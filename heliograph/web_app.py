"""The web app as the service serves it: every file by its address, hashed and compressed once."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from app.web_app import Headers, WebFile, cache_longer, make_file
from heliograph.web_policy import PAGE_HEADERS, find_origins, write_policy
from heliograph.web_sources import HTML, ROOT, find_media_type, read_sources
from heliograph.web_travel import cut, is_large, make_packs, write_pack
from heliograph.web_workers import (
    KEEPING,
    WORKERS,
    find_tree,
    split_lists,
    write_lists,
    write_worker,
)

ROOT_FILE = "/root.json"
PIECE_TYPE = "application/octet-stream"
PACK_TYPE = "application/json"
KEPT = "public, max-age=600"
ASKED = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"
Found = WebFile | Callable[[], WebFile]


def gather_files(
    pinned_root: bytes | None, read_addresses: Callable[[], Sequence[str]], root: Path = ROOT
) -> dict[str, Found]:
    """Every file of the app below `root`, the source tree or site-packages.

    `read_addresses` tells those of the keyring in use at each request for a page or a worker: these
    may speak to them.
    """
    sources = dict(read_sources(root))
    if pinned_root is not None:
        sources[ROOT_FILE] = pinned_root
    files = {
        path: make_file(body, find_media_type(path), ASKED if path == ROOT_FILE else KEPT)
        for path, body in sources.items()
    }
    pieces = {
        path: [(make_file(part, PIECE_TYPE, KEPT), coded) for part, coded in cut(file.body)]
        for path, file in files.items()
        if is_large(file.body)
    }
    packs = make_packs(sources, split_lists(set(files) - pieces.keys())[0])
    scripts = {
        path: file
        for path, file in files.items()
        if path.endswith(".js") and path not in (*WORKERS, KEEPING)
    }
    tree = find_tree(_digests(scripts))
    parts = {path: [(part.digest, coded) for part, coded in all_] for path, all_ in pieces.items()}
    lists = write_lists(_digests(files), parts, packs, tree)

    def follow(path: str) -> Callable[[], WebFile]:
        """The file with the keyring in use; made again when that has other addresses."""

        @lru_cache(maxsize=1)
        def make(origins: tuple[str, ...]) -> WebFile:
            headers = {"Content-Security-Policy": write_policy(origins)}
            if path in WORKERS:
                body = write_worker(path, lists, origins, tree, sources)
            else:
                body = sources[path]
                headers |= PAGE_HEADERS
            return make_file(body, find_media_type(path), ASKED, _encode(headers))

        return lambda: make(find_origins(read_addresses()))

    changing = [path for path in files if path in WORKERS or find_media_type(path) == HTML]
    found: dict[str, Found] = {**files, **{path: follow(path) for path in changing}}
    for path, all_ in pieces.items():
        found |= {f"{path}/{number}": part for number, (part, _coded) in enumerate(all_)}
    for address, paths in packs.items():
        found[address] = make_file(write_pack(sources, paths), PACK_TYPE, FOR_EVER)
    for path, file in scripts.items():
        found[tree + path] = cache_longer(file, FOR_EVER)
    del found[KEEPING]
    return found


def _digests(files: Mapping[str, WebFile]) -> dict[str, str]:
    return {path: file.digest for path, file in files.items()}


def _encode(headers: Mapping[str, str]) -> Headers:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
