"""What the service signs and gives out, seen from outside: each checkpoint, and the whole log."""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Self

import cbor2
import httpx2

from crypto.checkpoints import Checkpoint, open_checkpoint
from crypto.leaves import find_digest
from crypto.log import Frontier, hash_leaf
from crypto.notes import NoteKey, read_key
from crypto.requests import sign_request
from tests.coalition import Coalition
from tests.ha.processes import wait_for
from tests.ha.replica import Replica

LOOK_SECONDS = 0.2
PAGE = 20_000


def get(url: str, headers: dict[str, str] | None = None) -> bytes | None:
    """The body of a whole 200; None for anything else."""
    try:
        answer = httpx2.get(url, headers=headers, timeout=60, trust_env=False)
    except httpx2.HTTPError:
        return None
    return answer.content if answer.status_code == 200 else None


class LogWatcher:
    """Asks every replica for its checkpoint, again and again, for the time of a `with`."""

    def __init__(self, replicas: Sequence[Replica]) -> None:
        self._replicas = replicas
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._watch, args=(one,)) for one in replicas]
        self.notes: set[bytes] = set()

    def _watch(self, replica: Replica) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            note = get(f"{replica.url}/v1/log/checkpoint")
            if note is not None:
                self.notes.add(note)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(120)


def find_key(replicas: Sequence[Replica]) -> NoteKey:
    """The log's key, which all replicas have."""
    (written,) = {get(f"{one.url}/v1/log/key") for one in replicas}
    assert written is not None
    return read_key(written.decode().strip())


@dataclass
class LogCopy:
    """The log as a keyholder downloads it from one replica."""

    replica: Replica
    coalition: Coalition

    def __post_init__(self) -> None:
        self.leaves: list[bytes] = []
        self.bodies: list[bytes | None] = []

    def fetch(self) -> bool:
        """Go on from the last index that is here. Whether something came."""
        url = f"{self.replica.url}/v1/envelopes?after={len(self.leaves) - 1}&limit={PAGE}"
        coalition = self.coalition
        headers = sign_request(coalition.holder_seed, coalition.holder_id, "GET", url)
        content = get(url, headers) or b""
        for index, leaf, body in read_rows(content):
            assert index == len(self.leaves), "an index is missing or comes twice"
            self.leaves.append(leaf)
            self.bodies.append(body)
        return bool(content)

    def fetch_all(self, key: NoteKey) -> Checkpoint:
        """Fetch until the newest checkpoint is about what is here. The checkpoint."""

        def is_whole() -> Checkpoint | None:
            while self.fetch():
                pass
            newest = open_checkpoint(get(f"{self.replica.url}/v1/log/checkpoint") or b"", key)
            return newest if newest.size == len(self.leaves) else None

        return wait_for(is_whole, 300, "the whole log")

    def check_bodies(self) -> set[bytes]:
        """Each body is the one of its leaf, and no leaf is there twice. The bodies' ids."""
        ids = [find_digest(leaf) for leaf in self.leaves]
        assert len(ids) == len(set(ids)), "an envelope has two leaves"
        whole = {
            id
            for id, body in zip(ids, self.bodies, strict=True)
            if body is not None and hashlib.sha256(body).digest() == id
        }
        assert len(whole) == sum(body is not None for body in self.bodies)
        return whole

    def find_roots(self, sizes: set[int]) -> dict[int, bytes]:
        """The root of the first `size` leaves, for each size."""
        tree = Frontier()
        roots = {0: tree.find_root()}
        for leaf in self.leaves:
            tree.add(hash_leaf(leaf))
            if tree.size in sizes:
                roots[tree.size] = tree.find_root()
        return roots


def read_rows(content: bytes) -> Iterator[tuple[int, bytes, bytes | None]]:
    stream = BytesIO(content)
    while stream.tell() < len(content):
        row: Any = cbor2.load(stream)
        yield row[0], row[1], row[2]
