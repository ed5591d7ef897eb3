"""Clients over HTTP, as phones' outboxes are: an envelope is sent until it is acknowledged."""

import http.client
import json
import threading
from collections.abc import Sequence
from itertools import count
from typing import Self

from tests.app.running import BATCH, SINGLE, make_batch, make_envelope
from tests.ha.ledger import Ledger
from tests.ha.replica import Replica

ANSWER_SECONDS = 15
PAUSE_SECONDS = 0.1
PACE_SECONDS = 0.02
"""Between two requests: the load shall not take the machine from the cluster itself."""
SPAN = 10**7
"""Numbers that belong to one client."""


class Outbox:
    """One client, in a thread. It stays with its replicas: the next one after each failure.

    It sends one envelope a request, or `batch` of them.
    """

    def __init__(
        self,
        place: int,
        replicas: Sequence[Replica],
        ledger: Ledger,
        ended: threading.Event,
        batch: int,
    ) -> None:
        self._numbers = count(place * SPAN)
        self._replicas = replicas
        self._ledger = ledger
        self._ended = ended
        self._batch = batch
        self._turn = 0
        self._connection: http.client.HTTPConnection | None = None
        self.refused: dict[str, int] = {}
        """How often each negative answer came."""

    def run(self) -> None:
        waiting: list[int] = []
        while waiting or not self._ended.is_set():
            waiting = waiting or [next(self._numbers) for _ in range(self._batch)]
            try:
                for number in self._send(waiting):
                    self._ledger.add(number)
                    waiting.remove(number)
                self._ended.wait(PACE_SECONDS)
            except (OSError, http.client.HTTPException) as error:
                self._give_up(type(error).__name__)
        self._close()

    def _send(self, numbers: list[int]) -> list[int]:
        """Those that were acknowledged."""
        envelopes = [make_envelope(number) for number in numbers]
        single = self._batch == 1
        body = envelopes[0] if single else make_batch(*envelopes)
        if self._connection is None:
            place = self._replicas[self._turn % len(self._replicas)].url.removeprefix("http://")
            self._connection = http.client.HTTPConnection(place, timeout=ANSWER_SECONDS)
        self._connection.request("POST", "/v1/envelopes", body, SINGLE if single else BATCH)
        answer = self._connection.getresponse()
        said = json.loads(answer.read())
        if answer.status != 200:
            self._give_up(said["code"])
            return []
        results = [said] if single else said["results"]
        kept = [
            number
            for number, result in zip(numbers, results, strict=True)
            if result["status"] in ("stored", "known")
        ]
        if len(kept) < len(numbers):
            self._give_up("in a batch")
        return kept

    def _give_up(self, why: str) -> None:
        self.refused[why] = self.refused.get(why, 0) + 1
        self._turn += 1
        self._close()
        self._ended.wait(PAUSE_SECONDS)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Load:
    """All the outboxes for the time of a `with`. At its end each has sent what it had taken."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._outboxes: list[tuple[Outbox, threading.Thread]] = []

    def add(self, replicas: Sequence[Replica], ledger: Ledger, *, batch: int = 1) -> None:
        """One more outbox, for before the start."""
        outbox = Outbox(len(self._outboxes), replicas, ledger, self._ended, batch)
        self._outboxes.append((outbox, threading.Thread(target=outbox.run)))

    @property
    def refused(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for outbox, _thread in self._outboxes:
            for why, times in outbox.refused.items():
                found[why] = found.get(why, 0) + times
        return found

    def __enter__(self) -> Self:
        for _outbox, thread in self._outboxes:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        for _outbox, thread in self._outboxes:
            thread.join(120)
        assert not any(thread.is_alive() for _outbox, thread in self._outboxes)
