"""Purging from POST /v1/keyring to the missing body, by the service itself."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.errors import StoreFull
from app.keyrings import Keyrings
from app.purges import AWAITED, DONE, DUE, PURGE
from app.store import Store
from crypto.envelope import envelope_id
from crypto.purged import PURGED, PURGED_FORMAT, Purged
from tests.app.running import PUBLIC, Place, make_envelope
from tests.app.test_purging import list_purged, note, read_bodies, read_states
from tests.app.uploads import list_pieces, make_blob, read_room, upload
from tests.coalition import Coalition, make_coalition, write_json

COALITION = make_coalition()
CBOR = {"Content-Type": "application/cbor"}


def publish(coalition: Coalition, purged: Purged | bytes) -> Coalition:
    """The next keyring, with this list in it."""
    if isinstance(purged, Purged):
        purged = write_json(
            {
                "format": PURGED_FORMAT,
                "envelopes": [id.hex() for id in purged.envelopes],
                "blobs": [id.hex() for id in purged.blobs],
            }
        )
    return coalition.next(wraps={PURGED: purged})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.upkeep.LOOK_SECONDS", 0.005)


def open_client(place: Place, **options: Any) -> Any:
    return place.open_client(root=COALITION.root, **options)


def test_it_is_done_at_once_and_does_not_hasten_sequencing(place: Place) -> None:
    logged, pending = make_envelope(1), make_envelope(2)
    with open_client(place) as client:
        store = client.store
        call(client, store.put, [logged])
        call(client, store.sequence)
        call(client, store.put, [pending])
        newer = publish(COALITION, list_purged(logged, pending))
        assert post(client, newer.bundle) == (200, "stored")
        call(client, wait_for, store, [DONE, AWAITED])
        assert store.pending == 1
        assert call(client, read_bodies, store)[envelope_id(logged)] is None


def test_what_a_successor_leaves_out_stays_purged(place: Place) -> None:
    logged, late = make_envelope(1), make_envelope(2)
    with open_client(place) as client:
        store = client.store
        call(client, store.put, [logged])
        call(client, store.sequence)
        newer = publish(COALITION, list_purged(logged, late))
        newest = publish(newer, Purged())
        for coalition in (newer, newest):
            assert post(client, coalition.bundle) == (200, "stored")
        call(client, wait_for, store, sorted([DONE, AWAITED], key=late_first(logged, late)))
        assert client.keyrings.purged == Purged()
        call(client, store.put, [late])
        call(client, store.sequence)
        kept = call(client, read_bodies, store)
        assert (kept[envelope_id(logged)], kept[envelope_id(late)]) == (None, None)


def test_it_goes_on_after_a_restart(place: Place) -> None:
    envelopes = [make_envelope(n) for n in range(3)]
    newer = publish(COALITION, list_purged(*envelopes))

    async def accept(store: Store) -> None:
        await store.put(envelopes)
        await store.sequence()
        keyrings = Keyrings(store, COALITION.root)
        assert await keyrings.accept(newer.bundle) == "stored"
        assert await read_states(store) == [DUE] * 3

    place.run(accept)
    with open_client(place) as client:
        call(client, wait_for, client.store, [DONE] * 3)
        assert client.keyrings.purged == list_purged(*envelopes)


def test_a_start_looks_again_for_what_was_not_there(place: Place) -> None:
    """A service of an older release sequenced it, and knew no lists."""
    envelope = make_envelope(1)

    async def sequence_as_before(store: Store) -> None:
        await store.put([envelope])
        await store.sequence()
        await note(store, list_purged(envelope))
        awaited = PURGE.update().values(state=AWAITED)
        await store.write(lambda connection: connection.execute(awaited))

    place.run(sequence_as_before)
    with open_client(place) as client:
        call(client, wait_for, client.store, [DONE])
        assert call(client, read_bodies, client.store) == {envelope_id(envelope): None}


def test_a_full_disk_is_tried_again(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures = [StoreFull(), StoreFull()]
    done = asyncio.Event()

    async def fail(*_: Any) -> int:
        if failures:
            raise failures.pop()
        done.set()
        return 0

    monkeypatch.setattr("app.upkeep.purge", fail)
    with open_client(place, interval=0.01) as client:
        post(client, publish(COALITION, Purged()).bundle)
        call(client, done.wait)
    assert "code=store-full" in caplog.text


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda data: b"nonsense", "keyring-json"),
        (lambda data: data.replace(b"purged/v1", b"purged/v2"), "keyring-format"),
        (lambda data: data.replace(b'"blobs":[]', b'"blobs":["00"]'), "keyring-key"),
    ],
)
def test_a_bad_list_is_refused_with_its_keyring(
    place: Place, spoil: Callable[[bytes], bytes], code: str
) -> None:
    newer = publish(COALITION, list_purged(make_envelope(1)))
    bad = publish(newer, spoil(newer.wraps[PURGED]))
    with open_client(place) as client:
        assert post(client, newer.bundle) == (200, "stored")
        assert post(client, bad.bundle) == (400, code)
        assert client.keyrings.current.version == newer.version
        assert client.keyrings.purged == list_purged(make_envelope(1))


def test_nobody_takes_the_list_out_on_the_way(place: Place) -> None:
    newer = publish(COALITION, list_purged(make_envelope(1)))
    files = {name: data for name, data in newer.files.items() if PURGED not in name}
    bare = type(newer)(**{**vars(newer), "files": files})
    with open_client(place) as client:
        assert post(client, bare.bundle) == (400, "keyring-file-missing")
        assert post(client, newer.bundle) == (200, "stored")
        assert post(client, bare.bundle) == (200, "known")
        assert client.keyrings.purged == list_purged(make_envelope(1))


def test_a_blob_goes_and_goes_again_when_it_comes_again(place: Place) -> None:
    data, kept = make_blob(1), make_blob(2)
    listed = Purged(blobs=(hashlib.sha256(data).digest(),))
    with open_client(place, interval=0.02) as client:
        for blob in (data, kept):
            upload(client, blob)
        post(client, publish(COALITION, listed).bundle)
        for _again in range(2):
            call(client, wait_for, client.store, [DONE])
            call(client, wait_for_pieces, place, 1)
            assert read_room(client) == (0, len(kept))
            upload(client, data)  # its sender is told that all is well
        call(client, wait_for_pieces, place, 1)


def call(client: TestClient, function: Any, *arguments: Any) -> Any:
    return client.portal.call(function, *arguments)  # type: ignore[union-attr]


def post(client: TestClient, bundle: bytes) -> tuple[int, str]:
    answer = client.post(f"{PUBLIC}/v1/keyring", content=bundle, headers=CBOR)
    return answer.status_code, answer.json().get("code", answer.json().get("status"))


def late_first(*envelopes: bytes) -> Callable[[int], bytes]:
    """Sorts the states of two envelopes as their ids are sorted."""
    by_state = dict(zip([DONE, AWAITED], map(envelope_id, envelopes), strict=True))
    return lambda state: by_state[state]


async def wait_for(store: Store, states: list[int]) -> None:
    """Until the listed ids have these states, by rising id."""
    async with asyncio.timeout(20):
        while await read_states(store) != states:  # noqa: ASYNC110 -- another task works on it
            await asyncio.sleep(0.005)


async def wait_for_pieces(place: Place, count: int) -> None:
    """Until so many pieces of blobs lie there."""
    async with asyncio.timeout(20):
        while len(await asyncio.to_thread(list_pieces, place)) != count:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
