"""Sending blobs by tus: on from the durable offset, whatever the network does in between."""

import base64
import io
import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest

from heliograph.errors import OperatorError
from heliograph.report.uploads import (
    PIECE,
    TRIES,
    UploadStopped,
    forget_addresses,
    send_blob,
)

SERVICE = "https://service.example"
Answer = httpx2.Response | None
TUS = {"tus-resumable": "1.0.0"}


class Service:
    """A tus service in this process. `spoil` may answer in its place; None lets it answer."""

    def __init__(self) -> None:
        self.uploads: dict[str, tuple[int, bytearray]] = {}
        self.asked: list[str] = []
        self.spoil: Callable[[httpx2.Request, int], Answer] = lambda _request, _number: None

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        assert request.headers["tus-resumable"] == "1.0.0"
        self.asked.append(request.method)
        spoiled = self.spoil(request, len(self.asked))
        if spoiled is not None:
            return spoiled
        if request.method == "POST":
            assert request.url.path == "/v1/blobs"
            address = "/v1/blobs/uploads/" + base64.urlsafe_b64encode(os.urandom(32)).decode()[:43]
            self.uploads[address] = (int(request.headers["upload-length"]), bytearray())
            return httpx2.Response(201, headers={**TUS, "location": address})
        if request.url.path not in self.uploads:
            return httpx2.Response(404, headers=TUS)
        length, data = self.uploads[request.url.path]
        if request.method == "PATCH":
            assert request.headers["content-type"] == "application/offset+octet-stream"
            if int(request.headers["upload-offset"]) != len(data):
                return problem(409, "blob-offset")
            data += request.content
            return httpx2.Response(204, headers={**TUS, "upload-offset": str(len(data))})
        told = {"upload-offset": str(len(data)), "upload-length": str(length)}
        return httpx2.Response(200, headers={**TUS, **told})

    @property
    def blobs(self) -> set[bytes]:
        return {
            sha256(data).digest() for length, data in self.uploads.values() if length == len(data)
        }


def problem(status: int, code: str) -> httpx2.Response:
    headers = {**TUS, "content-type": "application/problem+json"}
    return httpx2.Response(status, json={"code": code}, headers=headers)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def client(service: Service) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=SERVICE, transport=httpx2.MockTransport(service)) as client:
        yield client


BLOB = os.urandom(3 * PIECE + 17)
STREAM = io.BytesIO(b"before" + BLOB + b"behind")


def send(client: httpx2.Client, folder: Path) -> bytes:
    shown: list[int] = []
    id = send_blob(client, folder, STREAM, 6, len(BLOB), shown.append)
    assert shown == sorted(shown)
    return id


def stop(client: httpx2.Client, folder: Path) -> str:
    with pytest.raises(UploadStopped) as caught:
        send(client, folder)
    return caught.value.code


def test_a_blob_goes_up_in_pieces(service: Service, client: httpx2.Client, tmp_path: Path) -> None:
    id = send(client, tmp_path)
    assert service.blobs == {id} == {sha256(BLOB).digest()}
    assert service.asked == ["POST", "HEAD", *["PATCH"] * 4]
    (kept,) = tmp_path.glob("*.upload")
    assert kept.stat().st_mode & 0o777 == 0o600
    service.asked.clear()
    assert send(client, tmp_path) == id
    assert service.asked == ["HEAD"]
    forget_addresses(tmp_path, [id])
    assert list(tmp_path.iterdir()) == []


def test_a_lost_answer_is_asked_for(
    service: Service, client: httpx2.Client, tmp_path: Path
) -> None:
    """Of each PATCH the service takes all, and its answer is lost; so is each HEAD's first one."""

    def lose(request: httpx2.Request, _number: int) -> Answer:
        if request.method == "PATCH":
            service.uploads[request.url.path][1].extend(request.content)
        elif request.method != "HEAD" or service.asked[-2] == "HEAD":
            return None
        raise httpx2.ReadError("cut")

    service.spoil = lose
    assert {send(client, tmp_path)} == service.blobs
    assert service.asked == ["POST", "HEAD", "HEAD", *["PATCH", "HEAD", "HEAD"] * 4]


def test_half_a_piece_counts(service: Service, client: httpx2.Client, tmp_path: Path) -> None:
    def halve(request: httpx2.Request, number: int) -> Answer:
        if request.method != "PATCH" or number > 8:
            return None
        _, data = service.uploads[request.url.path]
        data += request.content[: len(request.content) // 2]
        return problem(503, "blob-paused")

    service.spoil = halve
    assert {send(client, tmp_path)} == service.blobs


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (problem(503, "blobs-unavailable"), "blobs-unavailable"),
        (problem(423, "blob-locked"), "blob-locked"),
        (problem(507, "blobs-full"), "blobs-full"),
        (problem(415, "media-type"), "media-type"),
        (httpx2.Response(200, html="<html>sign in</html>"), "answer-strange"),
        (httpx2.Response(204, headers={"upload-offset": "many"}), "answer-strange"),
    ],
)
def test_where_nothing_goes_it_ends_and_goes_on_later(
    service: Service, client: httpx2.Client, tmp_path: Path, answer: httpx2.Response, code: str
) -> None:
    service.spoil = lambda request, _number: answer if request.method == "PATCH" else None
    assert stop(client, tmp_path) == code
    assert service.asked.count("PATCH") <= TRIES
    service.spoil = lambda _request, _number: None
    service.asked.clear()
    assert {send(client, tmp_path)} == service.blobs
    assert "POST" not in service.asked


def test_no_network(service: Service, client: httpx2.Client, tmp_path: Path) -> None:
    def down(request: httpx2.Request, _number: int) -> Answer:
        raise httpx2.ConnectError("no route")

    service.spoil = down
    assert stop(client, tmp_path) == "network-down"
    service.spoil = lambda request, number: None if request.method == "POST" else down(request, 0)
    assert stop(client, tmp_path) == "network-down"
    assert len(list(tmp_path.glob("*.upload"))) == 1


@pytest.mark.parametrize(
    "location", ["", "https://elsewhere.example/v1/blobs/uploads/x", "http://[", "/other/place",
                 "//elsewhere.example/v1/blobs/uploads/x", "http://service.example/v1/blobs/x"],
)  # fmt: skip
def test_nothing_is_sent_elsewhere(
    service: Service, client: httpx2.Client, tmp_path: Path, location: str
) -> None:
    answer = httpx2.Response(201, headers={**TUS, "location": location})
    service.spoil = lambda request, _number: answer if request.method == "POST" else None
    assert stop(client, tmp_path) == "answer-strange"
    assert service.asked == ["POST"]
    (tmp_path / f"{sha256(BLOB).hexdigest()}.upload").write_bytes(location.encode() or b"\xff")
    service.spoil = lambda _request, _number: None
    assert {send(client, tmp_path)} == service.blobs


def test_refused_at_the_start(service: Service, client: httpx2.Client, tmp_path: Path) -> None:
    service.spoil = lambda _request, _number: problem(413, "blob-too-large")
    assert stop(client, tmp_path) == "blob-too-large"


@pytest.mark.parametrize("length", [len(BLOB), 5])
def test_an_address_that_is_forgotten_or_another_s_is_made_anew(
    service: Service, client: httpx2.Client, tmp_path: Path, length: int
) -> None:
    address = "/v1/blobs/uploads/old"
    (tmp_path / f"{sha256(BLOB).hexdigest()}.upload").write_text(SERVICE + address)
    if length == 5:
        service.uploads[address] = (5, bytearray())
    assert {send(client, tmp_path)} == service.blobs
    assert service.asked[:3] == ["HEAD", "POST", "HEAD"]


def test_a_service_that_forgets_what_it_made(
    service: Service, client: httpx2.Client, tmp_path: Path
) -> None:
    service.spoil = lambda request, _number: (
        httpx2.Response(404, headers=TUS) if request.method == "HEAD" else None
    )
    assert stop(client, tmp_path) == "answer-strange"
    assert service.asked == ["POST", "HEAD"]


@pytest.mark.parametrize(
    "answer",
    [httpx2.Response(404), httpx2.Response(200, headers={**TUS, "upload-offset": "99999999"}),
     httpx2.Response(302, headers={"location": "https://portal.example"})],
)  # fmt: skip
def test_a_sign_in_page_is_no_answer(
    service: Service, client: httpx2.Client, tmp_path: Path, answer: httpx2.Response
) -> None:
    service.spoil = lambda request, _number: answer if request.method == "HEAD" else None
    assert stop(client, tmp_path) == "answer-strange"
    assert len(list(tmp_path.glob("*.upload"))) == 1


def test_a_file_that_became_shorter(client: httpx2.Client, tmp_path: Path) -> None:
    with pytest.raises(UploadStopped) as caught:
        send_blob(client, tmp_path, io.BytesIO(BLOB[:-1]), 0, len(BLOB), lambda _offset: None)
    assert caught.value.code == "blob-unreadable"


def test_a_folder_that_cannot_be_written(client: httpx2.Client, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OperatorError) as caught:
        send(client, tmp_path / "file" / "folder")
    assert caught.value.code == "outbox-unwritable"


def test_what_was_never_sent_is_not_taken_for_sent(
    service: Service, client: httpx2.Client, tmp_path: Path
) -> None:
    def lie(request: httpx2.Request, number: int) -> Answer:
        if number == 3:
            return httpx2.Response(204, headers={**TUS, "upload-offset": str(len(BLOB))})
        return None

    service.spoil = lie
    assert send(client, tmp_path) == sha256(BLOB).digest()
    assert service.blobs == {sha256(BLOB).digest()}


def test_a_service_that_goes_back_and_forth_is_given_up(
    service: Service, client: httpx2.Client, tmp_path: Path
) -> None:
    def swing(request: httpx2.Request, number: int) -> Answer:
        assert number < 100
        if request.method != "PATCH":
            return None
        offset = int(request.headers["upload-offset"])
        told = 0 if offset else len(request.content)
        return httpx2.Response(204, headers={**TUS, "upload-offset": str(told)})

    service.spoil = swing
    assert stop_quietly(client, tmp_path) == "answer-strange"


def stop_quietly(client: httpx2.Client, folder: Path) -> str:
    with pytest.raises(UploadStopped) as caught:
        send_blob(client, folder, STREAM, 6, len(BLOB), lambda _reached: None)
    return caught.value.code
