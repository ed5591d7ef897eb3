"""Fifty reports written without a network, a killed browser, 32 kbit/s that break off: every report
arrives once, and nothing readable is on the phone. And again with the first address blocked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.client.bad_link import Journey
from tests.client.conftest import browser as browser
from tests.client.slow_link import Mode, SlowLink
from tests.road.running import running_service

REPORTS = 50
PHOTOS = 3
SECONDS = 1800


@pytest.fixture
def journey(browser: Browser, tmp_path: Path) -> Iterator[Journey]:
    with running_service(tmp_path / "var") as service:
        port = service.port
        with SlowLink(port) as first, SlowLink(port, seed=2) as second:
            journey = Journey(browser.browser_type, service, [first, second], tmp_path)
            journey.publish()
            yield journey
            journey.service.stop()


def tell(journey: Journey) -> None:
    print(
        f"\n{len(journey.written.texts)} reports, {journey.written.photos} photos, 0 lost, 0 twice"
    )
    for number, line in enumerate(journey.lines, start=1):
        print(
            f"address {number} ({line.mode}): {line.asked} connections, {line.broken} broken off, "
            f"{line.sent:,} bytes sent and {line.received:,} received since the first visit"
        )


def test_fifty_reports_arrive_once(journey: Journey) -> None:
    journey.first_visit()
    journey.write(REPORTS, PHOTOS)
    assert journey.search() == []
    for line in journey.lines:
        line.bits, line.latency, line.resets = 32_000, 0.3, (1_000, 60_000)
    journey.send(SECONDS)
    assert sum(line.broken for line in journey.lines)
    journey.check_arrived()
    assert journey.search() == []
    journey.check_origins()
    tell(journey)


@pytest.mark.parametrize("blocked", ["refuse", "silent", "portal"])
def test_with_the_first_address_blocked_all_arrive_by_the_second(
    journey: Journey, blocked: Mode
) -> None:
    journey.first_visit()
    journey.write(REPORTS, PHOTOS)
    first, second = journey.lines
    first.become(blocked)
    before = first.sent
    second.bits, second.latency = 256_000, 0.1
    journey.send(SECONDS, back=[second])
    assert first.sent == before
    assert second.sent
    journey.check_arrived()
    assert journey.search() == []
    journey.check_origins()
    tell(journey)
