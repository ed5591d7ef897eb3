"""Where pieces lie: files and a bucket keep one contract, and a bucket refuses wrong keys."""

import asyncio
import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.blobs import Blobs
from app.errors import RequestRefused, StoreUnavailable
from app.limits import Limits
from app.piece_bucket import Bucket, PieceBucket
from app.piece_files import PieceFiles
from app.pieces import SHARDS, Piece, PieceMissing, Pieces, read_name
from tests.app.bucket import open_bucket, open_client
from tests.app.running import Place
from tests.app.uploads import Line, list_pieces, make_blob, read_blob, run_blobs, whole

DATA = make_blob(1)
SIZE = len(DATA)
ID = hashlib.sha256(DATA).digest()
FIRST = Piece(bytes(range(16)), b"t" * 16, 0, 1000)
SECOND = Piece(bytes(range(16)), b"t" * 16, 1000, 500)
OTHER = Piece(b"\xff" * 16, b"t" * 16, 0, 1)


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    with open_bucket() as found:
        yield found


@pytest.fixture(params=["files", "bucket"])
def pieces(request: pytest.FixtureRequest, tmp_path: Path) -> Pieces:
    if request.param == "files":
        return PieceFiles(tmp_path / "blobs")
    found: Pieces = PieceBucket(request.getfixturevalue("bucket"))
    for shard in range(SHARDS):
        if there := list(found.list(shard)):
            found.delete(there, 0)
    return found


def test_the_contract_of_pieces(pieces: Pieces) -> None:
    pieces.prepare()
    pieces.prepare()
    data = os.urandom(1000)
    for piece in (FIRST, SECOND, OTHER):
        pieces.write(piece, data[: piece.length], 20_000)
    assert pieces.list(0) == {FIRST, SECOND}
    assert pieces.list(15) == {OTHER}
    assert pieces.list(7) == set()
    assert pieces.read(FIRST, 0, 1000) == data
    assert pieces.read(FIRST, 999, 1000) == data[999:]
    assert pieces.read(FIRST, 10, 20) == data[10:20]
    pieces.delete([FIRST, OTHER], 20_000)
    pieces.delete([FIRST], 20_000)
    assert pieces.list(0) == {SECOND}
    assert pieces.list(15) == set()
    with pytest.raises(PieceMissing):
        pieces.read(FIRST, 0, 1)
    with pytest.raises(StoreUnavailable):  # shorter than its name says: it is damaged
        pieces.read(SECOND, 400, 600)


@given(st.binary(min_size=16, max_size=16), st.integers(0, 2**63), st.integers(0, 2**31))
def test_names_tell_their_piece(stem: bytes, start: int, length: int) -> None:
    piece = Piece(stem, stem[::-1], start, length)
    assert read_name(piece.name) == piece
    assert piece.path == f"{stem.hex()[0]}/{piece.name}"


@pytest.mark.parametrize(
    "name", ["", "x", FIRST.name + "0", FIRST.name.upper(), "../" + FIRST.name]
)
def test_other_names_are_none(name: str) -> None:
    assert read_name(name) is None


def test_a_place_that_is_away_is_no_missing_piece(tmp_path: Path, bucket: Bucket) -> None:
    """Else all uploads would be given up while a disk is not mounted."""
    away: list[Pieces] = [PieceFiles(tmp_path / "away"), PieceBucket(replace(bucket, name="away"))]
    for pieces in away:
        for do in (lambda p: p.read(FIRST, 0, 1), lambda p: p.write(FIRST, b"y", 0)):
            with pytest.raises(StoreUnavailable) as caught:
                do(pieces)
            assert caught.value.code == "blobs-unavailable"


def test_blobs_in_a_bucket(place: Place, pieces: Pieces) -> None:
    place.limits = Limits(blob_piece_bytes=10_000)
    place.pieces = pieces

    async def test(blobs: Blobs) -> None:
        secret, upload = await blobs.create(SIZE)
        line = Line([DATA[:25_000]])
        line.cut()
        with pytest.raises(RequestRefused):
            await blobs.take(secret, 0, line)
        await blobs.take(secret, 25_000, whole(DATA[25_000:]))
        assert await read_blob(blobs, ID, 19_999, 40_001) == DATA[19_999:40_001]
        pieces.write(OTHER, b"y", 0)
        assert await blobs.sweep(upload.day) == (1, 0)
        assert await read_blob(blobs, ID) == DATA
        assert len(list_pieces(place)) == 7
        assert await blobs.delete(ID)
        assert list_pieces(place) == set()

    run_blobs(place, test)


def test_a_bucket_holds_nothing_but_pieces(place: Place, bucket: Bucket) -> None:
    place.pieces = PieceBucket(bucket)

    async def test(blobs: Blobs) -> None:
        secret, _ = await blobs.create(SIZE)
        await blobs.take(secret, 0, whole(DATA))

    run_blobs(place, test)
    found = open_client(bucket).list_objects_v2(Bucket=bucket.name)["Contents"]
    assert {entry["Key"] for entry in found} == list_pieces(place)
    assert open_client(bucket).list_multipart_uploads(Bucket=bucket.name).get("Uploads") is None


@pytest.mark.parametrize("wrong", ["secret", "key_id", "name", "endpoint"])
def test_a_bucket_that_refuses_us(
    place: Place, bucket: Bucket, wrong: str, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The right keys in the environment, where other programs look, are not taken."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", bucket.key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", bucket.secret)
    other = "http://127.0.0.1:9" if wrong == "endpoint" else "another-one"
    place.pieces = PieceBucket(replace(bucket, **{wrong: other}))

    async def test(blobs: Blobs) -> None:
        await asyncio.wait({blobs._preparing})
        assert caplog.messages == ["code=blobs-unavailable"]
        secret, _ = await blobs.create(SIZE)
        with pytest.raises(StoreUnavailable) as caught:
            await blobs.take(secret, 0, whole(DATA))
        assert caught.value.code == "blobs-unavailable"
        assert (await blobs.look(secret)).received == 0

    run_blobs(place, test)
