"""How a process that serves begins and ends."""

import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

from uvicorn import Config, Server

from heliograph.errors import OperatorError
from heliograph.settings import HookSettings

FATAL_STATUS = 70  # EX_SOFTWARE of sysexits.h: a supervisor should start us again


def listen(settings: HookSettings) -> socket.socket:
    """A socket on the configured address. OperatorError: address-in-use."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError:
        listener.close()
        raise OperatorError(
            "address-in-use",
            "The service cannot listen on its address.",
            "Stop what listens there, or set HELIOGRAPH_PORT to another port.",
        ) from None
    return listener


def end_at_once(code: str) -> None:
    """After a failed sync nothing the database handle says is true: end without closing it."""
    with suppress(OSError):  # what takes our words may be on the same disk
        sys.stderr.write(
            f"heliograph: the store failed ({code}); the process ends, start it again\n"
        )
        sys.stderr.flush()
    os._exit(FATAL_STATUS)


class AnnouncingServer(Server):
    """uvicorn's server, which says when it listens."""

    def __init__(self, config: Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()
