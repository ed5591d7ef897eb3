"""Sending by the worker with every page closed, when the browser thinks that there is a network."""

import json
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, expect

from tests.client.driving import new_context, open_driver_at_service
from tests.client.own_phone import KEPT
from tests.client.pages import READY_MILLISECONDS
from tests.road.running import Running, running_service

LONG = 60
"""Seconds."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("sync") / "var") as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with new_context(browser) as context:
        yield context


def find_worker(cdp: CDPSession, origin: str) -> str:
    """The id under which the browser knows the worker of this origin."""
    found: list[str] = []

    def note(event: dict[str, list[dict[str, str]]]) -> None:
        for one in event["registrations"]:
            if one["scopeURL"] == f"{origin}/":
                found.append(one["registrationId"])

    cdp.on("ServiceWorker.workerRegistrationUpdated", note)
    cdp.send("ServiceWorker.enable")
    cdp.send("Runtime.evaluate", {"expression": "1"})
    assert found
    return found[-1]


def list_texts(service: Running) -> Counter[str]:
    service.settle()
    listed = json.loads(service.run("keyholder", "list", "--json").stdout)
    return Counter(one["report"].get("text", "") for one in listed["reports"])


def test_with_every_page_closed(context: BrowserContext, service: Running) -> None:
    page = context.new_page()
    page.goto(service.url)
    expect(page.locator("#write")).to_be_visible(timeout=READY_MILLISECONDS)
    assert page.evaluate(KEPT)
    page.close()
    # A page of the origin that seals and does not send.
    driver = open_driver_at_service(context, service.url)
    driver.call("start")
    texts = [f"sealed before it was closed {number}" for number in range(3)]
    for text in texts:
        driver.call("report", {"text": text, "cc": "MM"})
    assert driver.call("counts")["waiting"] == 3
    driver.page.close()

    blank = context.new_page()
    cdp = context.new_cdp_session(blank)
    sync = {"origin": service.url, "registrationId": find_worker(cdp, service.url)}
    # Another's tag moves nothing, ours everything.
    cdp.send("ServiceWorker.dispatchSyncEvent", {**sync, "tag": "other", "lastChance": False})
    assert list_texts(service) == Counter()
    cdp.send("ServiceWorker.dispatchSyncEvent", {**sync, "tag": "outbox", "lastChance": False})
    end = time.monotonic() + LONG
    while (found := list_texts(service)) != Counter(texts):
        assert time.monotonic() < end, found

    driver = open_driver_at_service(context, service.url)
    driver.call("start")
    assert driver.call("counts") == {
        "waiting": 0,
        "attachments": 0,
        "unproven": 0,
        "arrived": 3,
    }
