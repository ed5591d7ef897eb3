"""Pieces: the bytes of blobs lie outside of the database, in files or in a bucket.

A piece is written once and never changed. Its name tells what upload it belongs to, who wrote it
and which bytes it holds; it counts only once a row of the database names it (app/blob_rows.py).
"""

import re
from typing import NamedTuple, Protocol

from app.errors import StoreUnavailable

STEM_SIZE = 16
TURN_SIZE = 16
SHARDS = 16
"""Pieces are listed shard by shard: by the first hex digit of their stems."""
NAME = re.compile(r"([0-9a-f]{32})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{8})")


class Piece(NamedTuple):
    """`length` bytes of a blob from `start` on, written in the turn `turn`."""

    stem: bytes
    turn: bytes
    start: int
    length: int

    @property
    def name(self) -> str:
        """The piece's name, without its shard."""
        return f"{self.stem.hex()}-{self.turn.hex()}-{self.start:016x}-{self.length:08x}"

    @property
    def shard(self) -> int:
        return self.stem[0] >> 4

    @property
    def path(self) -> str:
        """Shard and name, with a slash between them."""
        return f"{self.shard:x}/{self.name}"


def read_name(name: str) -> Piece | None:
    """The piece of a name; None for a name that is not one of ours."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    stem, turn, start, length = found.groups()
    return Piece(bytes.fromhex(stem), bytes.fromhex(turn), int(start, 16), int(length, 16))


class Pieces(Protocol):
    """Where pieces lie. All of it blocks, and may be called from several threads at once.

    Everything raises StoreUnavailable (`blobs-unavailable`) when the place does not answer.
    """

    def prepare(self) -> None:
        """Makes what has to be there, and asks whether the place answers. Safe to repeat."""

    def write(self, piece: Piece, data: bytes, day: int) -> None:
        """Returns once the bytes survive a power cut. Raises StoreFull (`blobs-full`) too, and then
        leaves nothing. `day` is days since 1970-01-01: no finer time is told by what is written.
        """

    def read(self, piece: Piece, begin: int, end: int) -> bytes:
        """Bytes of the piece from `begin` up to `end`. Raises PieceMissing too, but only where the
        place answers: an upload that misses a piece is given up.
        """

    def delete(self, pieces: list[Piece], day: int) -> None:
        """What is not there is no error."""

    def list(self, shard: int) -> set[Piece]:
        """The pieces of a shard. What lies there under other names is left alone."""

    def count_free(self) -> int | None:
        """Bytes of room; None where nobody can tell."""


class PieceMissing(StoreUnavailable):
    """A piece that a row names is not there: it was lost or taken away."""

    def __init__(self) -> None:
        super().__init__("blob-damaged")
