"""A sink in memory that behaves as a store does: a key once, all or nothing, errors on request."""

from collections.abc import Sequence

from crypto.sealed_sms import Part


class FakeSink:
    def __init__(self) -> None:
        self.envelopes: list[bytes] = []
        self.parts: list[Part] = []
        self.keys: list[bytes] = []
        self.error: Exception | None = None

    async def put(self, envelopes: Sequence[bytes], message_key: bytes) -> bool:
        if not self._is_new(message_key):
            return False
        self.envelopes.extend(envelopes)
        return True

    async def put_part(self, part: Part, message_key: bytes) -> bool:
        if not self._is_new(message_key):
            return False
        self.parts.append(part)
        return True

    def _is_new(self, message_key: bytes) -> bool:
        if self.error:
            raise self.error
        if message_key in self.keys:
            return False
        self.keys.append(message_key)
        return True
