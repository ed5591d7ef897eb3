"""When a page sends by itself: at its start, for what is added, online again, after a pause."""

import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext

from tests.client.driving import Driver, open_driver
from tests.client.hostile_service import HostileService
from tests.coalition import make_coalition
from tests.phone.hostile import context as context
from tests.phone.hostile import driver as driver
from tests.phone.hostile import service as service

LONG = 60
"""Seconds: less than the pause of `busy`, so that what arrives sooner did not wait for its end."""


def until(driver: Driver, is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not is_so():
        assert time.monotonic() < end, driver.call("outcomesOfRounds")
        driver.page.wait_for_timeout(50)


def start(driver: Driver, service: HostileService) -> None:
    driver.call("start", {"addresses": [service.address], "random": 0})


def test_at_the_start_of_a_page(driver: Driver, service: HostileService) -> None:
    start(driver, service)
    driver.call("addRandom", 3)
    driver.page.reload()
    start(driver, service)
    driver.call("beginRounds")
    until(driver, lambda: len(service.stored) == 3)
    assert set(service.stored.values()) == {1}


def test_what_is_added_here_or_in_another_tab(
    driver: Driver, context: BrowserContext, service: HostileService
) -> None:
    start(driver, service)
    driver.call("beginRounds")
    until(driver, lambda: bool(driver.call("outcomesOfRounds")))
    # Nothing waits, so no other try is planned.
    assert driver.call("outcomesOfRounds")[-1]["next"] is None
    ids = set(driver.call("addRandom", 1))
    until(driver, lambda: service.ids == ids)
    other = open_driver(context, service.address)
    start(other, service)  # it never sends
    ids |= set(other.call("addRandom", 1))
    until(driver, lambda: service.ids == ids)
    driver.call("endRounds")
    other.call("addRandom", 1)
    asked = service.count("POST", "/v1/envelopes")
    other.call("counts")
    assert (asked, service.ids) == (service.count("POST", "/v1/envelopes"), ids)


def test_after_a_pause(driver: Driver, service: HostileService) -> None:
    start(driver, service)
    service.script.extend(["error", "html"])
    driver.call("beginRounds")
    ids = set(driver.call("addRandom", 1))
    until(driver, lambda: service.ids == ids)
    assert service.count("POST", "/v1/envelopes") == 3


def test_online_again_pauses_are_forgotten(
    driver: Driver, context: BrowserContext, service: HostileService
) -> None:
    start(driver, service)
    service.script.append("busy")  # for two minutes, it says
    driver.call("beginRounds")
    ids = set(driver.call("addRandom", 1))
    until(driver, lambda: not service.script)
    until(driver, lambda: (driver.call("outcomesOfRounds")[-1]["next"] or 0) > LONG * 1000)
    context.set_offline(True)
    context.set_offline(False)
    until(driver, lambda: service.ids == ids)


def test_a_first_keyring_sets_off_what_waited_for_it(
    driver: Driver, service: HostileService
) -> None:
    coalition = make_coalition(now=int(time.time()), addresses=[service.address])
    driver.call("start")
    driver.call("beginRounds")
    ids = set(driver.call("addRandom", 1))
    until(driver, lambda: bool(driver.call("outcomesOfRounds")))
    assert service.stored == {}
    service.root, service.files = coalition.root, coalition.files
    assert driver.call("update")["changed"]
    until(driver, lambda: service.ids == ids)
