"""The outbox against the real service: each report once, its blobs whole, its receipt checked."""

import json
import time
from collections import Counter
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, expect

from tests.client.driving import HOUR, Driver, new_context, open_driver_at_service
from tests.client.hostile_service import running_hostile
from tests.client.own_phone import KEPT
from tests.client.pages import READY_MILLISECONDS
from tests.road.running import Running, running_service

LONG = 60
"""Seconds."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("outbox") / "var") as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with new_context(browser) as context:
        yield context


@pytest.fixture
def driver(context: BrowserContext, service: Running) -> Driver:
    return open_driver_at_service(context, service.url)


def list_texts(service: Running) -> Counter[str]:
    """The texts of all reports that keyholders can open, and how often each is there."""
    service.settle()
    listed = json.loads(service.run("keyholder", "list", "--json").stdout)
    return Counter(one["report"].get("text", "") for one in listed["reports"])


def read_log_key(driver: Driver) -> str:
    key: str = driver.page.evaluate("async () => (await fetch('/v1/log/key')).text()")
    return key.strip()


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


def read_size(service: Running) -> int:
    """Leaves of the service's log."""
    return int(httpx2.get(f"{service.url}/v1/log/checkpoint").text.split("\n")[1])


def test_each_report_arrives_once(driver: Driver, service: Running) -> None:
    driver.call("start")
    assert driver.call("failureOf", "report", {"text": "early"}) == "keyring-missing"
    first = driver.call("update")
    assert (first["changed"], first["codes"]) == (True, [])
    wanted = [f"report {index}" for index in range(9)]
    for index, text in enumerate(wanted):
        files = [2_500_000, 10] if index == 4 else []
        queued = driver.call("report", {"text": text, "cc": "MM"}, {"files": files})
        assert queued["warnings"] == []
    assert driver.call("counts")["waiting"] == 9
    driver.run_until_done()
    assert driver.call("counts")["arrived"] == 9
    assert list_texts(service) == Counter(wanted)


def test_a_wrong_clock_seals_and_warns(driver: Driver, service: Running) -> None:
    driver.call("start")
    driver.call("update")
    years = 10 * 365 * 86_400
    now = driver.page.evaluate("Date.now() / 1000")
    warned = [
        driver.call("report", {"text": f"clock {sign}"}, {"now": now + sign * years})["warnings"]
        for sign in (-1, 1)
    ]
    assert warned[0] == ["clock-behind"]
    assert "keyring-expired" in warned[1]
    driver.run_until_done()
    assert {"clock -1", "clock 1"} <= set(list_texts(service))


def test_a_new_keyring_is_taken_over_and_gives_receipts(driver: Driver, service: Running) -> None:
    driver.call("start")
    before = driver.call("update")["version"]
    key = read_log_key(driver)
    service.run("keyholder", "coalition", "change", "--log-key", key)
    service.run("keyholder", "coalition", "publish")
    assert driver.call("update") == {"version": before + 1, "changed": True, "codes": []}
    assert driver.call("update")["changed"] is False
    driver.call("report", {"text": "with a receipt"}, {"receipt": True})
    (item,) = driver.call("waiting")
    driver.call("run")
    service.settle()  # from now on it is in the log
    driver.run_until_done(most=6)
    (id,) = driver.call("receipts")
    assert id == item["id"]
    assert driver.call("counts")["unproven"] == 0


def test_old_answers_replayed_are_found_out_by_the_log(driver: Driver, service: Running) -> None:
    key = read_log_key(driver)
    with running_hostile() as hostile:
        # It says `stored`, keeps nothing, and shows the true receipt of another envelope.
        driver.call("start", {"addresses": [service.url], "logKeys": [key]})
        driver.call("addRandom", 1, {"receipt": True})
        driver.call("run")
        service.settle()
        driver.run_until_done(most=6)
        (old,) = driver.call("receipts").values()
        hostile.prove = lambda _id: str(old).encode()
        hostile.script.extend(["lie"] * 100)
        driver.call("start", {"addresses": [hostile.address, service.url], "logKeys": [key]})
        # The hostile one has taken everything so far.
        driver.call("setGood", hostile.address)
        (id,) = driver.call("addRandom", 1, {"receipt": True})
        driver.call("run")
        assert hostile.count("POST", "/v1/envelopes") == 1
        (item,) = driver.call("waiting")
        assert item["said"] == [hostile.address]
        hours = 0
        while driver.call("waiting")[0]["said"] == [hostile.address]:
            driver.call("pass", HOUR)
            driver.call("run")
            hours += 1
            assert hours < 240
        assert hours > 48
        assert hostile.count("POST", "/v1/envelopes") == 1
        service.settle()
        driver.run_until_done(most=6)
        assert driver.call("receipts").keys() >= {id}


def test_with_every_page_closed_the_worker_sends(context: BrowserContext, service: Running) -> None:
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
    before = read_size(service)
    cdp.send("ServiceWorker.dispatchSyncEvent", {**sync, "tag": "outbox", "lastChance": False})
    end = time.monotonic() + LONG
    while (size := read_size(service)) < before + len(texts):
        assert time.monotonic() < end, size
        blank.wait_for_timeout(200)
    assert {text: found for text, found in list_texts(service).items() if text in texts} == Counter(
        texts
    )
    driver = open_driver_at_service(context, service.url)
    driver.call("start")
    assert driver.call("counts") == {
        "waiting": 0,
        "attachments": 0,
        "unproven": 0,
        "arrived": 3,
    }
