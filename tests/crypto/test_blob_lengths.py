"""Which lengths a blob may have: both ways, at every edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.blob_lengths import (
    CHUNK_OVERHEAD,
    CHUNK_SIZE,
    MIN_BLOB,
    MIN_PADDED,
    STREAM_HEADER,
    blob_length,
    pad_length,
    read_blob_length,
    round_up,
)
from crypto.errors import BlobError


@pytest.mark.parametrize(
    ("size", "padded"),
    # by the formula of the paper, figure 3, done by hand
    [(1, 1), (2, 2), (3, 3), (8, 8), (9, 10), (10, 10), (11, 12), (255, 256), (257, 272),
     (1_000_000, 1_015_808), (2**20, 2**20), (2**20 + 1, 2**20 + 2**15)],
)  # fmt: skip
def test_padme(size: int, padded: int) -> None:
    assert round_up(size) == padded


def test_the_example_of_the_specification() -> None:
    assert pad_length(1_000_000) == 1_015_808
    assert blob_length(1_000_000) == 1_016_104
    assert read_blob_length(1_016_104) == 1_015_808
    assert MIN_BLOB == blob_length(1) == blob_length(MIN_PADDED) == 65_577


@given(st.integers(1, 2**45))
def test_what_is_made_is_accepted(size: int) -> None:
    padded = pad_length(size)
    assert size <= padded <= max(MIN_PADDED, size * 1.12)
    assert pad_length(padded) == padded
    assert read_blob_length(blob_length(size)) == padded


@given(st.integers(-(2**20), 2**40))
def test_what_is_accepted_can_be_made(length: int) -> None:
    try:
        padded = read_blob_length(length)
    except BlobError:
        return
    assert blob_length(padded) == length


@pytest.mark.parametrize(
    "length",
    [
        -1,
        0,
        STREAM_HEADER,
        STREAM_HEADER + CHUNK_OVERHEAD + 1,
        MIN_BLOB - 1,
        MIN_BLOB + 1,
        MIN_BLOB + CHUNK_OVERHEAD,  # a second chunk without content
        STREAM_HEADER + MIN_PADDED + 1 + 2 * CHUNK_OVERHEAD,  # one byte more is no Padmé length
        STREAM_HEADER + 2 * CHUNK_SIZE + CHUNK_OVERHEAD,  # too few chunks
        STREAM_HEADER + 2 * CHUNK_SIZE + 3 * CHUNK_OVERHEAD,  # too many
    ],
)
def test_other_lengths_are_refused(length: int) -> None:
    with pytest.raises(BlobError) as caught:
        read_blob_length(length)
    assert caught.value.code == "blob-length"


def test_there_is_no_empty_blob() -> None:
    with pytest.raises(BlobError) as caught:
        blob_length(0)
    assert caught.value.code == "blob-empty"
