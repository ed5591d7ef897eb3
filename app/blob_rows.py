"""What the database knows of uploads and blobs. Each function runs inside one transaction.

Who writes is decided here alone, for all replicas: a PATCH puts its *turn*, 16 random bytes, into
the upload's row. Bytes count only when a transaction that still finds this turn, and the offset
that it began from, adds their pieces and raises the offset. So whoever was overtaken, or was
stopped for an hour, or was taken for dead, can write files, but can never make them count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.sql.elements import ColumnElement

from app.errors import RequestRefused, StoreFull
from app.limits import Limits
from app.pieces import SHARDS, Piece
from app.purges import recall_blob
from app.tables import Blob, BlobPiece, BlobRoom, BlobUpload

UPLOAD = BlobUpload.__table__  # type: ignore[attr-defined]  # SQLModel adds it
PIECE = BlobPiece.__table__  # type: ignore[attr-defined]
BLOB = Blob.__table__  # type: ignore[attr-defined]
ROOM = BlobRoom.__table__  # type: ignore[attr-defined]

_UPLOAD = (UPLOAD.c.stem, UPLOAD.c.length, UPLOAD.c.received, UPLOAD.c.day)
_PIECE = (PIECE.c.stem, PIECE.c.turn, PIECE.c.start, PIECE.c.length)
# Both databases have this one; SQLAlchemy has it for each of them apart.
_INSERT_BLOB = text(
    "INSERT INTO blob (id, stem, length) VALUES (:id, :stem, :length)"
    " ON CONFLICT DO NOTHING RETURNING id"
)


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload as a transaction found it: 16 bytes, bytes declared, bytes durable, day made."""

    stem: bytes
    length: int
    received: int
    day: int

    @property
    def finished(self) -> bool:
        """Whether it is a blob."""
        return self.received == self.length


@dataclass(frozen=True, slots=True)
class Found:
    """A finished blob: where its pieces are, and its bytes."""

    stem: bytes
    length: int


def create_upload(
    connection: Connection, address: bytes, stem: bytes, length: int, day: int, limits: Limits
) -> None:
    """Takes room for the whole upload, so that what is begun can be ended. Raises StoreFull
    (`blobs-full`).
    """
    unfinished = ROOM.c.unfinished + length
    fits = (
        unfinished <= limits.blob_unfinished_bytes,
        unfinished + ROOM.c.kept <= limits.blob_total_bytes,
    )
    taken = connection.execute(update(ROOM).where(*fits).values(unfinished=unfinished))
    if taken.rowcount != 1:
        raise StoreFull("blobs-full")
    row = {"address": address, "stem": stem, "length": length, "received": 0, "day": day}
    connection.execute(insert(UPLOAD).values(row))


def find_upload(connection: Connection, address: bytes) -> Upload | None:
    row = connection.execute(select(*_UPLOAD).where(UPLOAD.c.address == address)).first()
    return None if row is None else Upload(*row)


def take_turn(
    connection: Connection, address: bytes, turn: bytes, offset: int
) -> tuple[Upload, Piece | None]:
    """Gives the upload to a PATCH from `offset` on. Returns it and its last piece, if any.

    Raises RequestRefused: not-found, blob-offset.
    """
    found = find_upload(connection, address)
    if found is None:
        raise RequestRefused("not-found")
    if found.received != offset:
        raise RequestRefused("blob-offset")
    mine = update(UPLOAD).where(UPLOAD.c.address == address, UPLOAD.c.received == offset)
    if connection.execute(mine.values(turn=turn)).rowcount != 1:  # somebody came in between
        raise RequestRefused("blob-offset")
    last = select(*_PIECE).where(PIECE.c.stem == found.stem).order_by(PIECE.c.start.desc())
    row = connection.execute(last.limit(1)).first()
    return found, None if row is None else Piece(*row)


def keep_pieces(
    connection: Connection, address: bytes, offset: int, pieces: Sequence[Piece]
) -> None:
    """Makes pieces of one turn count, from `offset` on. The first may begin before it and take the
    place of a shorter one. Raises RequestRefused: blob-locked (overtaken), not-found.
    """
    first, last = pieces[0], pieces[-1]
    mine = (
        UPLOAD.c.address == address,
        UPLOAD.c.turn == first.turn,
        UPLOAD.c.received == offset,
    )
    raised = update(UPLOAD).where(*mine).values(received=last.start + last.length)
    if connection.execute(raised).rowcount != 1:
        gone = find_upload(connection, address) is None
        raise RequestRefused("not-found" if gone else "blob-locked")
    connection.execute(
        delete(PIECE).where(PIECE.c.stem == first.stem, PIECE.c.start == first.start)
    )
    connection.execute(insert(PIECE), [piece._asdict() for piece in pieces])


def finish_upload(
    connection: Connection, address: bytes, offset: int, pieces: Sequence[Piece], id: bytes
) -> list[Piece]:
    """As keep_pieces, for the last ones: the upload becomes the blob `id` (32 bytes).

    One that a keyring has listed as purged goes with the next round of purging.
    If there is such a blob already, that one stays; the pieces of this one are returned, and
    nothing names them any more.
    """
    keep_pieces(connection, address, offset, pieces)
    stem, length = pieces[-1].stem, pieces[-1].start + pieces[-1].length
    connection.execute(update(UPLOAD).where(UPLOAD.c.address == address).values(turn=None))
    made = connection.execute(_INSERT_BLOB, {"id": id, "stem": stem, "length": length})
    if made.first() is not None:
        recall_blob(connection, id)
        _change_room(connection, unfinished=-length, kept=length)
        return []
    _change_room(connection, unfinished=-length)
    return _drop_pieces(connection, stem)


def drop_upload(connection: Connection, address: bytes) -> list[Piece] | None:
    """Forgets an upload: with its pieces, unless it is finished. None if there is no such one."""
    upload = _delete_upload(connection, address)
    if upload is None:
        return None
    if upload.finished:
        return []
    _change_room(connection, unfinished=-upload.length)
    return _drop_pieces(connection, upload.stem)


def drop_expired(connection: Connection, before: int, count: int) -> int:
    """Forgets up to `count` uploads of days before `before`; returns how many there were.

    All in one order and the room last: transactions of other replicas do the same, and so nobody
    waits for somebody who waits for them.
    """
    over = select(UPLOAD.c.address).where(UPLOAD.c.day < before).order_by(UPLOAD.c.address)
    addresses = connection.execute(over.limit(count)).scalars().all()
    room = 0
    for address in addresses:
        upload = _delete_upload(connection, address)
        if upload is not None and not upload.finished:
            _drop_pieces(connection, upload.stem)
            room += upload.length
    _change_room(connection, unfinished=-room)
    return len(addresses)


def find_blob(connection: Connection, id: bytes) -> Found | None:
    row = connection.execute(select(BLOB.c.stem, BLOB.c.length).where(BLOB.c.id == id)).first()
    return None if row is None else Found(*row)


def remove_blob(connection: Connection, id: bytes) -> list[Piece] | None:
    """Forgets a blob; returns its pieces. None if there is no such one."""
    gone = delete(BLOB).where(BLOB.c.id == id).returning(BLOB.c.stem, BLOB.c.length)
    row = connection.execute(gone).first()
    if row is None:
        return None
    _change_room(connection, kept=-row[1])
    return _drop_pieces(connection, row[0])


def find_pieces(connection: Connection, stem: bytes) -> list[Piece]:
    """All pieces of an upload or a blob that count, in order."""
    query = select(*_PIECE).where(PIECE.c.stem == stem).order_by(PIECE.c.start)
    return [Piece(*row) for row in connection.execute(query)]


def read_shard(connection: Connection, shard: int) -> set[Piece]:
    """All pieces of a shard that count."""
    query = select(*_PIECE).where(*_in_shard(PIECE.c.stem, shard))
    return {Piece(*row) for row in connection.execute(query)}


def read_turns(connection: Connection, shard: int) -> set[tuple[bytes, bytes]]:
    """(stem, turn) of the uploads of a shard: whose pieces may still come to count."""
    query = select(UPLOAD.c.stem, UPLOAD.c.turn).where(*_in_shard(UPLOAD.c.stem, shard))
    return {(row[0], row[1]) for row in connection.execute(query) if row[1] is not None}


def _delete_upload(connection: Connection, address: bytes) -> Upload | None:
    gone = delete(UPLOAD).where(UPLOAD.c.address == address).returning(*_UPLOAD)
    row = connection.execute(gone).first()
    return None if row is None else Upload(*row)


def _drop_pieces(connection: Connection, stem: bytes) -> list[Piece]:
    gone = delete(PIECE).where(PIECE.c.stem == stem).returning(*_PIECE)
    return [Piece(*row) for row in connection.execute(gone)]


def _change_room(connection: Connection, *, unfinished: int = 0, kept: int = 0) -> None:
    connection.execute(
        update(ROOM).values(unfinished=ROOM.c.unfinished + unfinished, kept=ROOM.c.kept + kept)
    )


def _in_shard(stem: Any, shard: int) -> list[ColumnElement[bool]]:
    bounds = [stem >= bytes([shard << 4])]
    if shard + 1 < SHARDS:
        bounds.append(stem < bytes([shard + 1 << 4]))
    return bounds
