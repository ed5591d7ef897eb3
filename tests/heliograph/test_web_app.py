"""What the service makes of the app's files: lists, hashes, policies, and nothing beside them."""

import base64
import hashlib
import json
import re
from posixpath import dirname, join, normpath
from typing import Any

import pytest

from app.web_app import WebFile
from heliograph.web_app import Found, gather_files
from heliograph.web_policy import PAGE_HEADERS, find_origins, write_policy
from heliograph.web_travel import BASE64, PACK_MOST, PIECE_SIZE, cut, find_start

ROOT_FILE = b'{"a": "root"}'
IMPORT = re.compile(rb'(?:\bfrom\s*|\bimport\s*\(?\s*)"([^"\n]+)"')
STATIC = re.compile(rb'(?:\bfrom\s*|\bimport\s*)"([^"\n]+)"')


@pytest.fixture(scope="module")
def files() -> dict[str, Found]:
    return gather_files(ROOT_FILE, lambda: ["https://one.example"])


def find(files: dict[str, Found], path: str) -> WebFile:
    found = files[path]
    return found() if callable(found) else found


def hash_of(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def read_list(files: dict[str, Found], name: str) -> dict[str, Any]:
    (line,) = re.findall(rf"^self\.{name} = (.*);$", find(files, "/sw.js").body.decode(), re.M)
    return dict(json.loads(line))


def test_the_lists_have_every_file_with_its_hash(files: dict[str, Found]) -> None:
    first, later = read_list(files, "FILES"), read_list(files, "LATER")
    for path, digest in (first | later).items():
        assert hash_of(find(files, path).body) == digest, path
    assert not first.keys() & later.keys()
    assert {"/", "/root.json", "/spec/report-v1.json", "/lib/sodium.js"} <= first.keys()
    assert {"/locales/en.json", "/locales/my.json", "/vendor/qr/index.js"} <= later.keys()
    kinds = (first | later).keys()
    rest = {path for path in files if path not in kinds and not path.startswith("/sw/")}
    apart = ("/vendor/licenses/", "/web/pack/")
    rest -= {path for path in rest if path.startswith(apart) or path[-1].isdigit()}
    assert rest == {"/lib/index.js", "/sw.js", "/sw-module.js", "/vendor/versions.json"}


def test_large_files_are_served_in_pieces_too(files: dict[str, Found]) -> None:
    pieces = read_list(files, "PIECES")
    assert "/vendor/libsodium.js" in pieces
    for path, listed in pieces.items():
        parts = [find(files, f"{path}/{n}").body for n in range(len(listed))]
        assert [hash_of(part) for part in parts] == [digest for digest, _coded in listed]
        assert all(len(part) <= PIECE_SIZE for part in parts)
        whole = [
            base64.b64encode(part) if coded else part
            for part, (_digest, coded) in zip(parts, listed, strict=True)
        ]
        assert b"".join(whole) == find(files, path).body
    # The WebAssembly in it travels as itself.
    assert sum(coded for _digest, coded in pieces["/vendor/libsodium.js"]) >= 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x" * 10,
        b"a = '" + base64.b64encode(bytes(200_001)) + b"'; rest",
        b"a = '" + base64.b64encode(bytes(200_000)) + b"'; rest",
        b"a = '" + b"A" * 8191 + b"';",
        b"a = '" + b"A" * 8193 + b"==';",
        b"a = '" + b"A" * 8190 + b"B=';",  # no encoder writes this one
        b"A" * 300_000,
    ],
)
def test_pieces_make_every_file_again(body: bytes) -> None:
    parts = [base64.b64encode(part) if coded else part for part, coded in cut(body)]
    assert b"".join(parts) == body
    assert bool(BASE64.search(body)) == (len(body) > 4096)


def test_packs_bring_what_a_page_does_not_load_itself(files: dict[str, Found]) -> None:
    first, packs = list(read_list(files, "FILES")), read_list(files, "PACKS")
    sources = {path: find(files, path).body for path in first}
    start, packed = find_start(sources), set()
    for address, count in packs.items():
        paths, first = first[:count], first[count:]
        pack = find(files, address)
        assert len(pack.body) <= PACK_MOST + 20_000  # escapes and addresses come on top
        texts = json.loads(pack.body)
        assert list(texts) == paths
        assert all(texts[path].encode() == sources[path] for path in paths)
        packed |= texts.keys()
    assert not packed & start
    assert {"/", "/web/main.js", "/web/frame.js", "/web/style.css", "/locales/en.json"} <= start
    # All else is large, or comes alone because the page has it.
    alone = sources.keys() - packed - start
    assert alone == {"/vendor/libsodium.js", "/vendor/libsodium-wrappers.js"}


def test_nothing_is_served_that_is_no_part_of_the_app(files: dict[str, Found]) -> None:
    for path in files:
        assert not re.search(r"test|node_modules|\.d\.ts|package|\.map$|/\.", path), path
    licenses = {path for path in files if path.startswith("/vendor/licenses/")}
    assert {"/vendor/licenses/libsodium.txt", "/vendor/licenses/idb.txt"} <= licenses
    assert not {path for path in files if path.startswith("/locales/card")}


def test_every_import_is_served(files: dict[str, Found]) -> None:
    count = 0
    for path in files:
        if not path.endswith(".js") or path.startswith("/vendor/libsodium"):
            continue
        for name in IMPORT.findall(find(files, path).body):
            target = name.decode()
            assert target.startswith(("./", "../", "/")), f"{path}: {target}"
            assert normpath(join(dirname(path), target)) in files, f"{path}: {target}"
            count += 1
    assert count > 50


def test_a_module_that_is_kept_never_lacks_its_imports(files: dict[str, Found]) -> None:
    """What it imports at once is on the same list; what it fetches when asked may come later."""
    first = read_list(files, "FILES")
    for path in first:
        if path.endswith(".js") and not path.startswith("/vendor/libsodium"):
            for name in STATIC.findall(find(files, path).body):
                target = normpath(join(dirname(path), name.decode()))
                assert target in first, f"{path}: {target}"


def test_the_module_worker_imports_what_never_changes(files: dict[str, Found]) -> None:
    worker = find(files, "/sw-module.js").body.decode()
    (tree,) = set(re.findall(r'"(/sw/[0-9a-f]{16})/', worker))
    caching = dict(find(files, f"{tree}/web/background-sync.js").headers)[b"cache-control"]
    assert caching == b"public, max-age=31536000, immutable"


def test_pages_and_workers_follow_the_keyring() -> None:
    addresses = ["https://one.example"]
    files = gather_files(None, lambda: addresses)
    assert "/root.json" not in files
    before = {path: find(files, path) for path in ("/", "/sw.js", "/sw-module.js")}
    for file in before.values():
        policy = dict(file.headers)[b"content-security-policy"].decode()
        assert "connect-src 'self' https://one.example;" in policy
        assert dict(file.headers)[b"cache-control"] == b"no-cache"
    addresses.append("https://two.example")
    after = {path: find(files, path) for path in before}
    assert after["/"].body == before["/"].body
    for path in ("/sw.js", "/sw-module.js"):  # another policy is another worker, for browsers too
        assert after[path].body != before[path].body
    for path, file in after.items():
        assert file.tag != before[path].tag
    addresses.clear()
    assert b"connect-src 'self';" in dict(find(files, "/").headers)[b"content-security-policy"]


def test_the_pages_headers(files: dict[str, Found]) -> None:
    headers = {name.decode(): value.decode() for name, value in find(files, "/").headers}
    assert headers == {
        "vary": "accept-encoding",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-cache",
        "content-security-policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; "
        "style-src 'self'; img-src 'self' blob:; connect-src 'self' https://one.example; "
        "worker-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": PAGE_HEADERS["Permissions-Policy"],
    }
    assert headers["permissions-policy"].startswith("camera=(self), ")
    assert "geolocation=()" in headers["permissions-policy"]


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example; script-src *",
        "https://a.example\r\nSet-Cookie: x=1",
        "https://a.example\n",
        "https://*.example",
        "https://*",
        "https:",
        "https://",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.example",
        "'unsafe-inline'",
        "https://user:word@a.example",
        "https://a.example:port",
        "https://ä.example",
        "https://a.example,https://b.example",
        "https://a.example https://b.example",
        "",
    ],
)
def test_no_address_writes_more_than_an_origin_into_a_header(address: str) -> None:
    assert find_origins([address, "https://good.example"]) == ("https://good.example",)


def test_addresses_as_origins() -> None:
    onion = "http://" + "a" * 56 + ".onion"
    found = find_origins(
        ["https://A.example/base", "https://a.example", f"{onion}/", "http://127.0.0.1:8000"]
    )
    assert found == ("https://a.example", onion, "http://127.0.0.1:8000")
    assert len(find_origins([f"https://h{n}.example" for n in range(99)])) == 32
    assert write_policy(found).count(";") == write_policy(()).count(";")
