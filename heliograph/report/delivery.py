"""Send what waits in the outbox; delete only what the service says it has."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from heliograph import outbox
from heliograph.report.errors import ReportCommandError
from heliograph.service_batches import (
    ANSWER_BYTES,
    BATCH_BYTES,
    BATCH_ENVELOPES,
    CBOR_HEAD_BYTES,
    FOR_GOOD,
    HEADERS,
    PATH,
    Answer,
    find_options,
    read_answer,
    write_batch,
)


@dataclass(slots=True)
class Delivery:
    """What became of the envelopes that waited."""

    stored: int = 0
    known: int = 0
    waiting: int = 0
    damaged: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    stopped: str | None = None  # why sending ended early: a code of this module or of the service

    @property
    def sent(self) -> int:
        """Envelopes that the service has now."""
        return self.stored + self.known


def open_client(service: str) -> httpx2.Client:
    """A client for one service. Raises ReportCommandError `service-address`."""
    options = find_options(service)
    if options is None:
        raise ReportCommandError(
            "service-address",
            "The service's address must begin with https:// (http:// for .onion and loopback).",
            "Give it with --service or HELIOGRAPH_SERVICE.",
        )
    return httpx2.Client(**options)


def deliver(
    folder: Path, client: httpx2.Client, on_progress: Callable[[int], None] = lambda _count: None
) -> Delivery:
    """Send all that waits in `folder`. Never raises for a network that fails: see `stopped`.

    An answer that is not whole, or not the service's own, counts for nothing: its batch stays.
    """
    delivery = Delivery()
    for ids, envelopes in _batches(folder, delivery):
        answer = _post(client, envelopes)
        delivery.stopped = answer.stopped
        if answer.results is None:
            break
        done = []
        # Fewer results than ids where the batch was cut off: the rest waits.
        for id, result in zip(ids, answer.results, strict=False):
            match result:
                case "stored":
                    delivery.stored += 1
                    done.append(id)
                case "known":
                    delivery.known += 1
                    done.append(id)
                case _ if result.startswith(FOR_GOOD):
                    delivery.refused[result] += 1
                case _:
                    delivery.stopped = result
        outbox.remove(folder, done)
        on_progress(len(ids))
        if delivery.stopped:
            break
    delivery.waiting = len(outbox.waiting(folder))
    return delivery


def _batches(folder: Path, delivery: Delivery) -> Iterator[tuple[list[bytes], list[bytes]]]:
    ids: list[bytes] = []
    items: list[bytes] = []
    size = 0
    for id in outbox.waiting(folder):
        envelope = outbox.read(folder, id)
        if envelope is None:
            delivery.damaged += outbox.holds(folder, id)
            continue
        if ids and (len(ids) == BATCH_ENVELOPES or size + len(envelope) > BATCH_BYTES):
            yield ids, items
            ids, items, size = [], [], 0
        ids.append(id)
        items.append(envelope)
        size += len(envelope) + CBOR_HEAD_BYTES
    if ids:
        yield ids, items


def _post(client: httpx2.Client, envelopes: list[bytes]) -> Answer:
    data = bytearray()
    try:
        with client.stream("POST", PATH, content=write_batch(envelopes), headers=HEADERS) as answer:
            for chunk in answer.iter_bytes():
                data += chunk
                if len(data) > ANSWER_BYTES:
                    break
    except httpx2.HTTPError:
        return Answer(None, "network-down")
    return read_answer(answer.status_code, answer.headers, bytes(data), len(envelopes))
