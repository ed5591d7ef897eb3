"""Message ids where the carrier gives none: SMPP has no name for a text that lasts.

An SMSC sends a text again when it did not get our answer, and then we must know it. A person may
send the same words twice, and both are reports. The bytes are the same in both cases; what tells
them apart is whether our answer can have been lost.

Two names come of it (docs/adr/0032). The message id is keyed by what dies with this process: a hash
of a number and of few words, beside its key on one disk, would tell the number to whoever guesses.
The report's name lasts, and stands in the seal alone: what is sent again to the next process is
stored again, and is one report when it is opened.
"""

import hashlib
import hmac
import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

AGAIN_SECONDS = 120
"""After a good answer, how long an equal text is taken for one that was sent again."""
PERIOD_SECONDS = 3600
"""After a restart, equal texts are one report within a clock hour."""
MAX_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Names:
    """message_id: of this process alone. report_name: the same after a restart."""

    message_id: str
    report_name: str


@dataclass(slots=True)
class _Seen:
    period: int
    number: int
    answered: float | None = None


class Repeats:
    """One link's memory of what came lately.

    clock: Unix seconds; it may jump, which costs a text twice at worst. timer: seconds, steady.
    """

    def __init__(self, *, clock: Callable[[], float], timer: Callable[[], float]) -> None:
        self._clock = clock
        self._timer = timer
        self._key = os.urandom(32)
        self._seen: OrderedDict[bytes, _Seen] = OrderedDict()

    def name(self, content: bytes) -> Names:
        """The names of a text that came now. content: its 32-byte name."""
        period = int(self._clock()) // PERIOD_SECONDS
        seen = self._seen.get(content)
        if seen is None:
            seen = self._seen[content] = _Seen(period, 1)
        elif seen.answered is not None and self._timer() - seen.answered > AGAIN_SECONDS:
            number = seen.number + 1 if seen.period == period else 1
            seen = self._seen[content] = _Seen(period, number)
        self._seen.move_to_end(content)
        while len(self._seen) > MAX_REMEMBERED:
            self._seen.popitem(last=False)
        marks = seen.period.to_bytes(8, "big", signed=True) + seen.number.to_bytes(4, "big")
        return Names(
            message_id=hmac.digest(self._key, content + marks, "sha256").hex(),
            report_name=hashlib.sha256(content + marks).hexdigest(),
        )

    def answer(self, content: bytes) -> None:
        """The text is committed, and our answer is on its way."""
        seen = self._seen.get(content)
        if seen is not None:
            seen.answered = self._timer()
