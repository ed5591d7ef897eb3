"""The composition root: settings in, a running service with its gateway out."""

import asyncio
import gc
import hashlib
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.types import ASGIApp

from app.blobs import Blobs
from app.errors import StoreError
from app.keyrings import Keyrings
from app.piece_files import PieceFiles
from app.pieces import Pieces
from app.service import create_service
from app.serving import configure_server, fit_connections
from app.signed_requests import create_signature_check
from app.store import Store
from app.web_app import create_web_app
from crypto.errors import KeyringError
from heliograph.deleting import make_deleting
from heliograph.errors import OperatorError, SettingsError
from heliograph.listening import AnnouncingServer, end_at_once, listen
from heliograph.logs import set_up_logs
from heliograph.migrate import migrate_store
from heliograph.mounted_gateway import create_gateway, create_hooks, find_companions
from heliograph.private_files import keep_secret
from heliograph.roots import read_root, refuse_development
from heliograph.settings import Settings
from heliograph.web_app import gather_files
from sms.errors import SetupError

log = logging.getLogger("heliograph.serve")
LOG_SEED_SIZE = 32
COLLECT = (20_000, 20, 20)
"""Thresholds of Python's collector of cycles: what a request leaves behind is nearly always freed
without it. With its defaults it takes a tenth of the time of batches (docs/performance.md)."""
YIELD = 5
"""Steps of niceness by which the event loop stands behind the writer. What is read while a commit
waits for the disk costs nothing; what is read before it makes everybody wait (docs/adr/0028)."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A service that is put together and not started yet."""

    service: ASGIApp
    store: Store
    keyrings: Keyrings


def run_service(
    settings: Settings,
    *,
    routers: Sequence[APIRouter] = (),
    listener: socket.socket | None = None,
    bundle: bytes | None = None,
    announce: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM or Ctrl-C, then answer what waits and stop.

    `listener` is a bound socket, where there is one already. `bundle` is a keyring to take into use
    before the first request; `announce` is called once the service listens. Raises OperatorError
    for whatever the operator must mend.
    """
    set_up_logs()
    refuse_development(settings)
    migrate_store(settings)
    parts = assemble(settings, routers=routers)
    if bundle is not None:
        asyncio.run(_take_keyring(parts, bundle))
    gc.set_threshold(*COLLECT)
    gc.freeze()  # what is loaded by now stays: the collector need not look at it again
    listener = listener or listen(settings)
    count = fit_connections(settings.connections, settings.limits)
    if count < settings.connections:
        log.warning("code=connections-fewer count=%d", count)
    config = configure_server(
        parts.service,
        limits=settings.limits,
        connections=count,
        store=parts.store,
        is_keyholder=create_signature_check(parts.keyrings, settings.public_urls),
    )

    def begin() -> None:
        _let_the_writer_go_first()
        announce()

    server = AnnouncingServer(config, begin)
    server.run(sockets=[listener])
    if not server.started:
        raise OperatorError(
            "start-failed", "The service did not start.", "The lines above name the code."
        )


def describe_start(settings: Settings) -> str:
    """What an operator wants to see once the service listens."""
    root = read_root(settings)
    pinned = f"root SHA-256 {hashlib.sha256(root).hexdigest()}" if root else "no root file pinned"
    place = f"{settings.host} port {settings.port}"
    return f"Listening on {place}; data in {settings.data_dir}/; {pinned}."


def assemble(settings: Settings, *, routers: Sequence[APIRouter] = ()) -> Parts:
    """Put store, keyrings, gateway and service together. Nothing is opened or started yet."""
    try:
        store = Store(
            settings.store_url, clock=time.time, on_fatal=end_at_once, limits=settings.limits
        )
        keyrings = Keyrings(store, read_root(settings))
        blobs = Blobs(store, choose_pieces(settings))
        deleting = make_deleting(settings, on_fatal=end_at_once)
        gateway = create_gateway(settings, store, keyrings, deleting)
        hooks = create_hooks(settings, gateway)
        companions = find_companions(settings, gateway, deleting)
    except (StoreError, SetupError) as error:
        raise SettingsError(
            error.code,
            f"The service cannot be set up: {error.code}.",
            "docs/errors.md says what to do.",
        ) from None
    service = create_service(
        store=store,
        keyrings=keyrings,
        public_urls=settings.public_urls,
        clock=time.time,
        log_seed=read_log_seed(settings),
        replace_log_key=settings.replace_log_key,
        blobs=blobs,
        routers=routers,
        in_front=hooks,
        web_app=_create_web_app(settings, keyrings),
        companions=companions,
        limits=settings.limits,
        sequence_interval=settings.sequence_interval_seconds,
    )
    return Parts(service, store, keyrings)


def _create_web_app(settings: Settings, keyrings: Keyrings) -> dict[str, ASGIApp]:
    """The reporter's app by its addresses; nothing where it is switched off."""
    if not settings.web_app:
        return {}

    def read_addresses() -> Sequence[str]:
        return keyrings.current.addresses if keyrings.current else ()

    return create_web_app(gather_files(read_root(settings), read_addresses), settings.limits)


def choose_pieces(settings: Settings) -> Pieces:
    """Where blobs lie: a bucket if one is set, else a folder."""
    if settings.blob_s3_bucket is None:
        return PieceFiles(settings.blob_dir or settings.data_dir / "blobs")
    # Loaded only here: a service without a bucket need not have obstore in memory.
    from app.piece_bucket import Bucket, PieceBucket

    secret = settings.blob_s3_secret
    try:
        return PieceBucket(
            Bucket(
                name=settings.blob_s3_bucket,
                region=settings.blob_s3_region,
                endpoint=settings.blob_s3_endpoint,
                key_id=settings.blob_s3_key_id or "",
                secret=secret.get_secret_value() if secret else "",
            )
        )
    except Exception:  # noqa: BLE001 -- obstore has errors of many kinds, and quotes what it got
        raise SettingsError(
            "blob-bucket",
            "The bucket of the blobs cannot be used.",
            "Check HELIOGRAPH_BLOB_S3_BUCKET, …_ENDPOINT and …_REGION.",
        ) from None


def read_log_seed(settings: Settings) -> bytes:
    """The key that signs the log's checkpoints; made at first start. A new key is a new log."""
    try:
        seed = (
            keep_secret(settings.data_dir / "log.key", LOG_SEED_SIZE)
            if settings.log_key_file is None
            else settings.log_key_file.read_bytes()  # never made: it must be the others' key
        )
    except OSError:
        seed = b""
    if len(seed) != LOG_SEED_SIZE:
        raise SettingsError(
            "log-key",
            "The log's key file cannot be used.",
            "Check HELIOGRAPH_DATA_DIR and HELIOGRAPH_LOG_KEY_FILE; put log.key back from a copy.",
        )
    return seed


async def _take_keyring(parts: Parts, bundle: bytes) -> None:
    """Have a keyring in use before anybody can ask for it."""
    try:
        await parts.store.start()
        await parts.keyrings.load()
        await parts.keyrings.accept(bundle)
    except (StoreError, KeyringError) as error:
        raise OperatorError(
            error.code,
            f"The keyring cannot be taken into use: {error.code}.",
            "docs/errors.md says what to do.",
        ) from None
    finally:
        await parts.store.stop()


def _let_the_writer_go_first() -> None:
    """Where both want one core, the writer's thread has it. It runs by now, and keeps the priority
    that the process was started with.
    """
    if sys.platform == "linux":  # elsewhere a priority is the whole process's
        here = threading.get_native_id()
        with suppress(OSError):  # a sandbox may know no such call: then both are alike
            os.setpriority(os.PRIO_PROCESS, here, os.getpriority(os.PRIO_PROCESS, here) + YIELD)
