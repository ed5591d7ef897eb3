"""The app's files over HTTP: headers exactly, tags, codings, and nothing beside them."""

import gzip
import hashlib
from collections.abc import Iterator

import brotli
import pytest
from starlette.testclient import TestClient

from app.limits import Limits
from app.web_app import WebFile, cache_longer, create_web_app, make_file
from tests.app.running import Place
from tests.app.test_http_protocol import connect, read_all

BODY = b"export const word = 1;\n" * 200
NOISE = hashlib.shake_128(b"noise").digest(500)
FILES = {
    "/lib/word.js": make_file(BODY, "text/javascript", "public, max-age=600"),
    "/lib/noise.png": make_file(NOISE, "image/png", "public, max-age=600"),
    "/": lambda: make_file(b"<!doctype html>", "text/html", "no-cache", [(b"x-own", b"1")]),
}
PLAIN = {"Accept-Encoding": "identity"}
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def client(sqlite_place: Place) -> Iterator[TestClient]:
    with sqlite_place.open_client(web_app=create_web_app(FILES, Limits())) as client:
        yield client


def test_a_file_and_its_headers(client: TestClient) -> None:
    for method in ("GET", "HEAD"):
        answer = client.request(method, "/lib/word.js", headers=GZIP)
        assert answer.status_code == 200
        assert dict(answer.headers) == {
            "etag": answer.headers["etag"],
            "vary": "accept-encoding",
            "x-content-type-options": "nosniff",
            "cross-origin-resource-policy": "same-origin",
            "cache-control": "public, max-age=600",
            "content-type": "text/javascript",
            "content-length": str(len(gzip.compress(BODY, 9, mtime=0))),
            "content-encoding": "gzip",
        }
    assert client.head("/lib/word.js").content == b""


def test_compressed_it_is_the_same_file(client: TestClient) -> None:
    plain = client.get("/lib/word.js", headers=PLAIN)
    assert "content-encoding" not in plain.headers
    assert plain.headers["content-length"] == str(len(BODY))
    tags = {plain.headers["etag"]}
    for coding in ("gzip", "br"):
        with client.stream("GET", "/lib/word.js", headers={"Accept-Encoding": coding}) as coded:
            body = b"".join(coded.iter_raw())
        assert coded.headers["content-encoding"] == coding
        unpack = gzip.decompress if coding == "gzip" else brotli.decompress
        assert unpack(body) == BODY
        assert len(body) == int(coded.headers["content-length"]) < len(BODY)
        tags.add(coded.headers["etag"])
    assert len(tags) == 3


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.1, GZIP;q=0.5", "br"),
        ("br;q=0, GZIP;q=0.5", "gzip"),
        ("deflate, zstd", None),
        ("gzip;q=0", None),
        ("gzip;q=0.000", None),
        ("gzip; q=0.001", "gzip"),
        ("", None),
    ],
)
def test_who_takes_what(client: TestClient, accepted: str, coding: str | None) -> None:
    answer = client.get("/lib/word.js", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("content-encoding") == coding
    assert "content-encoding" not in client.get("/lib/noise.png").headers  # would gain nothing


def test_what_a_client_has_is_not_sent_again(client: TestClient) -> None:
    for headers in ({}, GZIP, PLAIN):
        first = client.get("/lib/word.js", headers=headers)
        tag = first.headers["etag"]
        for asked in (tag, f'"other", W/{tag}', "*"):
            same = client.get("/lib/word.js", headers={**headers, "If-None-Match": asked})
            assert (same.status_code, same.content) == (304, b"")
            assert same.headers["etag"] == tag
            assert same.headers["cache-control"] == "public, max-age=600"
            assert "content-encoding" not in same.headers
        other = client.get("/lib/word.js", headers={**headers, "If-None-Match": '"other"'})
        assert other.status_code == 200


def test_a_page_is_made_anew_with_its_headers(client: TestClient) -> None:
    answer = client.get("/")
    assert (answer.text, answer.headers["x-own"]) == ("<!doctype html>", "1")
    same = client.get("/", headers={"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.headers["x-own"]) == (304, "1")
    other = make_file(b"<!doctype html>", "text/html", "no-cache", [(b"x-own", b"2")])
    assert other.digest == FILES["/"]().digest  # type: ignore[operator]
    assert other.tag != FILES["/"]().tag  # type: ignore[operator]


def test_other_methods_are_refused(client: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = client.request(method, "/lib/word.js")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
        assert answer.json()["code"] == "method-not-allowed"


@pytest.mark.parametrize(
    "path",
    [
        "/lib",
        "/lib/",
        "/lib/word.js/",
        "/lib/word.js%00",
        "/lib/../app/web_app.py",
        "/lib/../../../../../../etc/passwd",
        "/lib/%2e%2e/%2e%2e/etc/passwd",
        "/lib/..%2f..%2fetc/passwd",
        "/lib/%252e%252e/etc/passwd",
        "/lib\\..\\..\\etc\\passwd",
        "//lib/word.js",
        "/LIB/word.js",
        "/lib/word.js;x",
        "/etc/passwd",
    ],
)
def test_everything_else_is_the_same_404(sqlite_place: Place, path: str) -> None:
    """As bytes over a socket: clients would tidy such paths up."""
    app = create_web_app(FILES, Limits())
    with sqlite_place.open_server(web_app=app) as address:
        answers = []
        for asked in (path, "/nothing-here"):
            with connect(address) as connection:
                head = f"GET {asked} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                connection.sendall(head.encode())
                answers.append(read_all(connection))
        found, nothing = (answer[: answer.index(b'"incident"')] for answer in answers)
        assert found == nothing
        assert found.startswith(b"HTTP/1.1 404 ")


def test_the_same_file_may_be_cached_longer_elsewhere() -> None:
    file = FILES["/lib/word.js"]
    assert isinstance(file, WebFile)
    longer = cache_longer(file, "public, immutable")
    assert dict(longer.headers)[b"cache-control"] == b"public, immutable"
    assert longer.body == file.body
