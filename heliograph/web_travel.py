"""How the web app's files travel on a first visit: small ones in packs, large ones in pieces.

Nothing here is trusted: the worker checks the SHA-256 of every file, however it came.
"""

import base64
import binascii
import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname, join, normpath

PAGE = "/"
BEGINNINGS = ("/web/main.js", "/web/screens/start.js", "/web/registering.js")
"""Modules that every page loads at its start."""
BESIDE = ("/web/icons.svg", "/locales/en.json")
"""What the first screen fetches besides."""
SYNC = "/web/background-sync.js"
"""What the module worker imports."""
STATIC = re.compile(rb'(?:\bfrom\s*|\bimport\s*)"([^"\n]+)"')
LINKED = re.compile(rb'<link [^>]*href="([^"]+)"')
PACK_MOST = 100_000
"""Bytes of a pack before compression: some 25 kB over the wire, 6 s at 32 kbit/s, so that a line
that breaks off does not lose much."""
PIECE_FROM = 64 * 1024
"""Files of so many bytes, compressed, are also served in pieces, so that a line that breaks off
every half minute brings them all the same."""
PIECE_SIZE = 3 * 21845
"""Bytes of a piece before compression: some 7 s at 32 kbit/s. A multiple of three, so that pieces
become base64 each by itself."""
BASE64 = re.compile(rb"[A-Za-z0-9+/]{4096,}={0,2}")
TAG_DIGITS = 16


def is_large(body: bytes) -> bool:
    """Whether a file is served in pieces."""
    return len(body) >= PIECE_FROM and len(gzip.compress(body, 1)) >= PIECE_FROM


def cut(body: bytes) -> Iterator[tuple[bytes, bool]]:
    """The pieces of a file, each with whether the file holds it as base64: such a part (WebAssembly
    in a script) travels as the bytes that it stands for, which compress to three quarters.
    """
    found = max(BASE64.finditer(body), key=lambda run: len(run[0]), default=None)
    if found is None:
        yield from ((part, False) for part in _slice(body))
        return
    start = found.start()
    end = start + len(found[0]) // 4 * 4
    try:
        plain = base64.b64decode(body[start:end], validate=True)
    except binascii.Error:
        plain = b""
    if base64.b64encode(plain) != body[start:end]:
        yield from ((part, False) for part in _slice(body))
        return
    yield from ((part, False) for part in _slice(body[:start]))
    yield from ((part, True) for part in _slice(plain))
    yield from ((part, False) for part in _slice(body[end:]))


def _slice(body: bytes) -> Iterator[bytes]:
    return (body[at : at + PIECE_SIZE] for at in range(0, len(body), PIECE_SIZE))


def find_imports(sources: Mapping[str, bytes], paths: Iterable[str]) -> set[str]:
    """These modules with all that they import at once."""
    found: set[str] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        if path in sources and path not in found:
            found.add(path)
            names = STATIC.findall(sources[path])
            waiting += [normpath(join(dirname(path), name.decode())) for name in names]
    return found


def find_start(sources: Mapping[str, bytes]) -> set[str]:
    """What a page loads at its start: the worker finds it in the browser's cache."""
    linked = {name.decode() for name in LINKED.findall(sources.get(PAGE, b""))}
    return find_imports(sources, BEGINNINGS) | linked | {PAGE, *BESIDE}


def make_packs(sources: Mapping[str, bytes], paths: Iterable[str]) -> dict[str, list[str]]:
    """Packs by their addresses, which change with what is in them: the paths of each, of `paths`
    but for what every page loads. What the module worker imports is apart: where there is
    such a worker, the browser has it already.
    """
    start = find_start(sources)
    imported = find_imports(sources, [SYNC])
    rest = [path for path in paths if path not in start]
    packs: list[list[str]] = []
    for group in (
        [path for path in rest if path in imported],
        [path for path in rest if path not in imported],
    ):
        room = 0
        for path in group:
            size = len(sources[path])
            if size > PACK_MOST or not _is_text(sources[path]):
                continue
            if size > room:
                packs.append([])
                room = PACK_MOST
            packs[-1].append(path)
            room -= size
    return {_address(write_pack(sources, pack)): pack for pack in packs}


def write_pack(sources: Mapping[str, bytes], paths: Iterable[str]) -> bytes:
    """A pack: a JSON object of texts by their addresses."""
    texts = {path: sources[path].decode() for path in paths}
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()


def _address(pack: bytes) -> str:
    return f"/web/pack/{hashlib.sha256(pack).hexdigest()[:TAG_DIGITS]}"


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
