"""An envelope that is kept in a home, and the reading of many of them from its file.

Worker processes load this and not what writes the file (`keyholder.envelopes`).
"""

import sqlite3
from pathlib import Path
from typing import NamedTuple

PART = 64  # envelopes that are not worth parting, nor a look at how many bytes they have


class Kept(NamedTuple):
    """One downloaded envelope. `day` is days since 1970-01-01, as the service's leaf says."""

    place: int  # its index at the service, from 0
    envelope_id: bytes  # 32 B, as the leaf says; anything where the leaf is unreadable
    day: int
    body: bytes | None
    fault: str | None
    inner: bytes | None = None  # what a peeled file has for it (keyholder/peeled.py); never stored


def read_range(
    database: sqlite3.Connection, start: int, end: int, most: int
) -> tuple[list[Kept], int]:
    """The envelopes held from the index `start` to before `end`, by rising index, and where to go
    on: `end`, or before it where bodies of `most` bytes were read."""
    rows = database.execute(
        "SELECT idx, id, day, body, fault, NULL FROM known WHERE idx >= ? AND idx < ? ORDER BY idx",
        (start, end),
    )
    chunk: list[Kept] = []
    size = 0
    while part := list(map(Kept._make, rows.fetchmany(PART))):
        chunk += part
        size += sum(len(kept.body or b"") for kept in part)
        if size >= most:
            return chunk, min(end, part[-1].place + 1)
    return chunk, end


def connect_reading(file: str) -> sqlite3.Connection:
    """A connection that can only read, for another process while the file is open in this one."""
    return sqlite3.connect(f"{Path(file).absolute().as_uri()}?mode=ro", uri=True)
