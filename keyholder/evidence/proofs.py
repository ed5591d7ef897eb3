"""The log as it was downloaded, as a tree: which checkpoint holds, and the proof of each leaf."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crypto.checkpoints import Checkpoint, Receipt, open_checkpoint, write_receipt
from crypto.errors import NoteError
from crypto.log import HASH_SIZE, find_range, hash_leaf, join_pairs, prove_inclusion
from crypto.notes import read_key
from keyholder.cosigning import Holders, list_cosigners
from keyholder.errors import EvidenceError
from keyholder.remembered import Seen, read_leaves, read_seen


class Tree:
    """The tree over the leaves held from the first on, as far as none is missing. 64 bytes a
    leaf."""

    def __init__(self, leaves: Iterable[tuple[int, bytes]]) -> None:
        hashes: list[bytes] = []
        for index, leaf in leaves:
            if index != len(hashes):
                break
            hashes.append(hash_leaf(leaf))
        self.size = len(hashes)
        """Leaves."""
        self._levels = [b"".join(hashes)]
        while len(self._levels[-1]) > HASH_SIZE:
            self._levels.append(join_pairs(self._levels[-1]))

    def _read(self, level: int, place: int) -> bytes:
        return self._levels[level][place * HASH_SIZE : (place + 1) * HASH_SIZE]

    def find_root(self, size: int) -> bytes:
        """The root of the tree of the first `size` leaves."""
        return find_range(0, size, self._read)

    def prove(self, index: int, size: int) -> tuple[bytes, ...]:
        """The proof that leaf `index` is in the tree of the first `size` leaves."""
        return tuple(prove_inclusion(index, size, self._read))


@dataclass(frozen=True, slots=True)
class Proven:
    """A checkpoint that holds for what is held here, as its note, and the tree under it."""

    checkpoint: Checkpoint
    note: bytes
    tree: Tree

    def write_proof(self, index: int) -> bytes:
        """A C2SP tlog-proof of one leaf."""
        proof = self.tree.prove(index, self.checkpoint.size)
        return write_receipt(Receipt(index, proof, self.note))


def find_proven(
    database: sqlite3.Connection, log_keys: Sequence[str], holders: Holders, last: int
) -> Proven:
    """The checkpoint with the most cosignatures, and of those the newest, that a listed key signed,
    that agrees with every leaf held here, and that covers the index `last`.

    EvidenceError evidence-unproven.
    """
    candidates = [
        (one, checkpoint)
        for one in read_seen(database)
        if one.size > last and (checkpoint := _open(one, log_keys)) is not None
    ]
    biggest = max((one.size for one, _ in candidates), default=0)
    tree = Tree(read_leaves(database, 0, biggest))
    held = [
        (len(list_cosigners(one.note, holders)), one.size, one.note, checkpoint)
        for one, checkpoint in candidates
        if one.size <= tree.size and tree.find_root(one.size) == checkpoint.root
    ]
    if not held:
        raise EvidenceError("evidence-unproven")
    _, _, note, checkpoint = max(held, key=lambda one: one[:3])
    return Proven(checkpoint, note, tree)


def _open(seen: Seen, log_keys: Sequence[str]) -> Checkpoint | None:
    """The checkpoint, if its note is one of a listed key's; this home may have been altered."""
    if seen.key not in log_keys:
        return None
    try:
        checkpoint = open_checkpoint(seen.note, read_key(seen.key))
    except NoteError:
        return None
    return checkpoint if checkpoint.size == seen.size else None
