"""The sender against services that misbehave: nothing is lost, nothing is forgotten too early."""

from typing import Any

import pytest

from tests.client.driving import HOUR, Driver
from tests.client.hostile_service import HostileService
from tests.phone.hostile import context as context
from tests.phone.hostile import driver as driver
from tests.phone.hostile import other as other
from tests.phone.hostile import service as service

NO_ANSWERS = (
    "error",
    "busy",
    "full",
    "unavailable",
    "html",
    "lying_html",
    "half",
    "lost",
    "too_many",
    "other_shape",
    "long",
    "redirect",
    "reset",
    "drip",
)


def start(driver: Driver, *addresses: str, **how: Any) -> None:
    """Open the outbox with these addresses; requests are given up after two seconds."""
    driver.call("start", {"addresses": addresses, "limit": 2000, **how})


@pytest.mark.parametrize("manner", NO_ANSWERS)
def test_no_answer_keeps_everything(
    driver: Driver, service: HostileService, other: HostileService, manner: str
) -> None:
    service.elsewhere = other.address
    start(driver, service.address)
    ids = set(driver.call("addRandom", 3))
    service.script.extend([manner] * 2)
    outcome = driver.call("run")
    assert (outcome["arrived"], outcome["waiting"]) == (0, 3)
    assert outcome["next"] > 0
    assert {item["id"] for item in driver.call("waiting")} == ids
    driver.run_until_done()
    assert service.ids == ids
    assert driver.call("counts")["arrived"] == 3
    assert other.requests == []


@pytest.mark.parametrize("manner", ["half", "lost", "too_many", "cut_off", "too_few", "reset"])
def test_a_batch_without_a_whole_answer_goes_again(
    driver: Driver, service: HostileService, manner: str
) -> None:
    start(driver, service.address)
    ids = set(driver.call("addRandom", 30))
    service.script.extend(["good", "good", manner])
    driver.run_until_done()
    assert service.ids == ids
    assert set(service.stored.values()) == {1}
    assert driver.call("counts") == {
        "waiting": 0,
        "attachments": 0,
        "unproven": 0,
        "arrived": 30,
    }


def test_what_came_of_a_cut_off_batch_is_not_sent_again(
    driver: Driver, service: HostileService
) -> None:
    start(driver, service.address)
    driver.call("addRandom", 5)
    service.script.extend(["good", "cut_off"])
    outcome = driver.call("run")
    assert (outcome["arrived"], outcome["waiting"]) == (5, 0)
    # One alone; four, of which one came; what is left, one by one again and then four at most.
    assert service.count("POST", "/v1/envelopes") == 4


def test_retry_after_is_waited_for(driver: Driver, service: HostileService) -> None:
    start(driver, service.address)
    driver.call("addRandom", 1)
    service.script.append("busy")
    assert 120_000 <= driver.call("run")["next"] <= 126_000
    assert driver.call("run")["waiting"] == 1
    assert service.count("POST", "/") == 1
    driver.call("pass", 126_000)
    assert driver.call("run")["waiting"] == 0


def test_send_now_forgets_the_pause(driver: Driver, service: HostileService) -> None:
    start(driver, service.address)
    driver.call("addRandom", 1)
    service.script.append("busy")
    driver.call("run")
    assert driver.call("run", {"fresh": True})["waiting"] == 0


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_jumps_ten_years_neither_stops_nor_floods(
    driver: Driver, service: HostileService, years: int
) -> None:
    start(driver, service.address, random=0.999)
    driver.call("addRandom", 1)
    service.script.extend(["error"] * 1000)
    jump = years * 365 * 24 * HOUR
    for turn in range(6):
        driver.call("run")
        driver.call("pass", 0, jump if turn % 2 else -jump)
    assert service.count("POST", "/") <= 7
    before = service.count("POST", "/")
    for _ in range(6):
        driver.call("pass", HOUR)
        driver.call("run")
    assert 6 <= service.count("POST", "/") - before <= 12
    service.script.clear()
    driver.run_until_done()
    assert len(service.stored) == 1


def test_any_one_address_suffices(
    driver: Driver, service: HostileService, other: HostileService
) -> None:
    nobody = "http://127.0.0.1:9"
    start(driver, nobody, service.address, other.address)
    ids = set(driver.call("addRandom", 20))
    service.script.extend(["reset"] * 1000)
    assert driver.call("run")["waiting"] == 0
    assert other.ids == ids
    # The one that took something is the first to be asked from now on.
    driver.call("addRandom", 1)
    driver.call("pass", HOUR)
    before = service.count("POST", "/")
    assert driver.call("run")["waiting"] == 0
    assert service.count("POST", "/") == before


def test_a_refused_form_stays_and_is_tried_elsewhere(
    driver: Driver, service: HostileService, other: HostileService
) -> None:
    start(driver, service.address, other.address)
    (first,) = driver.call("addRandom", 1)
    service.script.append("refuse")
    other.script.append("refuse")
    outcome = driver.call("run")
    assert (outcome["waiting"], outcome["next"]) == (1, None)
    (item,) = driver.call("waiting")
    assert item["refused"] == dict.fromkeys((service.address, other.address), "envelope-suite")
    # It holds up nobody, and goes when the person asks for it: the service may be a newer one.
    driver.call("addRandom", 2)
    assert driver.call("run")["waiting"] == 1
    assert driver.call("run", {"fresh": True})["waiting"] == 0
    assert first in service.ids | other.ids


def test_only_addresses_of_the_keyring_are_spoken_to(
    driver: Driver, service: HostileService, other: HostileService
) -> None:
    start(driver, other.address, "http://192.0.2.1", "https://user@192.0.2.1", "nonsense")
    driver.call("addRandom", 2, {"blobs": [70_000]})
    asked: list[str] = []
    driver.page.on("request", lambda request: asked.append(request.url))
    driver.run_until_done()
    assert asked
    assert all(url.startswith(f"{other.address}/v1/") for url in asked)
    assert service.count("POST", "/") == 0


def test_without_a_keyring_nothing_is_sent(driver: Driver, service: HostileService) -> None:
    driver.call("start")
    driver.call("addRandom", 1)
    assert driver.call("run") == {"busy": False, "arrived": 0, "waiting": 1, "next": None}
    assert service.count("POST", "/") == 0


@pytest.mark.parametrize(
    "manners",
    [
        ["", "cut", "", ""],
        ["", "locked"],
        ["", "gone"],
        ["", "html", "html"],
        ["", "boast"],
        ["full", "full", ""],
        ["elsewhere"],
        ["strange"],
        ["", "", "cut", "gone", "", "locked", "", "cut"],
    ],
    ids=lambda manners: "-".join(filter(None, manners)),
)
def test_blobs_are_resumed(
    driver: Driver, service: HostileService, other: HostileService, manners: list[str]
) -> None:
    service.elsewhere = other.address
    start(driver, service.address)
    driver.call("addRandom", 1, {"blobs": [200_000, 70_000]})
    service.upload_script.extend(manners)
    outcome = driver.call("run")
    # The envelope does not wait for its blobs, whatever becomes of them.
    assert (outcome["arrived"], len(service.stored)) == (1, 1)
    driver.run_until_done()
    assert {len(blob) for blob in service.blobs} == {200_000, 70_000}
    assert other.requests == []


def test_full_for_blobs_is_not_full_for_reports(driver: Driver, service: HostileService) -> None:
    start(driver, service.address)
    driver.call("addRandom", 1, {"blobs": [70_000]})
    service.upload_script.extend(["full"] * 100)
    driver.call("run")
    driver.call("addRandom", 3)
    outcome = driver.call("run")
    assert (outcome["arrived"], outcome["waiting"]) == (3, 1)
    assert driver.call("counts")["attachments"] == 1


def test_what_says_stored_and_shows_no_proof_is_sent_elsewhere(
    driver: Driver, service: HostileService, other: HostileService
) -> None:
    start(driver, service.address, other.address)
    (id,) = driver.call("addRandom", 1, {"receipt": True})
    service.script.extend(["lie"] * 100)
    assert driver.call("run")["waiting"] == 1
    assert driver.call("counts")["unproven"] == 1
    hours = 0
    while not other.stored:
        driver.call("pass", HOUR)
        driver.call("run")
        hours += 1
        assert hours < 240
    assert hours > 48
    assert service.stored.total() == 0
    assert other.ids == {id}
    # It stays, and is asked about, for as long as no receipt comes; and is counted once.
    assert driver.call("counts") == {"waiting": 0, "attachments": 0, "unproven": 1, "arrived": 1}


def test_a_receipt_that_proves_nothing_is_no_receipt(
    driver: Driver, service: HostileService
) -> None:
    start(driver, service.address)
    driver.call("addRandom", 1, {"receipt": True})
    service.prove = lambda _id: b"c2sp.org/tlog-proof@v1\nindex 0\n\nlog\n1\nAAAA\n"
    driver.call("run")
    driver.call("pass", HOUR)
    driver.call("run")
    assert service.count("GET", "/v1/log/proof/") == 1
    (item,) = driver.call("waiting")
    assert item["unproven"] == 1
    assert driver.call("receipts") == {}
