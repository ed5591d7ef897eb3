"""Load with a ledger: outboxes that send until an answer says that their envelopes are kept.

As a phone does, an outbox sends again what was not acknowledged, in whatever form and to whichever
replica. The ledger stands outside of the service: what is in it, the store has to have.
"""

import json
import random
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from crypto.envelope import HEADER_SIZE, LENGTHS, SEALED_BOX_OVERHEAD
from tests.app.running import make_batch, make_envelope
from tests.app.test_http_protocol import post, read_answers

ANSWER_SECONDS = 60
WAIT_SECONDS = 180
"""For a machine that has much else to do. Nothing here is measured by it."""
PAUSE_SECONDS = 0.02
OWN = 10**8
"""Numbers of one outbox."""
REFUSALS = frozenset({"store-full", "store-busy", "store-unavailable"})
"""Negative answers that mean: keep it and try again."""
ACKNOWLEDGED = frozenset({"stored", "known"})
HEAD = b"POST /v1/envelopes HTTP/1.1\r\nHost: x\r\nContent-Type: application/cbor-seq\r\n"
CHECKPOINT = b"GET /v1/log/checkpoint HTTP/1.1\r\nHost: x\r\n\r\n"


def write_envelope(number: int) -> bytes:
    """The envelope of a number: mostly of the smallest class, now and then of a bigger one."""
    size_class = 3 if number % 128 == 7 else 1 if number % 16 == 3 else 0
    return make_envelope(number, length=HEADER_SIZE + SEALED_BOX_OVERHEAD + LENGTHS[size_class])


def write_batch(numbers: Sequence[int]) -> bytes:
    """A request of several envelopes."""
    body = make_batch(*map(write_envelope, numbers))
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


def write_cut_chunks(numbers: Sequence[int], next_number: int) -> bytes:
    """A request that ends as HTTP asks, in the middle of one item more."""
    half = make_batch(write_envelope(next_number))[:-100]
    body = make_batch(*map(write_envelope, numbers)) + half
    chunks = [body[at : at + 3000] for at in range(0, len(body), 3000)]
    lines = [b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks]
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(lines) + b"0\r\n\r\n"


class Load:
    """Outboxes on threads of their own, each with numbers of its own from `first` on.

    Belongs to whoever runs it, but for `acknowledged` (only appended to), `refused` and `seen`.
    """

    def __init__(self, ports: Sequence[int], *, first: int = 0, clients: int = 8) -> None:
        self._ports = ports
        self._first = first
        self._next = [first + client * OWN for client in range(clients)]
        self._ended = threading.Event()
        self._going = threading.Event()
        self._going.set()
        self.acknowledged: list[int] = []
        """The ledger."""
        self.seen: dict[bytes, None] = {}
        """Every checkpoint that the service has told, as a note."""
        self.others: list[int] = []
        """Numbers that somebody else has sent."""
        self.refused: Counter[str] = Counter()
        self.surprises: list[object] = []
        """Answers that are neither an acknowledgement nor a proper refusal."""

    @property
    def sent(self) -> Iterator[int]:
        """Every number that may be in the store."""
        for client, following in enumerate(self._next):
            yield from range(self._first + client * OWN, following)
        yield from self.others

    @contextmanager
    def running(self) -> Iterator["Load"]:
        """For the time of the block; then each outbox finishes or gives up what it is at."""
        threads = [threading.Thread(target=self._watch)]
        threads += [threading.Thread(target=self._send, args=(n,)) for n in range(len(self._next))]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            for thread in threads:
                thread.join(ANSWER_SECONDS * 2)
        assert self.surprises == []

    def wait_for_refusal(self, code: str, seconds: float = WAIT_SECONDS) -> None:
        """Until somebody is refused once more for this. Raises AssertionError: nobody is."""
        before = self.refused[code]
        for _ in range(int(seconds / PAUSE_SECONDS)):
            if self.refused[code] > before:
                return
            self._ended.wait(PAUSE_SECONDS)
        raise AssertionError(f"nobody was refused for {code}")

    def wait_for(self, more: int, seconds: float = WAIT_SECONDS) -> None:
        """Until so many more are acknowledged. Raises AssertionError: the service has stopped."""
        wanted = len(self.acknowledged) + more
        for _ in range(int(seconds / PAUSE_SECONDS)):
            if len(self.acknowledged) >= wanted:
                return
            self._ended.wait(PAUSE_SECONDS)
        raise AssertionError(f"nothing is acknowledged any more; refused: {self.refused}")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nobody begins to send for the time of the block."""
        self._going.clear()
        try:
            yield
        finally:
            self._going.set()

    def wait(self, seconds: float) -> None:
        """Lets the load go on for so long."""
        self._ended.wait(seconds)

    def _send(self, client: int) -> None:
        choice = random.Random(client + self._first)
        outbox = _Connection(self._ports, choice)
        while not self._ended.is_set():
            count = choice.choice((1, 1, 1, 1, 2, 8, 32, 64, 256))
            start = self._next[client]
            self._next[client] += count + 1
            numbers = list(range(start, start + count))
            cut = choice.random() < 0.2
            while numbers and not self._ended.is_set():
                self._going.wait()
                try:
                    numbers = self._try(outbox, numbers, start + count, cut=cut)
                except (OSError, AssertionError):
                    outbox.close()
                    self._ended.wait(PAUSE_SECONDS)
                cut = False
        outbox.close()

    def _try(
        self, outbox: "_Connection", numbers: list[int], extra: int, *, cut: bool
    ) -> list[int]:
        """One request. Returns the numbers that are still to be sent."""
        if cut and len(numbers) == 2:  # this one goes away in the middle, and asks again
            outbox.ask(write_batch([*numbers, extra])[:-100], half=True)
            return numbers
        if cut:
            status, body = outbox.ask(write_cut_chunks(numbers, extra))
        elif len(numbers) == 1:
            status, body = outbox.ask(post(write_envelope(numbers[0])))
        else:
            status, body = outbox.ask(write_batch(numbers))
        try:
            answer = json.loads(body)
        except ValueError:
            self.surprises.append((status, body))
            return []
        if status != 200:
            return self._note_refusal(answer.get("code"), status, numbers)
        results = answer.get("results", [answer])
        if cut and results and results.pop() != {"status": "problem", "code": "body-cut-off"}:
            self.surprises.append(answer)
        if len(results) != len(numbers):
            self.surprises.append(answer)
        left: list[int] = []
        for number, result in zip(numbers, results, strict=False):
            if result["status"] in ACKNOWLEDGED:
                self.acknowledged.append(number)
            else:
                left += self._note_refusal(result.get("code"), status, [number])
        return left

    def _note_refusal(self, code: str, status: int, numbers: list[int]) -> list[int]:
        if code not in REFUSALS:
            self.surprises.append((status, code))
            return []
        self.refused[code] += 1
        self._ended.wait(PAUSE_SECONDS)
        return numbers

    def _watch(self) -> None:
        """Keeps what the log says of itself, as keyholders do."""
        connection = _Connection(self._ports, random.Random(self._first))
        while not self._ended.wait(PAUSE_SECONDS):
            try:
                status, note = connection.ask(CHECKPOINT)
            except (OSError, AssertionError):
                connection.close()
                continue
            if status == 200:
                self.seen[note] = None
        connection.close()


class _Connection:
    """One that is made when it is needed, to any of the replicas."""

    def __init__(self, ports: Sequence[int], choice: random.Random) -> None:
        self._ports = ports
        self._choice = choice
        self._socket: socket.socket | None = None

    def ask(self, request: bytes, *, half: bool = False) -> tuple[int, bytes]:
        """Status and body. Raises OSError or AssertionError if no answer came.

        `half`: nothing comes behind what was sent, and there is no answer: (0, b"").
        """
        if self._socket is None:
            address = ("127.0.0.1", self._choice.choice(self._ports))
            self._socket = socket.create_connection(address, timeout=ANSWER_SECONDS)
        self._socket.sendall(request)
        if half:
            self.close()
            return 0, b""
        ((status, body),) = read_answers(self._socket, 1)
        return status, body

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
