"""The keyring of a gateway: kept, refreshed, never set back, and told where it is old."""

import asyncio
from pathlib import Path

import httpx2
import pytest

from heliograph.errors import OperatorError
from heliograph.gateway.keyrings import Keyrings
from sms.contract import ProviderSetup, SmsIn
from sms.gateway import Gateway
from sms.registry import find_providers
from tests.coalition import DAY, NOW, Coalition, make_coalition
from tests.gateway.transports import Answer, open_nearby
from tests.sms.sinks import FakeSink


@pytest.fixture(scope="module")
def coalition() -> Coalition:
    return make_coalition(development=False)


@pytest.fixture(scope="module")
def newer(coalition: Coalition) -> Coalition:
    return coalition.next()


def give(bundle: bytes) -> Answer:
    return lambda _request: httpx2.Response(200, content=bundle)


def nothing(_request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(404)


def down(_request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("no route")


def open_keyrings(folder: Path, coalition: Coalition, *answers: Answer) -> Keyrings:
    clients = [open_nearby(one) for one in answers]
    return Keyrings(folder, coalition.root, clients, every_seconds=1)


def refresh(keyrings: Keyrings) -> int | None:
    """The version in use after a look."""

    async def run() -> None:
        await keyrings.refresh()
        for client in keyrings._clients:
            await client.aclose()

    asyncio.run(run())
    return keyrings.current.version if keyrings.current else None


def test_a_newer_one_is_taken_and_kept(
    tmp_path: Path, coalition: Coalition, newer: Coalition
) -> None:
    file = tmp_path / "given.bundle"
    file.write_bytes(coalition.bundle)
    keyrings = open_keyrings(tmp_path, coalition, down, nothing, give(newer.bundle))
    keyrings.load(file, waiting=0)
    assert keyrings.current
    assert keyrings.current.version == 1
    assert refresh(keyrings) == 2
    again = open_keyrings(tmp_path, coalition)
    again.load(file, waiting=7)  # the file's is older by now: it sets nobody back
    assert again.current
    assert again.current.version == 2


def test_an_older_one_and_a_forged_one_are_refused_and_told(
    tmp_path: Path, coalition: Coalition, newer: Coalition, caplog: pytest.LogCaptureFixture
) -> None:
    forged = make_coalition(development=False, officers=2).bundle
    for bundle in (coalition.bundle, forged, b"<html>", b"\xff" * 2_000_000):
        keyrings = open_keyrings(tmp_path, coalition, give(newer.bundle))
        keyrings.load(None, waiting=0)
        assert refresh(keyrings) == 2
        keyrings = open_keyrings(tmp_path, coalition, give(bundle))
        keyrings.load(None, waiting=0)
        caplog.clear()
        assert refresh(keyrings) == 2
        assert [record.getMessage().startswith("code=keyring-") for record in caplog.records] == [
            True
        ]


def test_none_at_all_is_told(
    tmp_path: Path, coalition: Coalition, caplog: pytest.LogCaptureFixture
) -> None:
    keyrings = open_keyrings(tmp_path, coalition, down)
    keyrings.load(tmp_path / "absent", waiting=0)
    assert refresh(keyrings) is None
    said = [record.getMessage() for record in caplog.records]
    assert said == ["code=keyring-unreadable", "code=keyring-missing"]


def test_envelopes_for_another_coalition_stop_the_start(
    tmp_path: Path, coalition: Coalition
) -> None:
    file = tmp_path / "given.bundle"
    file.write_bytes(coalition.bundle)
    open_keyrings(tmp_path, coalition).load(file, waiting=0)
    other = make_coalition(development=False, officers=2)
    with pytest.raises(OperatorError) as caught:
        open_keyrings(tmp_path, other).load(None, waiting=1)
    assert caught.value.code == "keyring-of-another-coalition"
    open_keyrings(tmp_path, other).load(None, waiting=0)


def test_an_expired_one_seals_on_and_warns(
    tmp_path: Path, coalition: Coalition, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "given.bundle"
    file.write_bytes(coalition.bundle)
    keyrings = open_keyrings(tmp_path, coalition)
    keyrings.load(file, waiting=0)
    sink = FakeSink()
    gateway = Gateway(
        sink=sink,
        keyring=lambda: keyrings.current,
        key=bytes(32),
        clock=lambda: NOW + 400 * DAY,
    )
    sms = SmsIn("1", "+9990000001", "+15550100001", "canary", authentic=False)
    provider = find_providers()["africastalking-sms"]
    asyncio.run(gateway.take(provider, ProviderSetup(provider.name, "s" * 16), sms))
    assert len(sink.envelopes) == 1
    assert any("keyring-expired" in record.getMessage() for record in caplog.records)
    assert "canary" not in caplog.text
