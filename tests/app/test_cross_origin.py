"""What pages of other origins may use, read or not: each address, errors included."""

import pytest

from app.limits import Limits
from tests.app.running import SINGLE, Place, make_envelope
from tests.app.test_http_protocol import connect, post, read_all
from tests.app.uploads import PATH, VERSION, begin, make_blob
from tests.coalition import make_coalition

COALITION = make_coalition()
ORIGIN = {"Origin": "https://elsewhere.example"}
ANYBODY = "access-control-allow-origin"
TOLD = "access-control-expose-headers"
TUS = "Location, Retry-After, Tus-Resumable, Upload-Expires, Upload-Length, Upload-Offset"
ID = "0" * 64


def preflight(method: str) -> dict[str, str]:
    return {**ORIGIN, "Access-Control-Request-Method": method}


def test_envelopes_may_be_sent_and_nothing_else_is_told(place: Place) -> None:
    with place.open_client() as client:
        for _ in ("stored", "known"):
            answer = client.post(
                "/v1/envelopes", content=make_envelope(1), headers={**SINGLE, **ORIGIN}
            )
            assert answer.headers[ANYBODY] == "*"
            assert TOLD not in answer.headers
        refused = client.post("/v1/envelopes", content=b"", headers={**SINGLE, **ORIGIN})
        assert refused.json()["code"] == "envelope-too-short"
        assert (refused.headers[ANYBODY], refused.headers[TOLD]) == ("*", "Retry-After")


@pytest.mark.parametrize(
    ("path", "methods", "asked"),
    [
        ("/v1/envelopes", "POST", "Content-Type"),
        ("/v1/keyring", "GET", "If-None-Match"),
        ("/v1/keyring/timestamp.json", "GET", "If-None-Match"),
        ("/v1/log/checkpoint", "GET", "If-None-Match"),
        (f"/v1/log/proof/{ID}", "GET", "If-None-Match"),
    ],
)
def test_preflights_are_answered_once_a_day_without_a_store(
    sqlite_place: Place, path: str, methods: str, asked: str
) -> None:
    with sqlite_place.open_client() as client:
        client.portal.call(client.store.stop)  # type: ignore[union-attr, attr-defined]
        answer = client.options(path, headers=preflight(methods))
        assert (answer.status_code, answer.content) == (204, b"")
        assert dict(answer.headers) == {
            ANYBODY: "*",
            "access-control-allow-methods": methods,
            "access-control-allow-headers": asked,
            "access-control-max-age": "86400",
        }
        assert client.options(path).status_code == 405  # no preflight: as ever


@pytest.mark.parametrize("path", [PATH, f"{PATH}/uploads/whatever"])
def test_a_preflight_for_blobs_has_the_answer_of_tus_as_well(place: Place, path: str) -> None:
    with place.open_client() as client:
        plain = client.options(path).headers
        answer = client.options(path, headers=preflight("POST"))
        assert answer.status_code == 204
        assert answer.headers["tus-version"] == plain["tus-version"] == "1.0.0"
        assert plain[ANYBODY] == answer.headers[ANYBODY] == "*"
        assert "access-control-max-age" not in plain
        assert answer.headers["access-control-max-age"] == "86400"
        allowed = answer.headers["access-control-allow-headers"]
        assert "Upload-Offset" in allowed
        assert "Upload-Metadata" not in allowed


def test_an_upload_can_be_read_by_a_page(place: Place) -> None:
    blob = make_blob(1)
    with place.open_client() as client:
        made = client.post(PATH, headers={**VERSION, **ORIGIN, "Upload-Length": str(len(blob))})
        assert (made.headers[ANYBODY], made.headers[TOLD]) == ("*", TUS)
        address = begin(client, len(blob))
        for answer in (
            client.head(address, headers={**VERSION, **ORIGIN}),
            client.patch(address, headers={**VERSION, **ORIGIN}),  # no offset: refused
            client.delete(address, headers={**VERSION, **ORIGIN}),
            client.head(address, headers={**VERSION, **ORIGIN}),  # gone: 404
        ):
            assert (answer.headers[ANYBODY], answer.headers[TOLD]) == ("*", TUS)


def test_keyrings_and_the_log_can_be_read_by_a_page(place: Place) -> None:
    with place.open_client(root=COALITION.root) as client:
        assert client.get("/v1/keyring", headers=ORIGIN).headers[ANYBODY] == "*"  # 404
        client.portal.call(client.keyrings.accept, COALITION.bundle)  # type: ignore[union-attr, attr-defined]
        for path in ("/v1/keyring", "/v1/keyring/timestamp.json", "/v1/log/key"):
            answer = client.get(path, headers=ORIGIN)
            assert (answer.status_code, answer.headers[ANYBODY]) == (200, "*"), path
        tag = client.get("/v1/keyring").headers["etag"]
        same = client.get("/v1/keyring", headers={**ORIGIN, "If-None-Match": tag})
        assert (same.status_code, same.headers[ANYBODY]) == (304, "*")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/envelopes"),
        ("GET", f"/v1/blobs/{ID}"),
        ("POST", "/v1/keyring"),
        ("POST", "/v1/log/cosignatures"),
        ("POST", "/hooks/twilio/0123456789abcdef"),
        ("GET", "/healthz"),
        ("GET", "/"),
        ("GET", "/v1/envelopes/"),
        ("GET", "/v1/keyrings"),
    ],
)
def test_what_no_page_needs_stays_closed(place: Place, method: str, path: str) -> None:
    with place.open_client() as client:
        assert ANYBODY not in client.request(method, path, headers=ORIGIN).headers
        asked = client.options(path, headers=preflight(method)).headers
        allowed = asked.get("access-control-allow-methods", "")
        assert method not in allowed.split(", ")


def test_a_page_can_read_that_there_is_no_room(sqlite_place: Place) -> None:
    sqlite_place.limits = Limits(reserve_bytes=1 << 62)
    with sqlite_place.open_server() as address, connect(address) as connection:
        connection.sendall(post(make_envelope(1), b"Connection: close\r\n"))
        short = read_all(connection).lower()
        assert short.startswith(b"http/1.1 507")
        assert b"access-control-allow-origin: *\r\n" in short
        assert b"access-control-expose-headers: retry-after\r\n" in short
