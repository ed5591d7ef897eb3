"""Big stores, made quickly and not through HTTP: as sequencing would have left them.

Envelopes come in runs of 200,000 sorted by id, as they do under load. So every page of the tree of
ids was filled by rows that came at different times, and is as full as it would be.
"""

import sqlite3
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from app.entries import make_entry, prefix_of
from app.limits import Limits
from bench.requests import length_of
from bench.rounds import tell
from crypto.envelope import HEADER_SIZE
from crypto.log import TILE_LEVELS, find_root, hash_leaf
from migrations.upgrading import upgrade

TILE = 1 << TILE_LEVELS

DAY = 20_000
RUN = Limits().pending_envelopes


def make_numbered(number: int, size_class: int = 512) -> bytes:
    """The envelope of this number: the same in every store."""
    start = b"\x01\x01\x00\x02" + number.to_bytes(8, "big")
    return start + bytes(length_of(size_class) - HEADER_SIZE - 8)


def build_store(data: Path, rows: int, size_class: int = 512) -> Path:
    """A service's data folder with the envelopes 0 to `rows` in its log. Returns the database."""
    data.mkdir(parents=True)
    database = data / "store.db"
    upgrade(f"sqlite:///{database}")
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-524288"):
            connection.execute(f"PRAGMA {pragma}")
        hashes: list[bytes] = []
        for start in range(0, rows, RUN):
            _append_run(connection, start, min(RUN, rows - start), size_class, hashes)
            tell(f"{min(start + RUN, rows):,} of {rows:,} rows made")
        connection.execute("BEGIN")
        _append_tiles(connection, hashes)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
    return database


def _append_run(
    connection: sqlite3.Connection, start: int, rows: int, size_class: int, hashes: list[bytes]
) -> None:
    numbers = range(start, start + rows)
    entries = sorted(make_entry(make_numbered(number, size_class), DAY) for number in numbers)
    connection.execute("BEGIN")
    for into, values in (
        ("leaf (log_index, leaf)", ((start + n, one.leaf) for n, one in enumerate(entries))),
        ("body (log_index, body)", ((start + n, one.body) for n, one in enumerate(entries))),
        (
            "leaf_id (log_index, id_prefix)",
            ((start + n, prefix_of(one.id)) for n, one in enumerate(entries)),
        ),
    ):
        connection.executemany(f"INSERT INTO {into} VALUES (?, ?)", values)
    connection.execute("COMMIT")
    hashes += [hash_leaf(entry.leaf) for entry in entries]


def _append_tiles(connection: sqlite3.Connection, hashes: list[bytes]) -> None:
    """The hashes of complete groups, level by level (app/tiles.py)."""
    level = TILE_LEVELS
    while len(hashes) >= TILE:
        hashes = [find_root(group) for group in _cut(hashes)]
        connection.executemany(
            "INSERT INTO log_tile (level, position, hash) VALUES (?, ?, ?)",
            ((level, place, digest) for place, digest in enumerate(hashes)),
        )
        level += TILE_LEVELS


def _cut(hashes: list[bytes]) -> Iterator[list[bytes]]:
    rest = iter(hashes)
    while len(group := list(islice(rest, TILE))) == TILE:
        yield group
