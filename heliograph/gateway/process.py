"""The composition root of a gateway process: settings in, a running gateway out."""

import asyncio
import gc
import logging
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from types import FrameType

import httpx2
import uvloop
from starlette.types import ASGIApp

from app.serving import configure_server, fit_connections
from heliograph.deleting import make_deleting
from heliograph.errors import SettingsError
from heliograph.gateway.forwarding import Forwarder
from heliograph.gateway.front import create_front
from heliograph.gateway.keyrings import Keyrings
from heliograph.gateway.settings import GatewaySettings
from heliograph.hooks import make_gateway, make_hooks
from heliograph.links import make_links
from heliograph.listening import AnnouncingServer, end_at_once, listen
from heliograph.logs import set_up_logs
from heliograph.roots import read_root, refuse_development
from heliograph.service_batches import find_options
from sms.errors import SetupError
from sms.links.running import run_links
from sms.outbox import Outbox, OutboxLimits
from sms.sink import SinkError

OUTBOX = "outbox.db"
UPKEEP_SECONDS = 3600.0
log = logging.getLogger("heliograph.gateway")


class Stopping:
    """Whether somebody asked us to stop, from the start on: also before the server listens."""

    def __init__(self) -> None:
        self.asked = False
        self.server: AnnouncingServer | None = None

    def hear(self, _number: int, _frame: FrameType | None) -> None:
        """A handler of signals. It stays ours while the outbox is emptied: without one, the signal
        that uvicorn raises again when it has stopped would end the process."""
        self.asked = True
        if self.server is not None:
            self.server.should_exit = True


def run_gateway(
    settings: GatewaySettings,
    *,
    announce: Callable[[], None] = lambda: None,
) -> None:
    """Take texts until SIGTERM or Ctrl-C, then forward what waits for a while, and stop.

    `announce` is called once it listens. Raises OperatorError for whatever the operator must mend.
    """
    set_up_logs()
    refuse_development(settings, settings.services)
    root = read_root(settings)
    if root is None:
        raise SettingsError(
            "gateway-root",
            "A gateway needs the coalition's root file, or it can trust no keyring.",
            "Set HELIOGRAPH_ROOT_FILE to the file that your officers gave you.",
        )
    stopping = Stopping()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stopping.hear)
    with listen(settings) as listener, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, root, listener, stopping, announce))


async def _serve(
    settings: GatewaySettings,
    root: bytes,
    listener: socket.socket,
    stopping: Stopping,
    announce: Callable[[], None],
) -> None:
    async with AsyncExitStack() as stack:
        clients = _make_clients(settings.services)
        for client in clients:
            await stack.enter_async_context(client)
        outbox = _make_outbox(settings, lambda: forwarder.hear())
        forwarder = Forwarder(outbox, clients, every_seconds=settings.forward_seconds)
        try:
            await outbox.start()
        except SetupError as error:
            raise SettingsError(error.code, "The gateway cannot start.", str(error)) from None
        stack.push_async_callback(outbox.stop)
        keyrings = Keyrings(
            settings.data_dir, root, clients, every_seconds=settings.keyring_seconds
        )
        keyrings.load(settings.keyring_file, waiting=(await outbox.count()).waiting)
        deleting = make_deleting(settings, on_fatal=end_at_once)
        if deleting is not None:
            await stack.enter_async_context(deleting.run())
        try:
            gateway = make_gateway(
                settings,
                sink=outbox,
                keyring=lambda: keyrings.current,
                forget=None if deleting is None else deleting.note,
            )
            hooks = make_hooks(settings, gateway)
        except SetupError as error:
            raise SettingsError(error.code, "The gateway cannot start.", str(error)) from None
        links = make_links(settings.smpp_links, settings.modems)
        front = create_front(hooks, outbox, lambda: keyrings.current, settings.limits)
        async with (
            _beside(keyrings.run()),
            _beside(_keep_up(outbox)),
            _beside(forwarder.run()),
            run_links(links, gateway),
        ):
            await _listen(front, settings, listener, stopping, announce)
        with suppress(TimeoutError):
            async with asyncio.timeout(settings.drain_seconds):
                await forwarder.empty()
        count = (await outbox.count()).waiting
        log.info("code=gateway-stopped count=%d", count)


async def _listen(
    front: ASGIApp,
    settings: GatewaySettings,
    listener: socket.socket,
    stopping: Stopping,
    announce: Callable[[], None],
) -> None:
    """Answer until somebody asks us to stop, and until what was being answered is."""
    count = fit_connections(settings.connections, settings.limits)
    config = configure_server(front, limits=settings.limits, connections=count)
    config.lifespan = "off"  # what begins and ends with the server stands here in plain sight
    gc.freeze()  # what is loaded by now stays: the collector need not look at it again
    stopping.server = AnnouncingServer(config, announce)
    stopping.server.should_exit = stopping.asked
    await stopping.server.serve(sockets=[listener])


async def _keep_up(outbox: Outbox) -> None:
    """Once a day what is over is deleted; once an hour a word on what waits."""
    swept: int | None = None
    while True:
        with suppress(SinkError):  # a full disk is told to whoever sends
            if swept != outbox.day:
                swept = await outbox.sweep()
            counts = await outbox.count()
            count = counts.waiting
            if count:
                log.info("code=outbox-waiting count=%d", count)
            count = sum(counts.refused.values())
            if count:
                log.warning("code=outbox-refused count=%d", count)
        await asyncio.sleep(UPKEEP_SECONDS)


def _make_clients(services: Sequence[str]) -> list[httpx2.AsyncClient]:
    options = [find_options(service) for service in services]
    found = [one for one in options if one is not None]
    if len(found) < len(services):
        raise SettingsError(
            "gateway-service-address",
            "A service's address must begin with https:// (http:// for .onion and loopback).",
            "Check HELIOGRAPH_SERVICES.",
        )
    return [httpx2.AsyncClient(**one) for one in found]


def _make_outbox(settings: GatewaySettings, on_arrival: Callable[[], None]) -> Outbox:
    limits = settings.limits
    return Outbox(
        settings.data_dir / OUTBOX,
        clock=time.time,
        on_fatal=end_at_once,
        limits=OutboxLimits(
            part_bytes=limits.part_bytes,
            part_days=limits.part_days,
            message_key_days=limits.message_key_days,
            reserve_bytes=limits.reserve_bytes,
        ),
        on_arrival=on_arrival,
    )


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """The work goes on for the time of the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
