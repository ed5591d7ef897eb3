"""One connection to an SMSC: SMPP 3.4 as `smpplib` speaks it, with a reader of our own.

What the library's reader does not do: it loses its place when a PDU comes in two pieces with a
pause between them, takes any length, and writes every PDU to its debug log. Its states, its
requests and its answers are used as they are.
"""

import logging
import socket
import ssl
from dataclasses import dataclass, field

from smpplib import consts, smpp
from smpplib.client import Client
from smpplib.exceptions import ConnectionError as ConnectionLost
from smpplib.pdu import PDU

MAX_PDU = 70_000
"""Bytes; a message_payload has 64 KiB at most."""
POLL_SECONDS = 1.0
"""How long a read waits before it says that nothing came."""
HEADER_SIZE = 16

_silent = logging.getLogger("smpplib.silent")
_silent.propagate = False
_silent.disabled = True


@dataclass(frozen=True, slots=True)
class Frame:
    """A PDU as it came."""

    command: int
    status: int
    sequence: int
    body: bytes = field(repr=False)

    @property
    def data(self) -> bytes:
        """The whole PDU."""
        numbers = (HEADER_SIZE + len(self.body), self.command, self.status, self.sequence)
        return b"".join(number.to_bytes(4, "big") for number in numbers) + self.body


class Session(Client):  # type: ignore[misc]  # the library has no types
    """ConnectionLost, OSError: the connection is of no use any more."""

    def __init__(self, host: str, port: int, *, tls: ssl.SSLContext | None, seconds: float) -> None:
        self._socket: socket.socket | None = None
        super().__init__(host, port, timeout=seconds, allow_unknown_opt_params=True)
        self.logger = _silent
        self._tls = tls
        self._buffer = bytearray()

    def connect(self) -> None:
        """Also by IPv6, and by TLS with the certificate checked against the host's name."""
        plain = socket.create_connection((self.host, self.port), self.timeout)
        try:
            self._socket = (
                self._tls.wrap_socket(plain, server_hostname=self.host) if self._tls else plain
            )
        except BaseException:
            plain.close()
            raise
        self.state = consts.SMPP_CLIENT_STATE_OPEN

    def close(self) -> None:
        """End the connection, whatever its state."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self.state = consts.SMPP_CLIENT_STATE_CLOSED

    def read_pdu(self) -> PDU:
        """The next PDU as the library has it; only for what an SMSC answers us."""
        frame = self._wait_frame(self.timeout)
        if frame is None:
            raise ConnectionLost
        try:
            pdu = smpp.parse_pdu(frame.data, client=self, allow_unknown_opt_params=True)
        except Exception:  # noqa: BLE001 -- it raises what its arithmetic happens to raise
            raise ConnectionLost from None
        if not pdu.is_error() and pdu.command in consts.STATE_SETTERS:
            self.state = consts.STATE_SETTERS[pdu.command]
        return pdu

    def read_frame(self) -> Frame | None:
        """The next PDU; None where nothing whole came within POLL_SECONDS."""
        return self._wait_frame(POLL_SECONDS)

    def answer(self, command: str, frame: Frame, status: int = consts.SMPP_ESME_ROK) -> None:
        """Answer what came."""
        pdu = smpp.make_pdu(command, client=self, status=status)
        pdu.sequence = frame.sequence
        self.send_pdu(pdu)

    def ask(self, command: str) -> None:
        """Send a request that has no fields."""
        self.send_pdu(smpp.make_pdu(command, client=self))

    def _wait_frame(self, seconds: float) -> Frame | None:
        if self._socket is None:
            raise ConnectionLost
        self._socket.settimeout(seconds)
        try:
            while (size := self._declared_size()) is None or len(self._buffer) < size:
                piece = self._socket.recv(65_536)
                if not piece:
                    raise ConnectionLost
                self._buffer += piece
        except TimeoutError:
            return None
        finally:
            self._socket.settimeout(self.timeout)
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        command, status, sequence = (int.from_bytes(data[n : n + 4], "big") for n in (4, 8, 12))
        return Frame(command, status, sequence, data[HEADER_SIZE:])

    def _declared_size(self) -> int | None:
        if len(self._buffer) < 4:
            return None
        size = int.from_bytes(self._buffer[:4], "big")
        if not HEADER_SIZE <= size <= MAX_PDU:
            raise ConnectionLost  # no place in the stream can be trusted after that
        return size
