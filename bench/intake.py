"""Intake: one envelope a request, and batches, beside a bare server, the naive way, executemany.

Server on one core, generator on the other.
"""

import itertools
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median

from app.entries import make_entry
from app.sqlite import set_pragmas
from bench.figures import Figure
from bench.load import Load, run_load
from bench.requests import BATCH, make_batches, make_envelopes, make_singles
from bench.rounds import Scope, describe, divide, read_cost, tell
from bench.servers import (
    GENERATOR_CORE,
    SERVER_CORE,
    Running,
    pin,
    run_bare,
    run_naive,
    run_service,
)
from migrations.upgrading import upgrade

BATCH_CONNECTIONS = 16
STRACE_HINT = "not counted: apt-get install strace"


def measure(scope: Scope) -> list[Figure]:
    """The rows of intake."""
    pin(GENERATOR_CORE)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            *measure_singles(folder, scope),
            *measure_batches(folder, scope),
            measure_syncs(folder, scope),
        ]


def measure_singles(folder: Path, scope: Scope) -> list[Figure]:
    bare: list[Load] = []
    naive: list[Load] = []
    ours: list[Load] = []
    costs: list[float] = []
    bare_costs: list[float] = []
    most = 0.0
    for number in range(scope.rounds):
        tell(f"one envelope a request, round {number + 1} of {scope.rounds}")
        load, cost, _ = _load(run_bare(), make_singles, scope, status=b"204")
        bare.append(load)
        bare_costs.append(cost)
        load, cost, memory = _load(run_service(folder / f"single{number}", {}), make_singles, scope)
        ours.append(load)
        costs.append(cost)
        most = max(most, memory)
        database = folder / f"naive{number}.db"
        upgrade(f"sqlite:///{database}")
        naive.append(_load(run_naive(database), make_singles, scope)[0])
    rates = [[load.rate for load in loads] for loads in (ours, bare, naive)]
    tails = [[load.p99 * 1000 for load in loads] for loads in (ours, bare)]
    return [
        Figure("bare uvicorn, requests/s", median(rates[1]), note=describe(bare)),
        Figure("FastAPI, a commit a request, requests/s", median(rates[2]), note=describe(naive)),
        Figure("one durable envelope a request, requests/s", median(rates[0]), note=describe(ours)),
        Figure("one durable envelope a request ÷ bare", divide(rates[0], rates[1]), 0.33),
        Figure("… by the server's CPU a request", median(bare_costs) / median(costs)),
        Figure("one durable envelope a request ÷ naive", divide(rates[0], rates[2]), 5),
        Figure(
            "p99 ÷ the bare server's p99",
            divide(*tails),
            3,
            most=True,
            note=f"{median(tails[0]):.1f} and {median(tails[1]):.1f} ms",
        ),
        Figure("memory under single envelopes, MiB at most", most),
    ]


def measure_batches(folder: Path, scope: Scope) -> list[Figure]:
    """`executemany` writes what a batch must make durable before it is acknowledged: a row (leaf,
    body) of `pending` an envelope, in transactions of 256 that are each synced. The rows are made
    beforehand; ours has HTTP, CBOR, the form check, SHA-256 and the look for duplicates in it.
    """
    plain: list[float] = []
    ours: list[Load] = []
    most = 0.0
    for number in range(scope.rounds):
        tell(f"batches of {BATCH}, round {number + 1} of {scope.rounds}")
        plain.append(_execute_many(folder / f"plain{number}.db", scope))
        load, _, memory = _load(
            run_service(folder / f"batch{number}", {}),
            make_batches,
            scope,
            connections=BATCH_CONNECTIONS,
        )
        ours.append(load)
        most = max(most, memory)
    rates = [load.rate * BATCH for load in ours]
    return [
        Figure(f"executemany, {BATCH} rows a commit, rows/s", median(plain)),
        Figure(f"batches of {BATCH}, envelopes/s", median(rates), note=describe(ours)),
        Figure(f"batches of {BATCH} ÷ executemany", divide(rates, plain), 0.70),
        Figure("memory under batches, MiB at most", most, 256, most=True),
    ]


def measure_syncs(folder: Path, scope: Scope) -> Figure:
    """Counted by the kernel: strace stands between the service and each fsync and fdatasync, those
    of checkpoints included. A run of its own, because strace costs.
    """
    name = "requests per fsync, 64 connections"
    if shutil.which("strace") is None:
        return Figure(name, 0, 20, note=STRACE_HINT)
    tell("counting syncs")
    report = folder / "syncs"
    words = f"strace -f -c --seccomp-bpf -I never -e trace=fsync,fdatasync -o {report}".split()
    answered = 0

    def count_requests() -> Iterator[bytes]:
        nonlocal answered
        for request in make_singles():
            answered += 1
            yield request

    with run_service(folder / "syncs-data", {}, before=words) as server:
        run_load(server.port, count_requests, seconds=scope.seconds, warm=0)
        _end_child(server)
    calls = [
        int(line.split()[3])
        for line in report.read_text(encoding="ascii").splitlines()
        if re.search(r"\bf(?:data)?sync$", line)
    ]
    return Figure(
        name, answered / sum(calls), 20, note=f"{answered:,} requests, {sum(calls)} syncs"
    )


def _end_child(server: Running) -> None:
    """strace keeps signals to itself: the service is its child."""
    listed = subprocess.run(
        ["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True
    )
    subprocess.run(["kill", "-TERM", *listed.stdout.split()], check=True)
    server.process.wait(timeout=60)


def _load(
    running: AbstractContextManager[Running],
    make_requests: Callable[[], Iterator[bytes]],
    scope: Scope,
    *,
    status: bytes = b"200",
    connections: int = 64,
) -> tuple[Load, float, float]:
    """A server from start to end: its load, microseconds of CPU a request, MiB at most."""
    with running as server:
        before = server.read_cpu()
        load = run_load(
            server.port,
            make_requests,
            status=status,
            connections=connections,
            warm=scope.warm,
            seconds=scope.seconds,
        )
        return load, read_cost(server, before, load, scope), server.read_memory()[1]


def _execute_many(database: Path, scope: Scope) -> float:
    """Rows a second, on the server's core."""
    upgrade(f"sqlite:///{database}")
    made = itertools.islice(make_envelopes(), 40 * BATCH)
    entries = [make_entry(envelope, 20_000) for envelope in made]
    rows = [(entry.leaf, entry.body) for entry in entries]
    pin(SERVER_CORE)
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        set_pragmas(connection)  # type: ignore[arg-type]  # as in bench/naive.py
        return _repeat(connection, rows, scope.seconds)
    finally:
        connection.close()
        pin(GENERATOR_CORE)


def _repeat(
    connection: sqlite3.Connection, rows: Sequence[tuple[bytes, bytes]], seconds: float
) -> float:
    done = 0
    started = time.perf_counter()
    while (took := time.perf_counter() - started) < seconds or not done:
        start = done % len(rows)
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO pending (leaf, body) VALUES (?, ?)", rows[start : start + BATCH]
        )
        connection.execute("COMMIT")
        done += BATCH
    return done / took
