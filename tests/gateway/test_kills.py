"""SIGKILL of gateway and service under load: every acknowledged text opens, once.

The long one of a hundred kills is tests/faults/test_gateway_kills.py.
"""

import random
from pathlib import Path

from tests.gateway.load import Texts, check
from tests.gateway.places import make_post

KILLS = 5


def test_every_acknowledged_text_opens_once(tmp_path: Path) -> None:
    chance = random.Random(1)
    with make_post(tmp_path, loaded=True) as post:
        texts = Texts(post, senders=4)
        service = post.start_service()
        with texts.running():
            for number in range(KILLS):
                gateway = post.start_gateway()
                texts.wait_for(100)
                if number == KILLS // 2:  # texts are taken while the service is away
                    service.kill()
                    texts.wait_for(100)
                texts.wait(chance.uniform(0, 0.3))
                gateway.kill()
                if number == KILLS // 2:
                    service = post.start_service()
            gateway = post.start_gateway()
            texts.wait_for(50)
        post.wait_forwarded()
        gateway.stop()
        service.stop()
        assert gateway.process.returncode == 0
        assert check(post, texts) >= len(texts.acknowledged) >= KILLS * 100
