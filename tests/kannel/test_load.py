"""1,000 texts a minute through Kannel, into a service that is killed and started again: every text
that Kannel accepted opens, once. And the same without Kannel.

The gateway is the mounted one, so it dies with the service; what waits meanwhile waits in Kannel.
"""

import json
import threading
import time
from collections import Counter

import pytest

from tests.kannel.boxes import running_kannel, wait_for
from tests.kannel.service import Service
from tests.smsc import Smsc, running_smsc, write_body

PER_MINUTE = 1000
SENDERS = 500
"""Fewer would meet the limit of texts that one number may send within the hour."""


@pytest.fixture
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return Service(tmp_path_factory.mktemp("load"))


def send_evenly(smsc: Smsc, texts: list[str]) -> None:
    begin = time.monotonic()
    for number, text in enumerate(texts):
        time.sleep(max(0.0, begin + number * 60 / PER_MINUTE - time.monotonic()))
        smsc.send(write_body(text.encode(), sender=f"999555{number % SENDERS:04d}"))


def kill_evenly(service: Service, texts: int, kills: int, done: list[int]) -> None:
    """Kill it at its time, but not before it has taken something since it was last started."""
    begin = time.monotonic()
    for number in range(kills):
        due = begin + (number + 0.5) * texts / kills * 60 / PER_MINUTE
        time.sleep(max(0.0, due - time.monotonic()))
        before = done[-1] if done else 0
        wait_for(lambda least=before: min(least + 1, texts) <= service.count())
        service.kill()
        done.append(service.count())
        service.run()


def bear(service: Service, smsc: Smsc, *, seconds: int, kills: int) -> None:
    texts = [f"NET D3 load {number}" for number in range(seconds * PER_MINUTE // 60)]
    killed: list[int] = []
    killer = threading.Thread(target=kill_evenly, args=(service, len(texts), kills, killed))
    killer.start()
    send_evenly(smsc, texts)
    smsc.wait_accepted(300)
    killer.join()
    wait_for(lambda: service.count() >= len(texts), 300)
    reports = service.open()
    found = Counter(one["report"]["raw"] for one in reports)
    envelopes = sum(len(one["envelopes"]) for one in reports)
    print(f"{len(texts)} accepted, {kills} kills (taken by then: {killed})", end=", ")
    print(f"{found.total()} reports opened from {envelopes} envelopes")
    assert len(killed) == kills
    assert found == Counter(texts)
    # What was committed and not answered is stored again: one at most for each kill.
    assert envelopes <= len(texts) + kills


def bear_behind_kannel(service: Service, *, seconds: int, kills: int) -> None:
    with (
        running_smsc() as smsc,
        running_kannel(
            service.folder / "kannel", smsc, gateway=service.url, path_secret=service.secret
        ),
    ):
        bear(service, smsc, seconds=seconds, kills=kills)
    service.running.stop()


def test_half_a_minute_and_two_kills(service: Service) -> None:
    bear_behind_kannel(service, seconds=30, kills=2)


def test_five_minutes_and_ten_kills(service: Service) -> None:
    bear_behind_kannel(service, seconds=300, kills=10)


def test_directly_half_a_minute_and_two_kills(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same load over a link of our own: what waits meanwhile waits at the SMSC."""
    with running_smsc() as smsc:
        link = {"host": "127.0.0.1", "port": smsc.port, "system_id": "esme", "password": "pw"}
        service = Service(
            tmp_path_factory.mktemp("direct"), {"HELIOGRAPH_SMPP_LINKS": json.dumps([link])}
        )
        bear(service, smsc, seconds=30, kills=2)
        service.running.stop()
        assert len(smsc.binds) == 3
