"""Uploads by tus 1.0: what each request is answered, also when it is hostile."""

import base64
import hashlib
from email.utils import parsedate_to_datetime

import pytest
from starlette.testclient import TestClient

from app.limits import Limits
from tests.app.running import NOW, Place
from tests.app.uploads import (
    OFFSET_TYPE,
    PATH,
    VERSION,
    ask,
    begin,
    code,
    list_pieces,
    make_blob,
    read_blob,
    read_room,
    send,
    upload,
)

DATA = make_blob(1)
DAY = 86_400


def test_what_the_server_can_do(place: Place) -> None:
    with place.open_client() as client:
        for path in (PATH, f"{PATH}/uploads/whatever"):
            answer = client.options(path)
            assert answer.status_code == 204
            assert answer.headers["Tus-Resumable"] == answer.headers["Tus-Version"] == "1.0.0"
            assert answer.headers["Tus-Extension"] == "creation,checksum,termination,expiration"
            assert answer.headers["Tus-Max-Size"] == str(Limits().blob_bytes)
            assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_an_upload_in_two_requests(place: Place) -> None:
    with place.open_client() as client:
        made = client.post(PATH, headers={**VERSION, "Upload-Length": str(len(DATA))})
        assert made.status_code == 201
        address = made.headers["Location"]
        assert len(address.removeprefix(f"{PATH}/uploads/")) == 43
        assert read_room(client) == (len(DATA), 0)
        first = send(client, address, 0, DATA[:1000])
        assert (first.status_code, first.headers["Upload-Offset"]) == (204, "1000")
        told = client.head(address, headers=VERSION)
        assert told.status_code == 200
        assert told.headers["Upload-Offset"] == "1000"
        assert told.headers["Upload-Length"] == str(len(DATA))
        assert told.headers["Cache-Control"] == "no-store"
        expires = {answer.headers["Upload-Expires"] for answer in (made, first, told)}
        (moment,) = map(parsedate_to_datetime, expires)
        assert moment.timestamp() == (NOW // DAY + Limits().blob_days + 1) * DAY  # a midnight
        last = send(client, address, 1000, DATA[1000:])
        assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(DATA)))
        assert ask(client, address) == len(DATA)
        assert "Upload-Expires" not in last.headers
        assert read_room(client) == (0, len(DATA))
        assert all("Tus-Resumable" in answer.headers for answer in (made, first, told, last))


def test_every_request_names_the_version(place: Place) -> None:
    with place.open_client() as client:
        address = begin(client, len(DATA))
        wrong = {"Tus-Resumable": "0.2.2"}
        answers = [
            client.post(PATH, headers={"Upload-Length": "65577"}),
            client.post(PATH, headers={"Upload-Length": "65577", **wrong}),
            client.patch(address, content=DATA, headers={"Upload-Offset": "0"}),
            client.delete(address, headers=wrong),
        ]
        for answer in answers:
            assert code(answer) == (412, "tus-version")
            assert answer.headers["Tus-Version"] == "1.0.0"
        assert client.head(address).status_code == 412
        assert ask(client, address) == 0


@pytest.mark.parametrize(
    ("headers", "status", "told"),
    [
        ({}, 422, "request-invalid"),
        ({"Upload-Length": "-1"}, 422, "request-invalid"),
        ({"Upload-Length": "+65577"}, 422, "request-invalid"),
        ({"Upload-Length": "6_5577"}, 422, "request-invalid"),
        ({"Upload-Length": "65577, 65577"}, 422, "request-invalid"),
        ({"Upload-Length": "9" * 19}, 422, "request-invalid"),
        ({"Upload-Length": "9" * 18}, 413, "blob-too-large"),
        ({"Upload-Length": str(2**28 + 1)}, 413, "blob-too-large"),
        ({"Upload-Length": "0"}, 400, "blob-length"),
        ({"Upload-Length": "65578"}, 400, "blob-length"),
        ({"Upload-Length": "65577", "Upload-Metadata": "name d29ybGQ="}, 400, "blob-metadata"),
        ({"Upload-Length": "65577", "Upload-Metadata": ""}, 400, "blob-metadata"),
        ({"Upload-Defer-Length": "1"}, 422, "request-invalid"),
        ({"Upload-Length": "65577", "Upload-Concat": "partial"}, 422, "request-invalid"),
    ],
)
def test_uploads_that_do_not_begin(
    place: Place, headers: dict[str, str], status: int, told: str
) -> None:
    with place.open_client() as client:
        answer = client.post(PATH, headers={**VERSION, **headers})
        assert code(answer) == (status, told)
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        assert read_room(client) == (0, 0)


def test_a_length_given_twice_begins_nothing(place: Place) -> None:
    with place.open_client() as client:
        twice = [*VERSION.items(), ("Upload-Length", "65577"), ("Upload-Length", "65577")]
        assert code(client.post(PATH, headers=twice)) == (422, "request-invalid")
        with_body = {**VERSION, "Upload-Length": "65577", "Content-Type": OFFSET_TYPE}
        assert code(client.post(PATH, headers=with_body, content=b"x")) == (413, "body-too-large")


@pytest.mark.parametrize("offset", ["0", "999", "1001", "65577", "65578", "9" * 18])
def test_offsets_that_go_back_or_ahead(place: Place, offset: str) -> None:
    with place.open_client() as client:
        address = begin(client, len(DATA))
        send(client, address, 0, DATA[:1000])
        assert code(send(client, address, offset, b"y" * 10)) == (409, "blob-offset")
        assert ask(client, address) == 1000
        send(client, address, 1000, DATA[1000:])
        assert ask(client, address) == len(DATA)


@pytest.mark.parametrize("offset", ["", "-1", "0x0", "1e3", "9" * 19, "٣", "0, 0"])
def test_offsets_that_are_none(place: Place, offset: str) -> None:
    with place.open_client() as client:
        address = begin(client, len(DATA))
        headers = [*VERSION.items(), ("Content-Type", OFFSET_TYPE)]
        sent = [*headers, ("Upload-Offset", offset.encode())]
        assert code(client.patch(address, content=b"y", headers=sent)) == (422, "request-invalid")
        assert code(client.patch(address, content=b"y", headers=headers)) == (
            422,
            "request-invalid",
        )
        twice = [*headers, ("Upload-Offset", "0"), ("Upload-Offset", "0")]
        assert code(client.patch(address, content=b"y", headers=twice)) == (422, "request-invalid")
        assert ask(client, address) == 0


def test_more_bytes_than_the_length(place: Place) -> None:
    with place.open_client() as client:
        address = begin(client, len(DATA))
        long = DATA + b"y"
        assert code(send(client, address, 0, long)) == (413, "body-too-large")
        assert code(send(client, address, 0, iter([long]))) == (413, "body-too-large")  # chunked
        assert ask(client, address) == 0
        assert code(send(client, address, 0, iter([DATA, b"y"]))) == (413, "body-too-large")
        assert ask(client, address) == 0  # what would have ended it waited for the end
        assert send(client, address, 0, iter([DATA[:9], DATA[9:]])).status_code == 204
        assert code(send(client, address, len(DATA), b"y")) == (413, "body-too-large")
        again = send(client, address, len(DATA), b"")
        assert (again.status_code, again.headers["Upload-Offset"]) == (204, str(len(DATA)))
        assert code(send(client, address, 0, DATA)) == (409, "blob-offset")
        assert read_room(client) == (0, len(DATA))


def test_other_media_types(place: Place) -> None:
    with place.open_client() as client:
        address = begin(client, len(DATA))
        for kind in ("application/octet-stream", "multipart/form-data; boundary=x", ""):
            answer = send(client, address, 0, DATA, Content_Type=kind)
            assert code(answer) == (415, "media-type")
        assert ask(client, address) == 0


def test_everything_unknown_is_one_404(place: Place) -> None:
    with place.open_client() as client:
        own = begin(client, len(DATA))
        gone = begin(client, len(DATA))
        assert client.delete(gone, headers=VERSION).status_code == 204
        unknown = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")
        addresses = [gone, *(f"{PATH}/uploads/{name}" for name in (unknown, own[-43:-1], "x" * 43))]
        changed = own[:-1] + chr(ord(own[-1]) ^ 1)  # the same 32 bytes, or others
        told = []
        for address in [
            *addresses,
            changed,
            own + "A",
            own + "%00",
            f"{PATH}/uploads/é" + own[-42:],
        ]:
            answers = [send(client, address, 0, DATA), client.delete(address, headers=VERSION)]
            assert client.head(address, headers=VERSION).status_code == 404
            told += [{**answer.json(), "incident": ""} for answer in answers]
        assert told == [told[0]] * len(told)
        assert told[0]["code"] == "not-found"
        assert ask(client, own) == 0


def make_checksum(algorithm: str, data: bytes) -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
@pytest.mark.parametrize("piece", [1000, 512 * 1024])
def test_checksums(place: Place, algorithm: str, piece: int) -> None:
    """With pieces that are shorter than the body too: nothing of them counts until the end."""
    place.limits = Limits(blob_piece_bytes=piece)
    with place.open_client() as client:
        address = begin(client, len(DATA))
        part = DATA[:2500]
        wrong = make_checksum(algorithm, part + b"y")
        answer = send(client, address, 0, part, Upload_Checksum=wrong)
        assert code(answer) == (460, "blob-checksum")
        assert ask(client, address) == 0
        assert list_pieces(place) == set()
        for start, end in ((0, 2500), (2500, 2900), (2900, len(DATA))):
            right = make_checksum(algorithm, DATA[start:end])
            sent = iter([DATA[start : start + 7], DATA[start + 7 : end]])
            answer = send(client, address, start, sent, Upload_Checksum=right)
            assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(end))
        assert read_room(client) == (0, len(DATA))


@pytest.mark.parametrize(
    "checksum",
    ["", "sha1", "md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha1 !!!!", "sha256 " + "A" * 27 + "=",
     "sha1  2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "SHA1 2jmj7l5rSw0yVb/vlWAYkK/YBwk="],
)  # fmt: skip
def test_checksums_that_are_none(place: Place, checksum: str) -> None:
    with place.open_client() as client:
        address = begin(client, len(DATA))
        answer = send(client, address, 0, DATA, Upload_Checksum=checksum)
        assert code(answer) == (400, "blob-checksum-form")
        assert ask(client, address) == 0


def test_termination(place: Place) -> None:
    with place.open_client() as client:
        address = begin(client, len(DATA))
        send(client, address, 0, DATA[:1000])
        assert len(list_pieces(place)) == 1
        assert client.delete(address, headers=VERSION).status_code == 204
        assert ask(client, address) == -1
        assert list_pieces(place) == set()
        assert read_room(client) == (0, 0)
        finished = upload(client, DATA)
        assert client.delete(finished, headers=VERSION).status_code == 204
        assert ask(client, finished) == -1
        assert read_room(client) == (0, len(DATA))  # the blob stays: a keyring purges it


def test_networks_that_let_only_post_through(place: Place) -> None:
    def post(client: TestClient, address: str, method: str, data: bytes = b"") -> int:
        headers = {**VERSION, "X-HTTP-Method-Override": method, "Upload-Offset": "0"}
        headers["Content-Type"] = OFFSET_TYPE
        return client.post(address, content=data, headers=headers).status_code

    with place.open_client() as client:
        address = begin(client, len(DATA))
        assert post(client, address, "PATCH", DATA) == 204
        assert post(client, address, "HEAD") == 200
        assert ask(client, address) == len(DATA)
        assert post(client, address, "DELETE") == 204
        assert post(client, address, "HEAD") == 404
        assert post(client, address, "GET") == 405
        assert client.put(address).status_code == 405


def test_caps(place: Place) -> None:
    """For all unfinished uploads, and for all blobs."""
    size = len(DATA)
    place.limits = Limits(
        blob_bytes=size, blob_unfinished_bytes=2 * size, blob_total_bytes=3 * size
    )
    begun = {**VERSION, "Upload-Length": str(size)}
    with place.open_client() as client:
        first, second = begin(client, size), begin(client, size)
        assert code(client.post(PATH, headers=begun)) == (507, "blobs-full")
        send(client, first, 0, DATA)
        third = begin(client, size)
        send(client, second, 0, make_blob(2))
        assert read_room(client) == (size, 2 * size)
        assert code(client.post(PATH, headers=begun)) == (507, "blobs-full")
        client.delete(third, headers=VERSION)
        assert send(client, begin(client, size), 0, make_blob(3)).status_code == 204
        assert code(client.post(PATH, headers=begun)) == (507, "blobs-full")
        assert client.get("/readyz").status_code == 200  # reports are taken


def test_too_many_requests_at_once(place: Place) -> None:
    place.limits = Limits(blob_requests=0)
    with place.open_client() as client:
        address = begin(client, len(DATA))
        answer = send(client, address, 0, DATA)
        assert code(answer) == (503, "store-busy")
        assert answer.headers["Retry-After"] == "10"


def test_nothing_finer_than_a_day_is_told_by_files(place: Place) -> None:
    """Also when keyholders have read them."""
    with place.open_client() as client:
        upload(client, DATA)
        id = hashlib.sha256(DATA).digest()
        assert client.portal.call(read_blob, client.blobs, id) == DATA  # type: ignore[union-attr, attr-defined]
        paths = [place.folder / "blobs" / path for path in list_pieces(place)]
        assert paths
        for path in paths:
            assert path.stat().st_mtime == path.stat().st_atime == NOW // DAY * DAY
        for path in [*paths, *(path.parent for path in paths)]:
            assert path.stat().st_mtime == NOW // DAY * DAY
            assert path.stat().st_mode & 0o077 == 0
