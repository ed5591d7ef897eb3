"""When a contradiction of the log came about, as far as the days of the checkpoints seen tell it.

Days alone: the day on which this home first saw a checkpoint, and the day that a leaf says. What a
home of an older version saw has no day, and then none is told.
"""

from bisect import bisect_right
from sqlite3 import Connection

from crypto.errors import CryptoError, LogError
from crypto.leaves import read_leaf
from crypto.log import Frontier
from keyholder.checked import Checked, Finding, Held
from keyholder.moments import DAY
from keyholder.remembered import read_checked, read_days, read_leaves, read_unsigned

_COVERED = ("body-removed", "body-altered", "leaf-missing", "log-withheld")
_BODIES = ("body-removed", "body-altered", "log-unsigned")


def date_findings(database: Connection, checked: Checked) -> None:
    """Say of each finding when it still held, since when it does not, and of what days it is."""
    if checked.findings:
        days = _Days(database)
        checked.findings = [days.date(one) for one in checked.findings]


class _Days:
    """The days of all checkpoints, read once: there may be ten thousand findings."""

    def __init__(self, database: Connection) -> None:
        self._database = database
        self._roots: dict[int, dict[bytes, int | None]] = {}  # size -> root -> day
        for size, root, day in read_days(database):
            roots = self._roots.setdefault(size, {})
            roots[root] = min([roots.get(root, day), day], key=_rank)
        self._sizes = sorted(self._roots)
        # The earliest day of each size and all behind it: who signed more signed these leaves too.
        self._signed: list[int | None] = [None] * len(self._sizes)
        for place in reversed(range(len(self._sizes))):
            day = self._find_first(self._sizes[place])
            self._signed[place] = min([day, *self._signed[place + 1 : place + 2]], key=_rank)
        try:
            frontier = read_checked(database)
            self._confirmed = frontier.size, frontier.find_root()
        except LogError:
            self._confirmed = 0, Frontier().find_root()

    def date(self, finding: Finding) -> Finding:
        """The finding with what is known of its days."""
        code, first, last = finding[:3]
        held, since = None, None
        if code in _COVERED:
            since = self._find_signed(first)
        if code == "leaf-missing":
            held = self._find_checked(first)
        elif code == "leaf-altered" or (code == "checkpoint-altered" and last > 0):
            held = self._make_held(last + 1)  # a frontier that is damaged is told as index 0
        elif code == "log-shrunk":
            held = self._make_held(last + 1)
            since = self._find_smaller(first, held)
        elif code == "log-key-changed":
            held = self._make_held(self._sizes[-1]) if self._sizes else None
        elif code in ("log-forked", "log-split"):
            size, root = self._confirmed
            day = self._roots.get(size, {}).get(root)
            held = Held(size, day) if size and day is not None else None
            since = self._find_other(last + 1)
        elif code == "log-unsigned":
            waiting = read_unsigned(self._database)
            if waiting is not None and waiting[0] == last + 1:
                since = waiting[1] // DAY
        taken = self._read_taken(first, last) if code in _BODIES else None
        return finding._replace(held=held, since=since, taken=taken)

    def _find_first(self, size: int) -> int | None:
        return min(self._roots.get(size, {}).values(), key=_rank, default=None)

    def _make_held(self, size: int) -> Held | None:
        day = self._find_first(size)
        return None if day is None else Held(size, day)

    def _find_signed(self, index: int) -> int | None:
        """When a checkpoint that covers the index was first seen."""
        place = bisect_right(self._sizes, index)
        return self._signed[place] if place < len(self._sizes) else None

    def _find_checked(self, index: int) -> Held | None:
        """The checkpoint with which the leaf was read and held: the first confirmed one over it."""
        place = bisect_right(self._sizes, index)
        if place == len(self._sizes) or self._sizes[place] > self._confirmed[0]:
            return None
        return self._make_held(self._sizes[place])

    def _find_smaller(self, size: int, held: Held | None) -> int | None:
        """The first day of the smaller checkpoint, if it was not seen while the log grew."""
        day = self._find_first(size)
        return day if held is not None and day is not None and day > held.day else None

    def _find_other(self, size: int) -> int | None:
        """The first day of a root of this size that is not the one confirmed, or not the first."""
        roots = self._roots.get(size, {})
        if size == self._confirmed[0]:
            roots = {root: day for root, day in roots.items() if root != self._confirmed[1]}
        elif len(roots) > 1:
            return sorted(roots.values(), key=_rank)[1]
        return min(roots.values(), key=_rank, default=None)

    def _read_taken(self, first: int, last: int) -> tuple[int, int] | None:
        """The days of the first and the last leaf, as they say; None where one is not readable."""
        days = []
        for index in (first, last):
            for _, data in read_leaves(self._database, index, index + 1):
                try:
                    days.append(read_leaf(data).day)
                except CryptoError:
                    return None
        return (days[0], days[1]) if len(days) == len((first, last)) else None


def _rank(day: int | None) -> int:
    """A day that is not known was before those that are: days were not kept yet."""
    return -1 if day is None else day
