"""A store of millions beside a small one: intake with sequencing under way, `known`, proofs and
downloads; and what an envelope takes on the disk.
"""

import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.coalitions import bring_keyring, prepare, settings_for, write_signed
from bench.figures import Figure
from bench.load import Load, run_load
from bench.requests import BATCH, HEAD, length_of, make_batches, make_singles
from bench.rounds import Scope, tell
from bench.servers import GENERATOR_CORE, Running, pin, run_service
from bench.stores import build_store, make_numbered
from crypto.envelope import envelope_id
from tests.coalition import Coalition

CONNECTIONS = 16
SETTLE_SECONDS = 240.0


def measure(scope: Scope) -> list[Figure]:
    """The rows of scale and size. Needs about 5 GB for a while."""
    pin(GENERATOR_CORE)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few = _measure_rates(folder / "few", scope.few_rows, scope)[0]
        small = _measure_rates(folder / "small", scope.some_rows, scope, rates=False)[1]
        rates, big, share, most = _measure_big(folder / "big", scope)
        labels = (f"{scope.few_rows:,} rows", f"{scope.rows:,} rows")
        figures = [
            Figure(f"{what}, {label}", found[what])
            for what in rates
            for label, found in zip(labels, (few, rates), strict=True)
        ]
        return [
            *figures,
            Figure(f"batches under sequencing, {scope.some_rows:,} rows, envelopes/s", small),
            Figure(f"batches under sequencing, {scope.rows:,} rows, envelopes/s", big),
            Figure(f"batch rate at {scope.rows:,} rows ÷ at {scope.some_rows:,}", big / small, 0.9),
            Figure("bytes on disk ÷ bytes of envelopes, class 512", share, 1.25, most=True),
            _measure_class(folder / "class", 2048, scope.some_rows),
            Figure(f"memory of the service at {scope.rows:,} rows, MiB", most, 256, most=True),
        ]


def _measure_big(folder: Path, scope: Scope) -> tuple[dict[str, float], float, float, float]:
    rates, batches, most = _measure_rates(folder, scope.rows, scope)
    return rates, batches, _weigh(folder / "store.db", 512), most


def _measure_rates(
    data: Path, rows: int, scope: Scope, *, rates: bool = True
) -> tuple[dict[str, float], float, float]:
    """Rates by what is measured, envelopes a second in batches, MiB of memory at most."""
    database = build_store(data, rows)
    coalition = prepare(data)
    found: dict[str, float] = {}
    with run_service(data, settings_for(coalition, data)) as server:
        _wait_for_log(server)
        bring_keyring(server, coalition)
        tell(f"rates at {rows:,} rows")

        def load(make: Callable[[], Iterator[bytes]], connections: int = 64) -> Load:
            return run_load(
                server.port,
                make,
                connections=connections,
                warm=scope.warm,
                seconds=scope.seconds,
            )

        if rates:
            found["one envelope a request, requests/s"] = load(make_singles).rate
            found["known, requests/s"] = load(lambda: _ask_again(rows)).rate
            found["proofs, requests/s"] = load(lambda: _ask_proofs(rows)).rate
            pages = load(lambda: _ask_pages(coalition, rows), 4)
            found["download, MB/s"] = pages.received / pages.seconds / 1e6
        batches = run_load(
            server.port,
            make_batches,
            connections=CONNECTIONS,
            warm=scope.warm,
            seconds=scope.scale_seconds,
        )
        most = server.read_memory()[1]
    tell(f"settling {database.stat().st_size / 1e6:,.0f} MB")
    with run_service(data, settings_for(coalition, data)):  # it sequences at its start
        _wait_for_empty(database)
    if rows != scope.rows:
        shutil.rmtree(data)
    return found, batches.rate * BATCH, most


def _ask_again(rows: int) -> Iterator[bytes]:
    head = HEAD % (b"application/octet-stream", length_of(512))
    chance = random.Random(1)
    while True:
        yield head + make_numbered(chance.randrange(rows))


def _ask_proofs(rows: int) -> Iterator[bytes]:
    chance = random.Random(2)
    while True:
        id = envelope_id(make_numbered(chance.randrange(rows)))
        yield b"GET /v1/log/proof/%s HTTP/1.1\r\nHost: bench\r\n\r\n" % id.hex().encode()


def _ask_pages(coalition: Coalition, rows: int) -> Iterator[bytes]:
    """256 rows from places all over the log."""
    chance = random.Random(3)
    while True:
        yield write_signed(coalition, f"/v1/envelopes?after={chance.randrange(rows)}&limit=256")


def _wait_for_log(server: Running) -> None:
    """Until the log as it was found is signed."""
    request = b"GET /v1/log/checkpoint HTTP/1.1\r\nHost: bench\r\n\r\n"
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end:
        if server.ask(request).startswith(b"HTTP/1.1 200"):
            return
        time.sleep(0.1)
    raise RuntimeError("the log was not signed")


def _wait_for_empty(database: Path) -> None:
    """Until nothing waits for its index."""
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        try:
            if connection.execute("SELECT count(*) FROM pending").fetchone() == (0,):
                return
        finally:
            connection.close()
        time.sleep(0.5)
    raise RuntimeError("sequencing did not end")


def _weigh(database: Path, size_class: int) -> float:
    """Bytes of the files after a checkpoint, for each byte of an envelope."""
    connection = sqlite3.connect(database)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (rows,) = connection.execute("SELECT count(*) FROM body").fetchone()
    finally:
        connection.close()
    files = sum(path.stat().st_size for path in database.parent.glob("store.db*"))
    return float(files / (rows * length_of(size_class)))


def _measure_class(data: Path, size_class: int, rows: int) -> Figure:
    share = _weigh(build_store(data, rows, size_class), size_class)
    shutil.rmtree(data)
    return Figure(f"bytes on disk ÷ bytes of envelopes, class {size_class}", share, 1.25, most=True)
