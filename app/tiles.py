"""The log's hashes: those that are kept, and how a root or a proof is computed from them.

A hash is kept for each complete group of 256, 65,536, … leaves, 1/256 of all hashes. A root or a
proof then reads fewer than 256 rows a level for each of its parts, however long the log is.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select

from app.tables import LogLeaf, LogTile
from crypto.log import TILE, TILE_LEVELS, find_root, hash_leaf

LEAF = LogLeaf.__table__  # type: ignore[attr-defined]  # SQLModel adds it
LOG_TILE = LogTile.__table__  # type: ignore[attr-defined]
STEP = 64
"""Groups that one transaction completes at most at one level. Only a store that was made before
hashes were kept has so many.
"""


def count_leaves(connection: Connection) -> int:
    """The size of the log: indexes have no gaps and start at 0."""
    newest = connection.execute(select(func.max(LEAF.c.log_index))).scalar()
    return 0 if newest is None else int(newest) + 1


def read_hashes(connection: Connection, level: int, first: int, count: int) -> Sequence[bytes]:
    """Hashes of `count` complete groups of 2^level leaves (crypto.log.ReadHashes)."""
    if level == 0:
        place = LEAF.c.log_index
        leaves = select(LEAF.c.leaf).where(place >= first, place < first + count).order_by(place)
        return [hash_leaf(leaf) for leaf in connection.execute(leaves).scalars()]
    place = LOG_TILE.c.position
    kept = (
        select(LOG_TILE.c.hash)
        .where(LOG_TILE.c.level == level, place >= first, place < first + count)
        .order_by(place)
    )
    return connection.execute(kept).scalars().all()


def append_tiles(connection: Connection) -> bool:
    """Keeps the hashes of groups that are complete and have none yet. False: some are left over."""
    size = count_leaves(connection)
    level = TILE_LEVELS
    while complete := size >> level:
        start = _count_tiles(connection, level)
        end = min(complete, start + STEP)
        rows = [
            {
                "level": level,
                "position": place,
                "hash": find_root(read_hashes(connection, level - TILE_LEVELS, place * TILE, TILE)),
            }
            for place in range(start, end)
        ]
        if rows:
            connection.execute(insert(LOG_TILE), rows)
        if end < complete:
            return False
        level += TILE_LEVELS
    return True


def _count_tiles(connection: Connection, level: int) -> int:
    query = select(func.max(LOG_TILE.c.position)).where(LOG_TILE.c.level == level)
    newest = connection.execute(query).scalar()
    return 0 if newest is None else int(newest) + 1
