"""The log: whatever is in the store has a leaf that the signed root covers, and a receipt."""

import asyncio
import threading
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Connection, delete, text
from starlette.testclient import TestClient

from app.errors import StoreBusy, StoreUnavailable
from app.log import sign_checkpoint
from app.store import READERS, Store
from app.tiles import LOG_TILE, append_tiles
from crypto.checkpoints import (
    Checkpoint,
    check_receipt,
    cosigner_key,
    make_cosigner,
    make_log_signer,
    open_checkpoint,
    read_receipt,
)
from crypto.envelope import envelope_id
from crypto.leaves import find_digest, keyring_leaf
from crypto.log import EMPTY_ROOT, find_root, hash_leaf
from crypto.notes import NoteSigner, is_signed, read_key, read_note, sign, write_signature
from tests.app.running import LOG_SEED, Place, make_envelope, make_log
from tests.coalition import make_coalition, make_seed

COALITION = make_coalition()
KEY = make_log_signer(LOG_SEED).key
TEXT = {"Content-Type": "text/plain"}


async def read_leaves(store: Store) -> list[bytes]:
    return [row[1] for row in await store.download(-1, 1 << 20)]


async def read_checkpoint(store: Store) -> Checkpoint:
    data = await make_log(store).find_checkpoint()
    assert data is not None
    return open_checkpoint(data, KEY)


def test_each_round_signs_what_is_there(place: Place) -> None:
    async def test(store: Store) -> None:
        log = make_log(store)
        assert await log.find_checkpoint() is None
        await log.advance()
        assert await read_checkpoint(store) == Checkpoint(KEY.name, 0, EMPTY_ROOT)
        for start in (0, 1, 300, 301):
            await store.put([make_envelope(n) for n in range(start, 2 * start + 1)])
            await log.advance()
            leaves = await read_leaves(store)
            root = find_root(map(hash_leaf, leaves))
            assert await read_checkpoint(store) == Checkpoint(KEY.name, len(leaves), root)
        before = await log.find_checkpoint()
        await log.advance()
        assert await log.find_checkpoint() == before

    place.run(test)


def test_a_receipt_for_each_leaf(place: Place) -> None:
    async def test(store: Store) -> None:
        log = make_log(store)
        await store.put([make_envelope(n) for n in range(700)])
        await log.advance()
        leaves = await read_leaves(store)
        for index in (0, 1, 255, 256, 511, 512, 600, 698, 699):
            digest = find_digest(leaves[index])
            assert digest is not None
            data = await log.find_receipt(digest)
            assert data is not None
            receipt = read_receipt(data)
            assert (receipt.index, receipt.extra) == (index, leaves[index])
            assert check_receipt(receipt, leaves[index], KEY).size == 700
        await store.put([make_envelope(1000)])
        assert await log.find_receipt(envelope_id(make_envelope(1000))) is None
        await store.sequence()
        assert await log.find_receipt(envelope_id(make_envelope(1000))) is None  # not signed yet
        near = envelope_id(make_envelope(1))[:8] + bytes(24)  # the same prefix, another envelope
        assert await log.find_receipt(near) is None

    place.run(test)


def read_tiles(connection: Connection) -> list[Any]:
    return list(
        connection.execute(text("SELECT level, position, hash FROM log_tile ORDER BY 1, 2"))
    )


def test_hashes_of_complete_groups_alone_are_kept(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tree of three levels, without 65,536 leaves: groups of 4 at levels 2 and 4."""
    monkeypatch.setattr("app.tiles.TILE_LEVELS", 2)

    async def test(store: Store) -> None:
        log = make_log(store)
        for number in range(70):
            await store.put([make_envelope(number)])
            if number % 7 == 0:
                await log.advance()
        await log.advance()
        hashes = [hash_leaf(leaf) for leaf in await read_leaves(store)]
        assert (await read_checkpoint(store)).root == find_root(hashes)
        wanted = [
            (level, place, find_root(hashes[place << level : place + 1 << level]))
            for level in (2, 4, 6)
            for place in range(70 >> level)
        ]
        assert await store.read(read_tiles) == wanted
        for index in range(70):
            leaf = (await store.download(index - 1, 1))[0][1]
            data = await log.find_receipt(find_digest(leaf) or b"")
            check_receipt(read_receipt(data or b""), leaf, KEY)

    place.run(test)


def test_a_store_from_before_the_log_is_taken_up_in_steps(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.tiles.STEP", 1)

    async def test(store: Store) -> None:
        await store.put([make_envelope(n) for n in range(800)])
        await store.sequence()
        await store.write(lambda connection: connection.execute(delete(LOG_TILE)))
        sign_now = partial(sign_checkpoint, signer=make_log_signer(LOG_SEED), day=1)
        assert await store.write(sign_now) is False
        await make_log(store).advance()
        assert len(await store.read(read_tiles)) == 3
        assert (await read_checkpoint(store)).size == 800

    place.run(test)


def test_keyrings_have_leaves(place: Place) -> None:
    newer = COALITION.next(holders=COALITION.holders)
    with place.open_client(root=COALITION.root) as client:
        log = make_log(client.store)  # type: ignore[attr-defined]
        for bundle in (COALITION.bundle, newer.bundle):
            client.post("/v1/keyring", content=bundle, headers={"Content-Type": "application/cbor"})
        for _round in range(2):
            call(client, log.advance)
            leaves = call(client, read_leaves, client.store)  # type: ignore[attr-defined]
            digests = [sha256(bundle).digest() for bundle in (COALITION.bundle, newer.bundle)]
            assert leaves == [keyring_leaf(digest) for digest in digests]
        receipt = read_receipt(client.get(f"/v1/log/proof/{digests[1].hex()}").content)
        assert check_receipt(receipt, leaves[1], KEY).size == 2


def test_a_changed_leaf_is_never_signed(place: Place) -> None:
    async def test(store: Store) -> None:
        log = make_log(store)
        await store.put([make_envelope(n) for n in range(3)])
        await log.advance()
        change = text("UPDATE leaf SET leaf = :leaf WHERE log_index = 1")
        await store.write(lambda connection: connection.execute(change, {"leaf": bytes(39)}))
        await store.put([make_envelope(9)])
        with pytest.raises(StoreUnavailable, match="signed before"):
            await log.advance()
        await store.write(lambda connection: connection.execute(text("DELETE FROM leaf")))
        with pytest.raises(StoreUnavailable, match="signed before"):
            await log.advance()
        assert (await read_checkpoint(store)).size == 3

    place.run(test)


DAMAGE = {
    "a leaf": "UPDATE leaf SET leaf = (SELECT leaf FROM leaf WHERE log_index = 2) "
    "WHERE log_index = 1",
    "a leaf that is gone": "DELETE FROM leaf WHERE log_index = 1",
    "a kept hash": "UPDATE log_tile SET hash = (SELECT root FROM checkpoint WHERE size = 600)",
    "a kept hash that is gone": "DELETE FROM log_tile WHERE position = 0",
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_false_receipt_is_never_given(place: Place, what: str) -> None:
    with place.open_client() as client:
        store = client.store  # type: ignore[attr-defined]
        while call(client, store.read, read_swept_day) is None:
            pass
        call(client, store.put, [make_envelope(n) for n in range(600)])
        call(client, make_log(store).advance)
        call(client, store.put, [make_envelope(999)])
        leaves = call(client, read_leaves, store)
        wanted = (find_digest(leaves[0]) or b"").hex()
        call(client, store.write, lambda connection: connection.execute(text(DAMAGE[what])))
        answer = client.get(f"/v1/log/proof/{wanted}")
        assert (answer.status_code, answer.json()["code"]) == (503, "store-unavailable")


def test_leaves_with_a_gap_are_never_signed(place: Place) -> None:
    """Not those that were signed before, and not new ones. Keyholders still get what comes."""

    async def test(store: Store) -> None:
        log = make_log(store)
        await store.put([make_envelope(n) for n in range(256)])
        await store.sequence()
        for change in ("DELETE FROM leaf WHERE log_index = 7", "DELETE FROM log_tile"):
            await store.write(lambda connection, change=change: connection.execute(text(change)))
        for number in (300, 301):
            await store.put([make_envelope(number)])
            with pytest.raises(StoreUnavailable, match="signed before"):
                await log.advance()
        assert await log.find_checkpoint() is None
        assert len(await read_leaves(store)) == 257

    place.run(test)


def test_a_checkpoint_that_is_damaged_is_told(place: Place) -> None:
    async def test(store: Store) -> None:
        await make_log(store).advance()
        change = "UPDATE checkpoint SET note = root"
        await store.write(lambda connection: connection.execute(text(change)))
        with pytest.raises(StoreUnavailable, match="signed before"):
            await make_log(store).advance()
        with pytest.raises(StoreUnavailable):
            await make_log(store).add_cosignatures([sign(COSIGNER, "a\n", 1)], {})

    place.run(test)


def test_a_crowd_is_told_to_come_back(place: Place) -> None:
    """It holds one reading thread and a bounded queue, so that downloads go on."""
    place.limits = replace(place.limits, log_waiting=3)
    running: list[int] = []

    async def test(store: Store) -> None:
        log = make_log(store)
        await log.advance()
        asked = [log.find_receipt(bytes(32)) for _ in range(10)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(one) for one in answers] == [type(None)] * 3 + [StoreBusy] * 7
        busy = threading.Event()

        def hold(_connection: Connection) -> None:
            running.append(1)
            busy.wait(10)

        held = [asyncio.create_task(log._read(hold)) for _ in range(3)]
        while not running:  # noqa: ASYNC110 -- it begins in another thread
            await asyncio.sleep(0)
        for _ in range(READERS - 1):
            assert await store.download(-1, 1) == []
        assert running == [1]
        busy.set()
        await asyncio.gather(*held)

    place.run(test)


def call(client: TestClient, function: Any, *arguments: Any) -> Any:
    return client.portal.call(function, *arguments)  # type: ignore[union-attr]


def open_ready(client: TestClient) -> str:
    """A service with a keyring and a checkpoint, whose text this gives."""
    media = {"Content-Type": "application/cbor"}
    client.post("/v1/keyring", content=COALITION.bundle, headers=media)
    call(client, make_log(client.store).advance)  # type: ignore[attr-defined]
    return read_note(client.get("/v1/log/checkpoint").content).text


def post(client: TestClient, body: str | bytes, **headers: str) -> Any:
    answer = client.post("/v1/log/cosignatures", content=body, headers={**TEXT, **headers})
    return answer.status_code, answer.json().get("code", answer.json()["status"])


COSIGNER = make_cosigner(COALITION.holder_id, COALITION.holder_seed)


def test_addresses(place: Place) -> None:
    with place.open_client(root=COALITION.root) as client:
        note = open_ready(client)
        assert read_key(client.get("/v1/log/key").text.strip()) == KEY
        answer = client.get("/v1/log/checkpoint")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert open_checkpoint(answer.content, KEY).size == 1
        assert read_note(answer.content).text == note


def read_swept_day(connection: Connection) -> int | None:
    return connection.execute(text("SELECT swept_day FROM state")).scalar()


def test_what_is_not_logged_is_one_404(place: Place) -> None:
    with place.open_client() as client:
        store = client.store  # type: ignore[attr-defined]
        while call(client, store.read, read_swept_day) is None:
            pass  # the service's own first round comes to its end
        call(client, store.put, [make_envelope(2)])
        call(client, store.sequence)
        call(client, store.put, [make_envelope(1)])
        told = []
        known, half = (envelope_id(make_envelope(n)).hex() for n in (1, 2))
        for id in (known, half, "0" * 64, known.upper(), known[1:], "canary", known + "%0A"):
            answer = client.get(f"/v1/log/proof/{id}")
            assert answer.status_code == 404
            told.append({**answer.json(), "incident": ""})
        assert told == [told[0]] * len(told)


def test_no_checkpoint_before_the_first_round(place: Place) -> None:
    async def test(store: Store) -> None:
        assert await make_log(store).find_receipt(bytes(32)) is None

    place.run(test)
    with place.open_client() as client:
        call(client, forget, client.store)  # type: ignore[attr-defined]
        assert client.get("/v1/log/checkpoint").status_code == 404
        assert post(client, write_signature(sign(COSIGNER, "a\n", 1))) == (
            409,
            "cosignature-refused",
        )


async def forget(store: Store) -> None:
    await make_log(store).advance()
    await store.write(lambda connection: connection.execute(text("DELETE FROM checkpoint")))


def test_cosignatures(place: Place) -> None:
    with place.open_client(root=COALITION.root) as client:
        note = open_ready(client)
        line = write_signature(sign(COSIGNER, note, 86_400))
        assert post(client, line + line) == (200, "stored")
        again = write_signature(sign(COSIGNER, note, 2 * 86_400))
        assert post(client, again) == (200, "known")
        signed = read_note(client.get("/v1/log/checkpoint").content)
        assert len(signed.signatures) == 2
        assert is_signed(signed, KEY)
        assert is_signed(signed, cosigner_key(COALITION.holder_id, COSIGNER.key.public))
        call(client, client.store.put, [make_envelope(1)])  # type: ignore[attr-defined]
        call(client, make_log(client.store).advance)  # type: ignore[attr-defined]
        assert len(read_note(client.get("/v1/log/checkpoint").content).signatures) == 1
        assert post(client, line) == (409, "cosignature-refused")


def test_cosignatures_that_are_refused(place: Place) -> None:
    with place.open_client(root=COALITION.root) as client:
        note = open_ready(client)
        good = write_signature(sign(COSIGNER, note, 1))
        stranger = make_cosigner(COALITION.holder_id, make_seed("somebody"))
        unknown = make_cosigner("0" * 16, COALITION.holder_seed)
        plain = NoteSigner(COSIGNER.name, KEY.kind, COALITION.holder_seed)
        before = client.get("/v1/log/checkpoint").content
        for signer in (stranger, unknown, plain, make_log_signer(LOG_SEED)):
            body = good + write_signature(sign(signer, note, 1))
            assert post(client, body) == (409, "cosignature-refused")
        false = sign(COSIGNER, note + "more\n", 1)
        assert post(client, write_signature(false)) == (409, "cosignature-refused")
        for body in (b"", b"canary", good.encode() + b"\xff", good[:-1].encode()):
            assert post(client, body) == (400, "note-form")
        assert post(client, good * 40) == (413, "body-too-large")
        assert post(client, good, **{"Content-Type": "application/json"}) == (415, "media-type")
        assert client.get("/v1/log/checkpoint").content == before


def test_only_a_true_and_new_cosignature_reaches_the_writer(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody may send some, and what is under a checkpoint can be fetched and sent again."""
    busy = threading.Event()
    with place.open_client(root=COALITION.root) as client:
        note = open_ready(client)
        good = write_signature(sign(COSIGNER, note, 1))
        assert post(client, good) == (200, "stored")
        held = client.portal.start_task_soon(  # type: ignore[union-attr]
            client.store.write,  # type: ignore[attr-defined]
            lambda _connection: busy.wait(10),
        )
        forged = write_signature(replace(sign(COSIGNER, note, 2), value=bytes(72)))
        assert post(client, forged) == (409, "cosignature-refused")
        assert post(client, good + forged) == (409, "cosignature-refused")
        monkeypatch.setattr("app.log.is_signed", None)  # it costs no verification either
        assert post(client, good * 20) == (200, "known")
        busy.set()
        assert held.result()  # else the answers waited for the writer


def test_a_note_never_outgrows_its_readers(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.log.SIGNATURES_LIMIT", 1)
    with place.open_client(root=COALITION.root) as client:
        note = open_ready(client)
        line = write_signature(sign(COSIGNER, note, 1))
        assert post(client, line) == (409, "cosignature-refused")


def test_a_kill_between_two_steps_leaves_nothing_unsigned(place: Place) -> None:
    """What a round left undone, the next one does: leaves without hashes, hashes without a note."""

    async def test(store: Store) -> None:
        await store.put([make_envelope(n) for n in range(600)])
        await store.sequence()
        change = "DELETE FROM log_tile WHERE position = 1"
        await store.write(lambda connection: connection.execute(text(change)))
        assert len(await store.read(read_tiles)) == 1
        assert await store.write(append_tiles)

    place.run(test)

    async def again(store: Store) -> None:
        await make_log(store).advance()
        leaves = await read_leaves(store)
        assert (await read_checkpoint(store)).root == find_root(map(hash_leaf, leaves))

    place.run(again)


def test_another_key_signs_only_where_the_operator_says_so(place: Place) -> None:
    other = make_log_signer(bytes(32))

    async def test(store: Store) -> None:
        await store.put([make_envelope(1)])
        await make_log(store).advance()
        told = await make_log(store).find_checkpoint()
        await store.put([make_envelope(2)])
        with pytest.raises(StoreUnavailable) as caught:
            await make_log(store, bytes(32)).advance()
        assert caught.value.code == "log-key-other"
        assert await make_log(store).find_checkpoint() == told
        for _again in range(2):  # with new leaves, and without
            await make_log(store, bytes(32), replace_key=True).advance()
            data = await make_log(store).find_checkpoint()
            assert open_checkpoint(data or b"", other.key).size == 2

    place.run(test)
