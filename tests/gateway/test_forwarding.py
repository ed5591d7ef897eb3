"""From the outbox to the service: whatever is answered, nothing is lost or sent for ever."""

import asyncio
import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cbor2
import httpx2
import pytest

from crypto.envelope import envelope_id
from heliograph.gateway.forwarding import FIRST_SECONDS, MOST_SECONDS, Forwarder
from heliograph.service_batches import BATCH_BYTES, BATCH_ENVELOPES, find_options, read_answer
from sms.outbox import Counts, Outbox
from tests.gateway.transports import Answer, open_nearby
from tests.sms.outboxes import Shelf, make_envelope, name_key


def read_items(body: bytes) -> Iterator[bytes]:
    stream = io.BytesIO(body)
    decoder = cbor2.CBORDecoder(stream)
    while stream.tell() < len(body):
        yield decoder.decode()


class Service:
    """A service in this process: it keeps what it takes, and knows it the next time.

    Before it does, it gives the answers in `first`, one a request.
    """

    def __init__(self, *first: Answer) -> None:
        self.first = list(first)
        self.held: list[bytes] = []
        self.batches: list[int] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        items = list(read_items(request.content))
        self.batches.append(len(items))
        assert len(items) <= BATCH_ENVELOPES
        assert len(request.content) <= BATCH_BYTES
        if self.first:
            return self.first.pop(0)(request)
        results = [{"status": "known" if item in self.held else "stored"} for item in items]
        self.held += [item for item in items if item not in self.held]
        return httpx2.Response(200, json={"results": results})


class Clock:
    """A clock that goes on when somebody sleeps, and at no other time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def forward(
    folder: Path,
    services: Sequence[Answer],
    numbers: Sequence[int] = range(5),
    *,
    length: int = 564,
    draw: Callable[[float, float], float] = lambda _low, high: high,
) -> tuple[Clock, Counts]:
    """Put envelopes into an outbox and forward until none waits."""
    clock = Clock()

    async def test(outbox: Outbox) -> Counts:
        clients = [open_nearby(one) for one in services]
        forwarder = Forwarder(
            outbox, clients, every_seconds=0, clock=clock, sleep=clock.sleep, draw=draw
        )
        for number in numbers:
            await outbox.put([make_envelope(number, length)], name_key(number))
        await forwarder.empty()
        for client in clients:
            await client.aclose()
        return await outbox.count()

    counts: Counts = Shelf(folder).run(test)
    return clock, counts


def test_all_of_it_arrives_once_in_batches(tmp_path: Path) -> None:
    service = Service()
    clock, counts = forward(tmp_path, [service], range(BATCH_ENVELOPES + 5))
    assert counts == Counts(0, {})
    assert service.batches == [BATCH_ENVELOPES, 5]
    assert sorted(service.held) == sorted(map(make_envelope, range(BATCH_ENVELOPES + 5)))
    assert clock.slept == []


def test_batches_keep_to_the_service_s_bytes(tmp_path: Path) -> None:
    service = Service()
    forward(tmp_path, [service], range(140), length=32_820)  # Service checks the bytes
    assert len(service.held) == 140


def _down(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("no route")


def _half(request: httpx2.Request) -> httpx2.Response:
    async def body() -> Any:
        yield b'{"results":[{"status":"stored"},'
        raise httpx2.RemoteProtocolError("cut")

    return httpx2.Response(200, headers={"content-type": "application/json"}, content=body())


def _text(status: int, text: str, media_type: str) -> Answer:
    return lambda _request: httpx2.Response(
        status, content=text.encode(), headers={"content-type": media_type}
    )


def _json(value: object) -> Answer:
    return lambda _request: httpx2.Response(200, json=value)


def _problem(status: int, code: str, **headers: str) -> Answer:
    return lambda _request: httpx2.Response(
        status,
        content=json.dumps({"code": code}).encode(),
        headers={"content-type": "application/problem+json", **headers},
    )


def _endless(request: httpx2.Request) -> httpx2.Response:
    async def body() -> Any:
        while True:
            yield b" " * 65_536

    return httpx2.Response(200, headers={"content-type": "application/json"}, content=body())


BAD: dict[str, Answer] = {
    "no network": _down,
    "half an answer": _half,
    "a fault": _problem(500, "internal"),
    "a proxy's page": _text(502, "<html>Bad Gateway</html>", "text/html"),
    "a sign-in page": _text(200, "<html>sign in</html>", "text/html"),
    "a redirect": _text(302, "", "text/html"),
    "full": _problem(507, "store-full"),
    "busy": _problem(503, "store-busy"),
    "results for fewer": _json({"results": [{"status": "stored"}] * 4}),
    "no results": _text(200, '{"results":[]}', "application/json"),
    "an endless answer": _endless,
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
def test_after_any_bad_answer_it_is_sent_again(tmp_path: Path, answer: Answer) -> None:
    service = Service(answer, answer, answer)
    clock, counts = forward(tmp_path, [service])
    assert counts == Counts(0, {})
    assert sorted(service.held) == sorted(map(make_envelope, range(5)))
    assert clock.slept == [FIRST_SECONDS, 2 * FIRST_SECONDS, 4 * FIRST_SECONDS]


def test_pauses_are_bounded_and_drawn_whole(tmp_path: Path) -> None:
    drawn: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        drawn.append((low, high))
        return high / 2

    clock, _counts = forward(tmp_path, [Service(*[_down] * 20)], draw=draw)
    assert {low for low, _high in drawn} == {0.0}
    assert max(high for _low, high in drawn) == MOST_SECONDS
    assert max(clock.slept) == MOST_SECONDS / 2


@pytest.mark.parametrize(
    ("value", "least"), [("40", 40), ("999999999", 3600), ("Wed, 21 Oct 2026 07:28:00 GMT", 0)]
)
def test_retry_after_is_honoured_within_bounds(tmp_path: Path, value: str, least: float) -> None:
    service = Service(_problem(429, "store-busy", **{"retry-after": value}))
    clock, _counts = forward(tmp_path, [service])
    assert least <= clock.slept[0] <= least + FIRST_SECONDS


def test_another_address_is_asked_at_once(tmp_path: Path) -> None:
    away, service = Service(*[_down] * 9), Service()
    clock, counts = forward(tmp_path, [away, service], range(BATCH_ENVELOPES))
    assert counts.waiting == 0
    assert clock.slept == []
    assert len(away.batches) == 1  # from then on the other one stands in front


def test_a_link_that_carries_no_big_batch_gets_small_ones(tmp_path: Path) -> None:
    held = Service()

    def narrow(request: httpx2.Request) -> httpx2.Response:
        if len(request.content) > 6000:
            raise httpx2.WriteTimeout("slow")
        return held(request)

    _clock, counts = forward(tmp_path, [narrow], range(40))
    assert counts.waiting == 0
    assert len(held.held) == 40


def test_what_is_refused_for_good_is_kept_aside(tmp_path: Path) -> None:
    bad = make_envelope(3)
    service = Service()

    def judge(request: httpx2.Request) -> httpx2.Response:
        items = list(read_items(request.content))
        results = [
            {"status": "problem", "code": "envelope-suite"} if item == bad else {"status": "stored"}
            for item in items
        ]
        service.held += [item for item in items if item != bad]
        return httpx2.Response(200, json={"results": results})

    clock, counts = forward(tmp_path, [judge])
    assert counts == Counts(0, {"envelope-suite": 1})
    assert len(service.held) == 4
    assert clock.slept == []
    assert bad in Shelf(tmp_path).take()


def test_items_that_must_wait_are_sent_again(tmp_path: Path) -> None:
    def some(request: httpx2.Request) -> httpx2.Response:
        items = list(read_items(request.content))
        busy = [{"status": "problem", "code": "store-busy"}] * (len(items) - 1)
        service.held.append(items[0])
        return httpx2.Response(200, json={"results": [{"status": "stored"}, *busy]})

    service = Service(some)
    clock, counts = forward(tmp_path, [service])
    assert counts.waiting == 0
    assert sorted(service.held) == sorted(map(make_envelope, range(5)))
    assert len(clock.slept) == 1


def test_a_batch_that_was_cut_off_counts_as_far_as_it_came(tmp_path: Path) -> None:
    def cut(request: httpx2.Request) -> httpx2.Response:
        items = list(read_items(request.content))
        service.held += items[:2]
        end = {"status": "problem", "code": "body-too-slow"}
        return httpx2.Response(200, json={"results": [{"status": "stored"}] * 2 + [end]})

    service = Service(cut)
    _clock, counts = forward(tmp_path, [service])
    assert counts.waiting == 0
    assert service.batches == [5, 2, 1]  # smaller ones after it


def test_more_results_than_items_count_for_nothing() -> None:
    body = json.dumps({"results": [{"status": "stored"}] * 3}).encode()
    answer = read_answer(200, {"content-type": "application/json"}, body, 2)
    assert (answer.results, answer.stopped) == (None, "answer-strange")


def test_a_code_that_is_none_is_never_told_on() -> None:
    body = json.dumps({"code": "\x1b[31mcanary"}).encode()
    answer = read_answer(503, {"content-type": "application/problem+json"}, body, 2)
    assert answer.stopped == "answer-strange"


@pytest.mark.parametrize(
    "address", ["http://reports.example", "ftp://reports.example", "reports.example", "http://["]
)
def test_envelopes_go_to_no_other_address(address: str) -> None:
    assert find_options(address) is None


def test_an_empty_outbox_waits_for_nobody(tmp_path: Path) -> None:
    """So a stop does not wait either, however long the service was away."""
    clock = Clock()

    async def test(outbox: Outbox) -> None:
        async with open_nearby(_down) as client:
            forwarder = Forwarder(outbox, [client], every_seconds=0, clock=clock, sleep=clock.sleep)
            forwarder._addresses[0].not_before = 1e9
            await forwarder.empty()

    Shelf(tmp_path).run(test)
    assert clock.slept == []


def test_the_log_tells_trouble_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    odd = _problem(500, "canary-from-afar")
    forward(tmp_path, [Service(_down, _down, odd, odd)])
    said = [record.getMessage() for record in caplog.records if "forwarding" in record.name]
    assert said == ["code=network-down", "code=answer-strange", "code=forwarding-again"]


def test_it_forwards_what_comes_while_it_runs(tmp_path: Path) -> None:
    service = Service()

    async def test(outbox: Outbox) -> None:
        async with open_nearby(service) as c:
            forwarder = Forwarder(outbox, [c], every_seconds=0)
            task = asyncio.create_task(forwarder.run())
            for number in range(3):
                await outbox.put([make_envelope(number)], name_key(number))
                forwarder.hear()
                async with asyncio.timeout(60):
                    while (await outbox.count()).waiting:  # noqa: ASYNC110 -- it has no event
                        await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.wait([task])

    Shelf(tmp_path).run(test)
    assert {envelope_id(one) for one in service.held} == {
        envelope_id(make_envelope(number)) for number in range(3)
    }
