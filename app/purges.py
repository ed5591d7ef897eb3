"""What signed keyrings have listed as purged, and deleting it: the bytes go, the leaf stays.

What a keyring lists is noted when it is taken into use, in the same transaction, and for good. An
envelope that is pending, or comes weeks later, is not looked for: all that gets a leaf passes by
sequencing, and there a listed one loses its body in the same transaction. So intake answers as
ever, and need not know the list.

Every function here is work for one transaction.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, select, text, update

from app.entries import prefix_of
from app.parts import delete_slices
from app.tables import LeafId, LogBody, LogLeaf, Purge
from crypto.envelope import envelope_id
from crypto.leaves import find_digest
from crypto.purged import Purged

PURGE = Purge.__table__  # type: ignore[attr-defined]  # SQLModel adds it
LEAF = LogLeaf.__table__  # type: ignore[attr-defined]
LEAF_ID = LeafId.__table__  # type: ignore[attr-defined]
BODY = LogBody.__table__  # type: ignore[attr-defined]

ENVELOPE, BLOB = 1, 2
DUE, AWAITED, DONE = 0, 1, 2
"""To be looked for; not in the log yet; deleted."""

# Both databases take this as it is. Two services may note the same keyring at once.
_NOTE = text("INSERT INTO purge (kind, id, state) VALUES (:kind, :id, 0) ON CONFLICT DO NOTHING")


def note_purged(connection: Connection, purged: Purged) -> None:
    """Notes what a keyring lists. What was noted before stays as it is."""
    rows = [{"kind": kind, "id": id} for kind, id in _list(purged)]
    if rows:
        connection.execute(_NOTE, rows)


def is_noted(connection: Connection, purged: Purged) -> bool:
    """Whether all that a keyring lists is noted."""
    wanted = set(_list(purged))
    if not wanted:
        return True
    rows = connection.execute(select(PURGE.c.kind, PURGE.c.id))
    return wanted <= {(row[0], row[1]) for row in rows}


def find_due(connection: Connection, kind: int, limit: int) -> Sequence[bytes]:
    """Up to `limit` ids that nobody has looked for yet."""
    due = (PURGE.c.kind == kind) & (PURGE.c.state == DUE)
    query = select(PURGE.c.id).where(due).order_by(PURGE.c.id).limit(limit)
    return connection.execute(query).scalars().all()


def look_again(connection: Connection) -> None:
    """Has those that were not in the log looked for once more: a service of an older release, or a
    store that was copied, may have given them a leaf and a body since.
    """
    connection.execute(update(PURGE).where(PURGE.c.state == AWAITED).values(state=DUE))


def find_listed(connection: Connection, first: bytes, last: bytes) -> set[bytes]:
    """The envelopes that were ever listed, of ids from `first` to `last`."""
    listed = (PURGE.c.kind == ENVELOPE) & PURGE.c.id.between(first, last)
    return set(connection.execute(select(PURGE.c.id).where(listed)).scalars())


def delete_due(connection: Connection, limit: int) -> int:
    """One step: looks for up to `limit` listed envelopes and deletes those that are in the log.

    Returns how many it looked for; 0: all is done. Those that are not in the log are left to
    sequencing.
    """
    ids = find_due(connection, ENVELOPE, limit)
    found = _find_places(connection, ids)
    delete_bodies(connection, found)
    settle(connection, ENVELOPE, [id for id in ids if id not in found], AWAITED)
    return len(ids)


def delete_bodies(connection: Connection, places: Mapping[bytes, int]) -> None:
    """Deletes the bodies of listed envelopes (id to log index) and their slices of sealed SMS."""
    if not places:
        return
    here = BODY.c.log_index.in_(list(places.values()))
    for body in connection.execute(select(BODY.c.body).where(here)).scalars().all():
        delete_slices(connection, body)
    connection.execute(delete(BODY).where(here))
    settle(connection, ENVELOPE, places, DONE)


def delete_joined(connection: Connection, envelopes: Iterable[bytes]) -> int:
    """Deletes the slices of those envelopes that are listed: they came again as texts.

    Returns how many bytes.
    """
    size = 0
    for envelope in envelopes:
        id = envelope_id(envelope)
        if find_listed(connection, id, id):
            size += delete_slices(connection, envelope)
    return size


def recall_blob(connection: Connection, id: bytes) -> None:
    """A blob has come: if it was ever listed, the next round deletes it."""
    here = (PURGE.c.kind == BLOB) & (PURGE.c.id == id)
    connection.execute(update(PURGE).where(here).values(state=DUE))


def settle(connection: Connection, kind: int, ids: Iterable[bytes], state: int) -> None:
    """Notes what became of these ids."""
    wanted = list(ids)
    if wanted:
        here = (PURGE.c.kind == kind) & PURGE.c.id.in_(wanted)
        connection.execute(update(PURGE).where(here).values(state=state))


def _list(purged: Purged) -> list[tuple[int, bytes]]:
    return [
        *((ENVELOPE, id) for id in purged.envelopes),
        *((BLOB, id) for id in purged.blobs),
    ]


def _find_places(connection: Connection, ids: Sequence[bytes]) -> dict[bytes, int]:
    """The log indexes of those envelopes that are in the log."""
    wanted = set(ids)
    query = (
        select(LEAF.c.log_index, LEAF.c.leaf)
        .join_from(LEAF_ID, LEAF, LEAF_ID.c.log_index == LEAF.c.log_index)
        .where(LEAF_ID.c.id_prefix.in_([prefix_of(id) for id in ids]))
    )
    found = {find_digest(leaf): index for index, leaf in connection.execute(query)}
    return {id: index for id, index in found.items() if id is not None and id in wanted}
