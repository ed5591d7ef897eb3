"""The log's hashes: those that are kept, and how all others are found from them.

A hash is kept for each complete group of 256, 65,536, … leaves, 1/256 of all hashes. A *tile* is
what lies between two kept levels: up to 256 hashes, and those above them that they make. A root or
a proof reads two tiles a level at most, however long the log is.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, insert, select

from app.errors import StoreUnavailable
from app.tables import LogLeaf, LogTile
from crypto.log import HASH_SIZE, TILE_LEVELS, ReadHash, hash_leaf, join_pairs

LEAF = LogLeaf.__table__  # type: ignore[attr-defined]  # SQLModel adds it
LOG_TILE = LogTile.__table__  # type: ignore[attr-defined]
STEP = 64
"""Groups that one transaction completes at most at one level. Only a store that was made before
hashes were kept has so many.
"""
TILES = 256
"""Tiles that are held in memory, 16 KiB each. Those of upper levels are few, and wanted often."""
# Made once: to put a statement together costs as much as to run it.
_LEAVES = (
    select(LEAF.c.leaf)
    .where(LEAF.c.log_index >= bindparam("first"), LEAF.c.log_index < bindparam("end"))
    .order_by(LEAF.c.log_index)
)
_KEPT = (
    select(LOG_TILE.c.hash)
    .where(
        LOG_TILE.c.level == bindparam("level"),
        LOG_TILE.c.position >= bindparam("first"),
        LOG_TILE.c.position < bindparam("end"),
    )
    .order_by(LOG_TILE.c.position)
)

Tile = Sequence[bytes]
"""The hashes of each level of a tile, end to end, the lowest level first."""


class Tiles:
    """The tiles that were used last. What is in a tile never changes; there may come more of it."""

    def __init__(self, room: int = TILES) -> None:
        self._room = room
        self._tiles: OrderedDict[tuple[int, int], Tile] = OrderedDict()
        self._turn = threading.Lock()

    def find(self, level: int, number: int) -> Tile:
        """What is held of a tile; nothing is an empty one."""
        with self._turn:
            tile = self._tiles.get((level, number), ())
            if tile:
                self._tiles.move_to_end((level, number))
            return tile

    def keep(self, level: int, number: int, tile: Tile) -> None:
        """Holds a tile, in the place of the one that was not used for the longest."""
        with self._turn:
            self._tiles[level, number] = tile
            self._tiles.move_to_end((level, number))
            if len(self._tiles) > self._room:
                self._tiles.popitem(last=False)

    def forget(self) -> None:
        """Holds nothing any more."""
        with self._turn:
            self._tiles.clear()


def count_leaves(connection: Connection) -> int:
    """The size of the log: indexes have no gaps and start at 0."""
    newest = connection.execute(select(func.max(LEAF.c.log_index))).scalar()
    return 0 if newest is None else int(newest) + 1


def make_reader(connection: Connection, tiles: Tiles) -> ReadHash:
    """The hash of any complete group of leaves. It raises StoreUnavailable `log-damaged` where the
    database does not hold what makes it.
    """

    def read(level: int, place: int) -> bytes:
        above = level % TILE_LEVELS
        level -= above
        width = TILE_LEVELS - above
        number, start = place >> width, (place & ((1 << width) - 1)) * HASH_SIZE
        tile = tiles.find(level, number)
        if above >= len(tile) or start >= len(tile[above]):
            tile = _read_tile(connection, level, number)
            tiles.keep(level, number, tile)
            if above >= len(tile) or start >= len(tile[above]):
                raise StoreUnavailable("log-damaged")
        return tile[above][start : start + HASH_SIZE]

    return read


def append_tiles(connection: Connection) -> bool:
    """Keeps the hashes of groups that are complete and have none yet. False: some are left over.

    Where leaves are missing it ends and keeps nothing more: nothing is signed over that
    (`make_reader`), but new leaves still reach keyholders.
    """
    size = count_leaves(connection)
    level = TILE_LEVELS
    while complete := size >> level:
        start = _count_tiles(connection, level)
        end = min(complete, start + STEP)
        rows = []
        for place in range(start, end):
            tile = _read_tile(connection, level - TILE_LEVELS, place)
            if len(tile) > TILE_LEVELS:
                rows.append({"level": level, "position": place, "hash": tile[TILE_LEVELS]})
            else:
                complete = end = place
                break
        if rows:
            connection.execute(insert(LOG_TILE), rows)
        if end < complete:
            return False
        level += TILE_LEVELS
    return True


def _read_tile(connection: Connection, level: int, number: int) -> Tile:
    """All levels of a tile, as far as it is complete; above a whole one its own hash stands."""
    first = number << TILE_LEVELS
    wanted = {"first": first, "end": first + (1 << TILE_LEVELS)}
    if level == 0:
        leaves = connection.execute(_LEAVES, wanted).scalars()
        hashes = b"".join(map(hash_leaf, leaves))
    else:
        hashes = b"".join(connection.execute(_KEPT, {"level": level, **wanted}).scalars())
    tile = []
    while hashes:
        tile.append(hashes)
        hashes = join_pairs(hashes)
    return tile


def _count_tiles(connection: Connection, level: int) -> int:
    query = select(func.max(LOG_TILE.c.position)).where(LOG_TILE.c.level == level)
    newest = connection.execute(query).scalar()
    return 0 if newest is None else int(newest) + 1
