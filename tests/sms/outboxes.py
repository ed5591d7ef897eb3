"""An outbox in a folder of its own, with a clock that stands still."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crypto.envelope import HEADER_SIZE, LENGTHS, SEALED_BOX_OVERHEAD, SMS_SLICE, envelope_id
from crypto.sealed_sms import Part, cut_slices
from sms.outbox import Outbox, OutboxLimits

NOW = 1_790_000_000
DAY = 86_400
LIMITS = OutboxLimits(part_bytes=64 << 20, part_days=14, message_key_days=8, reserve_bytes=0)
LENGTH = HEADER_SIZE + SEALED_BOX_OVERHEAD + LENGTHS[0]


def make_envelope(number: int, length: int = LENGTH) -> bytes:
    """Bytes of good form, different for each number."""
    header = b"\x01\x01\x00\x01"
    return header + hashlib.shake_256(number.to_bytes(8, "big")).digest(length - len(header))


def make_parts(number: int, count: int = 3) -> tuple[bytes, list[Part]]:
    """An envelope that travels in so many texts, and its parts."""
    envelope = make_envelope(number, count * SMS_SLICE)
    ref = envelope_id(envelope)[:3]
    return envelope, [
        Part(ref, index, count, piece) for index, piece in enumerate(cut_slices(envelope))
    ]


def name_key(number: int) -> bytes:
    return number.to_bytes(32, "big")


@dataclass
class Shelf:
    """Where one outbox is opened again and again."""

    folder: Path
    now: float = NOW
    limits: OutboxLimits = LIMITS
    fatal: list[str] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.folder / "outbox.db"

    def run(self, test: Callable[[Outbox], Awaitable[Any]]) -> Any:
        """Runs a test's coroutine with the outbox open."""

        async def main() -> Any:
            outbox = Outbox(
                self.path,
                clock=lambda: self.now,
                on_fatal=self.fatal.append,
                limits=self.limits,
            )
            await outbox.start()
            try:
                return await test(outbox)
            finally:
                await outbox.stop()

        return asyncio.run(main())

    def take(self) -> set[bytes]:
        """All that waits."""

        async def take(outbox: Outbox) -> set[bytes]:
            return {body for _id, body in await outbox.take(10**6, 1 << 30, 5)}

        return set(self.run(take))
