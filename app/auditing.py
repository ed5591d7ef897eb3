"""Reading the log again from the beginning: whether the database holds what the log signed.

Everything is computed anew from the leaves, in bounded memory and in steps. Each step is short, so
that a reading transaction for each of them holds up no checkpoint of a database under load: what
was appended never changes, and what comes meanwhile lies behind the size that was there first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from app.entries import prefix_of
from app.faults import Faults
from app.tables import LeafId, LogCheckpoint, LogLeaf
from app.tiles import LOG_TILE, count_leaves
from crypto.checkpoints import read_checkpoint
from crypto.errors import NoteError
from crypto.leaves import LEAF_ENVELOPE, find_digest
from crypto.log import TILE_LEVELS, Frontier, hash_leaf
from crypto.notes import read_note

LEAF = LogLeaf.__table__  # type: ignore[attr-defined]  # SQLModel adds it
LEAF_ID = LeafId.__table__  # type: ignore[attr-defined]
CHECKPOINT = LogCheckpoint.__table__  # type: ignore[attr-defined]
TILE = 1 << TILE_LEVELS
STEP = 8192
"""Leaves of one step: about 2 MB."""
LOOKUP = 512
"""Ids that one statement looks up."""
Row = tuple[int, bytes]
"""Log index, leaf."""


class Tree:
    """The tree over leaves that come in order, and the hashes of its complete groups of 256."""

    def __init__(self) -> None:
        self._levels: list[Frontier] = []  # of leaves, of groups of 256, of 65,536, …
        self.size = 0

    def add(self, leaf_hash: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Appends a leaf; gives (level, position, hash) of each group that it completes."""
        self.size += 1
        joined, depth = leaf_hash, 0
        while True:
            if depth == len(self._levels):
                self._levels.append(Frontier())
            level = self._levels[depth]
            level.add(joined)
            if level.size < TILE:
                return
            self._levels[depth] = Frontier()
            joined, depth = level.find_root(), depth + 1
            yield depth * TILE_LEVELS, (self.size >> depth * TILE_LEVELS) - 1, joined

    def find_root(self) -> bytes:
        """The root over all leaves so far."""
        hashes = [one for level in reversed(self._levels) for one in level.hashes]
        return Frontier(self.size, hashes).find_root()


@dataclass(slots=True)
class Audit:
    """How far the reading came, and what it found."""

    size: int
    """Leaves that are read: all indexes below it."""
    signed: int
    """Size of the newest checkpoint when the reading began; 0 where there was none."""
    tree: Tree = field(default_factory=Tree)
    faults: Faults = field(default_factory=Faults)
    next: int = 0
    """The index from which the next step reads."""
    leaves: int = 0
    checkpoints: int = 0
    confirmed: int = 0
    """Size of the newest checkpoint that the leaves agree with."""
    root: bytes | None = None
    """The root over all leaves, once they are read and have no gap."""
    whole: bool = True
    """No index was missing so far: after a gap no root can be computed."""


def start_audit(connection: Connection) -> Audit:
    """Looks how much there is to read."""
    size = count_leaves(connection)
    signed = connection.execute(select(func.max(CHECKPOINT.c.size))).scalar() or 0
    audit = Audit(size, signed)
    if signed > size:
        audit.faults.add("leaf-missing", size, signed - 1)
    _check_checkpoints(audit, _read_checkpoints(connection, 0, 0))
    return audit


def audit_step(connection: Connection, audit: Audit) -> int:
    """Reads the next leaves with all that is kept about them; how many, 0 at the end."""
    place = LEAF.c.log_index
    query = select(place, LEAF.c.leaf).where(place >= audit.next, place < audit.size)
    rows: Sequence[Row] = [
        (row[0], row[1]) for row in connection.execute(query.order_by(place).limit(STEP))
    ]
    if not rows:
        _end_audit(connection, audit)
        return 0
    checkpoints = _read_checkpoints(connection, rows[0][0] + 1, rows[-1][0] + 1)
    groups: dict[tuple[int, int], bytes] = {}
    for index, leaf in rows:
        if index > audit.next:
            audit.faults.add("leaf-missing", audit.next, index - 1)
            audit.whole = False
        audit.next = index + 1
        if audit.whole:
            for level, position, joined in audit.tree.add(hash_leaf(leaf)):
                groups[level, position] = joined
            if audit.tree.size in checkpoints:
                found = {audit.tree.size: checkpoints.pop(audit.tree.size)}
                _check_checkpoints(audit, found)
    _check_tiles(connection, audit, groups)
    _check_ids(connection, audit, rows)
    audit.leaves += len(rows)
    return len(rows)


def audit_log(
    connection: Connection, advance: Callable[[int], None] = lambda _count: None
) -> Audit:
    """The whole reading at once, for a connection that nobody waits for. `advance` hears of each
    step how many leaves were read.
    """
    audit = start_audit(connection)
    while count := audit_step(connection, audit):
        advance(count)
    return audit


def _end_audit(connection: Connection, audit: Audit) -> None:
    if audit.whole:
        audit.root = audit.tree.find_root()
    listed = select(func.count()).select_from(LEAF_ID).where(LEAF_ID.c.log_index < audit.size)
    if connection.execute(listed).scalar_one() > audit.leaves:
        audit.faults.add("leaf-id-surplus", 0, max(0, audit.size - 1))
    newest = select(LOG_TILE.c.level, func.max(LOG_TILE.c.position)).group_by(LOG_TILE.c.level)
    now = count_leaves(connection)
    for level, position in connection.execute(newest):
        if position + 1 > now >> level:
            audit.faults.add("tile-wrong", position << level, (position + 1 << level) - 1)


def _read_checkpoints(
    connection: Connection, first: int, last: int
) -> dict[int, tuple[bytes, bytes]]:
    """Root and note by size, of the sizes from `first` to `last`."""
    size = CHECKPOINT.c.size
    query = select(size, CHECKPOINT.c.root, CHECKPOINT.c.note).where(size >= first, size <= last)
    return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


def _check_checkpoints(audit: Audit, rows: Mapping[int, tuple[bytes, bytes]]) -> None:
    """Compares checkpoints of the tree as it is now with their notes and with the leaves."""
    for size, (root, note) in rows.items():
        audit.checkpoints += 1
        last = max(0, size - 1)
        try:
            told = read_checkpoint(read_note(note))
        except NoteError:
            told = None
        if told is None or (told.size, told.root) != (size, root):
            audit.faults.add("checkpoint-altered", last)
        if audit.tree.find_root() == root:
            audit.confirmed = size
        else:
            audit.faults.add("root-differs", audit.confirmed, last)


def _check_tiles(
    connection: Connection, audit: Audit, groups: Mapping[tuple[int, int], bytes]
) -> None:
    for level in sorted({level for level, _position in groups}):
        places = [position for one, position in groups if one == level]
        query = select(LOG_TILE.c.position, LOG_TILE.c.hash).where(
            LOG_TILE.c.level == level,
            LOG_TILE.c.position >= places[0],
            LOG_TILE.c.position <= places[-1],
        )
        kept = {row[0]: row[1] for row in connection.execute(query)}
        for position in places:
            first, last = position << level, (position + 1 << level) - 1
            if position not in kept:
                if last < audit.signed:  # hashes are made before their leaves are signed
                    audit.faults.add("tile-missing", first, last)
            elif kept[position] != groups[level, position]:
                audit.faults.add("tile-wrong", first, last)


def _check_ids(connection: Connection, audit: Audit, rows: Sequence[Row]) -> None:
    """Whether each leaf is found by its digest, at one place alone."""
    for start in range(0, len(rows), LOOKUP):
        digests = {}
        for index, leaf in rows[start : start + LOOKUP]:
            digest = find_digest(leaf)
            if digest is None:
                audit.faults.add("leaf-invalid", index)
            else:
                digests[index] = digest
        found = _find_places(connection, {prefix_of(digest) for digest in digests.values()})
        for index, digest in digests.items():
            places = found.get(prefix_of(digest), ())
            if index not in places:
                audit.faults.add("leaf-unfindable", index)
            earlier = [place for place in places if place < index]
            if earlier and digest in _read_digests(connection, earlier):
                audit.faults.add("leaf-twice", index)


def _find_places(connection: Connection, prefixes: Iterable[int]) -> dict[int, list[int]]:
    """Log indexes by id prefix."""
    query = select(LEAF_ID.c.id_prefix, LEAF_ID.c.log_index)
    found: dict[int, list[int]] = {}
    for prefix, index in connection.execute(query.where(LEAF_ID.c.id_prefix.in_(prefixes))):
        found.setdefault(prefix, []).append(index)
    return found


def _read_digests(connection: Connection, indexes: Sequence[int]) -> set[bytes | None]:
    query = select(LEAF.c.leaf).where(LEAF.c.log_index.in_(indexes))
    return {find_digest(leaf) for leaf in connection.execute(query).scalars()}


def is_envelope(leaf: bytes) -> bool:
    """Whether a leaf stands for an envelope, which has a body; a keyring's has none."""
    return leaf[:1] == bytes((LEAF_ENVELOPE,))
