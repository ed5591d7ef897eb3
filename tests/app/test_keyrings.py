"""/v1/keyring: valid successors only, from anybody; what was taken is served and survives."""

import asyncio
import json
from typing import Any

import cbor2
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.errors import StoreBusy
from app.keyrings import Keyrings, _write
from app.limits import Limits
from app.tables import KeyringFile
from crypto.errors import KeyringError
from crypto.keyring import read_bundle, write_bundle
from crypto.keyring import successor as read_successor
from keyholder.signing.proposals import add_signatures, propose, write_proposal
from tests.app.running import Place
from tests.coalition import Coalition, make_coalition, name_target
from tests.keyholder.three_officers import LATER, SEEDS, alter, found

CBOR = {"Content-Type": "application/cbor"}
PATH = "/v1/keyring"


def post(client: TestClient, bundle: bytes) -> tuple[int, str]:
    answer = client.post(PATH, content=bundle, headers=CBOR)
    body = answer.json()
    return answer.status_code, body.get("code") or body["status"]


def test_a_keyring_is_taken_served_and_kept(place: Place) -> None:
    coalition = make_coalition()
    with place.open_client(root=coalition.root) as client:
        assert client.get(PATH).status_code == 404
        assert post(client, coalition.bundle) == (200, "stored")
        assert post(client, coalition.bundle) == (200, "known")
    with place.open_client(root=coalition.root) as client:
        assert post(client, coalition.bundle) == (200, "known")
        answer = client.get(PATH)
        assert answer.headers["content-type"] == "application/cbor"
        assert read_bundle(answer.content) == coalition.keyring.files
        assert client.keyrings.holders == {  # type: ignore[attr-defined]
            holder.id: holder.key for holder in coalition.keyring.holders
        }


def test_files_are_cacheable(place: Place) -> None:
    coalition = make_coalition()
    with place.open_client(root=coalition.root) as client:
        post(client, coalition.bundle)
        for name, data in coalition.keyring.files.items():
            answer = client.get(f"{PATH}/{name}")
            assert answer.content == data
            assert ("immutable" in answer.headers["cache-control"]) == (name != "timestamp.json")
            tag = answer.headers["etag"]
            for asked in (tag, f'"x", W/{tag}', "*"):
                again = client.get(f"{PATH}/{name}", headers={"If-None-Match": asked})
                assert (again.status_code, again.content) == (304, b"")
            fresh = client.get(f"{PATH}/{name}", headers={"If-None-Match": '"old"'})
            assert fresh.status_code == 200


def test_successors_and_old_files(place: Place) -> None:
    first = make_coalition()
    second = first.next(sms_numbers=["+15550100002"])
    with place.open_client(root=first.root) as client:
        assert post(client, first.bundle) == (200, "stored")
        assert post(client, second.bundle) == (200, "stored")
        assert post(client, first.bundle) == (409, "keyring-rollback")
        for name in {*first.keyring.files, *second.keyring.files} - {"timestamp.json"}:
            assert client.get(f"{PATH}/{name}").status_code == 200
        timestamp = client.get(f"{PATH}/timestamp.json").content
        assert timestamp == second.files["timestamp.json"]
    with place.open_client(root=first.root) as client:
        assert client.keyrings.current.version == second.version  # type: ignore[attr-defined]


def test_a_fork_is_refused(place: Place) -> None:
    first = make_coalition()
    with place.open_client(root=first.root) as client:
        post(client, first.next(addresses=["https://one.example"]).bundle)
        fork = first.next(addresses=["https://two.example"])
        assert post(client, fork.bundle) == (409, "keyring-fork")


def test_a_stripped_bundle_is_refused(place: Place) -> None:
    """Ordinary TUF clients need timestamp and snapshot: nobody may bring a keyring without them."""
    first = make_coalition()
    second = first.next(sms_numbers=["+15550100002"])
    with place.open_client(root=first.root) as client:
        for coalition in (first, second):
            for name in ("timestamp.json", f"{coalition.version}.snapshot.json"):
                files = {key: data for key, data in coalition.files.items() if key != name}
                bundle = cbor2.dumps(files, canonical=True)
                assert post(client, bundle) == (400, "keyring-snapshot")
            assert post(client, coalition.bundle) == (200, "stored")
            timestamp = client.get(f"{PATH}/timestamp.json").content
            assert timestamp == coalition.files["timestamp.json"]


def test_an_older_timestamp_is_never_served(place: Place) -> None:
    """Even if the keyring in use came without one, as it did before 'stripped' was refused."""
    first = make_coalition()
    second = first.next(sms_numbers=["+15550100002"])
    with place.open_client(root=first.root) as client:
        post(client, first.bundle)
        keyrings = client.keyrings  # type: ignore[attr-defined]
        files = {name: data for name, data in second.files.items() if name != "timestamp.json"}
        keyrings.current = read_successor(first.keyring, files)
        assert client.get(f"{PATH}/timestamp.json").status_code == 404
        assert client.get(f"{PATH}/1.targets.json").status_code == 200


LONGEST = "a" * 32 + "/" + "b" * 32 + "/" + "c" * 32 + ".json"
"""The longest target path that crypto/trust.py lets pass."""


def test_a_file_in_a_folder_is_served(place: Place) -> None:
    wraps = {"wraps/1-a.json": b"{}", LONGEST: b"[]"}
    coalition = make_coalition(wraps=wraps)
    with place.open_client(root=coalition.root) as client:
        assert post(client, coalition.bundle) == (200, "stored")
        for path, data in wraps.items():
            assert name_target(path, data) in coalition.keyring.files
            answer = client.get(f"{PATH}/{name_target(path, data)}")
            assert (answer.status_code, answer.content) == (200, data)
            assert "immutable" in answer.headers["cache-control"]
        unknown = [
            client.get(f"{PATH}/{name}").json()
            for name in ("x", "wraps", "wraps/", "wraps/x.json", "%2e%2e/x", "wraps%2f..", "")
        ]
        for answer in unknown:
            answer.pop("incident")
        assert all(answer == unknown[0] for answer in unknown)
        assert unknown[0]["code"] == "not-found"
        assert post(client, coalition.next(wraps={}).bundle) == (200, "stored")
    columns = KeyringFile.__table__.columns  # type: ignore[attr-defined]
    assert columns["name"].type.length >= len(name_target(LONGEST, b""))  # SQLite takes any
    with place.open_client(root=coalition.root) as client:
        for path, data in wraps.items():  # of an older keyring, from the database
            assert client.get(f"{PATH}/{name_target(path, data)}").content == data


@pytest.mark.parametrize("alone", range(3))
def test_two_of_three_officers_must_sign(place: Place, alone: int) -> None:
    """Keyholder's own proposals, as officers hand them on: half signed, and signed."""
    held = found()
    one = propose(held, alter(held), SEEDS[alone], LATER)
    two = add_signatures(held, one, SEEDS[alone - 1])
    with place.open_client(root=held.root) as client:
        assert post(client, write_bundle(held.keyring.files)) == (200, "stored")
        assert post(client, write_proposal(one)) == (403, "keyring-signatures")
        assert post(client, write_proposal(two)) == (200, "stored")


def test_too_few_signatures(place: Place) -> None:
    coalition = make_coalition()
    name = f"{coalition.version}.targets.json"
    targets = json.loads(coalition.files[name])
    targets["signatures"] = []
    files = {**coalition.files, name: json.dumps(targets).encode()}
    with place.open_client(root=coalition.root) as client:
        bundle = cbor2.dumps(files, canonical=True)
        assert post(client, bundle) == (403, "keyring-signatures")
        assert client.get(PATH).status_code == 404


def test_somebody_elses_root(place: Place) -> None:
    ours, theirs = make_coalition(), make_coalition(officers=2)
    with place.open_client(root=ours.root) as client:
        status, code = post(client, theirs.bundle)
        assert status in (400, 403, 409)
        assert code.startswith("keyring-")


def test_without_a_pinned_root_none_is_accepted(place: Place) -> None:
    with place.open_client() as client:
        assert post(client, make_coalition().bundle) == (403, "keyring-not-accepted")
        assert client.get(PATH).status_code == 404
        assert client.get(f"{PATH}/timestamp.json").status_code == 404


def test_a_pinned_root_that_does_not_fit_the_database_stops_the_start(place: Place) -> None:
    coalition = make_coalition()
    with place.open_client(root=coalition.root) as client:
        post(client, coalition.bundle)
    service, _store, keyrings = place.make_service(root=make_coalition(officers=2).root)
    with pytest.raises(KeyringError), TestClient(service):
        pass
    assert keyrings.current is None


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"", CBOR, (400, "keyring-bundle-form")),
        (b"\xa1\x61a\x01", CBOR, (400, "keyring-bundle-form")),
        (b"\xa0", {"Content-Type": "application/json"}, (415, "media-type")),
        (bytes(1024 * 1024 + 1), CBOR, (413, "body-too-large")),
    ],
)
def test_bad_bundles(
    place: Place, body: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    with place.open_client(root=make_coalition().root) as client:
        answer = client.post(PATH, content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == expected


def test_a_crowd_of_bundles_is_busy(place: Place) -> None:
    place.limits = Limits(keyring_waiting=0)
    coalition = make_coalition()
    with place.open_client(root=coalition.root) as client:
        assert post(client, coalition.bundle) == (503, "store-busy")


def test_bodies_under_way_are_counted_and_timed(place: Place) -> None:
    place.limits = Limits(keyring_waiting=1, keyring_seconds=0.05)
    coalition = make_coalition()
    service, store, _keyrings = place.make_service(root=coalition.root)
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "headers": [(b"content-type", b"application/cbor")],
    }

    async def post_slowly(pieces: list[bytes], stopped: asyncio.Event | None) -> dict[str, Any]:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            if pieces:
                more = stopped is not None
                return {"type": "http.request", "body": pieces.pop(), "more_body": more}
            assert stopped is not None
            stopped.set()
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Any) -> None:
            sent.append(message)

        await service(dict(scope), receive, send)
        found: dict[str, Any] = json.loads(sent[1]["body"])
        return found

    async def main() -> None:
        await store.start()
        try:
            for start in ([], [b"\xa1"]):  # a body that never begins, and one that stops
                reading = asyncio.Event()
                first = asyncio.create_task(post_slowly(start, reading))
                await reading.wait()
                assert (await post_slowly([coalition.bundle], None))["code"] == "store-busy"
                assert (await first)["code"] == "body-too-slow"
            assert (await post_slowly([coalition.bundle], None))["status"] == "stored"
        finally:
            await store.stop()

    asyncio.run(main())


def test_the_same_bundle_at_once_is_stored_once(place: Place) -> None:
    coalition: Coalition = make_coalition()
    _service, store, keyrings = place.make_service(root=coalition.root)

    async def main() -> list[str]:
        await store.start()
        try:
            return list(
                await asyncio.gather(
                    *[keyrings.accept(coalition.bundle)] * 1,
                    *[keyrings.accept(coalition.bundle) for _ in range(3)],
                )
            )
        finally:
            await store.stop()

    assert sorted(asyncio.run(main())) == ["known", "known", "known", "stored"]


def test_services_on_one_database_learn_of_each_others_keyrings(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    coalition = make_coalition()
    newer = coalition.next(holders={"format": "heliograph/holders/v1", "holders": []}).bundle

    async def main() -> None:
        async with place.open_store() as store:
            one, two = (Keyrings(store, coalition.root) for _ in range(2))
            await two.refresh()
            assert two.current is None
            assert await one.accept(coalition.bundle) == "stored"
            await two.refresh()
            assert two.holders == one.holders != {}
            assert await two.accept(newer) == "stored"
            assert one.holders  # it has not asked yet
            await one.refresh()
            assert one.holders == {}
            assert await one.accept(newer) == "known"
            # Of two that judge at once, one has to judge again.
            racing = Keyrings(store, coalition.root)
            with pytest.raises(StoreBusy):
                await store.write(lambda connection: _write(connection, coalition.keyring, 2, 0))
            await racing.load()
            # What does not hold is refused, and the last good one stays.
            await store.write(lambda connection: _write(connection, coalition.keyring, 3, 0))
            spoil = text("UPDATE keyring_file SET data = :data WHERE number = 3")
            await store.write(lambda connection: connection.execute(spoil, {"data": b"{}"}))
            await racing.refresh()
            assert racing.current is not None

    asyncio.run(main())
    assert "code=keyring-" in caplog.text
