"""Giving log indexes to what has none yet, sorted by id, so that the log shows neither order nor
pace.

A run takes what is pending at its start and moves it in bounded steps, one transaction each; intake
runs between two steps. A run that was cut off is finished by the next one. No id ever gets a second
leaf: each step looks its ids up in the log, and drops what is there. Of several services on one
database one has the turn; the others leave the log as it is (docs/adr/0020).
"""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection, func, insert, select

from app.databases import Database
from app.entries import LEAF_ID_START, prefix_of
from app.limits import Limits
from app.purges import delete_bodies, find_listed
from app.tables import KeyringVersion, LeafId, LogLeaf, Pending
from app.tiles import append_tiles, count_leaves
from crypto.leaves import keyring_leaf

PENDING = Pending.__table__  # type: ignore[attr-defined]  # SQLModel adds it
LEAF = LogLeaf.__table__  # type: ignore[attr-defined]
LEAF_ID = LeafId.__table__  # type: ignore[attr-defined]
KEYRING = KeyringVersion.__table__  # type: ignore[attr-defined]

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
        listed = find_listed(connection, step[0][0], step[-1][0])
        start = index = count_leaves(connection)
        moves: list[tuple[int, int, int]] = []
        purges: dict[bytes, int] = {}
        for id, seq, _length in step:
            if id not in logged:
                logged.add(id)
                moves.append((seq, index, prefix_of(id)))
                if id in listed:
                    purges[id] = index
                index += 1
        if moves:
            database.move_pending(connection, moves)
        delete_bodies(connection, purges)
        database.delete_pending(connection, [seq for _id, seq, _length in step])
        append_tiles(connection)
        return index - start

    return run


def run_in_turn(
    connection: Connection, database: Database, step: Callable[[Connection], int]
) -> int | None:
    """A step, if it is this service's turn; else None."""
    return step(connection) if database.take_turn(connection) else None


def find_keyrings(connection: Connection, database: Database) -> list[bytes]:
    """Digests of keyrings that were taken into use and have no leaf yet, by rising number."""
    digests = (
        connection.execute(select(KEYRING.c.digest).order_by(KEYRING.c.number)).scalars().all()
    )
    leaves = set(database.find_leaves(connection, [prefix_of(digest) for digest in digests]))
    return [digest for digest in dict.fromkeys(digests) if keyring_leaf(digest) not in leaves]


def make_keyring_step(database: Database) -> Callable[[Connection], int]:
    """Gives those keyrings their leaves, as a function for the writer. It returns how many."""

    def run(connection: Connection) -> int:
        digests = find_keyrings(connection, database)
        start = count_leaves(connection)
        for index, digest in enumerate(digests, start):
            connection.execute(insert(LEAF).values(log_index=index, leaf=keyring_leaf(digest)))
            connection.execute(insert(LEAF_ID).values(log_index=index, id_prefix=prefix_of(digest)))
        if digests:
            append_tiles(connection)
        return len(digests)

    return run
