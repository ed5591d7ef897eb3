"""Send what waits in the outbox; delete only what the service says it has."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cbor2
import httpx2

from heliograph import outbox
from heliograph.loopback import is_loopback
from heliograph.report.errors import ReportCommandError

# The service's own bounds on one batch (design.md, "The service's addresses").
BATCH_ENVELOPES = 256
BATCH_BYTES = 4 * 1024 * 1024
ANSWER_BYTES = 256 * 1024
TIMEOUT = httpx2.Timeout(60.0, connect=15.0)
PATH = "/v1/envelopes"
FOR_GOOD = "envelope-"  # codes that begin so judge the envelope; all others pass with time
_CBOR_HEAD_BYTES = 5
_CODE = re.compile(r"[a-z][a-z0-9-]{0,63}")


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
    """A client for one service. Redirects are not followed: they are a captive portal's manner.

    Raises ReportCommandError `service-address`: envelopes go over TLS, to an onion address or to
    this machine, so that the network sees no more than it must.
    """
    try:
        url = httpx2.URL(service)
    except httpx2.InvalidURL:
        url = httpx2.URL("")
    here = is_loopback(service)
    if not url.host or not (
        url.scheme == "https" or (url.scheme == "http" and (here or url.host.endswith(".onion")))
    ):
        raise ReportCommandError(
            "service-address",
            "The service's address must begin with https:// (http:// for .onion and loopback).",
            "Give it with --service or HELIOGRAPH_SERVICE.",
        )
    return httpx2.Client(
        base_url=url,
        timeout=TIMEOUT,
        follow_redirects=False,
        trust_env=not here,  # a proxy has no business between two programs of one machine
        headers={"user-agent": "heliograph"},
    )


def deliver(
    folder: Path, client: httpx2.Client, on_progress: Callable[[int], None] = lambda _count: None
) -> Delivery:
    """Send all that waits in `folder`. Never raises for a network that fails: see `stopped`.

    An answer that is not whole, or not the service's own, counts for nothing: its batch stays.
    """
    delivery = Delivery()
    for ids, body in _batches(folder, delivery):
        results = _post(client, body, len(ids), delivery)
        if results is None:
            break
        done = []
        for id, result in zip(ids, results, strict=True):
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


def _batches(folder: Path, delivery: Delivery) -> Iterator[tuple[list[bytes], bytes]]:
    ids: list[bytes] = []
    items: list[bytes] = []
    size = 0
    for id in outbox.waiting(folder):
        envelope = outbox.read(folder, id)
        if envelope is None:
            delivery.damaged += outbox.holds(folder, id)
            continue
        if ids and (len(ids) == BATCH_ENVELOPES or size + len(envelope) > BATCH_BYTES):
            yield ids, b"".join(items)
            ids, items, size = [], [], 0
        ids.append(id)
        items.append(cbor2.dumps(envelope))
        size += len(envelope) + _CBOR_HEAD_BYTES
    if ids:
        yield ids, b"".join(items)


def _post(client: httpx2.Client, body: bytes, count: int, delivery: Delivery) -> list[str] | None:
    """One batch's results in order: `stored`, `known` or a problem's code. None: nothing counts."""
    try:
        with client.stream(
            "POST", PATH, content=body, headers={"content-type": "application/cbor-seq"}
        ) as answer:
            data = bytearray()
            for chunk in answer.iter_bytes():
                data += chunk
                if len(data) > ANSWER_BYTES:
                    delivery.stopped = "answer-strange"
                    return None
    except httpx2.HTTPError:
        delivery.stopped = "network-down"
        return None
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.status_code == httpx2.codes.OK and media_type == "application/json":
        results = _read_results(bytes(data), count)
        delivery.stopped = None if results else "answer-strange"
        return results
    problem = _read_json(bytes(data)) if media_type == "application/problem+json" else None
    delivery.stopped = _code(problem) if problem else "answer-strange"
    return None


def _read_results(data: bytes, count: int) -> list[str] | None:
    answer = _read_json(data)
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list) or len(results) != count:
        return None
    return [_result(one) for one in results]


def _result(one: Any) -> str:
    status = one.get("status") if isinstance(one, dict) else None
    return status if status in ("stored", "known") else _code(one)


def _code(problem: Any) -> str:
    code = problem.get("code") if isinstance(problem, dict) else None
    # What the answer says is shown to the person: only what has a code's form may pass.
    return code if isinstance(code, str) and _CODE.fullmatch(code) else "answer-strange"


def _read_json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
