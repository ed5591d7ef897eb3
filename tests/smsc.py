"""A small SMSC on loopback: SMPP 3.4's server side, as far as a receiver of texts needs it.

Real in what matters here: it keeps a message until it is answered with status 0, sends it again
after any other answer and after a lost connection, and keeps several on their way at once.
"""

import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

DELIVER_SM, DATA_SM = 0x05, 0x103
BIND_RECEIVER, BIND_TRANSCEIVER, UNBIND, ENQUIRE_LINK = 0x01, 0x09, 0x06, 0x15
RESPONSE = 0x8000_0000
INVALID_PASSWORD = 0x0E
SENDER, NUMBER = "15550100002", "15550100001"
NONE = MappingProxyType[int, bytes]({})


def write_body(
    data: bytes,
    *,
    coding: int = 0,
    esm_class: int = 0,
    sender: str = SENDER,
    number: str = NUMBER,
    optional: Any = NONE,
    short: bool = True,
) -> bytes:
    """The body of a deliver_sm; its text goes into message_payload where it is not `short`."""
    optional = dict(optional) if short else {0x0424: data, **optional}
    fields = [
        b"\0",
        b"\x01\x01" + sender.encode() + b"\0",
        b"\x01\x01" + number.encode() + b"\0",
        bytes([esm_class, 0, 0]),
        b"\0\0",
        bytes([0, 0, coding, 0]),
        bytes([len(data)]) + data if short else b"\0",
    ]
    return b"".join(fields) + write_optional(optional)


def write_optional(optional: dict[int, bytes]) -> bytes:
    return b"".join(
        tag.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value
        for tag, value in optional.items()
    )


def write_pdu(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    numbers = (16 + len(body), command, status, sequence)
    return b"".join(number.to_bytes(4, "big") for number in numbers) + body


@dataclass(eq=False)
class Message:
    body: bytes
    command: int = DELIVER_SM
    statuses: list[int] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        return 0 in self.statuses


class Smsc:
    """password: another one is refused. window: messages on their way at once."""

    def __init__(self, *, password: str = "pw", window: int = 10) -> None:
        self.password = password
        self.window = window
        self.messages: list[Message] = []
        self.commands: list[int] = []
        self.binds: list[int] = []
        self._queue: deque[Message] = deque()
        self._changed = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._connections: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        self._ended = False
        self.enquiries_answered = True

    def send(self, body: bytes, command: int = DELIVER_SM) -> Message:
        message = Message(body, command)
        with self._changed:
            self.messages.append(message)
            self._queue.append(message)
            self._changed.notify_all()
        return message

    def wait(self, what: Any, seconds: float = 30) -> None:
        """Until `what()` is true; it is asked at each change."""
        with self._changed:
            assert self._changed.wait_for(what, seconds), "it did not happen"

    def wait_accepted(self, seconds: float = 30) -> None:
        self.wait(lambda: all(message.accepted for message in self.messages), seconds)

    def cut(self) -> None:
        """Lose every connection, as a bad network does."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def say(self, pdu: bytes) -> None:
        """Bytes to everybody who is connected."""
        for connection in list(self._connections):
            connection.sendall(pdu)

    def stop(self) -> None:
        self._ended = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.add(connection)
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        session = _Session(self, connection)
        try:
            with suppress(OSError, EOFError):
                session.read()
        finally:
            session.end()
            self._connections.discard(connection)
            connection.close()


class _Session:
    def __init__(self, smsc: Smsc, connection: socket.socket) -> None:
        self.smsc = smsc
        self.connection = connection
        self.changed = smsc._changed
        self.on_the_way: dict[int, Message] = {}
        self.ended = False
        self.writer: threading.Thread | None = None

    def read(self) -> None:
        while True:
            size = int.from_bytes(self._exactly(4), "big")
            rest = self._exactly(size - 4)
            command, status, sequence = (int.from_bytes(rest[n : n + 4], "big") for n in (0, 4, 8))
            self._hear(command, status, sequence, rest[12:])
            with self.changed:
                self.smsc.commands.append(command)
                self.changed.notify_all()
            if command == UNBIND:
                return

    def end(self) -> None:
        with self.changed:
            self.ended = True
            self.smsc._queue.extendleft(reversed(self.on_the_way.values()))
            self.on_the_way.clear()
            self.changed.notify_all()
        if self.writer:
            self.writer.join(10)

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self.connection.recv(size - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def _hear(self, command: int, status: int, sequence: int, body: bytes) -> None:
        if command in (BIND_RECEIVER, BIND_TRANSCEIVER):
            self._bind(command, sequence, body)
        elif command in (DELIVER_SM | RESPONSE, DATA_SM | RESPONSE):
            with self.changed:
                message = self.on_the_way.pop(sequence)
                message.statuses.append(status)
                if status:
                    self.smsc._queue.append(message)
        elif command == UNBIND or (command == ENQUIRE_LINK and self.smsc.enquiries_answered):
            self.connection.sendall(write_pdu(command | RESPONSE, sequence))

    def _bind(self, command: int, sequence: int, body: bytes) -> None:
        _, password, *_ = body.split(b"\0")
        status = 0 if password.decode() == self.smsc.password else INVALID_PASSWORD
        answer = write_pdu(command | RESPONSE, sequence, b"" if status else b"smsc\0", status)
        self.connection.sendall(answer)
        if not status:
            with self.changed:
                self.smsc.binds.append(command)
            self.writer = threading.Thread(target=self._write, daemon=True)
            self.writer.start()

    def _write(self) -> None:
        sequence = 100
        with suppress(OSError):
            while True:
                with self.changed:
                    self.changed.wait_for(self._may_write)
                    if self.ended or self.smsc._ended:
                        return
                    message = self.smsc._queue.popleft()
                    sequence += 1
                    self.on_the_way[sequence] = message
                self.connection.sendall(write_pdu(message.command, sequence, message.body))

    def _may_write(self) -> bool:
        has_room = bool(self.smsc._queue) and len(self.on_the_way) < self.smsc.window
        return has_room or self.ended or self.smsc._ended


@contextmanager
def running_smsc(**changes: Any) -> Iterator[Smsc]:
    smsc = Smsc(**changes)
    try:
        yield smsc
    finally:
        smsc.stop()
