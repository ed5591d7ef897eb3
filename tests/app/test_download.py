"""GET /v1/envelopes: signed, resumable, one answer for everybody else."""

from hashlib import sha256
from io import BytesIO
from typing import Any

import cbor2
import pytest
from httpx2 import Response
from sqlalchemy import text
from starlette.testclient import TestClient

from app.download import stream_rows
from app.errors import StoreUnavailable
from app.limits import Limits
from app.store import Store
from crypto.leaves import keyring_leaf
from crypto.requests import sign_request
from tests.app.running import BATCH, PUBLIC, Place, make_batch, make_envelope
from tests.coalition import Coalition, make_coalition, make_seed

PATH = "/v1/envelopes"
COALITION = make_coalition()


def prepare(client: TestClient, coalition: Coalition, envelopes: int) -> None:
    client.post(
        "/v1/keyring", content=coalition.bundle, headers={"Content-Type": "application/cbor"}
    )
    for start in range(0, envelopes, 256):
        numbers = range(start, min(start + 256, envelopes))
        body = make_batch(*[make_envelope(number) for number in numbers])
        client.post(PATH, content=body, headers=BATCH)
    client.portal.call(client.store.sequence)  # type: ignore[union-attr, attr-defined]


def get(
    client: TestClient,
    query: str = "",
    *,
    key_id: str = COALITION.holder_id,
    seed: bytes = COALITION.holder_seed,
    address: str = PUBLIC,
    method: str = "GET",
) -> Response:
    headers = sign_request(seed, key_id, method, f"{address}{PATH}{query}")
    return client.get(f"{PATH}{query}", headers=headers)


def read(content: bytes) -> list[Any]:
    stream = BytesIO(content)
    rows = []
    while stream.tell() < len(content):
        rows.append(cbor2.load(stream))
    return rows


def test_the_whole_log_in_pages(place: Place) -> None:
    place.limits = Limits(download_rows=7)
    with place.open_client(root=COALITION.root) as client:
        prepare(client, COALITION, 40)
        answer = get(client)
        assert answer.headers["content-type"] == "application/cbor-seq"
        rows = read(answer.content)
        assert [row[0] for row in rows] == list(range(41))
        keyring = rows.pop(0)
        assert keyring[1:] == [keyring_leaf(sha256(COALITION.bundle).digest()), None]
        assert {row[2] for row in rows} == {make_envelope(number) for number in range(40)}
        assert all(len(row[1]) == 39 for row in rows)
        rows.insert(0, keyring)
        assert read(get(client, "?after=37").content) == rows[38:]
        assert read(get(client, "?after=-1").content) == rows
        assert read(get(client, "?limit=9&after=3").content) == rows[4:13]
        assert get(client, "?after=40").content == b""
        assert read(get(client, address="https://second.example").content) == rows


def test_everybody_else_gets_one_answer(place: Place) -> None:
    with place.open_client(root=COALITION.root) as client:
        prepare(client, COALITION, 1)
        good = sign_request(COALITION.holder_seed, COALITION.holder_id, "GET", PUBLIC + PATH)
        answers = [
            client.get(PATH),
            client.get(PATH + "?after=rotten"),
            get(client, key_id="0" * 16),
            get(client, seed=make_seed("somebody")),
            get(client, address="https://elsewhere.example"),
            get(client, method="POST"),
            client.get(PATH + "?after=1", headers=good),
            client.get(PATH, headers={**good, "Signature": "heliograph=:AAAA:"}),
            client.get(PATH, headers=[*good.items(), ("Signature", good["Signature"])]),
            client.get(PATH, headers={**good, "Content-Digest": "sha-256=:AAAA:"}),
        ]
        told = []
        for answer in answers:
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Signature"
            told.append({**answer.json(), "incident": ""})
        assert told[0]["code"] == "request-not-signed"
        assert told == [told[0]] * len(answers)
        assert len({answer.headers["content-length"] for answer in answers}) == 1


def test_a_download_that_breaks_off_says_so_in_the_log(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(store: Store) -> list[bytes]:
        await store.put([make_envelope(1), make_envelope(2)])
        await store.sequence()
        pages = stream_rows(store, -1, 10, 1)
        first = await anext(pages)
        await store.write(lambda connection: connection.execute(text("DROP TABLE body")))
        with pytest.raises(StoreUnavailable):
            await anext(pages)
        return [first]

    (page,) = place.run(test)
    assert [row[0] for row in read(page)] == [0]
    assert caplog.messages == ["code=store-unavailable task=download"]


def test_nobody_is_a_holder_without_a_keyring(place: Place) -> None:
    with place.open_client(root=COALITION.root) as client:
        assert get(client).status_code == 401


def test_a_holder_who_left_is_refused_at_once(place: Place) -> None:
    without = COALITION.next(holders={**COALITION.holders, "holders": []})
    with place.open_client(root=COALITION.root) as client:
        prepare(client, COALITION, 1)
        assert get(client).status_code == 200
        prepare(client, without, 0)
        assert get(client).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        "?after=-2",
        "?after=1.0",
        "?after=+1",
        "?after=%201",
        "?after=",
        "?after=x",
        f"?after={2**63}",
        "?limit=0",
        "?limit=-1",
        "?more=1",
        "?after=%D9%A1",
    ],
)
def test_rotten_parameters(place: Place, query: str) -> None:
    with place.open_client(root=COALITION.root) as client:
        prepare(client, COALITION, 0)
        answer = get(client, query)
        assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
