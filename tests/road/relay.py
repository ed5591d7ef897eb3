"""A line between a client and the service that can be held, and that counts what goes up."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar


class Relay:
    """Forwards connections. hold_after: bytes up after which no more goes on, None for never."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.hold_after: int | None = None
        self.up = 0
        self.held = threading.Event()
        self.let_go = threading.Event()
        self.threads: list[threading.Thread] = []
        self.ends: list[socket.socket] = []

    def run(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.target)
            self.ends += [client, server]
            for one, other, counts in ((client, server, True), (server, client, False)):
                thread = threading.Thread(target=self._pump, args=(one, other, counts))
                thread.start()
                self.threads.append(thread)

    def _pump(self, one: socket.socket, other: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                if counts:
                    self.up += len(data)
                    if self.hold_after is not None and self.up > self.hold_after:
                        self.held.set()
                        self.let_go.wait(120)
                        break
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.let_go.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


_Kind = TypeVar("_Kind", bound=Relay)


@contextmanager
def open_relay(relay: _Kind) -> Iterator[_Kind]:
    """Runs it for the time of a test."""
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        yield relay
    finally:
        relay.close()
        thread.join(20)
        for end in relay.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for one in relay.threads:
            one.join(20)
        for end in relay.ends:
            end.close()
