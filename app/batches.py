"""Reading a batch: a CBOR sequence (RFC 8742) of byte strings, from chunks of any size.

One rotten item never costs the others. So an item of another type is stepped over by its
well-formedness (RFC 8949, appendix C), without building it, and the reader goes on behind it.
Memory is bounded by the longest envelope: whatever is longer is stepped over too. Work is bounded
by MAX_HEADS: what is inside rotten items costs a step a head.
"""

from collections.abc import Iterator

MAX_DEPTH = 16
"""Levels of a rotten item that are followed. Deeper nesting is taken for malformed."""
MAX_HEADS = 4096
"""Heads inside rotten items that are read, of one sequence. Each is a step on the event loop, and a
byte may be a head; more are taken for malformed. Rotten items of a newer format have a few each."""

BYTES, ARRAY, MAP, TAG, SIMPLE = 2, 4, 5, 6, 7
STRINGS = (2, 3)
INDEFINITE = 31
USUAL = BYTES << 5 | 25
"""The head of nearly every item: a byte string whose length takes two bytes. It has a way of its
own through `feed`, which does what the general one does."""


class BatchReader:
    """Feed it chunks; it gives items: the bytes of a byte string, or a problem code for a rotten
    item.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._data = b""
        self._held = bytearray()
        """What came of an item that is not complete. It grows without being read again."""
        self._needed = 1
        self._skip = 0
        self._open: list[int | None] = []
        self._rotten = ""
        self._heads = 0
        self.malformed = False
        """Set for good when the bytes are no CBOR: nothing behind that point can be read."""

    @property
    def between_items(self) -> bool:
        """Whether the sequence may end here."""
        return not (self._held or self._rotten or self.malformed)

    def feed(self, chunk: bytes) -> Iterator[bytes | str]:
        """The items that are complete with this chunk, in order. Iterate to the end before feeding
        more.
        """
        if self._held:
            self._held += chunk
            if len(self._held) < self._needed:
                return
            chunk = bytes(self._held)
            self._held.clear()
        self._data = data = chunk
        end, at = len(data), 0
        try:
            while not self.malformed and end - at >= self._needed:
                if data[at] == USUAL and end - at > 2 and not (self._skip or self._rotten):
                    start = at + 3
                    stop = start + (data[at + 1] << 8 | data[at + 2])
                    if stop <= end and stop - start <= self._longest:
                        at = stop
                        self._needed = 1
                        yield data[start:stop]
                        continue
                at, item = self._step(at)
                if item is not None:
                    yield item
        finally:
            self._held += data[at:]
            self._data = b""

    def _step(self, at: int) -> tuple[int, bytes | str | None]:
        """Reads one head or passes over some bytes: where it got to, and an item if one is
        complete.
        """
        data = self._data
        if self._skip:
            passed = min(self._skip, len(data) - at)
            self._skip -= passed
            return at + passed, None if self._skip else self._close()
        initial = data[at]
        major, info = initial >> 5, initial & 31
        width = 1 << (info - 24) if 24 <= info <= 27 else 0
        if len(data) - at < 1 + width:
            self._needed = 1 + width
            return at, None
        argument = int.from_bytes(data[at + 1 : at + 1 + width], "big") if width else info
        body = at + 1 + width
        if major == BYTES and info < 28 and not self._rotten and argument <= self._longest:
            self._needed = 1 + width + argument
            if len(data) - at < self._needed:
                return at, None
            self._needed = 1
            return body + argument, data[body : body + argument]
        self._needed = 1
        return body, self._enter(major, info, argument)

    def _enter(self, major: int, info: int, argument: int) -> str | None:
        """Goes on behind the head of a rotten item, or of something inside one."""
        if not self._rotten:
            too_long = major == BYTES and info != INDEFINITE
            self._rotten = "envelope-length" if too_long else "batch-item-type"
        self._heads += 1
        if self._heads > MAX_HEADS:
            self.malformed = True
            return None
        if info == INDEFINITE and major == SIMPLE:  # "break"
            if not self._open or self._open.pop() is not None:
                self.malformed = True
                return None
            return self._close()
        if 28 <= info < INDEFINITE or (info == INDEFINITE and major not in (*STRINGS, ARRAY, MAP)):
            self.malformed = True
            return None
        if info == INDEFINITE:
            self._descend(None)
            return None
        if major in STRINGS and argument:
            self._skip = argument
            return None
        children = {ARRAY: argument, MAP: 2 * argument, TAG: 1}.get(major, 0)
        if not children:
            return self._close()
        self._descend(children)
        return None

    def _descend(self, children: int | None) -> None:
        """Into a container of so many items, or of as many as come before a "break" (None)."""
        if len(self._open) == MAX_DEPTH:
            self.malformed = True
        self._open.append(children)

    def _close(self) -> str | None:
        """Something is complete: a container may be complete with it, and at last the item."""
        while self._open:
            left = self._open[-1]
            if left is None:
                return None
            if left > 1:
                self._open[-1] = left - 1
                return None
            self._open.pop()
        code, self._rotten = self._rotten, ""
        return code
