"""The download's reader takes its one shape, in any pieces, and nothing else."""

from contextlib import suppress
from itertools import pairwise

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyholder.errors import ServiceError
from keyholder.sequence import BODY_LIMIT, LEAF_LIMIT, Item, read_sequence

items = st.lists(
    st.builds(
        Item,
        st.integers(0, 2**64 - 1),
        st.binary(max_size=LEAF_LIMIT),
        st.none() | st.binary(max_size=300),
    ),
    max_size=5,
)


def write(listed: list[Item]) -> bytes:
    return b"".join(cbor2.dumps(list(item)) for item in listed)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({0, *(place % (len(data) + 1) for place in places), len(data)})
    return [data[start:end] for start, end in pairwise(ends)]


@given(items, st.lists(st.integers(0, 10_000), max_size=20))
def test_any_pieces_give_the_same_items(listed: list[Item], places: list[int]) -> None:
    assert list(read_sequence(cut(write(listed), places))) == listed


@given(items, st.integers(0, 10_000))
def test_a_cut_gives_the_whole_items_before_it(listed: list[Item], place: int) -> None:
    data = write(listed)
    read = list(read_sequence([data[: place % (len(data) + 1)]]))
    assert read == listed[: len(read)]
    assert len(write(read)) <= place % (len(data) + 1)


@given(st.binary(max_size=200))
def test_anything_else_is_refused_or_waited_for(data: bytes) -> None:
    with suppress(ServiceError):
        assert all(isinstance(item, Item) for item in read_sequence([data]))


@pytest.mark.parametrize(
    "item",
    [
        [0, b"", b"", b""],
        [0, b""],
        {"index": 0},
        [-1, b"", b""],
        [1.5, b"", b""],
        ["0", b"", b""],
        [0, "leaf", b""],
        [0, b"", "body"],
        [0, b"", True],
        [0, b"", [b""]],
        [0, bytes(LEAF_LIMIT + 1), b""],
        [0, b"", bytes(BODY_LIMIT + 1)],
    ],
)
def test_other_shapes_are_refused(item: object) -> None:
    with pytest.raises(ServiceError):
        list(read_sequence([cbor2.dumps(item)]))


@pytest.mark.parametrize("data", ["9f00404040ff", "8300" + "5f4100ff40", "83005bffffffffffffffff"])
def test_open_lengths_and_bombs_are_refused_at_once(data: str) -> None:
    with pytest.raises(ServiceError):
        list(read_sequence([bytes.fromhex(data)]))
