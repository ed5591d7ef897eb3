"""Purging as an officer does it: what the next keyring lists, and what will be lost by it."""

import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crypto.purged import MAX_PURGED, PURGED_FORMAT
from keyholder.envelopes import find_last
from keyholder.errors import CoalitionError
from keyholder.kept import Kept
from keyholder.opening import Desk, Opened

_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FILE_LIMIT = 1 << 20  # bytes of a file of ids: more than a keyring takes
_STEP = 10_000  # rows between two words of progress


@dataclass(slots=True)
class Survey:
    """What a home knows of envelopes that are to be purged."""

    opened: list[str] = field(default_factory=list)  # ids in hex: they open with the keys here
    closed: list[str] = field(default_factory=list)  # held here, and do not open here


def read_ids(written: Iterable[str], file: Path | None) -> set[bytes]:
    """Whole ids, from the command line and from a file of one id a line.

    CoalitionError: purge-id for anything else, purge-file.
    """
    texts = [*written, *(_read_lines(file) if file is not None else ())]
    if not texts or not all(map(_ID.fullmatch, texts)):
        raise CoalitionError("purge-id")
    return {bytes.fromhex(text) for text in texts}


def describe_purged(
    before: dict[str, Any] | None, kind: str, ids: Collection[bytes]
) -> dict[str, Any]:
    """The next purged.json: the one before, and these ids in its list `envelopes` or `blobs`.

    CoalitionError: purge-full.
    """
    after = {"envelopes": [], "blobs": [], **(before or {}), "format": PURGED_FORMAT}
    after[kind] = sorted({*after[kind], *(id.hex() for id in ids)})
    if len(after["envelopes"]) + len(after["blobs"]) > MAX_PURGED:
        raise CoalitionError("purge-full")
    return after


def survey_held(
    database: sqlite3.Connection,
    ids: Collection[bytes],
    desk: Desk,
    advance: Callable[[int], None],
) -> Survey:
    """Which of these envelopes are held here, and which of them open with these keys."""
    survey = Survey()
    for kept in _find_held(database, ids, advance):
        opens = isinstance(desk.open(kept), Opened)
        (survey.opened if opens else survey.closed).append(kept.envelope_id.hex())
    return survey


def delete_copies(
    database: sqlite3.Connection, ids: Collection[bytes], advance: Callable[[int], None]
) -> int:
    """Delete this home's own copies of these envelopes; their leaves stay. Returns how many."""
    places = [(kept.place,) for kept in _find_held(database, ids, advance)]
    database.execute("PRAGMA secure_delete=ON")
    database.execute("BEGIN IMMEDIATE")
    database.executemany("UPDATE envelopes SET body = NULL WHERE idx = ?", places)
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the bytes are in there as well
    return len(places)


def count_copies(
    database: sqlite3.Connection, ids: Collection[bytes], advance: Callable[[int], None]
) -> int:
    """How many of these envelopes are held here."""
    return sum(1 for _kept in _find_held(database, ids, advance))


def _find_held(
    database: sqlite3.Connection, ids: Collection[bytes], advance: Callable[[int], None]
) -> Iterator[Kept]:
    """No index leads to an id: it would cost every sync more than this costs once."""
    for start in range(0, find_last(database) + 1, _STEP):
        rows = database.execute(
            "SELECT idx, id FROM known WHERE idx >= ? AND idx < ? AND body IS NOT NULL "
            "AND fault IS NULL",
            (start, start + _STEP),
        ).fetchall()
        for place, id in rows:
            if id in ids:
                yield Kept(
                    *database.execute(
                        "SELECT idx, id, day, body, fault FROM known WHERE idx = ?", (place,)
                    ).fetchone()
                )
        advance(_STEP)


def _read_lines(file: Path) -> list[str]:
    try:
        with file.open("rb") as stream:
            data = stream.read(_FILE_LIMIT + 1)
        if len(data) > _FILE_LIMIT:
            raise CoalitionError("purge-file")
        return data.decode("ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise CoalitionError("purge-file") from error
