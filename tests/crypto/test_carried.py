"""Bundles and the texts of QR codes: any whole items come out, anything else costs only itself."""

import io
import os
import secrets
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.blob_lengths import blob_length
from crypto.carried import (
    ENDS,
    MAX_ITEMS,
    MAX_REFUSED,
    CarriedBlob,
    CarriedEnvelope,
    Item,
    RefusedItem,
    read_items,
)
from crypto.envelope import Suite, padded_lengths, write_header
from crypto.errors import CarriedError, CryptoError
from crypto.qr_text import ALPHABET, MAX_TEXT, read_qr_text, write_qr_text

ENVELOPES = st.builds(
    lambda suite, index, epoch: (
        write_header(suite, epoch)
        + secrets.token_bytes(
            suite.overhead - 4 + padded_lengths(suite)[index % len(padded_lengths(suite))]
        )
    ),
    st.sampled_from(Suite),
    st.integers(0, 30),
    st.integers(0, 0xFFFF),
)
SMALL = write_header(Suite.SEALED_BOX, 7) + bytes(560)


def bundle_of(*items: bytes) -> bytes:
    """As any CBOR library writes them: ours is not asked."""
    return b"".join(map(cbor2.dumps, items))


def read(data: bytes) -> list[Item]:
    return list(read_items(io.BytesIO(data)))


class Pipe(io.RawIOBase):
    """Bytes that come once, as through a pipe."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray") -> int:  # type: ignore[override]
        return self._data.readinto(buffer)


def pipe(data: bytes) -> BinaryIO:
    return io.BufferedReader(Pipe(data))


@settings(deadline=None)
@given(st.lists(ENVELOPES, min_size=1, max_size=12), st.lists(st.integers(1, 200_000), max_size=2))
def test_what_is_written_is_read(envelopes: list[bytes], contents: list[int]) -> None:
    blobs = [bytes(blob_length(size)) for size in contents]
    data = bundle_of(*envelopes, *blobs)
    items = read(data)
    assert [one.envelope for one in items if isinstance(one, CarriedEnvelope)] == envelopes
    found = [one for one in items if isinstance(one, CarriedBlob)]
    assert [data[one.offset : one.offset + one.size] for one in found] == blobs
    assert [one.number for one in items] == list(range(1, len(items) + 1))
    assert list(read_items(pipe(data))) == items


@settings(deadline=None)
@given(st.lists(ENVELOPES, min_size=1, max_size=5), st.data())
def test_a_file_cut_off_anywhere_gives_its_whole_items(
    envelopes: list[bytes], data: st.DataObject
) -> None:
    bundle = bundle_of(*envelopes)
    length = data.draw(st.integers(1, len(bundle) - 1))
    items = read(bundle[:length])
    whole = [one.envelope for one in items if isinstance(one, CarriedEnvelope)]
    assert whole == envelopes[: len(whole)]
    rest = len(bundle_of(*whole))
    if rest == length:
        assert len(items) == len(whole)
    else:
        assert items[-1] == RefusedItem(len(whole) + 1, "bundle-cut-off")


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_anything_is_read_to_an_end(data: bytes) -> None:
    items = read(data)
    assert list(read_items(pipe(data))) == items
    for item in items[:-1]:
        assert not isinstance(item, RefusedItem) or item.code not in ENDS


@settings(deadline=None)
@given(st.integers(0, 566), st.integers(1, 255))
def test_a_changed_byte_costs_no_item_before_it(at: int, change: int) -> None:
    good = bundle_of(SMALL)
    bad = bytearray(good)
    bad[at] ^= change
    items = read(good + bytes(bad))
    assert items[0] == CarriedEnvelope(1, SMALL)
    # A byte of the box is for the one who opens; one of head, version, suite is noticed here.
    if at in (0, 1, 2, 3):
        assert isinstance(items[1], RefusedItem)


@contextmanager
def little_memory(limit: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


def test_a_million_tiny_items_are_refused_at_once() -> None:
    stream = io.BytesIO(b"\x41x" * 1_000_000)
    with little_memory(1024 * 1024):
        items = list(read_items(stream))
    assert len(items) == MAX_REFUSED + 1
    assert items[-1] == RefusedItem(MAX_REFUSED + 1, "bundle-too-many")
    assert stream.tell() < 2000


def test_too_many_envelopes() -> None:
    single = bundle_of(write_header(Suite.SEALED_BOX, 7) + bytes(115))
    stream = io.BytesIO(single * (MAX_ITEMS + 5))
    *good, last = read_items(stream)
    assert len(good) == MAX_ITEMS
    assert all(isinstance(one, CarriedEnvelope) for one in good)
    assert last == RefusedItem(MAX_ITEMS + 1, "bundle-too-many")


@pytest.mark.parametrize("through", ["file", "pipe"])
def test_300_mib_take_the_memory_of_one_envelope(tmp_path: Path, through: str) -> None:
    """A sparse file: two blobs of 150 MiB between envelopes."""
    path, size = tmp_path / "carried", blob_length(150 * 1024 * 1024)
    with path.open("wb") as file:
        offsets = []
        for _ in range(2):
            file.write(bundle_of(SMALL) + b"\x5a" + size.to_bytes(4, "big"))
            offsets.append(file.tell())
            file.seek(size, os.SEEK_CUR)
        file.write(bundle_of(SMALL))
    with path.open("rb") as file, little_memory(1024 * 1024):
        if through == "file":
            items = list(read_items(file))
        else:
            file.seekable = lambda: False  # type: ignore[method-assign]
            items = list(read_items(file))
    assert items == [
        CarriedEnvelope(1, SMALL), CarriedBlob(2, offsets[0], size),
        CarriedEnvelope(3, SMALL), CarriedBlob(4, offsets[1], size), CarriedEnvelope(5, SMALL),
    ]  # fmt: skip


def test_reading_begins_where_the_stream_stands() -> None:
    blob = bytes(blob_length(9))
    stream = io.BytesIO(b"before" + bundle_of(blob))
    stream.seek(6)
    assert list(read_items(stream)) == [CarriedBlob(1, 11, len(blob))]


@settings(deadline=None)
@given(ENVELOPES)
def test_a_qr_text_gives_its_envelope(envelope: bytes) -> None:
    if len(envelope) > MAX_TEXT // 3 * 2:
        with pytest.raises(CarriedError) as caught:
            write_qr_text(envelope)
        assert caught.value.code == "qr-text-too-long"
        return
    text = write_qr_text(envelope)
    assert text == text.strip()
    assert set(text) <= set(ALPHABET)
    assert read_qr_text(text) == envelope


@settings(deadline=None)
@given(st.text(ALPHABET, max_size=200) | st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        envelope = read_qr_text(text)
    except CryptoError:
        return
    assert write_qr_text(envelope) == text


@settings(deadline=None)
@given(
    ENVELOPES.filter(lambda one: len(one) < 700), st.integers(0, 1050), st.sampled_from(ALPHABET)
)
def test_a_text_changed_is_another_envelope_or_none(
    envelope: bytes, at: int, character: str
) -> None:
    text = write_qr_text(envelope)
    at %= len(text)
    changed = text[:at] + character + text[at + 1 :]
    try:
        assert (read_qr_text(changed) == envelope) == (changed == text)
    except CryptoError:
        assert changed != text
