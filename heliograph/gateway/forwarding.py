"""From the outbox to the service: batches, patience, and nothing deleted that did not arrive.

An envelope is sent again until an answer says that the service has it, so it may be sent twice; the
service knows it by its bytes, so it is stored once.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx2

from heliograph.service_batches import (
    ANSWER_BYTES,
    ARRIVED,
    BATCH_BYTES,
    BATCH_ENVELOPES,
    CBOR_HEAD_BYTES,
    CUT,
    FOR_GOOD,
    HEADERS,
    PATH,
    Answer,
    read_answer,
    write_batch,
)
from sms.backoff import DRAW, Draw, choose_pause
from sms.outbox import Outbox, Waiting
from sms.sink import SinkError

FIRST_SECONDS, MOST_SECONDS = 2.0, 300.0
"""The pause after an attempt that failed: up to the first, at most up to the second."""
POST_SECONDS = 180.0
"""For one batch, answer and all. The service gives a body 120 s."""
FAULT_SECONDS = 60.0
TOLD = frozenset(
    {"network-down", "internal", "store-full", "store-busy", "store-unavailable", "body-too-slow"}
)
"""Reasons that a log line names; every other is told as `answer-strange`."""
SHRINK = frozenset({"network-down", "answer-strange"}) | CUT
"""Reasons that a smaller batch may mend: a link that never carries a big one."""

log = logging.getLogger("heliograph.forwarding")


@dataclass(slots=True, eq=False)
class Address:
    """One address of the service, and how it fared."""

    client: httpx2.AsyncClient
    failures: int = 0
    not_before: float = 0.0


class Forwarder:
    """One process's. every_seconds: what comes within so long goes together.

    clock: seconds that only rise; sleep and draw: for tests. `stopped` is why nothing can be sent
    now (a code), or None.
    """

    def __init__(
        self,
        outbox: Outbox,
        clients: Sequence[httpx2.AsyncClient],
        *,
        every_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        draw: Draw = DRAW,
    ) -> None:
        self._outbox = outbox
        self._addresses = [Address(client) for client in clients]
        self._every_seconds = every_seconds
        self._clock = clock
        self._sleep = sleep
        self._draw = draw
        self._most = BATCH_ENVELOPES
        self._arrived = asyncio.Event()
        self._arrived.set()
        self.stopped: str | None = None

    def hear(self) -> None:
        """Something came into the outbox."""
        self._arrived.set()

    async def run(self) -> None:
        """Forwards until it is cancelled."""
        while True:
            await self._arrived.wait()
            # By chance: a fixed pace would tell when the first of a batch came.
            await self._sleep(self._draw(0.0, 2.0 * self._every_seconds))
            self._arrived.clear()
            await self.empty()

    async def empty(self) -> None:
        """Forwards until nothing waits. It is patient: it may be cancelled at any time."""
        sent = False
        while True:
            try:
                if not await self.send():
                    if sent:
                        await self._outbox.tidy()
                    return
                sent = True
            except SinkError:  # our own disk is full or busy: what was sent is sent again
                await self._sleep(self._draw(0.0, FAULT_SECONDS))
            except Exception as error:  # noqa: BLE001 -- a forwarder that ended would do so unheard
                kind = type(error).__name__
                log.error("code=forward-fault type=%s", kind)  # noqa: TRY400 -- no traceback
                await self._sleep(FAULT_SECONDS)

    async def send(self) -> bool:
        """One batch to one address, as soon as one may be asked. False: nothing waits."""
        if await self._outbox.is_empty():
            return False
        address = await self._choose()
        taken = await self._outbox.take(self._most, BATCH_BYTES, CBOR_HEAD_BYTES)
        answer = await _post(address.client, [body for _id, body in taken])
        arrived = await self._settle(taken, answer.results or ())
        self._judge(address, answer, sent=len(taken), arrived=arrived)
        return True

    async def _choose(self) -> Address:
        """The first address that may be asked; those that answered last stand in front."""
        while True:
            now = self._clock()
            for address in self._addresses:
                if address.not_before <= now:
                    return address
            await self._sleep(min(one.not_before for one in self._addresses) - now)

    async def _settle(self, taken: Sequence[Waiting], results: Sequence[str]) -> bool:
        """Deletes what arrived, puts aside what never will; whether that was anything."""
        arrived: list[bytes] = []
        refused: dict[bytes, str] = {}
        # Fewer results than envelopes where the batch was cut off: the rest waits.
        for (id, _body), result in zip(taken, results, strict=False):
            if result in ARRIVED:
                arrived.append(id)
            elif result.startswith(FOR_GOOD):
                refused[id] = result
        if refused:
            log.error("code=envelope-refused count=%d", len(refused))
        if arrived or refused:
            await self._outbox.settle(arrived, refused)
        return bool(arrived or refused)

    def _judge(self, address: Address, answer: Answer, *, sent: int, arrived: bool) -> None:
        code = answer.stopped
        if code is None and answer.results is not None:
            # Problems of single items that pass with time, such as store-busy.
            passing = [one for one in answer.results if not one.startswith((*ARRIVED, FOR_GOOD))]
            code = passing[-1] if passing else None
        self._note(code)
        if arrived:
            address.failures = 0
        if code is None:
            self._most = min(BATCH_ENVELOPES, self._most * 2)
            address.not_before = 0.0
            self._addresses.remove(address)
            self._addresses.insert(0, address)
            return
        if code in SHRINK:
            self._most = max(1, sent // 2)
        address.failures += 1
        address.not_before = self._clock() + choose_pause(
            address.failures,
            first=FIRST_SECONDS,
            most=MOST_SECONDS,
            at_least=answer.retry_after,
            draw=self._draw,
        )

    def _note(self, stopped: str | None) -> None:
        """One line when trouble begins, and one when it ends; none for each attempt."""
        code = stopped if stopped is None or stopped in TOLD else "answer-strange"
        if code != self.stopped:
            if code is None:
                log.info("code=forwarding-again")
            else:
                log.warning("code=%s", code)
        self.stopped = code


async def _post(client: httpx2.AsyncClient, envelopes: Sequence[bytes]) -> Answer:
    data = bytearray()
    try:
        async with (
            asyncio.timeout(POST_SECONDS),
            client.stream("POST", PATH, content=write_batch(envelopes), headers=HEADERS) as answer,
        ):
            # As it comes: unpacking a few bytes may make a great many of them.
            async for chunk in answer.aiter_raw():
                data += chunk
                if len(data) > ANSWER_BYTES:
                    break
    except (httpx2.HTTPError, TimeoutError):
        return Answer(None, "network-down")
    return read_answer(answer.status_code, answer.headers, bytes(data), len(envelopes))
