"""Slices of sealed SMS that wait for the rest of their envelope, and joining them.

Groups are by (ref, count), never by sender. Conflicting slices are kept side by side: only a
keyholder can tell which envelope opens. See spec/sealed-sms-v1.md.
"""

from sqlalchemy import Connection, delete, insert, select, update

from app.errors import StoreFull
from app.limits import Limits
from app.memory import Memory
from app.tables import SmsPart
from app.work import PartWork
from crypto.envelope import envelope_id
from crypto.errors import EnvelopeError
from crypto.sealed_sms import REF_SIZE, cut_slices, join

PART = SmsPart.__table__  # type: ignore[attr-defined]  # SQLModel adds it


def keep_part(
    connection: Connection, part: PartWork, memory: Memory, limits: Limits
) -> list[bytes]:
    """Keeps one slice and returns the envelopes that are complete with it.

    Slices stay after a join, the last one too: what was joined may be a forger's, and then the true
    slices still wait for each other (docs/adr/0014). A slice that is there already changes nothing.
    A fifth different slice for one index is dropped: the provider must not send it again for ever.
    Raises StoreFull (`parts-full`) above the limit for a slice that completes nothing. One that
    does is always kept: the envelope that comes with it is bigger.
    """
    group = (PART.c.ref == part.ref) & (PART.c.count == part.count)
    held: list[list[bytes]] = [[] for _ in range(part.count)]
    for position, slice in connection.execute(select(PART.c.position, PART.c.slice).where(group)):
        held[position].append(slice)
    if part.slice in held[part.index] or len(held[part.index]) >= limits.part_alternatives:
        return []
    envelopes = _join(part, held)
    if not envelopes and not _has_room(connection, part, memory, limits):
        raise StoreFull("parts-full")
    connection.execute(
        insert(PART).values(
            ref=part.ref,
            count=part.count,
            position=part.index,
            slice=part.slice,
            day=part.day,
            joined=bool(envelopes),
        )
    )
    memory.add_part_bytes(len(part.slice))
    for envelope in envelopes:
        for index, slice in enumerate(cut_slices(envelope)):
            here = (PART.c.position == index) & (PART.c.slice == slice)
            connection.execute(update(PART).where(group & here).values(joined=True))
    return envelopes


def make_room(connection: Connection, part: PartWork, memory: Memory, limits: Limits) -> None:
    """Where no slice has room any more, deletes those that were joined and are older than a day.

    That walks over all slices, and finds nothing more before the next day: so it runs once a day.
    """
    if _has_room(connection, part, memory, limits) or not memory.begin_clearing(part.day):
        return
    old = PART.c.joined & (PART.c.day < part.day - 1)
    connection.execute(delete(PART).where(old))
    memory.forget_parts()


def delete_slices(connection: Connection, envelope: bytes) -> int:
    """Deletes the slices that are this envelope's, if it came as texts. Returns how many bytes.

    Where a forger's envelope shares a true slice, that one goes with it (docs/adr/0022).
    """
    try:
        slices = cut_slices(envelope)
    except EnvelopeError:  # not what was stored: the disk, or somebody, has changed it
        return 0
    group = (PART.c.ref == envelope_id(envelope)[:REF_SIZE]) & (PART.c.count == len(slices))
    size = 0
    for index, slice in enumerate(slices):
        here = (PART.c.position == index) & (PART.c.slice == slice)
        size += len(slice) * connection.execute(delete(PART).where(group & here)).rowcount
    return size


def _has_room(connection: Connection, part: PartWork, memory: Memory, limits: Limits) -> bool:
    return memory.count_part_bytes(connection) + len(part.slice) <= limits.part_bytes


def _join(part: PartWork, held: list[list[bytes]]) -> list[bytes]:
    """The envelopes that this slice completes. Combinations without it were tried when they
    came.
    """
    return join(
        part.ref, [[part.slice] if i == part.index else have for i, have in enumerate(held)]
    )
