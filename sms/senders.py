"""Who sent how much, without numbers: random keys in memory that live a day, and are never written.

A number becomes HMAC-SHA256 of it under the day's key. When the process ends or two days pass, no
guess at a number can be checked any more.
"""

import hmac
import os
from collections.abc import Callable

TAG_SIZE = 8
"""Bytes of a sender's tag of the day, which goes into the sealed report."""
DAY = 86_400
HOUR = 3_600
MAX_SENDERS = 50_000
"""Senders counted within an hour, about 10 MB. Beyond them new ones are taken uncounted: whoever
floods with made-up numbers must not lock out the others."""


class Senders:
    """Tags of the day, and how many texts each sender sent within the hour."""

    def __init__(self, *, texts_per_hour: int, random: Callable[[int], bytes] = os.urandom) -> None:
        self._texts_per_hour = texts_per_hour
        self._random = random
        self._keys: tuple[bytes, ...] = ()
        self._day: int | None = None
        self._hour: int | None = None
        self._counts: dict[bytes, int] = {}

    def tag(self, sender: str, now: int) -> bytes:
        """The sender's tag of the day: 8 bytes, another one tomorrow."""
        return self.names(sender, now)[0]

    def names(self, sender: str, now: int) -> tuple[bytes, ...]:
        """The sender's tags under today's key and, if there was one, yesterday's."""
        if now // DAY != self._day:
            # Yesterday's is kept, so that a rule over 24 hours holds across midnight.
            self._keys = (self._random(32), *self._keys[:1])
            self._day = now // DAY
        data = sender.encode("utf-8", "surrogatepass")
        return tuple(hmac.digest(key, data, "sha256")[:TAG_SIZE] for key in self._keys)

    def admit(self, sender: str, now: int) -> bool:
        """Count one text; False when this sender has sent too many within this clock hour."""
        if now // HOUR != self._hour:
            self._counts.clear()
            self._hour = now // HOUR
        name = self.tag(sender, now)
        if name not in self._counts and len(self._counts) >= MAX_SENDERS:
            return True
        self._counts[name] = self._counts.get(name, 0) + 1
        return self._counts[name] <= self._texts_per_hour
