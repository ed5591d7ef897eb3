"""`known` costs as many syncs as `stored`: whoever watches the answer's time learns nothing by it.

No clock is read here. The syncs of the database's own process are counted between a request and its
answer.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.app.test_http_protocol import connect, post, read_answers
from tests.faults.load import OWN, write_batch, write_envelope
from tests.faults.machine import end_with_parent, need
from tests.faults.processes import Place, reserve_port
from tests.postgres import MISSING, as_libpq, start_postgres, stop_postgres

REQUESTS = 40
BATCH = 16
FAR = 3600.0
"""Seconds: no round of sequencing comes in between."""


class Syncs:
    """Counts the lines of a trace. strace writes each before the process goes on."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace

    def count(self) -> int:
        return self._trace.read_text().count("fdatasync(")


def count_for(place: Place, syncs: Syncs, requests: list[bytes], status: bytes) -> list[int]:
    """Syncs from each request to its answer, whose every status must be this one."""
    counts = []
    with connect(("127.0.0.1", place.port)) as connection:
        for request in requests:
            before = syncs.count()
            connection.sendall(request)
            ((code, body),) = read_answers(connection, 1)
            assert code == 200
            assert body.count(b'"status":"%s"' % status) == body.count(b'"status"')
            counts.append(syncs.count() - before)
    return counts


def make_requests(start: int) -> list[bytes]:
    """Envelopes of their own, and batches of several."""
    single = [post(write_envelope(start + number)) for number in range(REQUESTS)]
    first = start + REQUESTS
    batches = [write_batch(range(at, at + BATCH)) for at in range(first, first + 10 * BATCH, BATCH)]
    return [*single, *batches]


def compare(place: Place, syncs: Syncs, tell) -> None:
    count_for(place, syncs, [post(write_envelope(OWN))], b"stored")  # a new WAL is synced itself
    requests = make_requests(0)
    stored = count_for(place, syncs, requests, b"stored")
    known = count_for(place, syncs, requests, b"known")
    tell(requests=len(requests), stored=sum(stored), known=sum(known))
    assert set(stored) == {1}
    assert known == stored


def test_in_sqlite(tmp_path: Path, tell) -> None:
    """Of the WAL: what a checkpoint syncs besides is as much for one as for the other."""
    need("strace")
    trace = tmp_path / "trace"
    with reserve_port() as port:
        place = Place(tmp_path / "data", port, interval=FAR)
        with place.serving():
            pass  # the database is made
        wal = str(place.data / "store.db-wal")
        wrap = ("strace", "-D", "-f", "-qq", "-o", str(trace), "-P", wal, "-e", "trace=fdatasync")
        with place.serving(wrap=wrap) as running:
            running.wait_settled()
            compare(place, Syncs(trace), tell)


def test_in_postgresql(tmp_path: Path, tell) -> None:
    """Of the server's process that commits for us."""
    need("strace")
    server = start_postgres(None, "-c", "wal_writer_delay=10s", "-c", "wal_sync_method=fdatasync")
    if server is None:
        pytest.skip(MISSING)
    if server.process is None:
        pytest.skip("the server of TEST_DATABASE_URL is not ours to trace: unset it")
    try:
        with server.make_database() as url, reserve_port() as port:
            place = Place(tmp_path / "data", port, url=url, interval=FAR)
            with place.serving() as running:
                running.wait_settled()
                with tracing(find_backends(url), tmp_path / "trace") as syncs:
                    compare(place, syncs, tell)
    finally:
        stop_postgres(server)


def find_backends(url: str) -> list[int]:
    """The server's processes that work for the service."""
    query = "SELECT pid FROM pg_stat_activity WHERE application_name = 'heliograph'"
    with psycopg.connect(as_libpq(url)) as connection:
        return [row[0] for row in connection.execute(query)]


@contextmanager
def tracing(pids: list[int], trace: Path) -> Iterator[Syncs]:
    """strace on processes that are there already."""
    words = [word for pid in pids for word in ("-p", str(pid))]
    strace = subprocess.Popen(
        ["strace", "-o", str(trace), *words, "-e", "trace=fdatasync"],
        stderr=subprocess.PIPE,
        preexec_fn=end_with_parent,
    )
    assert strace.stderr is not None
    for _ in pids:
        assert b"attached" in strace.stderr.readline()
    try:
        yield Syncs(trace)
    finally:
        strace.terminate()
        strace.communicate()
