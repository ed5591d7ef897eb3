"""What the writer remembers of the database, so that it need not ask: pending ids, bytes of
parts.
"""

from collections.abc import Container, Iterable

from sqlalchemy import Connection, func, select

from app.entries import LEAF_ID_START, Entry
from app.tables import Pending, SmsPart
from app.work import Outcome

PENDING = Pending.__table__  # type: ignore[attr-defined]  # SQLModel adds it
PART = SmsPart.__table__  # type: ignore[attr-defined]


class Memory:
    """Belongs to the writer's thread; `drop`, `pending` and `list_committed` may be used from
    others.

    Ids of envelopes that are pending are known from here alone: `pending` has no index. With
    several services on one database, each knows its own; sequencing drops what was stored twice.
    """

    def __init__(self) -> None:
        self._ids: set[bytes] = set()
        self._staged: list[bytes] = []
        self._part_bytes: int | None = None
        self._cleared: int | None = None

    def load(self, connection: Connection) -> None:
        """Reads the ids of what is pending, at the start."""
        leaves = connection.execute(select(PENDING.c.leaf)).scalars()
        self._ids = {leaf[LEAF_ID_START:] for leaf in leaves}

    @property
    def pending(self) -> int:
        """How many envelopes wait for their log index."""
        return len(self._ids)

    def list_committed(self) -> set[bytes]:
        """Ids that are pending and committed: what is not in the database any more has a leaf."""
        ids = set(self._ids)  # before the list: what leaves it meanwhile was committed
        ids.difference_update(list(self._staged))
        return ids

    def stage(self, entries: Iterable[Entry], fresh: list[Entry]) -> list[Outcome]:
        """Tells an outcome for each entry, as far as it is known here. What is not pending goes to
        `fresh`, and is noted as what the running transaction stores.
        """
        ids, staged = self._ids, self._staged
        outcomes: list[Outcome] = []
        for entry in entries:
            id = entry[0]
            if id in ids:
                outcomes.append("known")
            else:
                ids.add(id)
                staged.append(id)
                fresh.append(entry)
                outcomes.append("stored")
        return outcomes

    def unstage(self, logged: Container[bytes]) -> None:
        """Those of the running transaction are in the log already: it does not store them."""
        self._ids.difference_update([id for id in self._staged if id in logged])
        self._staged = [id for id in self._staged if id not in logged]

    def keep(self) -> None:
        """The transaction was committed."""
        self._staged.clear()

    def undo(self) -> None:
        """The transaction was rolled back."""
        self._ids.difference_update(self._staged)
        self._staged.clear()
        self._part_bytes = None
        self._cleared = None

    def drop(self, ids: Iterable[bytes]) -> None:
        """These are in the log now."""
        self._ids.difference_update(ids)

    def count_part_bytes(self, connection: Connection) -> int:
        """Bytes of slices that wait: counted once, then kept in step."""
        if self._part_bytes is None:
            total = select(func.coalesce(func.sum(func.length(PART.c.slice)), 0))
            self._part_bytes = int(connection.execute(total).scalar_one())
        return self._part_bytes

    def add_part_bytes(self, size: int) -> None:
        if self._part_bytes is not None:
            self._part_bytes += size

    def forget_parts(self) -> None:
        """Parts went some other way: the next use counts again."""
        self._part_bytes = None

    def begin_clearing(self, day: int) -> bool:
        """Notes that joined slices are cleared away today. False: that was done already."""
        if self._cleared == day:
            return False
        self._cleared = day
        return True
