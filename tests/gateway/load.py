"""Texts with a ledger: what a provider was told is taken, the store has to have, once."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from tests.gateway.places import WAIT_SECONDS, Post, send_text

PAUSE_SECONDS = 0.02
AWAY_SECONDS = 0.1
OWN = 10**6
"""Numbers of one sender."""
AGAIN = frozenset({429, 503, 507})
"""Statuses after which a provider comes again."""


def write_text(number: int) -> str:
    return f"NET MM13 FULL 6H canary {number}"


class Texts:
    """Senders on threads of their own, each of which sends a text again until it is taken, and
    sometimes once more."""

    def __init__(self, post: Post, *, senders: int = 8) -> None:
        self._post = post
        self._senders = senders
        self._ended = threading.Event()
        self.acknowledged: list[int] = []
        """The ledger. It stands outside of both processes."""
        self.doubled = 0
        self.statuses: Counter[int] = Counter()

    @contextmanager
    def running(self) -> Iterator["Texts"]:
        threads = [threading.Thread(target=self._send, args=(n,)) for n in range(self._senders)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            for thread in threads:
                thread.join(WAIT_SECONDS)
        assert set(self.statuses) <= AGAIN | {200}, self.statuses

    def wait_for(self, more: int) -> None:
        """Until so many more are acknowledged."""
        wanted = len(self.acknowledged) + more
        for _ in range(int(WAIT_SECONDS / PAUSE_SECONDS)):
            if len(self.acknowledged) >= wanted:
                return
            self._ended.wait(PAUSE_SECONDS)
        raise AssertionError(f"nothing is acknowledged any more: {self.statuses}")

    def wait(self, seconds: float) -> None:
        self._ended.wait(seconds)

    def _send(self, sender: int) -> None:
        chance = random.Random(sender)
        number = sender * OWN
        client = httpx2.Client(timeout=60, trust_env=False, verify=False)
        while not self._ended.is_set():
            try:
                if self._try(client, number):
                    self.acknowledged.append(number)
                    number += 1
                    if chance.random() < 0.1:  # a provider that lost our answer
                        self.doubled += self._try(client, number - 1)
                    continue
            except httpx2.HTTPError:  # nobody listens just now
                self._ended.wait(AWAY_SECONDS)
            self._ended.wait(PAUSE_SECONDS)
        client.close()

    def _try(self, client: httpx2.Client, number: int) -> bool:
        answer = send_text(client, self._post.gateway_url, number, write_text(number))
        self.statuses[answer.status_code] += 1
        return answer.status_code == 200


def check(post: Post, texts: Texts) -> int:
    """Every acknowledged text opens, once; and nothing is there twice. How many reports there are.

    Nobody runs now, and the outbox was forwarded.
    """
    found = Counter(report["raw"] for report in post.read_reports())
    lost = [number for number in texts.acknowledged if found[write_text(number)] == 0]
    twice = [text for text, count in found.items() if count > 1]
    assert (lost, twice) == ([], [])
    return len(found)
