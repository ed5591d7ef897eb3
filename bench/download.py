"""Download and open on two cores, beside libsodium's own rate on both.

In the figure: a signed request to a running service, its answer over HTTP, reading the sequence of
rows, opening each box and taking off the padding: from bytes at the service to the plaintext
content, by `keyholder`'s own code (download, read_sequence, Opener). The service runs on the same
two cores. Not in it: the copy on the laptop's disk, and reading what a report says (CBOR), for
which see bench/opening.py.
"""

import sqlite3
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import httpx2
from nacl.bindings import crypto_box_seal_open

from app.entries import make_entry, prefix_of
from bench.coalitions import bring_keyring, prepare, settings_for, sign
from bench.figures import Figure
from bench.rounds import Scope, divide, tell
from bench.servers import Running, run_service, unpin
from crypto.choosing import sealing_key
from crypto.envelope import HEADER_SIZE, Kind, Suite, day_of
from crypto.locks import derive_lock
from crypto.opening import Opener
from crypto.sealing import new_report_id, seal
from keyholder.sequence import read_sequence
from migrations.upgrading import upgrade
from tests.coalition import Coalition

CORES = 2
CHUNK = 512
TURNS = 3
"""Rounds for one of the others: a core's speed changes within seconds, and each of these is short
and runs libsodium on one core, all the rest on two."""
NAME = "download and open on two cores ÷ (libsodium × 2)"

_opener: list[Opener] = []


def measure(scope: Scope) -> list[Figure]:
    """The row of the download. Nothing is pinned: both cores are for all of it."""
    unpin()
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        coalition = prepare(data)
        tell(f"sealing {scope.opened:,} envelopes")
        bodies = _make_store(data, coalition, scope.opened)
        bare: list[float] = []
        ours: list[float] = []
        with (
            run_service(data, settings_for(coalition, data), pinned=False) as server,
            ProcessPoolExecutor(
                CORES, get_context("spawn"), initializer=_start, initargs=(coalition,)
            ) as pool,
            # Made once in a run: it takes 0.2 s, for certificates that loopback needs none of.
            httpx2.Client(timeout=60, trust_env=False) as client,
        ):
            bring_keyring(server, coalition)

            def download_and_open() -> int:
                return _download_and_open(server, coalition, client, pool)

            download_and_open()  # the workers start with it
            for number in range(TURNS * scope.rounds):
                tell(f"download and open, round {number + 1} of {TURNS * scope.rounds}")
                bare.append(_time(len(bodies), lambda: _open_bare(coalition, bodies)))
                ours.append(_time(len(bodies), download_and_open))
    return [
        Figure("libsodium, one core, envelopes/s", max(bare)),
        Figure("download and open, two cores, envelopes/s", max(ours)),
        Figure(NAME, divide(ours, [2 * rate for rate in bare]), 0.65),
    ]


def _make_store(data: Path, coalition: Coalition, count: int) -> list[bytes]:
    """A store with so many sealed reports in its log, suite 01, class 512; and their bytes."""
    now = int(time.time())
    key = sealing_key(coalition.keyring, "app-sms", now)
    content = bytes(200)
    bodies = [seal(key, Kind.REPORT, new_report_id(), content, padded=512) for _ in range(count)]
    entries = sorted(make_entry(body, day_of(now)) for body in bodies)
    database = data / "store.db"
    upgrade(f"sqlite:///{database}")
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        connection.execute("BEGIN")
        for index, one in enumerate(entries):
            connection.execute("INSERT INTO leaf VALUES (?, ?)", (index, one.leaf))
            connection.execute("INSERT INTO body VALUES (?, ?)", (index, one.body))
            connection.execute(
                "INSERT INTO leaf_id (id_prefix, log_index) VALUES (?, ?)",
                (prefix_of(one.id), index),
            )
        connection.execute("COMMIT")
    finally:
        connection.close()
    return bodies


def _open_bare(coalition: Coalition, bodies: Sequence[bytes]) -> int:
    """libsodium through PyNaCl's binding, the thinnest there is, on one core."""
    seed = coalition.lock_seeds[coalition.keyring.epochs[0].number, "A"]
    lock = derive_lock(seed, Suite.SEALED_BOX, "A")
    public, private = lock.public, lock.private
    for body in bodies:
        crypto_box_seal_open(body[HEADER_SIZE:], public, private)
    return len(bodies)


def _download_and_open(
    server: Running, coalition: Coalition, client: httpx2.Client, pool: ProcessPoolExecutor
) -> int:
    flying: deque[Future[int]] = deque()
    opened = 0
    target = "/v1/envelopes?after=-1"
    address = f"http://127.0.0.1:{server.port}{target}"
    with client.stream("GET", address, headers=sign(coalition, target)) as answer:
        bodies = (item.body for item in read_sequence(answer.iter_bytes()) if item.body)
        for chunk in _cut(bodies):
            flying.append(pool.submit(_open, chunk))
            while len(flying) > 2 * CORES:
                opened += flying.popleft().result()
    return opened + sum(future.result() for future in flying)


def _cut(bodies: Iterator[bytes]) -> Iterator[list[bytes]]:
    while chunk := list(islice(bodies, CHUNK)):
        yield chunk


def _start(coalition: Coalition) -> None:
    _opener.append(coalition.opener)


def _open(bodies: list[bytes]) -> int:
    """So many were opened to their content; the bench needs no more of it."""
    return sum(len(_opener[0].open(body).content) == 200 for body in bodies)


def _time(count: int, work: Callable[[], int]) -> float:
    """Envelopes a second."""
    started = time.perf_counter()
    if work() != count:
        raise RuntimeError("not every envelope was opened")
    return count / (time.perf_counter() - started)
