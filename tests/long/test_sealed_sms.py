"""The app's sealed texts through every provider of SMS, into the real store, whole and once.

The phone seals, the phone company shuffles, doubles and delays: each envelope is in the log exactly
once, opens, and holds what was said. Providers that the registry finds later take part by
themselves.
"""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path

import httpx2
import pytest

from crypto.choosing import sealing_key
from crypto.envelope import Kind
from crypto.sealed_sms import write_texts
from crypto.sealing import seal_for_sms
from heliograph.mounted_gateway import MountedSink
from sms.contract import RawRequest
from sms.gateway import Gateway
from sms.registry import find_providers
from sms.webhooks import create_webhooks
from tests.app.running import Place
from tests.coalition import DAY, NOW, Coalition, make_coalition
from tests.sms.desk import PUBLIC_URL, make_setup
from tests.sms.provider_contract import ProviderContract
from tests.sms.suites import brings_ussd, load_suite

PROVIDERS = [name for name in find_providers() if not brings_ussd(name)]
DAYS = 13
"""From the first text to the last: parts are kept 14 days."""
LENGTHS = (20, 56, 57, 150, 300, 301, 700, 1200, 1500)
"""Bytes of what is said: from one text to fifteen."""


def seal_reports(coalition: Coalition) -> dict[bytes, tuple[bytes, bytes]]:
    """Envelopes as the app makes them for SMS, with the report's id and content of each."""
    key = sealing_key(coalition.keyring, "app-sms", NOW)
    random_bytes = random.Random(4)
    made = {}
    for size in LENGTHS:
        report_id, content = random_bytes.randbytes(8), random_bytes.randbytes(size)
        made[seal_for_sms(key, Kind.REPORT, report_id, content)] = (report_id, content)
    return made


def deliver(suite: ProviderContract, texts: Sequence[str]) -> list[RawRequest]:
    """Every text twice by the phone, each of these twice by the provider, in any order; every other
    one as bytes, where the provider brings such."""
    requests = []
    for number, text in enumerate([*texts, *texts]):
        request = suite.with_id(suite.load(suite.case), number)
        as_bytes = suite.with_payload(request, text.encode()) if number % 2 else None
        requests += [as_bytes or suite.with_text(request, text)] * 2
    random.Random(9).shuffle(requests)
    return requests


@pytest.mark.parametrize("dual", [False, True], ids=["one lock", "two locks"])
@pytest.mark.parametrize("name", PROVIDERS)
def test_each_envelope_arrives_whole_and_once(name: str, dual: bool, tmp_path: Path) -> None:
    coalition = make_coalition(dual=dual)
    reports = seal_reports(coalition)
    texts = [text for envelope in reports for text in write_texts(envelope)]
    counts = {len(write_texts(envelope)) for envelope in reports}
    assert len(counts) > 4
    assert (min(counts), max(counts)) == ((2, 15) if dual else (1, 14))
    requests = deliver(load_suite(name)(), texts)
    place = Place(tmp_path)

    async def run() -> list[bytes]:
        async with place.open_store() as store:
            gateway = Gateway(
                sink=MountedSink(store), keyring=lambda: None, key=bytes(32), clock=place.clock
            )
            app = create_webhooks(gateway, (make_setup(name),), PUBLIC_URL)
            transport = httpx2.ASGITransport(app)
            async with httpx2.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
                for number, request in enumerate(requests):
                    place.clock.now = NOW + DAYS * DAY * number / len(requests)
                    await store.sweep()
                    headers = dict(request.headers)
                    answer = await client.post(request.url, content=request.body, headers=headers)
                    assert answer.status_code == 200
            while store.pending:
                await store.sequence()
            return [body for _, _, body in await store.download(-1, 1000) if body]

    stored = asyncio.run(run())
    assert sorted(stored) == sorted(reports)
    for envelope in stored:
        opened = coalition.opener.open(envelope)
        assert (opened.report_id, opened.content) == reports[envelope]
