"""The log: what is signed after a round of sequencing, and what is told of it.

Every function here that takes a connection is work for one transaction.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import Connection, insert, select, update

from app.entries import prefix_of
from app.errors import RequestRefused, StoreUnavailable
from app.store import Store
from app.tables import LeafId, LogCheckpoint, LogLeaf
from app.tiles import append_tiles, count_leaves, read_hashes
from app.work import Outcome
from crypto.checkpoints import (
    Checkpoint,
    Receipt,
    cosigner_key,
    read_checkpoint,
    write_checkpoint,
    write_receipt,
)
from crypto.errors import NoteError
from crypto.leaves import find_digest
from crypto.log import find_range, prove_inclusion
from crypto.notes import (
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


class Log:
    """The log over a store. `signer` is its key (crypto.checkpoints.make_log_signer).

    `replace_key`: sign on where another key has signed before. To everybody that is another log.
    """

    def __init__(self, store: Store, signer: NoteSigner, *, replace_key: bool = False) -> None:
        self._store = store
        self._signer = signer
        self._replace_key = replace_key

    @property
    def key(self) -> NoteKey:
        """The key by which checkpoints are checked."""
        return self._signer.key

    async def advance(self) -> None:
        """One round: what is pending gets its leaves, then the new size is signed and told.

        Raises StoreError; `log-damaged` where the leaves are no longer those that were signed,
        `log-key-other` where another key signed before.
        """
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
        """The newest checkpoint as a note; None before the first round. Raises StoreError."""
        newest = await self._store.read(_find_newest)
        return None if newest is None else newest[2]

    async def find_receipt(self, digest: bytes) -> bytes | None:
        """The receipt of the leaf with this digest (an envelope's id or a keyring's, 32 bytes).

        None: the newest checkpoint has no such leaf. Raises StoreError.
        """
        return await self._store.read(partial(make_receipt, digest=digest))

    async def add_cosignatures(
        self, signatures: Sequence[Signature], holders: Mapping[str, bytes]
    ) -> Outcome:
        """Puts holders' cosignatures (holder id to Ed25519 public key) under the newest checkpoint.

        "known": they were all there. Raises RequestRefused `cosignature-refused` if one of them is
        anything else, and StoreError.
        """
        keys = [cosigner_key(id, key) for id, key in holders.items()]
        return await self._store.write(partial(cosign, signatures=signatures, keys=keys))


def check_signer(connection: Connection, signer: NoteSigner) -> None:
    """Whether the newest checkpoint is this signer's, if there is one.

    Of two services with different keys on one database each would else undo the other's. Raises
    StoreUnavailable `log-key-other`.
    """
    newest = _find_newest(connection)
    if newest is not None and read_checkpoint(read_note(newest[2])).origin != signer.name:
        raise StoreUnavailable("log-key-other")


def sign_checkpoint(connection: Connection, signer: NoteSigner, day: int) -> bool:
    """Signs the log as it is. False: hashes of older leaves are still being made, try again."""
    if not append_tiles(connection):
        return False
    read = partial(read_hashes, connection)
    size, newest = count_leaves(connection), _find_newest(connection)
    if newest is not None:
        if newest[0] > size or find_range(0, newest[0], read) != newest[1]:
            raise StoreUnavailable("log-damaged")
        if newest[0] == size and read_checkpoint(read_note(newest[2])).origin == signer.name:
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


def make_receipt(connection: Connection, digest: bytes) -> bytes | None:
    """The receipt of a leaf, which carries the leaf itself as `extra`."""
    newest = _find_newest(connection)
    found = _find_leaf(connection, digest)
    if newest is None or found is None or found[0] >= newest[0]:
        return None
    index, leaf = found
    proof = prove_inclusion(index, newest[0], partial(read_hashes, connection))
    return write_receipt(Receipt(index, tuple(proof), newest[2], extra=leaf))


def cosign(
    connection: Connection, signatures: Sequence[Signature], keys: Sequence[NoteKey]
) -> Outcome:
    """Adds the cosignatures to the newest checkpoint, each key's once."""
    newest = _find_newest(connection)
    if newest is None:
        raise RequestRefused("cosignature-refused")
    note = read_note(newest[2])
    wanted = {(key.name, key.id): key for key in keys}
    there = {(one.name, one.key_id) for one in note.signatures}
    added: dict[tuple[str, bytes], Signature] = {}
    for one in signatures:
        name = (one.name, one.key_id)
        try:
            if name not in wanted or not is_signed(Note(note.text, (one,)), wanted[name]):
                raise RequestRefused("cosignature-refused")
        except NoteError:
            raise RequestRefused("cosignature-refused") from None
        if name not in there:
            added.setdefault(name, one)
    if not added:
        return "known"
    data = write_note(Note(note.text, (*note.signatures, *added.values())))
    connection.execute(update(CHECKPOINT).where(CHECKPOINT.c.size == newest[0]).values(note=data))
    return "stored"


def _find_newest(connection: Connection) -> tuple[int, bytes, bytes] | None:
    """Size, root and note."""
    query = (
        select(CHECKPOINT.c.size, CHECKPOINT.c.root, CHECKPOINT.c.note)
        .order_by(CHECKPOINT.c.size.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else (row[0], row[1], row[2])


def _find_leaf(connection: Connection, digest: bytes) -> tuple[int, bytes] | None:
    query = (
        select(LEAF.c.log_index, LEAF.c.leaf)
        .join_from(LEAF_ID, LEAF, LEAF_ID.c.log_index == LEAF.c.log_index)
        .where(LEAF_ID.c.id_prefix == prefix_of(digest))
    )
    for index, leaf in connection.execute(query):
        if find_digest(leaf) == digest:
            return index, leaf
    return None
