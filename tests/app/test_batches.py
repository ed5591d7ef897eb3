"""The batch reader: whatever the chunks and wherever the cut, no whole item is ever lost."""

from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.batches import MAX_DEPTH, MAX_HEADS, BatchReader

LONGEST = 40

good = st.binary(max_size=LONGEST)
scalars = st.one_of(
    st.integers(-(2**64), 2**64 - 1),
    st.text(max_size=30),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False),
    st.binary(max_size=60),
)
rotten = st.one_of(
    st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(st.integers(), inner, max_size=3),
            st.builds(lambda value: cbor2.CBORTag(4711, value), inner),
        ),
        max_leaves=8,
    ).filter(lambda value: not isinstance(value, bytes)),
    st.binary(min_size=LONGEST + 1, max_size=300),
)


def expect(item: object) -> bytes | str:
    if isinstance(item, bytes):
        return item if len(item) <= LONGEST else "envelope-length"
    return "batch-item-type"


def read(data: bytes, cuts: Sequence[int] = ()) -> tuple[list[bytes | str], BatchReader]:
    reader = BatchReader(LONGEST)
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    items: list[bytes | str] = []
    for start, end in pairwise(places):
        items += reader.feed(data[start:end])
    return items, reader


@given(st.lists(st.one_of(good, rotten), max_size=8), st.lists(st.integers(0, 600), max_size=8))
def test_any_chunking_gives_every_item_in_order(items: list[object], cuts: list[int]) -> None:
    found, reader = read(b"".join(map(cbor2.dumps, items)), cuts)
    assert found == [expect(item) for item in items]
    assert reader.between_items


@given(st.lists(st.one_of(good, rotten), min_size=1, max_size=6), st.data())
def test_a_cut_loses_no_whole_item(items: list[object], data: st.DataObject) -> None:
    encoded = [cbor2.dumps(item) for item in items]
    whole = b"".join(encoded)
    cut = data.draw(st.integers(0, len(whole)))
    found, reader = read(whole[:cut], range(0, cut, 7))
    ends = [sum(map(len, encoded[: place + 1])) for place in range(len(encoded))]
    kept = sum(end <= cut for end in ends)
    assert found == [expect(item) for item in items[:kept]]
    assert reader.between_items == (cut in (0, *ends))


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=4))
@settings(max_examples=300)
def test_any_bytes_are_read_without_an_error_and_in_bounded_memory(
    data: bytes, cuts: list[int]
) -> None:
    found, reader = read(data, cuts)
    assert found == read(data)[0]
    assert len(reader._held) <= max(LONGEST + 9, 200)
    stream = BytesIO(data)
    for item in found:  # cbor2 agrees on what it can read at all
        try:
            value = cbor2.load(stream)
        except Exception:  # noqa: BLE001 -- its errors are of many kinds; then there is no oracle
            break
        if isinstance(item, bytes):
            assert value == item


@pytest.mark.parametrize(
    "data",
    [
        b"\x1c",  # reserved
        b"\x5d",
        b"\x3f",  # an indefinite integer
        b"\xdf",  # an indefinite tag
        b"\xff",  # "break" outside
        b"\x81\xff",  # "break" in a definite array
        b"\x81" * (MAX_DEPTH + 2),
    ],
)
def test_no_cbor_ends_the_batch(data: bytes) -> None:
    found, reader = read(b"\x41a" + data + b"\x41b")
    assert found == [b"a"]
    assert reader.malformed
    assert not reader.between_items
    assert list(reader.feed(b"\x41c")) == []


@pytest.mark.parametrize(
    "data",
    [
        b"\x5f\x42aa\x41b\xff",  # an indefinite byte string
        b"\x9f\x01\x82\x02\x03\xff",
        b"\xbf\x01\x02\xff",
        b"\x80",
        b"\xa0",
        b"\x60",
        b"\xf8\x20",
        b"\xc1\xc2\x01",
        b"\x9f\x80\xff",
    ],
)
def test_rotten_items_are_stepped_over(data: bytes) -> None:
    for cut in range(len(data)):
        found, reader = read(b"\x41a" + data + b"\x41b", [cut + 2])
        assert found == [b"a", "batch-item-type", b"b"]
        assert reader.between_items


def test_a_long_head_is_still_a_byte_string() -> None:
    assert read(b"\x5b" + (3).to_bytes(8, "big") + b"abc")[0] == [b"abc"]


def test_ten_gigabytes_are_not_waited_for() -> None:
    reader = BatchReader(LONGEST)
    assert list(reader.feed(b"\x5b" + (10**10).to_bytes(8, "big"))) == []
    for _ in range(100):
        assert list(reader.feed(bytes(65536))) == []
        assert not reader._held
    assert not reader.between_items


class Counting(BatchReader):
    """Counts its steps: what a body costs the event loop."""

    steps = 0

    def _step(self, at: int) -> tuple[int, bytes | str | None]:
        self.steps += 1
        return super()._step(at)


@pytest.mark.parametrize(
    "start",
    [
        b"\x9a\x7f\xff\xff\xff",  # two thousand million children
        b"\x9f",  # as many as there are
        b"\x5f" + b"\x40" * 100,  # empty pieces of one string
        b"\x80" * 100,  # many small rotten items
    ],
)
def test_a_rotten_body_costs_few_steps(start: bytes) -> None:
    reader = Counting(LONGEST)
    assert list(reader.feed(b"\x41a")) == [b"a"]
    for _ in range(64):
        found = list(reader.feed(start + bytes(65536)))
        assert set(found) <= {"batch-item-type"}
        start = b""
    assert reader.malformed
    assert reader.steps <= MAX_HEADS + 2
    assert list(reader.feed(b"\x41b")) == []


def test_a_rotten_item_of_some_children_is_stepped_over() -> None:
    item = b"\x99" + (MAX_HEADS - 1).to_bytes(2, "big") + bytes(MAX_HEADS - 1)
    assert read(item + b"\x41b")[0] == ["batch-item-type", b"b"]
    found, reader = read(item + b"\x00\x41b")
    assert found == ["batch-item-type"]
    assert reader.malformed
