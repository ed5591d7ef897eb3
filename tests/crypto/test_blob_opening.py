"""Opening blobs: whatever is done to one, it gives its content or nothing. See spec/vectors too."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.blob_opening import open_beginning, open_blob
from crypto.errors import BlobError
from tests.blob_sealing import seal_blob

CONTENT = bytes(range(256)) * 300  # two chunks
SEALED = seal_blob(CONTENT)


def read(data: bytes, key: bytes = SEALED.key, size: int = SEALED.size) -> bytes | str:
    try:
        return b"".join(open_blob(BytesIO(data), key, SEALED.id, size))
    except BlobError as error:
        return error.code


def look(data: bytes, key: bytes = SEALED.key, size: int = SEALED.size) -> bytes | str:
    try:
        return open_beginning(BytesIO(data), key, size)
    except BlobError as error:
        return error.code


@pytest.mark.parametrize("size", [1, 65_535, 65_536, 65_537, 200_000])
def test_content_comes_out_as_it_went_in(size: int) -> None:
    content = (b"heliograph" * 20_000)[:size]
    sealed = seal_blob(content)
    stream = BytesIO(sealed.data)
    stream.seek(99)  # wherever it stands
    assert b"".join(open_blob(stream, sealed.key, sealed.id, size)) == content
    assert open_beginning(stream, sealed.key, size) == content[:65_536]


@settings(deadline=None)
@given(st.integers(0, len(SEALED.data) - 1), st.integers(1, 255))
def test_no_changed_byte_goes_unseen(at: int, change: int) -> None:
    data = bytearray(SEALED.data)
    data[at] ^= change
    assert read(bytes(data)) == "blob-id"
    assert look(bytes(data)) == ("blob-chunk" if at < 24 + 65_553 else CONTENT[:65_536])


@settings(deadline=None)
@given(st.integers(-1, 1 << 40))
def test_no_other_size_is_believed(size: int) -> None:
    assert read(SEALED.data, size=size) == (CONTENT if size == len(CONTENT) else "blob-size") or (
        # The same padded length: what the report leaves out is no padding.
        read(SEALED.data, size=size) == "blob-padding" and size < len(CONTENT)
    )


def test_a_look_checks_what_it_can() -> None:
    assert look(SEALED.data, size=0) == "blob-size"
    assert look(SEALED.data[:23]) == "blob-chunk"
    assert look(SEALED.data[:30]) == "blob-chunk"
    assert look(SEALED.data, key=b"short") == "blob-chunk"
    assert look(SEALED.data, size=9) == "blob-tag"  # that would be one chunk
