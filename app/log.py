"""The log: what is signed after a round of sequencing, and what is told of it.

Every function here that takes a connection is work for one transaction.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, bindparam, insert, select, update

from app.entries import prefix_of
from app.errors import RequestRefused, StoreBusy, StoreUnavailable
from app.store import Store
from app.tables import LeafId, LogCheckpoint, LogLeaf
from app.tiles import Tiles, append_tiles, count_leaves, make_reader
from app.work import Outcome
from crypto.checkpoints import (
    Checkpoint,
    Receipt,
    cosigner_key,
    read_checkpoint,
    write_checkpoint,
    write_receipt,
)
from crypto.errors import LogError, NoteError
from crypto.leaves import find_digest
from crypto.log import check_inclusion, find_range, hash_leaf, prove_inclusion
from crypto.notes import (
    NOTE_LIMIT,
    SIGNATURES_LIMIT,
    Note,
    NoteKey,
    NoteSigner,
    Signature,
    is_signed,
    read_note,
    sign,
    write_note,
)

CHECKPOINT = LogCheckpoint.__table__  # type: ignore[attr-defined]  # SQLModel adds it
LEAF = LogLeaf.__table__  # type: ignore[attr-defined]
LEAF_ID = LeafId.__table__  # type: ignore[attr-defined]
_NEWEST = (
    select(CHECKPOINT.c.size, CHECKPOINT.c.root, CHECKPOINT.c.note)
    .order_by(CHECKPOINT.c.size.desc())
    .limit(1)
)
_BY_PREFIX = (
    select(LEAF.c.log_index, LEAF.c.leaf)
    .join_from(LEAF_ID, LEAF, LEAF_ID.c.log_index == LEAF.c.log_index)
    .where(LEAF_ID.c.id_prefix == bindparam("prefix"))
)
T = TypeVar("T")
logger = logging.getLogger("heliograph.log")


class Log:
    """The log over a store. `signer` is its key (crypto.checkpoints.make_log_signer).

    Everybody may ask. What strangers ask is answered one at a time, so that it holds one of the
    store's reading threads at most: the others are for keyholders. Only a cosignature that is true
    and new reaches the writer.

    `replace_key`: sign on where another key has signed before. To everybody that is another log.
    """

    def __init__(self, store: Store, signer: NoteSigner, *, replace_key: bool = False) -> None:
        self._store = store
        self._signer = signer
        self._replace_key = replace_key
        self._tiles = Tiles()
        self._turn = asyncio.Semaphore()
        self._waiting = 0

    @property
    def key(self) -> NoteKey:
        """The key by which checkpoints are checked."""
        return self._signer.key

    async def advance(self) -> None:
        """One round: what is pending gets its leaves, a crowd at a time, and each time the new size
        is signed and told.

        Raises StoreError; `log-damaged` where the leaves are no longer those that were signed,
        `log-key-other` where another key signed before.
        """
        for _ in range(1 + self._store.pending // self._store.crowd):
            if await self._store.sequence() is None:
                return  # the service that has the turn signs
            day = self._store.day
            while not await self._store.write(partial(self._sign, day=day)):
                pass

    def _sign(self, connection: Connection, day: int) -> bool:
        if not self._replace_key:
            check_signer(connection, self._signer)
        return sign_checkpoint(connection, self._signer, day)

    async def find_checkpoint(self) -> bytes | None:
        """The newest checkpoint as a note; None before the first round.

        Raises StoreError, as all that follows: `store-busy` in a crowd.
        """
        newest = await self._read(_find_newest)
        return None if newest is None else newest[2]

    async def find_receipt(self, digest: bytes) -> bytes | None:
        """The receipt of the leaf with this digest (an envelope's id or a keyring's, 32 bytes).

        None: the newest checkpoint has no such leaf.
        """
        return await self._read(partial(make_receipt, digest=digest, tiles=self._tiles))

    async def add_cosignatures(
        self, signatures: Sequence[Signature], holders: Mapping[str, bytes]
    ) -> Outcome:
        """Puts holders' cosignatures (holder id to Ed25519 public key) under the newest checkpoint.

        "known": they were all there. Raises RequestRefused `cosignature-refused` if one of them is
        anything else, and StoreError.
        """
        keys = [cosigner_key(id, key) for id, key in holders.items()]
        if not await self._read(partial(weigh_cosignatures, signatures=signatures, keys=keys)):
            return "known"
        return await self._store.write(partial(cosign, signatures=signatures, keys=keys))

    async def _read(self, run: Callable[[Connection], T]) -> T:
        async with self._take_turn():
            try:
                return await self._store.read(run)
            except StoreUnavailable as error:
                if error.code == "log-damaged":
                    logger.error("code=log-damaged task=answer")  # noqa: TRY400
                raise StoreUnavailable from None

    @asynccontextmanager
    async def _take_turn(self) -> AsyncIterator[None]:
        if self._waiting >= self._store.limits.log_waiting:
            raise StoreBusy
        self._waiting += 1
        try:
            async with self._turn:
                yield
        finally:
            self._waiting -= 1


def check_signer(connection: Connection, signer: NoteSigner) -> None:
    """Whether the newest checkpoint is this signer's, if there is one.

    Of two services with different keys on one database each would else undo the other's. Raises
    StoreUnavailable `log-key-other`, `log-damaged`.
    """
    newest = _find_newest(connection)
    if newest is not None and read_checkpoint(_open_note(newest[2])).origin != signer.name:
        raise StoreUnavailable("log-key-other")


def sign_checkpoint(connection: Connection, signer: NoteSigner, day: int) -> bool:
    """Signs the log as it is. False: hashes of older leaves are still being made, try again.

    Nothing that was held in memory is trusted here. Raises StoreUnavailable `log-damaged`.
    """
    if not append_tiles(connection):
        return False
    read = make_reader(connection, Tiles())
    size, newest = count_leaves(connection), _find_newest(connection)
    if newest is not None:
        if newest[0] > size or find_range(0, newest[0], read) != newest[1]:
            raise StoreUnavailable("log-damaged")
        before = _open_note(newest[2])
        if newest[0] == size and read_checkpoint(before).origin == signer.name:
            return True
    root = find_range(0, size, read)
    text = write_checkpoint(Checkpoint(signer.name, size, root))
    note = write_note(Note(text, (sign(signer, text),)))
    if newest is not None and newest[0] == size:  # the log has another key now
        changed = update(CHECKPOINT).where(CHECKPOINT.c.size == size)
        connection.execute(changed.values(note=note, day=day))
    else:
        connection.execute(insert(CHECKPOINT).values(size=size, root=root, note=note, day=day))
    return True


def make_receipt(connection: Connection, digest: bytes, tiles: Tiles) -> bytes | None:
    """The receipt of a leaf, which carries the leaf itself as `extra`. A false one is never given.

    Raises StoreUnavailable `log-damaged` where the leaves are no longer those that were signed.
    """
    newest = _find_newest(connection)
    found = _find_leaf(connection, digest)
    if newest is None or found is None or found[0] >= newest[0]:
        return None
    index, leaf = found
    try:
        proof = prove_inclusion(index, newest[0], make_reader(connection, tiles))
        check_inclusion(index, newest[0], hash_leaf(leaf), proof, newest[1])
    except LogError:
        tiles.forget()  # they may be from before the damage, or from before its mending
        raise StoreUnavailable("log-damaged") from None
    return write_receipt(Receipt(index, tuple(proof), newest[2], extra=leaf))


def weigh_cosignatures(
    connection: Connection, signatures: Sequence[Signature], keys: Sequence[NoteKey]
) -> Note | None:
    """The newest checkpoint with these cosignatures, each key's once; None if it has them all.

    Raises RequestRefused `cosignature-refused` if one is anything else. What stands in the note
    already costs no verification: everybody can read it there and send it again.
    """
    newest = _find_newest(connection)
    if newest is None:
        raise RequestRefused("cosignature-refused")
    note = _open_note(newest[2])
    wanted = {(key.name, key.id): key for key in keys}
    there = {(one.name, one.key_id) for one in note.signatures}
    same = set(note.signatures)
    added: dict[tuple[str, bytes], Signature] = {}
    for one in dict.fromkeys(signatures):
        name = (one.name, one.key_id)
        if name not in wanted:
            raise RequestRefused("cosignature-refused")
        if one in same:
            continue
        try:
            is_signed(Note(note.text, (one,)), wanted[name])
        except NoteError:
            raise RequestRefused("cosignature-refused") from None
        if name not in there:
            added.setdefault(name, one)
    if not added:
        return None
    signed = Note(note.text, (*note.signatures, *added.values()))
    if len(signed.signatures) > SIGNATURES_LIMIT or len(write_note(signed)) > NOTE_LIMIT:
        raise RequestRefused("cosignature-refused")  # no reader would take the note any more
    return signed


def cosign(
    connection: Connection, signatures: Sequence[Signature], keys: Sequence[NoteKey]
) -> Outcome:
    """Adds the cosignatures to the newest checkpoint."""
    note = weigh_cosignatures(connection, signatures, keys)
    if note is None:
        return "known"
    size = read_checkpoint(note).size
    changed = update(CHECKPOINT).where(CHECKPOINT.c.size == size)
    connection.execute(changed.values(note=write_note(note)))
    return "stored"


def _open_note(data: bytes) -> Note:
    """A checkpoint's note as this service wrote it."""
    try:
        note = read_note(data)
        read_checkpoint(note)
    except NoteError:
        raise StoreUnavailable("log-damaged") from None
    return note


def _find_newest(connection: Connection) -> tuple[int, bytes, bytes] | None:
    """Size, root and note."""
    row = connection.execute(_NEWEST).first()
    return None if row is None else (row[0], row[1], row[2])


def _find_leaf(connection: Connection, digest: bytes) -> tuple[int, bytes] | None:
    for index, leaf in connection.execute(_BY_PREFIX, {"prefix": prefix_of(digest)}):
        if find_digest(leaf) == digest:
            return index, leaf
    return None
