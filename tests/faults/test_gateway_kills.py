"""SIGKILL of the gateway under load, a hundred times, and of the service too: every text that was
acknowledged to a provider opens, once.
"""

import os
import random
from pathlib import Path

from tests.gateway.load import Texts, check
from tests.gateway.places import make_post

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "100"))
LONGEST = 0.4
"""Seconds from the first answer to the kill, at most."""


def test_sigkill_of_the_gateway_under_load(tmp_path: Path, tell) -> None:
    chance = random.Random(2)
    with make_post(tmp_path, loaded=True) as post:
        texts = Texts(post, senders=4)
        service = post.start_service()
        away = services = 0
        with texts.running():
            for number in range(1, ROUNDS + 1):
                # Every fifth one is killed while it starts and recovers.
                gateway = post.start_gateway(wait=bool(number % 5))
                if number % 5:
                    texts.wait_for(1)
                texts.wait(chance.uniform(0, LONGEST))
                if number % 7 == 0:  # the service goes, and is away for the next kills
                    service.kill()
                    away = 2
                gateway.kill()
                away -= 1
                if away == 0:
                    service = post.start_service()
                    services += 1
            if away > 0:
                service = post.start_service()
            gateway = post.start_gateway()
            texts.wait_for(200)
        post.wait_forwarded()
        gateway.stop()
        service.stop()
        assert gateway.process.returncode == 0
        reports = check(post, texts)
    tell(
        kills=ROUNDS,
        services_killed=services,
        acknowledged=len(texts.acknowledged),
        doubled=texts.doubled,
        reports=reports,
        lost=0,
    )
