"""Sending what waits: deleted on `stored` and `known` alone, whatever the network answers."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import cbor2
import httpx2
import pytest

from heliograph import outbox
from heliograph.report.delivery import Delivery, deliver, open_client
from heliograph.report.errors import ReportCommandError
from heliograph.service_batches import ANSWER_BYTES, BATCH_BYTES, BATCH_ENVELOPES

Answer = Callable[[httpx2.Request], httpx2.Response]


def client_of(answer: Answer) -> httpx2.Client:
    return httpx2.Client(base_url="https://service.example", transport=httpx2.MockTransport(answer))


class Service:
    """A service in this process: it keeps what it takes, and knows it the next time."""

    def __init__(self) -> None:
        self.held: set[bytes] = set()
        self.batches: list[int] = []
        self.sizes: list[int] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        assert request.url.path == "/v1/envelopes"
        assert request.headers["content-type"] == "application/cbor-seq"
        items = list(read_sequence(request.content))
        self.batches.append(len(items))
        self.sizes.append(len(request.content))
        results = [{"status": "known" if item in self.held else "stored"} for item in items]
        self.held |= set(items)
        return httpx2.Response(200, json={"results": results})


def read_sequence(body: bytes) -> Iterator[bytes]:
    import io

    stream = io.BytesIO(body)
    decoder = cbor2.CBORDecoder(stream)
    while stream.tell() < len(body):
        yield decoder.decode()


def put(folder: Path, count: int, size: int = 40) -> list[bytes]:
    return outbox.put(
        folder, [number.to_bytes(4, "big") + bytes(size) for number in range(count)], now=0
    )


def test_all_is_sent_in_batches_and_deleted(tmp_path: Path) -> None:
    put(tmp_path, BATCH_ENVELOPES + 5)
    service, progress = Service(), []
    delivery = deliver(tmp_path, client_of(service), progress.append)
    assert (delivery.stored, delivery.waiting, delivery.stopped) == (BATCH_ENVELOPES + 5, 0, None)
    assert service.batches == [BATCH_ENVELOPES, 5] == progress
    assert outbox.waiting(tmp_path) == []


def test_batches_stay_below_the_service_s_bytes(tmp_path: Path) -> None:
    put(tmp_path, 200, size=32_700)
    service = Service()
    assert deliver(tmp_path, client_of(service)).stored == 200
    assert len(service.batches) > 1
    assert max(service.sizes) <= BATCH_BYTES


def test_known_counts_as_arrived(tmp_path: Path) -> None:
    put(tmp_path, 3)
    service = Service()
    deliver(tmp_path, client_of(service))
    put(tmp_path, 4)
    delivery = deliver(tmp_path, client_of(service))
    assert (delivery.stored, delivery.known, delivery.sent, delivery.waiting) == (1, 3, 4, 0)


def test_nothing_waiting_asks_nobody(tmp_path: Path) -> None:
    def never(request: httpx2.Request) -> httpx2.Response:
        raise AssertionError

    assert deliver(tmp_path, client_of(never)) == Delivery()


def _down(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("no route")


def _half(request: httpx2.Request) -> httpx2.Response:
    def body() -> Iterator[bytes]:
        yield b'{"results":[{"status":"stored"},'
        raise httpx2.RemoteProtocolError("cut")

    return httpx2.Response(200, headers={"content-type": "application/json"}, content=body())


def _json(value: object, status: int = 200) -> Answer:
    return lambda _request: httpx2.Response(status, json=value)


def _problem(status: int, code: object) -> Answer:
    return lambda _request: httpx2.Response(
        status,
        content=json.dumps({"code": code}).encode(),
        headers={"content-type": "application/problem+json"},
    )


def _text(status: int, text: str, media_type: str) -> Answer:
    return lambda _request: httpx2.Response(
        status, content=text.encode(), headers={"content-type": media_type}
    )


STORED = {"status": "stored"}
BAD_ANSWERS: dict[str, tuple[Answer, str]] = {
    "no network": (_down, "network-down"),
    "cut in the middle": (_half, "network-down"),
    "a fault": (_problem(500, "internal"), "internal"),
    "a fault of a proxy": (_text(502, "Bad Gateway", "text/html"), "answer-strange"),
    "full": (_problem(507, "store-full"), "store-full"),
    "a sign-in page": (_text(200, "<html>sign in</html>", "text/html"), "answer-strange"),
    "a sign-in page that says JSON": (_text(200, "<html>", "application/json"), "answer-strange"),
    "a redirect": (_text(302, "", "text/html"), "answer-strange"),
    "results for fewer": (_json({"results": [STORED]}), "answer-strange"),
    "results for more": (_json({"results": [STORED] * 3}), "answer-strange"),
    "no results": (_json({"ok": True}), "answer-strange"),
    "a list": (_json([STORED, STORED]), "answer-strange"),
    "results of no form": (_json({"results": ["stored", 1]}), "answer-strange"),
    "busy for each": (
        _json({"results": [{"status": "problem", "code": "store-busy"}] * 2}),
        "store-busy",
    ),
    "a code of no form": (_problem(400, "\x1b[31mred"), "answer-strange"),
    "deep nesting": (_text(200, "[" * 100_000, "application/json"), "answer-strange"),
    "an endless answer": (
        _text(200, " " * (ANSWER_BYTES + 1), "application/json"),
        "answer-strange",
    ),
}


@pytest.mark.parametrize(("answer", "stopped"), BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_without_the_service_s_word_everything_stays(
    tmp_path: Path, answer: Answer, stopped: str
) -> None:
    put(tmp_path, 2)
    delivery = deliver(tmp_path, client_of(answer))
    assert (delivery.sent, delivery.waiting, delivery.stopped) == (0, 2, stopped)
    assert len(outbox.waiting(tmp_path)) == 2
    assert deliver(tmp_path, client_of(Service())).stored == 2


def test_a_refused_envelope_stays_and_the_others_go(tmp_path: Path) -> None:
    put(tmp_path, 3)
    refused = {"status": "problem", "code": "envelope-version"}
    delivery = deliver(tmp_path, client_of(_json({"results": [STORED, refused, STORED]})))
    assert (delivery.stored, delivery.waiting, delivery.stopped) == (2, 1, None)
    assert delivery.refused == {"envelope-version": 1}


def test_one_that_did_not_fit_now_stays_and_sending_stops(tmp_path: Path) -> None:
    put(tmp_path, BATCH_ENVELOPES + 1)
    full = {"status": "problem", "code": "store-full"}
    answers = [STORED] * (BATCH_ENVELOPES - 1) + [full]
    delivery = deliver(tmp_path, client_of(_json({"results": answers})))
    assert (delivery.stored, delivery.waiting) == (BATCH_ENVELOPES - 1, 2)
    assert delivery.stopped == "store-full"


def test_a_damaged_envelope_is_counted_and_not_sent(tmp_path: Path) -> None:
    first, _ = put(tmp_path, 2)
    (tmp_path / f"{first.hex()}.envelope").write_bytes(b"")
    service = Service()
    delivery = deliver(tmp_path, client_of(service))
    assert (delivery.stored, delivery.damaged, delivery.waiting) == (1, 1, 1)
    assert service.batches == [1]


@pytest.mark.parametrize(
    "address",
    ["", "service.example", "http://service.example", "ftp://127.0.0.1", "https://", "http://["],
)
def test_an_address_over_which_a_network_could_look_is_refused(address: str) -> None:
    with pytest.raises(ReportCommandError) as caught:
        open_client(address)
    assert caught.value.code == "service-address"


@pytest.mark.parametrize(
    "address",
    ["https://service.example", "http://127.0.0.1:8000", "http://[::1]:8000", "http://abc.onion"],
)
def test_tls_onion_and_loopback_addresses_are_taken(address: str) -> None:
    with open_client(address) as client:
        assert not client.follow_redirects
