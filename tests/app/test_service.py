"""The service as a whole: health, shapes of errors, upkeep, what is off."""

import asyncio
import json
import logging
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import APIRouter
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from app import problems
from app.blob_upkeep import run_blob_upkeep
from app.errors import CAUSES, StoreBusy
from app.limits import Limits
from app.upkeep import run_upkeep
from crypto.envelope import MAX_ENVELOPE
from tests.app.running import LOG_SEED, SINGLE, Place, make_envelope, make_log
from tests.coalition import make_coalition
from tools.make_openapi import FILE, make_openapi

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "spec" / "service-v1.md"
MEMBERS = {"title", "status", "detail", "code", "incident"}


def test_the_service_loads_nothing_that_opens() -> None:
    """In a process of its own: this one has loaded everything."""
    code = "import sys, app.service; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(found.stdout.split())
    assert {"app.store", "crypto.envelope"} <= loaded
    opening = {
        f"crypto.{name}" for name in ("hybrid", "locks", "opening", "officers", "passphrase")
    }
    assert loaded & opening == set()


def test_health(place: Place) -> None:
    with place.open_client() as client:
        for path in ("/healthz", "/readyz"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_not_ready_without_room_or_writer(sqlite_place: Place) -> None:
    sqlite_place.limits = Limits(reserve_bytes=1 << 62)
    with sqlite_place.open_client() as client:
        assert client.get("/readyz").json()["code"] == "store-full"
        client.portal.call(client.store.stop)  # type: ignore[union-attr, attr-defined]
        assert client.get("/readyz").json()["code"] == "store-unavailable"
        assert client.get("/healthz").status_code == 200


def test_not_ready_while_the_writer_hangs(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.health.READY_SECONDS", 0.01)
    with place.open_client() as client:

        async def hang() -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(client.store, "check", hang)  # type: ignore[attr-defined]
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "store-unavailable")
        assert "retry-after" in answer.headers


def test_everything_unknown_is_one_404(place: Place) -> None:
    with place.open_client(root=make_coalition().root) as client:
        told = []
        for method, path in [
            ("GET", "/"),
            ("GET", "/canary"),
            ("POST", "/v1/canary"),
            ("PUT", "/v1/canary?x=canary"),
            ("GET", "/v1/keyring/canary.json"),
            ("GET", "/v1/keyring/../keyring/canary"),
            ("POST", "/v1/envelopes/"),
            ("GET", "/docs"),
            ("GET", "/redoc"),
            ("GET", "/openapi.json"),
            ("GET", "/v1/keyring"),
        ]:
            answer = client.request(method, path)
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "application/problem+json"
            assert set(answer.json()) == MEMBERS
            told.append({**answer.json(), "incident": ""})
        assert told == [told[0]] * len(told)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/v1/envelopes", "GET, POST"),
        ("HEAD", "/v1/envelopes", "GET, POST"),
        ("DELETE", "/v1/keyring", "GET, POST"),
        ("POST", "/healthz", "GET"),
    ],
)
def test_wrong_methods(place: Place, method: str, path: str, allow: str) -> None:
    with place.open_client() as client:
        answer = client.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allow)


def test_incidents_are_random(place: Place) -> None:
    with place.open_client() as client:
        assert len({client.get("/x").json()["incident"] for _ in range(10)}) == 10


def test_no_websockets(place: Place) -> None:
    with (
        place.open_client() as client,
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/v1/envelopes"),
    ):
        pass


def test_a_fault_in_a_mounted_router_is_one_problem(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    router = APIRouter()

    @router.post("/hooks/faulty")
    async def fail() -> None:
        raise RuntimeError("canary")

    with place.open_client(routers=[router]) as client:
        answer = client.post("/hooks/faulty")
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert answer.json()["incident"] in caplog.text
    assert "canary" not in caplog.text + answer.text


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (RuntimeError("canary"), 500, "internal"),
        (asyncio.CancelledError(), 503, "store-unavailable"),
    ],
)
def test_a_fault_in_front_of_fastapi_is_one_problem(
    place: Place,
    caplog: pytest.LogCaptureFixture,
    failure: BaseException,
    status: int,
    code: str,
) -> None:
    async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise failure

    with place.open_client(in_front={"/hooks/": fail}) as client:
        answer = client.get("/hooks/faulty")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert (answer.json()["incident"] in caplog.text) == (code == "internal")
        assert client.get("/hooks").status_code == 404
    assert "canary" not in caplog.text + answer.text


def test_a_fault_on_the_hot_path_is_one_problem(
    place: Place, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("canary")

    with place.open_client() as client:
        monkeypatch.setattr("app.intake.make_entry", fail)
        answer = client.post("/v1/envelopes", content=make_envelope(1), headers=SINGLE)
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert answer.json()["incident"] in caplog.text
    assert "canary" not in caplog.text + answer.text


def test_upkeep_sequences_sweeps_and_warns(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    coalition = make_coalition()
    _service, store, keyrings = place.make_service(root=coalition.root)
    calls: list[str] = []

    async def main() -> None:
        await store.start()
        original = store.sequence
        done = asyncio.Event()

        async def sequence() -> int:
            calls.append("sequence")
            if len(calls) == 1:
                raise StoreBusy
            if len(calls) == 4:
                await keyrings.accept(coalition.bundle)
                place.clock.now += 400 * 86_400
            if len(calls) == 5:
                done.set()
            return await original()

        store.sequence = sequence  # type: ignore[method-assign]
        await store.put([make_envelope(1)])
        task = asyncio.create_task(
            run_upkeep(store, keyrings, make_log(store), interval=0.001, clock=place.clock)
        )
        await done.wait()
        await store.check()  # the last round's steps are in front of this in the queue
        task.cancel()
        await asyncio.wait([task])
        assert store.pending == 0
        await store.stop()

    asyncio.run(main())
    said = [record.getMessage() for record in caplog.records]
    assert said == ["code=store-busy task=upkeep", "code=keyring-missing", "code=keyring-expired"]


@pytest.mark.parametrize("failure", [StoreBusy(), ValueError("canary")])
def test_a_sweep_of_blobs_that_fails_is_tried_again(
    place: Place, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    failures = [failure, failure]

    async def main() -> None:
        done = asyncio.Event()

        async def sweep(_today: int) -> None:
            if failures:
                raise failures.pop()
            done.set()

        async with place.open_store() as store:
            blobs = SimpleNamespace(sweep=sweep)
            task = asyncio.create_task(run_blob_upkeep(store, blobs, interval=0.001))  # type: ignore[arg-type]
            async with asyncio.timeout(20):
                await done.wait()
            task.cancel()
            await asyncio.wait([task])

    asyncio.run(main())
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert all("task=sweep" in line and "canary" not in line for line in said)


def test_a_crowd_is_sequenced_before_its_time(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.upkeep.LOOK_SECONDS", 0.001)
    place.limits = Limits(pending_envelopes=3)
    _service, store, keyrings = place.make_service()

    async def main() -> None:
        await store.start()
        task = asyncio.create_task(
            run_upkeep(store, keyrings, make_log(store), interval=3600.0, clock=place.clock)
        )
        await store.put([make_envelope(number) for number in range(3)])
        async with asyncio.timeout(20):
            while store.pending:
                await store.check()
        task.cancel()
        await asyncio.wait([task])
        await store.stop()

    asyncio.run(main())


def test_telemetry_and_middleware_are_off(place: Place) -> None:
    from app.service import TELEMETRY, create_api

    _service, store, keyrings = place.make_service()
    api = create_api(store, keyrings, make_log(store), [], Limits())
    assert set(TELEMETRY.values()) == {False}
    assert not api._native_telemetry.enabled()
    assert api.user_middleware == []


def test_the_committed_description_is_the_codes() -> None:
    assert FILE.read_text(encoding="utf-8") == make_openapi(), "run: python tools/make_openapi.py"
    paths = json.loads(FILE.read_text(encoding="utf-8"))["paths"]
    assert set(paths["/v1/envelopes"]) == {"get", "post"}
    assert "application/cbor-seq" in paths["/v1/envelopes"]["post"]["requestBody"]["content"]


def test_the_catalogue_and_its_page_agree() -> None:
    page = SPEC.read_text(encoding="utf-8")
    rows = {
        tuple(cell.strip(" `") for cell in line.split("|")[1:3])
        for line in page.splitlines()
        if line.startswith("| `")
    }
    listed = {(kind.code, str(kind.status)) for kind in problems.list_problems()}
    assert {row for row in rows if row[1].isdigit()} == listed
    assert f"{MAX_ENVELOPE:,} bytes" in page


def test_every_code_of_ours_has_two_sentences() -> None:
    for text in [*CAUSES.values(), *(kind.text for kind in problems.list_problems())]:
        assert text.endswith(".")
        assert ". " in text
    assert problems.find_problem("never heard of").code == "internal"
    assert problems.code_of(ValueError("canary")) == "internal"


CANARY = "canary-7f3a"


def test_no_input_in_answers_or_logs(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    raw = CANARY.encode()
    octets, batch = SINGLE, {"Content-Type": "application/cbor-seq"}
    with place.open_client(root=make_coalition().root) as client:
        cookies = {"User-Agent": CANARY, "Cookie": CANARY, "X-Forwarded-For": CANARY}
        answers = [
            client.request(method, path, content=body, headers={**cookies, **headers})
            for method, path, body, headers in [
                ("POST", "/v1/envelopes", raw, octets),
                ("POST", "/v1/envelopes", raw, batch),
                ("POST", "/v1/envelopes", b"\x4b" + raw + b"\x6b" + raw, batch),
                ("POST", "/v1/envelopes", raw, {"Content-Type": f"text/{CANARY}"}),
                ("POST", "/v1/envelopes", raw, {**octets, "Content-Encoding": CANARY}),
                ("POST", f"/v1/envelopes?{CANARY}", raw, octets),
                ("GET", f"/v1/envelopes?after={CANARY}", b"", {}),
                ("GET", "/v1/envelopes", b"", {"Signature": CANARY, "Signature-Input": CANARY}),
                ("POST", "/v1/keyring", raw, {"Content-Type": "application/cbor"}),
                ("POST", "/v1/keyring", raw, {"Content-Type": CANARY}),
                ("GET", f"/v1/keyring/{CANARY}", b"", {"If-None-Match": CANARY}),
                ("GET", f"/{CANARY}?{CANARY}={CANARY}", b"", {}),
                ("BREW", f"/{CANARY}", b"", {}),
                ("PATCH", "/healthz", raw, octets),
            ]
        ]
    for answer in answers:
        assert CANARY not in answer.text
        assert CANARY not in str(dict(answer.headers))
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "asyncio"))]
    assert CANARY not in "".join(record.getMessage() for record in ours)
    for file in filter(Path.is_file, place.folder.rglob("*")):
        assert raw not in file.read_bytes()


def test_no_input_in_the_servers_log(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with place.open_server() as address:
        from tests.app.test_http_protocol import connect, post, read_all

        for request in (
            post(CANARY.encode(), b"Connection: close\r\n"),
            b"GET /%s HTTP/1.1\r\nConnection: close\r\n\r\n" % CANARY.encode(),
            b"%s\r\n\r\n" % CANARY.encode(),
            b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX: %s\r\n\r\n"
            % CANARY.encode(),
        ):
            with connect(address) as connection:
                connection.sendall(request)
                connection.shutdown(1)
                assert CANARY.encode() not in read_all(connection)
    assert CANARY not in caplog.text
    assert "127.0.0.1:" not in "".join(
        record.getMessage() for record in caplog.records if record.name != "uvicorn.error"
    )


def test_the_service_refuses_to_start_on_an_old_schema(tmp_path: Path) -> None:
    from app.errors import StoreUnavailable
    from app.keyrings import Keyrings
    from app.service import create_service
    from app.store import Store

    store = Store(f"sqlite:///{tmp_path / 'new.db'}", clock=lambda: 0.0, on_fatal=print)
    service = create_service(
        store=store,
        keyrings=Keyrings(store, None),
        public_urls=[],
        clock=lambda: 0.0,
        log_seed=LOG_SEED,
    )
    with pytest.raises(StoreUnavailable), TestClient(service):
        pass
