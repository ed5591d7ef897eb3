"""GET /v1/blobs/{id}: signed, from any byte on, one answer for everybody else."""

import hashlib

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from app.byte_ranges import read_range
from app.errors import RequestRefused
from app.limits import Limits
from crypto.requests import sign_request
from tests.app.running import PUBLIC, Place
from tests.app.uploads import begin, code, list_pieces, make_blob, send, upload
from tests.coalition import make_coalition, make_seed

COALITION = make_coalition()
DATA = make_blob(1)
SIZE = len(DATA)
PATH = f"/v1/blobs/{hashlib.sha256(DATA).hexdigest()}"


def prepare(client: TestClient) -> None:
    kind = {"Content-Type": "application/cbor"}
    client.post("/v1/keyring", content=COALITION.bundle, headers=kind)
    upload(client, DATA)


def get(
    client: TestClient, path: str = PATH, *, seed: bytes = COALITION.holder_seed, **headers: str
) -> Response:
    signed = sign_request(seed, COALITION.holder_id, "GET", PUBLIC + path)
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers={**signed, **more})


@pytest.mark.parametrize("piece", [10_000, 512 * 1024])
def test_whole_and_in_parts(place: Place, piece: int) -> None:
    place.limits = Limits(blob_piece_bytes=piece)
    with place.open_client(root=COALITION.root) as client:
        prepare(client)
        answer = get(client)
        assert (answer.status_code, answer.content) == (200, DATA)
        assert answer.headers["Content-Length"] == str(SIZE)
        assert answer.headers["Accept-Ranges"] == "bytes"
        tag = answer.headers["ETag"]
        for asked, begin_, end in (
            ("bytes=0-0", 0, 1),
            ("bytes=9999-10000", 9999, 10_001),
            ("bytes=30000-", 30_000, SIZE),
            (f"bytes=1-{10**18}", 1, SIZE),
            ("bytes=-5", SIZE - 5, SIZE),
            (f"bytes=-{SIZE + 1}", 0, SIZE),
        ):
            answer = get(client, Range=asked, If_Range=tag)
            assert (answer.status_code, answer.content) == (206, DATA[begin_:end])
            assert answer.headers["Content-Range"] == f"bytes {begin_}-{end - 1}/{SIZE}"
            assert answer.headers["Content-Length"] == str(end - begin_)
        assert get(client, Range="bytes=5-", If_Range='"another"').content == DATA
        for asked in (f"bytes={SIZE}-", "bytes=-0"):
            answer = get(client, Range=asked)
            assert code(answer) == (416, "range-invalid")
            assert answer.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "header", [None, "", "bytes", "bytes=-", "bytes=2-1", "bytes=0-1,3-4", "items=0-1",
               "bytes=a-b", "bytes=1-٣", "bytes=0-" + "9" * 20, "bytes= 0-1"],
)  # fmt: skip
def test_what_is_no_single_range_is_ignored(header: str | None) -> None:
    assert read_range(header, 10) is None


def test_a_range_that_is_not_there() -> None:
    with pytest.raises(RequestRefused):
        read_range("bytes=10-", 10)


def test_everybody_else_gets_one_answer(place: Place) -> None:
    with place.open_client(root=COALITION.root) as client:
        prepare(client)
        elsewhere = "/v1/blobs/" + "0" * 64
        signed = sign_request(COALITION.holder_seed, COALITION.holder_id, "GET", PUBLIC + PATH)
        answers = [
            client.get(PATH),
            client.get(elsewhere),
            client.get("/v1/blobs/rotten"),
            get(client, seed=make_seed("somebody")),
            client.get(elsewhere, headers=signed),
        ]
        told = [{**answer.json(), "incident": ""} for answer in answers]
        assert [answer.status_code for answer in answers] == [401] * len(answers)
        assert told == [told[0]] * len(told)


def test_holders_get_one_404_for_everything_unknown(place: Place) -> None:
    with place.open_client(root=COALITION.root) as client:
        prepare(client)
        other = make_blob(2)
        unfinished = begin(client, len(other))
        send(client, unfinished, 0, other[:-1])
        names = [
            hashlib.sha256(other).hexdigest(),
            "0" * 64,
            PATH.rpartition("/")[2].upper(),
            "uploads",
            unfinished[-43:],
        ]
        for name in names:
            assert code(get(client, f"/v1/blobs/{name}")) == (404, "not-found")
        assert client.get(unfinished).status_code == 405
        assert list_pieces(place)
