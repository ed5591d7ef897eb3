"""A few reports written offline, a killed browser, a bad line. The fifty of issue 5 are in
tests/faults/test_app_on_a_bad_link.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.client.bad_link import Journey
from tests.client.own_phone import find, own_phone
from tests.client.slow_link import SlowLink
from tests.road.running import running_service

PLANT = """async (words) => {
  localStorage.setItem("draft", words);
  await new Promise((resolve) => {
    const opening = indexedDB.open("planted", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("drafts").put(words, 1);
    opening.onsuccess = resolve;
  });
  const cache = await caches.open("planted");
  await cache.put("/planted", new Response(btoa(words)));
}"""


@pytest.fixture
def journey(browser: Browser, tmp_path: Path) -> Iterator[Journey]:
    with running_service(tmp_path / "var") as service:
        port = service.port
        with SlowLink(port) as first, SlowLink(port, seed=2) as second:
            journey = Journey(browser.browser_type, service, [first, second], tmp_path)
            journey.publish()
            yield journey
            journey.service.stop()


@pytest.mark.timeout(900)  # a machine with much else to do takes minutes
def test_what_was_sealed_arrives_once_over_a_bad_line(journey: Journey) -> None:
    journey.first_visit()
    journey.write(reports=8, photos=1)
    assert journey.search() == []
    for line in journey.lines:
        line.bits, line.latency, line.resets = 256_000, 0.1, (4_000, 80_000)
    journey.send(seconds=600)
    assert sum(line.broken for line in journey.lines)
    journey.check_arrived()
    assert journey.search() == []
    journey.check_origins()


def test_the_search_finds_what_a_page_left_behind(browser: Browser, tmp_path: Path) -> None:
    """Else it would prove nothing."""
    profile = tmp_path / "profile"
    with SlowLink(1, mode="portal") as line, own_phone(browser.browser_type, profile) as context:
        page = context.pages[0]
        page.goto(line.url)
        page.evaluate(PLANT, "planted-5f1e08c2a7")
        page.goto(f"{line.url}/?said=planted-77aa01c4d9")
        page.wait_for_timeout(1000)
    found = find(profile, {"stored": "planted-5f1e08c2a7", "gone to": "planted-77aa01c4d9"})
    places = {place.split("/")[1] for name, place in found if name == "stored"}
    assert {"Local Storage", "IndexedDB"} <= places
    assert places & {"Service Worker", "WebStorage"}  # where Chromium has its caches
    assert ("gone to", "Default/History") in found
