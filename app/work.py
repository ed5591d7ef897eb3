"""What requests hand to the writer, and what they get back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from sqlalchemy import Connection

from app.entries import Entry

Outcome = Literal["stored", "known"]


@dataclass(slots=True, eq=False)
class EntriesWork:
    """Envelopes to keep, all or none. Result: an outcome for each, or None: the message was seen
    before.
    """

    entries: Sequence[Entry]
    day: int
    message_key: bytes | None = None

    @property
    def size(self) -> int:
        return sum([len(entry.body) for entry in self.entries])

    @property
    def weight(self) -> int:
        """Of what one commit takes up: envelopes."""
        return len(self.entries)


@dataclass(slots=True, eq=False)
class PartWork:
    """A slice of a sealed SMS to keep. Result: True, or False: the message was seen before."""

    ref: bytes
    index: int
    count: int
    slice: bytes
    day: int
    message_key: bytes | None = None

    weight: ClassVar[int] = 1

    @property
    def size(self) -> int:
        return len(self.slice)


@dataclass(slots=True, eq=False)
class LoneWork:
    """A function that gets a transaction of its own. Result: what it returns."""

    run: Callable[[Connection], Any]

    @property
    def size(self) -> int:
        return 0


SharedWork = EntriesWork | PartWork
Work = SharedWork | LoneWork
