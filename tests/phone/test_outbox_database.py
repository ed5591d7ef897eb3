"""The outbox's database changed, deleted and upgraded under a page that uses it."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.client.driving import Driver, open_driver
from tests.client.hostile_service import HostileService
from tests.phone.hostile import context as context
from tests.phone.hostile import service as service

UPGRADE = """(version) => new Promise((resolve, reject) => {
  const opening = indexedDB.open("outbox", version);
  opening.onblocked = () => reject(new Error("blocked"));
  opening.onerror = () => reject(opening.error);
  opening.onupgradeneeded = () => opening.result.createObjectStore("newer");
  opening.onsuccess = () => {
    const counting = opening.result.transaction("items").objectStore("items").count();
    counting.onsuccess = () => { opening.result.close(); resolve(counting.result); };
  };
})"""
"""As the app's next version would: how many items it finds."""
COUNT = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open("outbox");
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const tx = opening.result.transaction(["items", "envelopes"]);
    const counts = ["items", "envelopes"].map((name) => tx.objectStore(name).count());
    tx.oncomplete = () => {
      opening.result.close();
      resolve(counts.map((count) => count.result));
    };
  };
})"""
DELETE = """() => new Promise((resolve, reject) => {
  const deleting = indexedDB.deleteDatabase("outbox");
  deleting.onblocked = () => reject(new Error("blocked"));
  deleting.onerror = () => reject(deleting.error);
  deleting.onsuccess = () => resolve(true);
})"""


@pytest.fixture
def driver(context: BrowserContext, service: HostileService) -> Driver:
    driver = open_driver(context, service.address)
    start(driver, service)
    return driver


@pytest.fixture
def other(context: BrowserContext, service: HostileService) -> Page:
    """Another tab."""
    page = context.new_page()
    page.goto(f"{service.address}/")
    return page


def start(driver: Driver, service: HostileService, **how: Any) -> None:
    driver.call("start", {"addresses": [service.address], "limit": 2000, **how})


def test_a_newer_version_in_another_tab_is_not_held_up(
    driver: Driver, service: HostileService, other: Page
) -> None:
    driver.call("addRandom", 3)
    assert other.evaluate(UPGRADE, 2) == 3
    # This page is too old for what is there now: it says so, and changes nothing.
    for words in (("waiting",), ("addRandom", 1), ("run",)):
        assert driver.call("failureOf", *words) == "outbox-unavailable"
    driver.page.reload()
    how = {"addresses": [service.address]}
    assert driver.call("failureOf", "start", how) == "outbox-unavailable"
    assert other.evaluate(COUNT) == [3, 3]


def test_a_database_deleted_by_another_tab(
    driver: Driver, service: HostileService, other: Page
) -> None:
    driver.call("addRandom", 3)
    assert other.evaluate(DELETE)
    assert driver.call("waiting") == []
    (id,) = driver.call("addRandom", 1)
    driver.run_until_done()
    assert service.ids == {id}


def test_a_database_deleted_in_the_middle_of_an_add(driver: Driver, other: Page) -> None:
    driver.call("begin", 2_500_000)
    assert other.evaluate(DELETE)
    # Half of it is gone, so nothing of it is taken: whoever seals still has the draft.
    assert driver.call("failureOf", "finish") == "outbox-incomplete"
    assert (driver.call("waiting"), driver.call("countPieces")) == ([], 0)


def test_a_database_deleted_in_the_middle_of_sending(
    driver: Driver, service: HostileService, other: Page
) -> None:
    driver.call("addRandom", 2)
    service.script.append("drip")
    with driver.page.expect_request("**/v1/envelopes"):
        driver.call("beginRun")
    assert other.evaluate(DELETE)
    assert driver.call("endRun")["waiting"] == 0
    (id,) = driver.call("addRandom", 1)
    driver.run_until_done()
    assert id in service.ids
