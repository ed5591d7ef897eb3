"""Fifty reports written without a network, a killed browser, 32 kbit/s that break off: every report
arrives once, and nothing readable is on the phone. And again with the first address blocked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

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


def say(journey: Journey) -> None:
    written = journey.written
    print(
        f"\n{len(written.texts)} reports and {written.photos} photos written in "
        f"{journey.written_seconds:.0f} s, arrived in {journey.sent_seconds:.0f} s, each once"
    )
    for number, line in enumerate(journey.lines, start=1):
        print(
            f"address {number} ({line.mode}): {line.asked} connections, {line.broken} broken off, "
            f"{line.sent:,} bytes sent and {line.received:,} received"
        )


def forget(line: SlowLink) -> None:
    """What went over it until now."""
    line.asked = line.broken = line.sent = line.received = 0


def test_fifty_reports_arrive_once(journey: Journey) -> None:
    journey.first_visit()
    journey.write(REPORTS, PHOTOS)
    assert journey.search() == []
    for line in journey.lines:
        forget(line)
        line.bits, line.latency, line.resets = 32_000, 0.3, (1_000, 60_000)
    journey.send(SECONDS)
    say(journey)
    assert sum(line.broken for line in journey.lines)
    journey.check_arrived()
    assert journey.search() == []
    journey.check_origins()


@pytest.mark.parametrize(
    ("blocked", "cause"), [("refuse", "pause"), ("silent", "start"), ("portal", "online")]
)
def test_with_the_first_address_blocked_all_arrive_by_the_second(
    journey: Journey, blocked: Mode, cause: Literal["start", "pause", "online"]
) -> None:
    journey.first_visit()
    journey.write(REPORTS, PHOTOS)
    first, second = journey.lines
    first.become(blocked)
    forget(first)
    forget(second)
    second.bits, second.latency = 256_000, 0.1
    journey.send(SECONDS, [second], cause)
    say(journey)
    assert first.sent == first.received == 0
    assert second.sent
    journey.check_arrived()
    assert journey.search() == []
    journey.check_origins()
