"""The outbox in a browser that is closed, killed, full, or has the site open twice."""

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from reports.codec import decode
from tests.browser import ARGUMENTS
from tests.client.driving import new_context, open_driver
from tests.client.hostile_service import HostileService, running_hostile
from tests.coalition import make_coalition

CANARY = "xyzzy-plugh"


@pytest.fixture
def service() -> Iterator[HostileService]:
    with running_hostile() as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with new_context(browser) as context:
        yield context


def test_storage_full_keeps_nothing_half(context: BrowserContext, service: HostileService) -> None:
    driver = open_driver(context, service.address)
    driver.call("start", {"addresses": [service.address]})
    # Before the first write: Chromium remembers for a while how much room there was.
    cdp = context.new_cdp_session(driver.page)
    quota = {"origin": service.address, "quotaSize": 3 * 1024 * 1024}
    cdp.send("Storage.overrideQuotaForOrigin", quota)
    kept = driver.call("addRandom", 1)
    assert driver.call("failureOf", "addRandom", 1, {"blobs": [8_000_000]}) == "outbox-full"
    assert driver.call("failureOf", "addRandom", 10_000) == "outbox-full"
    items = driver.call("waiting")
    assert kept[0] in {item["id"] for item in items}
    assert all(not item["blobs"] for item in items)
    assert driver.call("countPieces") == 0
    # What was kept still goes, on the full disk.
    driver.run_until_done()
    assert len(service.stored) == len(items)


def test_two_tabs_send_everything_once(context: BrowserContext, service: HostileService) -> None:
    tabs = [open_driver(context, service.address) for _ in range(2)]
    for tab in tabs:
        tab.call("start", {"addresses": [service.address]})
    ids = [id for tab in tabs for id in tab.call("addRandom", 40, {})]
    for tab in tabs:
        tab.call("beginRun")
    outcomes = [tab.call("endRun") for tab in tabs]
    tabs[0].run_until_done()
    assert service.ids == set(ids)
    assert tabs[1].call("counts")["arrived"] == 80
    assert sum(outcome["busy"] for outcome in outcomes) <= 1


def test_two_tabs_without_locks_send_the_same_bytes(
    context: BrowserContext, service: HostileService
) -> None:
    tabs = [open_driver(context, service.address) for _ in range(2)]
    for tab in tabs:
        tab.call("start", {"addresses": [service.address], "withoutLocks": True})
    ids = tabs[0].call("addRandom", 30, {"blobs": [70_000]})
    for tab in tabs:
        tab.call("beginRun")
    for tab in tabs:
        tab.call("endRun")
    tabs[0].run_until_done()
    assert service.ids == set(ids)
    assert set(service.stored.values()) == {1}
    assert tabs[1].call("counts")["arrived"] == 30
    assert len(service.blobs) == 30


def test_pieces_of_an_add_under_way_in_another_tab_are_not_swept(
    context: BrowserContext, service: HostileService
) -> None:
    one, two = (open_driver(context, service.address) for _ in range(2))
    one.call("start", {"addresses": [service.address]})
    one.call("begin", 2_500_000)
    two.call("start", {"addresses": [service.address]})
    assert two.call("countPieces") == 2
    one.page.close()
    for _ in range(100):  # the browser gives a closed page's locks back in its own time
        two.call("start", {"addresses": [service.address]})
        if two.call("countPieces") == 0:
            return
        two.page.wait_for_timeout(100)
    raise AssertionError("not swept")


def test_without_locks_pieces_are_swept_when_they_do_not_grow(
    context: BrowserContext, service: HostileService
) -> None:
    one, two = (open_driver(context, service.address) for _ in range(2))
    how = {"addresses": [service.address], "withoutLocks": True}
    one.call("start", how)
    one.call("begin", 2_500_000)
    two.call("start", how)
    assert two.call("countPieces") == 2
    two.call("start", how)
    assert two.call("countPieces") == 0
    # The add that was taken for dead says so, and its draft is still there to be sealed again.
    assert one.call("failureOf", "finish") == "outbox-incomplete"
    assert one.call("waiting") == []


def test_data_cleared_under_an_open_page(context: BrowserContext, service: HostileService) -> None:
    driver = open_driver(context, service.address)
    driver.call("start", {"addresses": [service.address]})
    driver.call("addRandom", 3)
    cdp = context.new_cdp_session(driver.page)
    types = {"origin": service.address, "storageTypes": "indexeddb"}
    cdp.send("Storage.clearDataForOrigin", types)
    assert driver.call("waiting") == []
    (id,) = driver.call("addRandom", 1)
    assert [item["id"] for item in driver.call("waiting")] == [id]
    driver.run_until_done()
    assert service.ids == {id}


def launch(browser: Browser, profile: Path) -> BrowserContext:
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return browser.browser_type.launch_persistent_context(
        str(profile), executable_path=chromium, args=ARGUMENTS, headless=True
    )


def find_main_process(profile: Path) -> int:
    """The browser's own process: its children name no profile before they name their type."""
    listed = subprocess.run(
        ["ps", "-ewwo", "pid,args"], capture_output=True, text=True, check=True
    ).stdout
    (pid,) = (
        int(line.split()[0])
        for line in listed.splitlines()
        if f"--user-data-dir={profile}" in line and "--type=" not in line
    )
    return pid


def kill(profile: Path) -> None:
    """SIGKILL to the browser and its children: its process group."""
    os.killpg(os.getpgid(find_main_process(profile)), signal.SIGKILL)


def read_profile(profile: Path) -> bytes:
    return b"".join(path.read_bytes() for path in profile.rglob("*") if path.is_file())


def test_a_killed_browser_loses_nothing(
    browser: Browser, tmp_path: Path, service: HostileService
) -> None:
    profile = tmp_path / "profile"
    ids: set[str] = set()
    for turn in range(3):
        context = launch(browser, profile)
        driver = open_driver(context, service.address)
        driver.call("start", {"addresses": [service.address]})
        waiting = {item["id"] for item in driver.call("waiting")}
        assert waiting == ids - service.ids
        ids |= set(driver.call("addRandom", 4, {"blobs": [1_500_000] if turn == 1 else []}))
        driver.call("begin", 2_500_000)  # under way when it ends, and swept at the next start
        if turn == 2:
            # Killed in the middle of sending: some answers are lost.
            service.script.extend(["good", "lost", "lost"])
            driver.call("run")
        kill(profile)
        with pytest.raises(Exception, match="closed"):
            driver.page.wait_for_timeout(10_000)
    context = launch(browser, profile)
    driver = open_driver(context, service.address)
    driver.call("start", {"addresses": [service.address]})
    assert driver.call("countPieces") == 8
    driver.run_until_done()
    assert driver.call("countPieces") == 0
    assert driver.call("counts")["arrived"] == 12
    context.close()
    assert service.ids == ids
    assert set(service.stored.values()) == {1}
    assert len(service.blobs) == 4


def test_nothing_in_the_profile_can_be_read(
    browser: Browser, tmp_path: Path, service: HostileService
) -> None:
    coalition = make_coalition(addresses=[service.address], now=int(time.time()))
    service.root, service.files = coalition.root, coalition.files
    profile = tmp_path / "profile"
    report = {"text": f"{CANARY} text", "cc": "MM", "contact": f"{CANARY} contact"}
    context = launch(browser, profile)
    driver = open_driver(context, service.address)
    driver.call("start")
    assert driver.call("update") == {"version": 1, "changed": True, "codes": []}
    how = {"files": [f"{CANARY} file"], "sms": {"withText": False}}
    queued = driver.call("report", report, how)
    assert queued["texts"] >= 1
    assert driver.call("counts")["waiting"] == 1
    context.close()
    found = read_profile(profile)
    context = launch(browser, profile)
    driver = open_driver(context, service.address)
    driver.call("start")
    driver.run_until_done()
    context.close()
    for coding in ("utf-8", "utf-16-le"):
        assert CANARY.encode(coding) not in found
    (envelope,) = service.stored
    # The search can find what is there: the envelope lies on the disk as it was sent.
    assert envelope[:200] in found
    opened = coalition.opener.open(envelope)
    said = decode(opened.content, coalition.keyring.epochs[0].seal_from)
    assert said["text"] == report["text"]
    (blob,) = service.blobs
    (named,) = said["evidence"]["blobs"]
    assert hashlib.sha256(blob).digest() == named["hash"]
