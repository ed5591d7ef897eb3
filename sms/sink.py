"""Where sealed envelopes go: the store itself, or an outbox. The composition root hands one in."""

from collections.abc import Sequence
from typing import Protocol

from crypto.sealed_sms import Part


class SinkError(Exception):
    """Nothing was committed; the provider may try again. It carries nothing that came in."""


class SinkFull(SinkError):
    """There is no room."""


class SinkUnavailable(SinkError):
    """The store cannot be written now."""


class Sink(Protocol):
    """Commits to disk before it returns. Raises SinkFull or SinkUnavailable."""

    async def put(self, envelopes: Sequence[bytes], message_key: bytes) -> bool:
        """Commit all envelopes and the message key (32 bytes) together, or nothing.

        False: the key was seen before, so nothing was added.
        """
        ...

    async def put_part(self, part: Part, message_key: bytes) -> bool:
        """Commit one part of a sealed SMS and the message key together. False as `put`."""
        ...
