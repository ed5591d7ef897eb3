"""1,000 texts a minute through Kannel into a gateway of its own process, whose service is killed
and started again: the gateway goes on taking, and every text that Kannel accepted opens, once.
"""

import json
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.gateway.places import Post, make_post
from tests.kannel.boxes import running_kannel, wait_for
from tests.kannel.test_load import PER_MINUTE, send_evenly
from tests.smsc import running_smsc

PATH_SECRET = "kannel-secret-for-tests-only"
PROVIDER = {"name": "kannel", "path_secret": PATH_SECRET, "country": "MM"}
AWAY_SECONDS = 3.0
"""Long enough that texts come while the service is not there."""


def count_taken(post: Post) -> int:
    """Texts that the gateway has answered for: each has a message key."""
    with closing(sqlite3.connect(f"{post.outbox.as_uri()}?mode=ro", uri=True)) as outbox:
        return int(outbox.execute("SELECT count(*) FROM message_key").fetchone()[0])


def bear(folder: Path, *, seconds: int, kills: int) -> None:
    texts = [f"NET D3 load {number}" for number in range(seconds * PER_MINUTE // 60)]
    waited: list[int] = []
    with make_post(folder, providers=json.dumps([PROVIDER])) as post:
        services = [post.start_service()]
        gateway = post.start_gateway()

        with (
            running_smsc() as smsc,
            running_kannel(
                folder / "kannel", smsc, gateway=post.gateway_url, path_secret=PATH_SECRET
            ),
        ):
            # On a thread: a process ends with the thread that started it (tests/faults/machine.py).
            sender = threading.Thread(target=send_evenly, args=(smsc, texts))
            begin = time.monotonic()
            sender.start()
            for number in range(kills):
                due = begin + (number + 0.5) * seconds / kills
                time.sleep(max(0.0, due - time.monotonic()))
                services[-1].kill()
                time.sleep(AWAY_SECONDS)
                waited.append(post.count_waiting())
                services.append(post.start_service())
            sender.join()
            smsc.wait_accepted(300)
            wait_for(lambda: count_taken(post) >= len(texts), 300)
        post.wait_forwarded()
        gateway.stop()
        services[-1].stop()
        found = Counter(report["raw"] for report in post.read_reports())
    print(f"{len(texts)} accepted, {kills} kills (waiting then: {waited})", end=", ")
    print(f"{found.total()} reports opened")
    assert len(waited) == kills
    assert all(waited), "no text came while the service was away"
    assert found == Counter(texts)


def test_half_a_minute_and_two_kills_of_the_service(tmp_path: Path) -> None:
    bear(tmp_path, seconds=30, kills=2)


def test_five_minutes_and_ten_kills_of_the_service(tmp_path: Path) -> None:
    bear(tmp_path, seconds=300, kills=10)
