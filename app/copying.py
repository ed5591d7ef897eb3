"""A store copied row by row into an empty database of either kind, and the copy proved.

Until it is proved, the target's schema has a revision that no program takes for its own. So a copy
that was cut off, or did not hold, cannot be served by mistake. It is begun again from nothing.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from sqlalchemy import Connection, Engine, Table, delete, func, inspect, select, text

from app.auditing import LEAF, Audit, audit_log
from app.auditing_bodies import PENDING, BodiesAudit, audit_bodies, audit_pending
from app.databases import Database
from app.faults import Faults
from app.keyrings import VERSION
from app.tables import METADATA, SCHEMA_REVISION

UNFINISHED = f"0000-copying-{SCHEMA_REVISION}"
"""Less than any revision of ours: every service refuses it as a schema that is too old."""
SMALL = frozenset({"leaf", "leaf_id", "log_tile", "message_key"})
BIG = frozenset({"keyring_file", "checkpoint"})
ROWS, ROWS_SMALL, ROWS_BIG = 256, 8192, 16
"""Rows that are held at once: of envelopes (at most 9 MB), of some bytes each, of files and notes
(at most 16 MB).
"""
MADE = frozenset({"blob_room", "state"})
"""Tables of one row, which a migration puts there."""
Advance = Callable[[int], None]
Mark = tuple[int, ...]


@dataclass(slots=True)
class Sum:
    """How many rows, and a sum over the hashes of all, in which their order does not matter."""

    rows: int = 0
    hashes: int = 0

    def add(self, row: tuple[object, ...]) -> None:
        """Counts one row of plain values."""
        self.rows += 1
        self.hashes += int.from_bytes(hashlib.sha256(repr(row).encode()).digest())


@dataclass(slots=True)
class Proof:
    """What was read again in the target."""

    audit: Audit
    faults: Faults = field(default_factory=Faults)
    bodies: int = 0
    pending: int = 0


def list_tables() -> list[Table]:
    """Every table of the schema."""
    return list(METADATA.sorted_tables)


def read_revision(engine: Engine) -> str | None:
    """The revision of a database's schema; None where it has none. Raises DBAPIError."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)


def write_revision(connection: Connection, revision: str) -> None:
    """Says what the schema is: UNFINISHED while a copy is under way, SCHEMA_REVISION at its end."""
    connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})


def has_rows(connection: Connection) -> bool:
    """Whether anything is in the store but the rows that migrations put there."""
    return any(
        connection.execute(select(*table.primary_key.columns).limit(1)).first() is not None
        for table in list_tables()
        if table.name not in MADE
    )


def empty_tables(connection: Connection) -> None:
    """Deletes all rows of a target. Only for one that is empty, or marked UNFINISHED."""
    for table in reversed(list_tables()):
        connection.execute(delete(table))


def take_mark(connection: Connection) -> Mark:
    """What rises with everything that a service would have written meanwhile."""
    columns = (LEAF.c.log_index, PENDING.c.seq, VERSION.c.number)
    return tuple(connection.execute(select(func.max(one))).scalar() or 0 for one in columns)


def copy_table(
    source: Connection, target: Engine, database: Database, table: Table, advance: Advance
) -> Sum:
    """Copies all rows, in the order of the key, in a transaction for each handful.

    `database` is the target's. Returns the sum over what was read.
    """
    total = Sum()
    for rows in read_rows(source, table):
        with target.begin() as connection:
            database.insert_rows(connection, table, rows)
        for row in rows:
            total.add(row)
        advance(len(rows))
    return total


def sum_table(connection: Connection, table: Table, advance: Advance) -> Sum:
    """The sum over the rows of a table."""
    total = Sum()
    for rows in read_rows(connection, table):
        for row in rows:
            total.add(row)
        advance(len(rows))
    return total


def read_rows(connection: Connection, table: Table) -> Iterator[list[tuple[object, ...]]]:
    """All rows of a table by handfuls, in the order of the key."""
    count = ROWS_SMALL if table.name in SMALL else ROWS_BIG if table.name in BIG else ROWS
    query = select(table).order_by(*table.primary_key.columns)
    found = connection.execute(query, execution_options={"yield_per": count})
    for rows in found.partitions():
        yield [tuple(row) for row in rows]


def prove(connection: Connection, advance: Advance) -> Proof:
    """Reads a whole store again: the log, every body, all that is pending.

    A body that is not there is no fault here: it is not in the source either, or the sums differ.
    The doctor tells what was removed from what was purged.
    """
    proof = Proof(audit_log(connection, advance))
    bodies = BodiesAudit(proof.audit.size)
    while count := audit_bodies(connection, bodies):
        advance(count)
    proof.bodies = bodies.bodies
    last = 0
    while True:
        count, last = audit_pending(connection, last, proof.faults)
        if not count:
            break
        proof.pending += count
        advance(count)
    for fault in chain(proof.audit.faults.list(), bodies.faults.list()):
        if fault.code != "body-missing":
            proof.faults.add(*fault)
    return proof


def find_difference(first: Mapping[str, Sum], second: Mapping[str, Sum]) -> list[str]:
    """The names of the tables whose rows are not the same."""
    return sorted(name for name in first if first[name] != second.get(name))
