"""The line that the tests put between a phone and its service does what it is told."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.client.slow_link import SlowLink


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of whoever says again what was said."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                taken, _ = listener.accept()
            except OSError:
                return
            with taken:
                try:
                    while chunk := taken.recv(65_536):
                        taken.sendall(chunk)
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    yield int(listener.getsockname()[1])
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def say(link: SlowLink, words: bytes) -> bytes:
    """What came back until the line ended."""
    heard = b""
    with socket.create_connection(("127.0.0.1", link.port), timeout=20) as line:
        line.sendall(words)
        line.shutdown(socket.SHUT_WR)
        while chunk := line.recv(65_536):
            heard += chunk
    return heard


def test_it_carries_both_ways_and_counts(echo: int) -> None:
    with SlowLink(echo) as link:
        words = bytes(range(256)) * 400
        assert say(link, words) == words
        assert (link.sent, link.received, link.broken) == (len(words), len(words), 0)


def test_who_waits_for_an_answer_sees_the_line_break(echo: int) -> None:
    with SlowLink(echo, resets=(600, 600)) as link:
        with socket.create_connection(("127.0.0.1", link.port), timeout=20) as line:
            line.sendall(b"x" * 1200)
            with pytest.raises(ConnectionResetError):
                line.recv(1024, socket.MSG_WAITALL)
        assert link.broken == 1


def test_it_takes_as_long_as_its_rate_says(echo: int) -> None:
    with SlowLink(echo, bits=64_000, latency=0.1) as link:
        begun = time.monotonic()
        assert say(link, b"x" * 8_000) == b"x" * 8_000
        assert time.monotonic() - begun >= 1.2  # a second there, at once back, and the latency


def test_it_breaks_off_where_it_should(echo: int) -> None:
    with SlowLink(echo, resets=(3_000, 5_000)) as link:
        with pytest.raises(OSError):
            say(link, b"x" * 100_000)
        assert link.broken == 1
        assert link.sent + link.received <= 5_000


def test_it_is_gone_silent_and_back_at_the_same_port(echo: int) -> None:
    with SlowLink(echo) as link:
        link.become("refuse")
        with pytest.raises(ConnectionRefusedError):
            say(link, b"a")
        link.become("silent")
        with socket.create_connection(("127.0.0.1", link.port), timeout=0.3) as line:
            line.sendall(b"a")
            with pytest.raises(TimeoutError):
                line.recv(1)
        link.become("portal")
        assert b"Free Wi-Fi" in say(link, b"POST /v1/envelopes HTTP/1.1\r\nHost: x\r\n\r\n")
        link.become("carry")
        assert say(link, b"a") == b"a"
