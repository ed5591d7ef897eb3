"""Giving log indexes to what has none yet, sorted by id, so that the log shows neither order nor
pace.

A run takes what is pending at its start, up to a crowd that hides who is in it, and moves it in
bounded steps, one transaction each; intake runs between two steps. A run that was cut off is
finished by the next one: what it copied is in the log and still pending. No id ever gets a second
leaf: each step looks its ids up in the log, and passes over what is there. Of several services on
one database one has the turn; the others leave the log as it is (docs/adr/0020).
"""

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from struct import Struct
from typing import NamedTuple

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

Waiting = bytes
"""A pending row, packed, because a crowd of them is held in memory: id, seq, length in bytes."""
_ROW = Struct(">32sqI")
_SEQ = slice(32, 40)

Run = Callable[[Connection], int]
MOST_TIMES = 4
"""Steps are longer by the number of crowds that wait, up to so many times: steps and commits
alternate, and a commit of a flood takes up to `limits.commit_envelopes`. Short steps are outrun in
the end, and long ones cost intake (docs/performance.md)."""


class Step(NamedTuple):
    """What the writer does in one transaction; it returns how many leaves it appended. The ids
    of envelopes that are in the log after it."""

    run: Run
    ids: Sequence[bytes] = ()


def plan_run(connection: Connection, most: int) -> Sequence[Waiting]:
    """What is pending now, sorted by id; of more than `most`, those that came first. Reading;
    intake goes on meanwhile.
    """
    id = func.substr(PENDING.c.leaf, LEAF_ID_START + 1)
    query = select(id, PENDING.c.seq, func.length(PENDING.c.body)).order_by(PENDING.c.seq)
    rows = connection.execute(query.limit(most))
    return sorted([_ROW.pack(*row) for row in rows])  # the database would need more memory for it


def read_id(row: Waiting) -> bytes:
    """The envelope id (32 bytes) of a planned row."""
    return row[:32]


def make_steps(
    database: Database, plan: Sequence[Waiting], limits: Limits, room: int, crowds: int
) -> Iterator[Step]:
    """All that a run does, step by step: keyrings first, then the plan.

    Rows are copied to the log in the order of their ids and deleted from `pending` in the order in
    which they lie there, when all are copied or `room` bytes are. Deleting each with its copy would
    write a page for every row, because ids are random. `crowds`: as many times
    `limits.pending_envelopes` wait, whole ones.
    """
    yield Step(make_keyring_run(database))
    times = max(1, min(crowds, MOST_TIMES))
    rows, size = times * limits.sequence_rows, times * limits.sequence_bytes
    for part in _cut(plan, len(plan), room):
        for step in _cut(part, rows, size):
            yield Step(make_copy(database, step), [read_id(row) for row in step])
        for step in _cut(sorted(part, key=itemgetter(_SEQ)), rows, size):
            yield Step(make_deletion(database, step))


def _cut(plan: Sequence[Waiting], rows: int, size: int) -> Iterator[Sequence[Waiting]]:
    """The plan in pieces of at most so many rows and bytes, but one row at least."""
    start = taken = 0
    for place, row in enumerate(plan):
        length = _ROW.unpack(row)[2]
        if place > start and (place - start == rows or taken + length > size):
            yield plan[start:place]
            start, taken = place, 0
        taken += length
    if plan:
        yield plan[start:]


def make_copy(database: Database, step: Sequence[Waiting]) -> Run:
    """Gives rows their leaves."""

    def run(connection: Connection) -> int:
        rows = [_ROW.unpack(row) for row in step]
        leaves = database.find_leaves(connection, [prefix_of(id) for id, _seq, _length in rows])
        logged = {leaf[LEAF_ID_START:] for leaf in leaves}
        listed = find_listed(connection, rows[0][0], rows[-1][0])
        start = count_leaves(connection)
        seqs: list[int] = []
        prefixes: list[int] = []
        purges: dict[bytes, int] = {}
        for id, seq, _length in rows:
            if id not in logged:
                logged.add(id)
                if id in listed:
                    purges[id] = start + len(seqs)
                seqs.append(seq)
                prefixes.append(prefix_of(id))
        if seqs:
            database.move_pending(connection, start, seqs, prefixes)
        delete_bodies(connection, purges)
        append_tiles(connection)
        return len(seqs)

    return run


def make_deletion(database: Database, step: Sequence[Waiting]) -> Run:
    """Deletes rows that are in the log."""

    def run(connection: Connection) -> int:
        database.delete_pending(connection, [_ROW.unpack(row)[1] for row in step])
        return 0

    return run


def run_in_turn(connection: Connection, database: Database, run: Run) -> int | None:
    """A step, if it is this service's turn; else None."""
    return run(connection) if database.take_turn(connection) else None


def find_keyrings(connection: Connection, database: Database) -> list[bytes]:
    """Digests of keyrings that were taken into use and have no leaf yet, by rising number."""
    digests = (
        connection.execute(select(KEYRING.c.digest).order_by(KEYRING.c.number)).scalars().all()
    )
    leaves = set(database.find_leaves(connection, [prefix_of(digest) for digest in digests]))
    return [digest for digest in dict.fromkeys(digests) if keyring_leaf(digest) not in leaves]


def make_keyring_run(database: Database) -> Run:
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
