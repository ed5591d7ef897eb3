"""POST /v1/envelopes over ASGI: forms, batches, bodies that lie."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.types import ASGIApp, Message

from app.limits import Limits
from crypto.envelope import MAX_ENVELOPE
from tests.app.running import BATCH, SINGLE, Place, make_batch, make_envelope

PATH = "/v1/envelopes"
ROTTEN = {
    b"": "envelope-too-short",
    b"\x01\x01": "envelope-too-short",
    make_envelope(1)[:100]: "envelope-too-short",
    b"\x02" + make_envelope(1)[1:]: "envelope-version",
    b"\x01\x03" + make_envelope(1)[2:]: "envelope-suite",
    make_envelope(1) + b"x": "envelope-length",
    make_envelope(1, length=MAX_ENVELOPE): "envelope-length",
}
STORED, KNOWN = {"status": "stored"}, {"status": "known"}


def problem(code: str) -> dict[str, str]:
    return {"status": "problem", "code": code}


class Exchange:
    """What a server does with one request: gives these messages, and then nothing more ever."""

    def __init__(self, messages: Sequence[Message] = ()) -> None:
        self.messages = list(messages)
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        if self.messages:
            return self.messages.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def run(self, app: ASGIApp, headers: dict[str, str]) -> None:
        scope = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": b"",
            "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        }
        await app(scope, self.receive, self.send)


def post(
    app: ASGIApp,
    chunks: Sequence[bytes | Message],
    headers: dict[str, str],
    *,
    hang: bool = False,
) -> tuple[int, dict[str, str], Any]:
    """One request, chunk by chunk. A dict among the chunks is a message of its own."""
    messages: list[Message] = [
        chunk
        if isinstance(chunk, dict)
        else {"type": "http.request", "body": chunk, "more_body": hang or place < len(chunks) - 1}
        for place, chunk in enumerate(chunks)
    ]
    exchange = Exchange(messages)

    async def lifespan() -> None:
        events: asyncio.Queue[Message] = asyncio.Queue()
        ready, done = asyncio.Event(), asyncio.Event()

        async def tell(message: Message) -> None:
            (ready if message["type"] == "lifespan.startup.complete" else done).set()

        task = asyncio.create_task(app({"type": "lifespan", "state": {}}, events.get, tell))
        events.put_nowait({"type": "lifespan.startup"})
        await ready.wait()
        try:
            await exchange.run(app, headers)
        finally:
            events.put_nowait({"type": "lifespan.shutdown"})
            await task

    asyncio.run(lifespan())
    sent = exchange.sent
    answer = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answer, json.loads(sent[1]["body"])


def test_one_envelope(place: Place) -> None:
    with place.open_client() as client:
        for expected in (STORED, KNOWN):
            answer = client.post(PATH, content=make_envelope(1), headers=SINGLE)
            assert (answer.status_code, answer.json()) == (200, expected)
        answer = client.post(PATH, content=make_envelope(2, epoch=9999), headers=SINGLE)
        assert answer.json() == STORED  # the keyring here may be the older one
        charset = {"Content-Type": "Application/Octet-Stream; x=y", "Content-Encoding": "identity"}
        assert client.post(PATH, content=make_envelope(1), headers=charset).json() == KNOWN
        assert client.post(PATH, content=make_envelope(3), headers=charset).json() == STORED


@pytest.mark.parametrize("body", list(ROTTEN), ids=range(len(ROTTEN)))
def test_a_rotten_envelope(place: Place, body: bytes) -> None:
    with place.open_client() as client:
        answer = client.post(PATH, content=body, headers=SINGLE)
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == ROTTEN[body]
        assert client.store.pending == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "application/json"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": ""},
        {**SINGLE, "Content-Encoding": "gzip"},
    ],
)
def test_the_media_type_must_be_ours(place: Place, headers: dict[str, str]) -> None:
    with place.open_client() as client:
        answer = client.post(PATH, content=make_envelope(1), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "media-type")
        assert "application/cbor-seq" in answer.headers["accept"]


def test_one_bad_item_never_costs_the_others(place: Place) -> None:
    items = [make_envelope(1), *ROTTEN, {"not": ["bytes"]}, "text", make_envelope(1), 7]
    with place.open_client() as client:
        answer = client.post(PATH, content=make_batch(*items, make_envelope(2)), headers=BATCH)
        assert answer.status_code == 200
        assert answer.json() == {
            "results": [
                STORED,
                *map(problem, ROTTEN.values()),
                problem("batch-item-type"),
                problem("batch-item-type"),
                KNOWN,
                problem("batch-item-type"),
                STORED,
            ]
        }
        assert client.post(PATH, content=b"", headers=BATCH).json() == {"results": []}


def test_a_full_batch_and_one_too_many(place: Place) -> None:
    envelopes = [make_envelope(number) for number in range(257)]
    with place.open_client() as client:
        answer = client.post(PATH, content=make_batch(*envelopes), headers=BATCH)
        assert answer.json()["results"] == [STORED] * 256 + [problem("batch-too-many")]
        assert answer.headers["connection"] == "close"
        answer = client.post(PATH, content=make_batch(*envelopes[:256]), headers=BATCH)
        assert answer.json()["results"] == [KNOWN] * 256
        assert "connection" not in answer.headers


def test_the_biggest_envelopes_fill_a_batch(place: Place) -> None:
    big = [bytes((1, 0x12)) + make_envelope(n, length=MAX_ENVELOPE)[2:] for n in range(130)]
    body = make_batch(*big)
    assert len(body) > 4 * 1024 * 1024
    service, _store, _keyrings = place.make_service()
    chunks = [body[start : start + 65536] for start in range(0, len(body), 65536)]
    status, headers, answer = post(service, chunks, BATCH)
    assert status == 200
    assert headers["connection"] == "close"
    assert answer["results"] == [STORED] * 123 + [problem("body-too-large")]


@pytest.mark.parametrize("headers", [SINGLE, BATCH])
def test_a_length_that_is_too_long_is_refused_unread(place: Place, headers: dict[str, str]) -> None:
    service, _store, _keyrings = place.make_service()
    lie = {**headers, "Content-Length": str(10**10)}
    status, answered, answer = post(service, [], lie, hang=True)
    assert (status, answer["code"]) == (413, "body-too-large")
    assert answered["connection"] == "close"


def test_a_body_without_a_length_is_bounded_too(place: Place) -> None:
    service, _store, _keyrings = place.make_service()
    status, _headers, answer = post(service, [bytes(20_000)] * 2, SINGLE, hang=True)
    assert (status, answer["code"]) == (413, "body-too-large")


def test_chunks_of_one_byte(place: Place) -> None:
    service, _store, _keyrings = place.make_service()
    body = make_batch(make_envelope(1), "rotten", make_envelope(2))
    _status, _headers, answer = post(service, [bytes((byte,)) for byte in body], BATCH)
    assert answer["results"] == [STORED, problem("batch-item-type"), STORED]


GONE: Message = {"type": "http.disconnect"}
CUTS = [
    ("body-cut-off", [GONE], False),
    ("body-cut-off", [b""], False),
    ("body-too-slow", [], True),
]


@pytest.mark.parametrize(("code", "end", "hang"), CUTS)
def test_the_whole_items_of_a_cut_off_body_are_stored(
    place: Place, code: str, end: list[Any], hang: bool
) -> None:
    place.limits = Limits(body_seconds=0.05)
    body = make_batch(make_envelope(1), make_envelope(2), make_envelope(3))[:-1]
    service, store, _keyrings = place.make_service()
    status, _headers, answer = post(service, [body, *end], BATCH, hang=hang)
    assert status == 200
    assert answer["results"] == [STORED, STORED, problem(code)]
    assert store.pending == 2


@pytest.mark.parametrize(("code", "end", "hang"), CUTS)
def test_a_body_cut_off_in_its_first_item_is_a_problem(
    place: Place, code: str, end: list[Any], hang: bool
) -> None:
    place.limits = Limits(body_seconds=0.05)
    service, store, _keyrings = place.make_service()
    start = make_batch(make_envelope(1))[:-1]
    _status, _headers, answer = post(service, [start, *end], BATCH, hang=hang)
    assert answer["code"] == code
    if end != [b""]:  # for a single envelope that is no cut, only a length that is wrong
        _status, _headers, answer = post(service, [start, *end], SINGLE, hang=hang)
        assert answer["code"] == code
    assert store.pending == 0


def test_no_cbor_in_the_middle_keeps_what_was_before(place: Place) -> None:
    service, _store, _keyrings = place.make_service()
    body = make_batch(make_envelope(1)) + b"\xff" + make_batch(make_envelope(2))
    _status, _headers, answer = post(service, [body], BATCH)
    assert answer["results"] == [STORED, problem("batch-malformed")]
    status, _headers, answer = post(service, [b"\xff"], BATCH)
    assert (status, answer["code"]) == (400, "batch-malformed")


def test_no_room_is_told_for_one_and_for_all(sqlite_place: Place) -> None:
    sqlite_place.limits = Limits(reserve_bytes=1 << 62)
    with sqlite_place.open_client() as client:
        answer = client.post(PATH, content=make_envelope(1), headers=SINGLE)
        assert (answer.status_code, answer.json()["code"]) == (507, "store-full")
        answer = client.post(PATH, content=make_batch(make_envelope(1)), headers=BATCH)
        assert (answer.status_code, answer.json()["code"]) == (507, "store-full")
        mixed = make_batch(make_envelope(1), b"")
        answer = client.post(PATH, content=mixed, headers=BATCH)
        assert answer.json()["results"] == [problem("store-full"), problem("envelope-too-short")]


def test_a_busy_store_asks_to_come_back(place: Place) -> None:
    place.limits = Limits(queue_requests=0)
    with place.open_client() as client:
        for headers, body in ((SINGLE, make_envelope(1)), (BATCH, make_batch(make_envelope(1)))):
            answer = client.post(PATH, content=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (503, "store-busy")
            assert int(answer.headers["retry-after"]) > 0


def test_a_big_batch_is_handed_over_while_it_is_read(place: Place) -> None:
    place.limits = Limits(queue_bytes=140 * 1024)
    envelopes = [make_envelope(number) for number in range(256)]
    service, store, _keyrings = place.make_service()
    body = make_batch(*envelopes)
    _status, _headers, answer = post(service, [body], BATCH)
    stored = answer["results"].count(STORED)
    assert 0 < stored < 256  # the queue took the first part and not the rest
    assert answer["results"] == [STORED] * stored + [problem("store-busy")] * (256 - stored)
    assert store.pending == stored


def test_a_request_that_is_given_up_at_the_stop_is_told_so(place: Place) -> None:
    """The server cancels what has not ended in time. Its own words would be no problem."""
    exchange = Exchange()

    async def main() -> None:
        task = asyncio.ensure_future(exchange.run(place.make_service()[0], BATCH))
        await asyncio.sleep(0)
        task.cancel()
        await task

    asyncio.run(main())
    assert exchange.sent[0]["status"] == 503
    assert json.loads(exchange.sent[1]["body"])["code"] == "store-unavailable"
