"""Message ids where the carrier gives none: SMPP has no name for a text that lasts.

An SMSC sends a text again when it did not get our answer, and then we must know it. A person may
send the same words twice, and both are reports. The bytes are the same in both cases; what tells
them apart is whether our answer can have been lost (docs/adr/0032).
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

AGAIN_SECONDS = 120
"""After a good answer, how long an equal text is taken for one that was sent again."""
PERIOD_SECONDS = 3600
"""After a restart, texts that are equal are one within a clock hour."""
MAX_REMEMBERED = 10_000


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
        self._seen: OrderedDict[bytes, _Seen] = OrderedDict()

    def name(self, content: bytes) -> str:
        """The message id of a text that came now. content: its 32-byte name."""
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
        return hashlib.sha256(content + marks).hexdigest()

    def answer(self, content: bytes) -> None:
        """The text is committed, and our answer is on its way."""
        seen = self._seen.get(content)
        if seen is not None:
            seen.answered = self._timer()
