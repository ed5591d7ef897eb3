"""SIGKILL under load, again and again: every acknowledged envelope is there, once and whole."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from app.databases import choose_database
from tests.app.running import Place, make_envelope
from tests.app.test_http_protocol import post, read_answers
from tests.nursery import start_loaded

SERVICE = """
import os, socket, sys, time
from uvicorn import Server
from app.keyrings import Keyrings
from app.limits import Limits
from app.service import create_service
from app.serving import configure_server
from app.store import Store
store = Store(sys.argv[1], clock=time.time, on_fatal=lambda code: os._exit(70))
service = create_service(store=store, keyrings=Keyrings(store, None), public_urls=[],
                         clock=time.time, log_seed=bytes(32), sequence_interval=0.02)
Server(configure_server(service, limits=Limits(), fd=int(sys.argv[2]))).run()
"""
ROUNDS, CLIENTS, ENOUGH = 3, 8, 150
START_SECONDS = 240
"""A machine with much else to do may take so long to start a service: clients wait for it."""


def send(address: tuple[str, int], numbers: Iterator[int], ledger: list[int]) -> None:
    """Sends until the service is gone, and writes down what was acknowledged."""
    try:
        with socket.create_connection(address, timeout=START_SECONDS) as connection:
            for number in numbers:
                connection.sendall(post(make_envelope(number)))
                ((status, body),) = read_answers(connection, 1)
                assert (status, body) == (200, b'{"status":"stored"}')
                ledger.append(number)
    except (OSError, AssertionError):
        return


def run_round(url: str, first: int, output: Path) -> list[int]:
    """Starts a service, loads it, kills it in mid-flight. Returns the numbers acknowledged."""
    ledger: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = start_loaded(("-c", SERVICE, url), os.environ, output, listener=listener)
        threads = [
            threading.Thread(
                target=send,
                args=(listener.getsockname(), iter(range(first + n, 10**9, CLIENTS)), ledger),
            )
            for n in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        while len(ledger) < ENOUGH and process.poll() is None:
            threads[0].join(0.005)
        process.send_signal(signal.SIGKILL)
        assert process.wait(20) == -signal.SIGKILL
    for thread in threads:
        thread.join(20)
    return ledger


def test_every_acknowledged_envelope_is_there_once(place: Place, tmp_path: Path) -> None:
    place.make_store()
    output = tmp_path / "output"
    output.touch()
    acknowledged: list[int] = []
    for number in range(ROUNDS):
        ledger = run_round(place.url, number * 10**6, output)
        assert len(ledger) >= ENOUGH, output.read_text()
        acknowledged += ledger
    engine = choose_database(place.url).open_engine(place.url, writes=False)
    with engine.connect() as connection:
        if not place.database:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        logged = "SELECT body FROM leaf JOIN body USING (log_index)"
        bodies = list(connection.exec_driver_sql(logged).scalars())
        pending = set(connection.exec_driver_sql("SELECT body FROM pending").scalars())
        indexes = connection.exec_driver_sql("SELECT log_index FROM leaf ORDER BY 1").scalars()
        assert list(indexes) == list(range(len(bodies)))
    engine.dispose()
    assert bodies  # sequencing ran in the middle of it
    assert len(bodies) == len(set(bodies))
    assert {make_envelope(number) for number in acknowledged} <= {*bodies, *pending}
