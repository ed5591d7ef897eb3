"""POST /v1/envelopes as a client sees it: one batch, and what an answer to it means.

An answer that is not whole, or not the service's own (a network's sign-in page), counts for
nothing. What it says is shown to a person or counted: only what has a code's form may pass.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cbor2
import httpx2

from heliograph.loopback import is_loopback

# The service's own bounds on one batch (design.md, "The service's addresses").
BATCH_ENVELOPES = 256
BATCH_BYTES = 4 * 1024 * 1024
CBOR_HEAD_BYTES = 5
ANSWER_BYTES = 256 * 1024
TIMEOUT = httpx2.Timeout(60.0, connect=15.0)
PATH = "/v1/envelopes"
HEADERS = {"content-type": "application/cbor-seq"}
FOR_GOOD = "envelope-"  # codes that begin so judge the envelope; all others pass with time
ARRIVED = ("stored", "known")
CUT = frozenset(
    {"body-cut-off", "body-too-slow", "body-too-large", "batch-too-many", "batch-malformed"}
)
"""Codes that may stand behind the results of a batch that did not arrive whole."""
MAX_RETRY_AFTER = 3600.0
"""Seconds; more is taken for this: whoever answers must not silence a gateway for ever."""

_CODE = re.compile(r"[a-z][a-z0-9-]{0,63}")
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """results: of each item in order, `stored`, `known` or a problem's code; of fewer items where
    the batch did not arrive whole; None: nothing counts. stopped: why no more should be sent now
    (a code), or None. retry_after: seconds that the service asks for, 0 where it does not."""

    results: Sequence[str] | None
    stopped: str | None = None
    retry_after: float = 0.0


def find_options(service: str) -> dict[str, Any] | None:
    """What a client of this service is made with (httpx2.Client or AsyncClient); None where its
    address is none that envelopes may go to: over TLS, to an onion address or to this machine, so
    that the network sees no more than it must.

    Redirects are not followed: they are a captive portal's manner.
    """
    try:
        url = httpx2.URL(service)
    except httpx2.InvalidURL:
        return None
    here = is_loopback(service)
    safe = url.scheme == "https" or (url.scheme == "http" and (here or url.host.endswith(".onion")))
    if not url.host or not safe:
        return None
    return {
        "base_url": url,
        "timeout": TIMEOUT,
        "follow_redirects": False,
        "trust_env": not here,  # a proxy has no business between two programs of one machine
        "headers": {"user-agent": "heliograph"},
    }


def write_batch(envelopes: Sequence[bytes]) -> bytes:
    """The body of a request."""
    return b"".join(map(cbor2.dumps, envelopes))


def read_answer(status: int, headers: Mapping[str, str], data: bytes, count: int) -> Answer:
    """What the answer to a batch of `count` items means. `data`: at most ANSWER_BYTES, else what
    came counts for nothing."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    after = _read_retry_after(headers.get("retry-after", ""))
    if len(data) > ANSWER_BYTES:
        return Answer(None, "answer-strange")
    if status == httpx2.codes.OK and media_type == "application/json":
        results = _read_results(data, count)
        return Answer(results, None if results else "answer-strange", after)
    problem = _read_json(data) if media_type == "application/problem+json" else None
    return Answer(None, _code(problem) if problem else "answer-strange", after)


def _read_results(data: bytes, count: int) -> list[str] | None:
    answer = _read_json(data)
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list) or not 0 < len(results) <= count:
        return None
    read = [_result(one) for one in results]
    return read if len(read) == count or read[-1] in CUT else None


def _result(one: Any) -> str:
    status = one.get("status") if isinstance(one, dict) else None
    return status if status in ARRIVED else _code(one)


def _code(problem: Any) -> str:
    code = problem.get("code") if isinstance(problem, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else "answer-strange"


def _read_json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _read_retry_after(value: str) -> float:
    """Seconds alone (RFC 9110, 10.2.3): the other form is a date, and clocks lie."""
    return min(float(value), MAX_RETRY_AFTER) if _SECONDS.fullmatch(value) else 0.0
