"""Slices of sealed SMS that wait for the rest of their envelope, and joining them.

Groups are by (ref, count), never by sender. Conflicting slices are kept side by side: only a
keyholder can tell which envelope opens. See spec/sealed-sms-v1.md.
"""

from sqlalchemy import Connection, delete, insert, select

from app.errors import StoreFull
from app.limits import Limits
from app.memory import Memory
from app.tables import SmsPart
from app.work import PartWork
from crypto.sealed_sms import join

PART = SmsPart.__table__  # type: ignore[attr-defined]  # SQLModel adds it


def keep_part(
    connection: Connection, part: PartWork, memory: Memory, limits: Limits
) -> list[bytes]:
    """Keeps one slice and returns the envelopes that are complete with it. Their slices are
    deleted.

    A slice that is there already changes nothing. A fifth different slice for one index is dropped:
    the provider must not send it again for ever. Raises StoreFull (`parts-full`) above the limit.
    """
    group = (PART.c.ref == part.ref) & (PART.c.count == part.count)
    held: list[list[bytes]] = [[] for _ in range(part.count)]
    for position, slice in connection.execute(select(PART.c.position, PART.c.slice).where(group)):
        held[position].append(slice)
    if part.slice in held[part.index] or len(held[part.index]) >= limits.part_alternatives:
        return []
    envelopes = _join(part, held)
    if not envelopes:
        if memory.count_part_bytes(connection) + len(part.slice) > limits.part_bytes:
            raise StoreFull("parts-full")
        connection.execute(
            insert(PART).values(
                ref=part.ref,
                count=part.count,
                position=part.index,
                slice=part.slice,
                day=part.day,
            )
        )
        memory.add_part_bytes(len(part.slice))
        return []
    used = {
        (index, slice)
        for index, slices in enumerate(held)
        for slice in slices
        if any(envelope[index * len(slice) :].startswith(slice) for envelope in envelopes)
    }
    for index, slice in used:
        here = (PART.c.position == index) & (PART.c.slice == slice)
        connection.execute(delete(PART).where(group & here))
        memory.add_part_bytes(-len(slice))
    return envelopes


def _join(part: PartWork, held: list[list[bytes]]) -> list[bytes]:
    """The envelopes that this slice completes. Combinations without it were tried when they
    came.
    """
    return join(
        part.ref, [[part.slice] if i == part.index else have for i, have in enumerate(held)]
    )
