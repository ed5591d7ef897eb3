"""The keyring that a phone holds, against what may be served in a new one's place."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from reports.codec import decode
from tests.client.driving import Driver
from tests.client.hostile_service import HTML, HostileService
from tests.coalition import DAY, Coalition, make_coalition, make_root, make_seed, sign
from tests.phone.hostile import context as context
from tests.phone.hostile import driver as driver
from tests.phone.hostile import other as other
from tests.phone.hostile import service as service

STRANGER = (make_seed("stranger"),)
NEW_OFFICER = (make_seed("new officer"),)


def publish(service: HostileService, ago: int = 0) -> Coalition:
    """Version 2 of a keyring that was signed so many seconds ago, and names this service."""
    then = int(time.time()) - ago
    coalition = make_coalition(now=then, addresses=[service.address]).next()
    service.root, service.files = coalition.root, coalition.files
    return coalition


def seal_and_open(driver: Driver, service: HostileService, coalition: Coalition) -> list[str]:
    """A report that is sealed, sent and opened: the warnings it was sealed with."""
    text = f"number {len(service.stored)}"
    before = set(service.stored)
    queued = driver.call("report", {"text": text, "cc": "MM"})
    driver.run_until_done()
    (envelope,) = set(service.stored) - before
    content = coalition.opener.open(envelope).content
    start = coalition.keyring.epochs[0].seal_from
    assert decode(content, start)["text"] == text
    warnings: list[str] = queued["warnings"]
    return warnings


def roll_back(held: Coalition) -> dict[str, bytes]:
    return held.next(version=1).files


def fork(held: Coalition) -> dict[str, bytes]:
    """The same versions with other contents."""
    return held.next(version=2, now=held.now + 1, sms_numbers=["+15550100009"]).files


def sign_badly(held: Coalition) -> dict[str, bytes]:
    return replace(held, officer_seeds=STRANGER).next().files


def change_target(held: Coalition) -> dict[str, bytes]:
    files = held.next(sms_numbers=["+15550100009"]).files
    return {
        name: data.replace(b"0100009", b"0100008") if name.endswith(".reporter.json") else data
        for name, data in files.items()
    }


def serve_foreign_root(held: Coalition) -> dict[str, bytes]:
    """Another coalition's keyring, root and all."""
    return replace(held, root=b"", files={}, officer_seeds=STRANGER).next().files


def usurp(held: Coalition) -> dict[str, bytes]:
    """A second root that the first one's officers did not sign."""
    root = make_root(STRANGER, threshold=1, now=held.now, development=True, version=2)
    files = {**held.files, "2.root.json": sign(root, STRANGER)}
    return replace(held, files=files, officer_seeds=STRANGER).next().files


def end_development(held: Coalition) -> dict[str, bytes]:
    root = make_root(held.officer_seeds, threshold=1, now=held.now, development=False, version=2)
    return {**held.next().files, "2.root.json": sign(root, held.officer_seeds)}


def serve_portal(held: Coalition) -> dict[str, bytes]:
    return dict.fromkeys(held.next().files, HTML)


def serve_portal_for_targets(held: Coalition) -> dict[str, bytes]:
    files = held.next().files
    return {name: HTML if "targets" in name else data for name, data in files.items()}


def serve_nothing(_held: Coalition) -> dict[str, bytes]:
    return {}


OFFERS = [
    (roll_back, ["keyring-rollback"]),
    (fork, ["keyring-fork"]),
    (sign_badly, ["keyring-signatures"]),
    (change_target, ["keyring-file-hash"]),
    (serve_foreign_root, ["keyring-signatures"]),
    (usurp, ["keyring-root-signatures"]),
    (end_development, ["keyring-development"]),
    # A network in the service's place is no attack on the keyring, and is not told as one.
    (serve_portal, []),
    (serve_portal_for_targets, []),
    (serve_nothing, []),
]


@pytest.mark.parametrize(("offer", "codes"), OFFERS)
def test_what_is_refused_changes_nothing(
    driver: Driver,
    service: HostileService,
    offer: Callable[[Coalition], dict[str, bytes]],
    codes: list[str],
) -> None:
    held = publish(service)
    driver.call("start")
    assert driver.call("update") == {"version": 2, "changed": True, "codes": []}
    service.files = offer(held)
    assert driver.call("update") == {"version": 2, "changed": False, "codes": codes}
    driver.page.reload()
    driver.call("start")
    assert seal_and_open(driver, service, held) == []
    # And it is no dead end: an honest successor is taken over afterwards.
    service.files = held.next().files
    assert driver.call("update") == {"version": 3, "changed": True, "codes": []}


@pytest.mark.parametrize("file", ["timestamp.json", "targets.json", "reporter.json"])
def test_half_a_keyring_is_none(driver: Driver, service: HostileService, file: str) -> None:
    held = publish(service)
    driver.call("start")
    service.cut = file
    assert driver.call("update") == {"version": None, "changed": False, "codes": []}
    assert driver.call("failureOf", "report", {"text": "early"}) == "keyring-missing"
    service.cut = ""
    assert driver.call("update")["version"] == 2
    service.files, service.cut = held.next(sms_numbers=["+15550100009"]).files, file
    assert driver.call("update") == {"version": 2, "changed": False, "codes": []}
    service.cut = ""
    assert driver.call("update") == {"version": 3, "changed": True, "codes": []}


def test_no_first_keyring_is_taken_from_strangers(driver: Driver, service: HostileService) -> None:
    coalition = publish(service)
    service.files = sign_badly(coalition)
    driver.call("start")
    said = driver.call("update")
    assert said == {"version": None, "changed": False, "codes": ["keyring-signatures"]}
    assert driver.call("failureOf", "report", {"text": "early"}) == "keyring-missing"
    assert driver.call("waiting") == []


def test_expired_for_a_month_it_still_seals_and_warns(
    driver: Driver, service: HostileService
) -> None:
    held = publish(service, ago=60 * DAY)
    driver.call("start")
    assert driver.call("update")["version"] == 2
    assert seal_and_open(driver, service, held) == ["keyring-expired", "epoch-past"]
    driver.page.reload()
    driver.call("start")
    assert seal_and_open(driver, service, held) == ["keyring-expired", "epoch-past"]


def test_roots_are_rotated(driver: Driver, service: HostileService) -> None:
    held = publish(service)
    driver.call("start")
    driver.call("update")
    root = make_root(NEW_OFFICER, threshold=1, now=held.now, development=True, version=2)
    both = {**held.files, "2.root.json": sign(root, held.officer_seeds + NEW_OFFICER)}
    rotated = replace(held, files=both, officer_seeds=NEW_OFFICER).next()
    service.files = rotated.files
    assert driver.call("update") == {"version": 3, "changed": True, "codes": []}
    # The pinned root is the first one still: what is held is checked from it at each start.
    driver.page.reload()
    driver.call("start")
    assert seal_and_open(driver, service, rotated) == []
    # The officers that were before have nothing to say any more.
    service.files = replace(rotated, officer_seeds=held.officer_seeds).next().files
    refused = {"version": 3, "changed": False, "codes": ["keyring-signatures"]}
    assert driver.call("update") == refused
    service.files = rotated.next().files
    assert driver.call("update")["version"] == 4


def test_one_honest_address_suffices(
    driver: Driver, service: HostileService, other: HostileService
) -> None:
    held = publish(service).next(addresses=[service.address, other.address])
    service.files = held.files
    driver.call("start")
    assert driver.call("update")["version"] == 3
    service.files, other.files = sign_badly(held), held.next().files
    said = driver.call("update")
    assert said == {"version": 4, "changed": True, "codes": ["keyring-signatures"]}
    assert driver.call("update")["changed"] is False
