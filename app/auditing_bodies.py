"""Reading bodies again: whether each envelope in the store is the one of its leaf."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, func, select

from app.auditing import is_envelope
from app.entries import LEAF_ID_START, make_entry
from app.faults import Faults
from app.purges import ENVELOPE, PURGE
from app.tables import LogBody, LogLeaf, Pending
from crypto.errors import EnvelopeError
from crypto.leaves import read_leaf

LEAF = LogLeaf.__table__  # type: ignore[attr-defined]  # SQLModel adds it
BODY = LogBody.__table__  # type: ignore[attr-defined]
PENDING = Pending.__table__  # type: ignore[attr-defined]
ROWS = 256
"""Bodies of one step: at most 9 MB."""


@dataclass(slots=True)
class BodiesAudit:
    """How far the reading came, and what it found."""

    size: int
    """Leaves whose bodies are read: all indexes below it."""
    next: int = 0
    bodies: int = 0
    """Bodies that were there."""
    purged: int = 0
    """Bodies that are gone because a keyring listed them."""
    faults: Faults = field(default_factory=Faults)


def audit_bodies(connection: Connection, audit: BodiesAudit) -> int:
    """Reads the next bodies; how many leaves were passed, 0 at the end."""
    place = LEAF.c.log_index
    wanted = _select().where(place >= audit.next, place < audit.size).order_by(place).limit(ROWS)
    rows = connection.execute(wanted).all()
    _check_rows(connection, audit, rows)
    if rows:
        audit.next = rows[-1][0] + 1
    else:
        there = select(func.count()).select_from(BODY).where(BODY.c.log_index < audit.size)
        if connection.execute(there).scalar_one() > audit.bodies:
            audit.faults.add("body-surplus", 0, max(0, audit.size - 1))
    return len(rows)


def audit_some_bodies(connection: Connection, audit: BodiesAudit, indexes: Sequence[int]) -> None:
    """Reads the bodies of these indexes, at most ROWS of them."""
    query = _select().where(LEAF.c.log_index.in_(indexes)).order_by(LEAF.c.log_index)
    _check_rows(connection, audit, connection.execute(query).all())


def audit_pending(connection: Connection, after: int, faults: Faults) -> tuple[int, int]:
    """Reads the next envelopes that wait for their leaf, above a seq.

    Gives how many, and the last seq. The index of a fault here is a seq.
    """
    query = select(PENDING.c.seq, PENDING.c.leaf, PENDING.c.body).where(PENDING.c.seq > after)
    rows = connection.execute(query.order_by(PENDING.c.seq).limit(ROWS)).all()
    for seq, leaf, body in rows:
        if find_body_fault(leaf, body) is not None:
            faults.add("pending-altered", seq)
    return len(rows), rows[-1][0] if rows else after


def find_body_fault(leaf: bytes, body: bytes | None) -> str | None:
    """The code of what is wrong between a leaf and its body; None where they belong together."""
    if not is_envelope(leaf):
        return None if body is None else "body-surplus"
    if body is None:
        return "body-missing"
    try:
        entry = make_entry(body, read_leaf(leaf).day)
    except EnvelopeError:
        return "body-altered"
    return None if entry.leaf == leaf else "body-altered"


def _check_rows(connection: Connection, audit: BodiesAudit, rows: Iterable[Any]) -> None:
    missing = {}
    for index, leaf, body in rows:
        if body is not None:
            audit.bodies += 1
        fault = find_body_fault(leaf, body)
        if fault == "body-missing":
            missing[index] = leaf[LEAF_ID_START:]
        elif fault is not None:
            audit.faults.add(fault, index)
    if missing:
        wanted = (PURGE.c.kind == ENVELOPE) & PURGE.c.id.in_(missing.values())
        listed = set(connection.execute(select(PURGE.c.id).where(wanted)).scalars())
        for index, id in missing.items():
            if id in listed:
                audit.purged += 1
            else:
                audit.faults.add("body-missing", index)


def _select() -> Select[Any]:
    return select(LEAF.c.log_index, LEAF.c.leaf, BODY.c.body).outerjoin_from(
        LEAF, BODY, LEAF.c.log_index == BODY.c.log_index
    )
