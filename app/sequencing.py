"""Giving log indexes to what has none yet, sorted by id, so that the log shows neither order nor
pace.

A run takes what is pending at its start and moves it in bounded steps, one transaction each; intake
runs between two steps. A run that was cut off is finished by the next one. No id ever gets a second
leaf: each step looks its ids up in the log, and drops what is there.
"""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection, func, select

from app.databases import Database
from app.entries import LEAF_ID_START, prefix_of
from app.limits import Limits
from app.tables import LogLeaf, Pending

PENDING = Pending.__table__  # type: ignore[attr-defined]  # SQLModel adds it
LEAF = LogLeaf.__table__  # type: ignore[attr-defined]

Waiting = tuple[bytes, int, int]
"""Envelope id, seq, length of the envelope in bytes."""


def plan_run(connection: Connection) -> list[Waiting]:
    """All that is pending now, sorted by id. Reading; intake goes on meanwhile."""
    query = select(PENDING.c.leaf, PENDING.c.seq, func.length(PENDING.c.body))
    rows = connection.execute(query)
    return sorted((leaf[LEAF_ID_START:], seq, length) for leaf, seq, length in rows)


def cut_steps(plan: Sequence[Waiting], limits: Limits) -> Iterator[Sequence[Waiting]]:
    """The plan in steps of bounded rows and bytes."""
    start = size = 0
    for place, (_id, _seq, length) in enumerate(plan):
        full = place - start == limits.sequence_rows or size + length > limits.sequence_bytes
        if full and place > start:
            yield plan[start:place]
            start, size = place, 0
        size += length
    if plan:
        yield plan[start:]


def make_step(database: Database, step: Sequence[Waiting]) -> Callable[[Connection], int]:
    """One step as a function for the writer. It returns how many leaves it appended."""

    def run(connection: Connection) -> int:
        leaves = database.find_leaves(connection, [prefix_of(id) for id, _seq, _length in step])
        logged = {leaf[LEAF_ID_START:] for leaf in leaves}
        start = index = _count_leaves(connection)
        moves: list[tuple[int, int, int]] = []
        for id, seq, _length in step:
            if id not in logged:
                logged.add(id)
                moves.append((seq, index, prefix_of(id)))
                index += 1
        if moves:
            database.move_pending(connection, moves)
        database.delete_pending(connection, [seq for _id, seq, _length in step])
        return index - start

    return run


def _count_leaves(connection: Connection) -> int:
    """The next index: indexes have no gaps and start at 0."""
    newest = connection.execute(select(func.max(LEAF.c.log_index))).scalar()
    return 0 if newest is None else int(newest) + 1
