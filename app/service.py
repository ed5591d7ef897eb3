"""The whole service as one ASGI application."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app import intake
from app.blob_download import create_blob_router
from app.blob_upkeep import run_blob_upkeep
from app.blobs import Blobs
from app.cross_origin import open_to_pages
from app.describing import describe
from app.download import create_download_router
from app.handlers import add_handlers
from app.health import create_health_router
from app.keyring_routes import create_keyring_router
from app.keyrings import Keyrings
from app.last_resort import guard
from app.limits import Limits
from app.log import Log
from app.log_routes import create_log_router
from app.store import Store
from app.tus import create_tus_router
from app.upkeep import run_upkeep
from crypto.checkpoints import make_log_signer

TELEMETRY: Any = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI would otherwise hand every request to OpenTelemetry (security.md, item 3)."""


def create_service(
    *,
    store: Store,
    keyrings: Keyrings,
    public_urls: Sequence[str],
    clock: Callable[[], float],
    log_seed: bytes,
    blobs: Blobs | None = None,
    routers: Sequence[APIRouter] = (),
    in_front: Mapping[str, ASGIApp] | None = None,
    web_app: Mapping[str, ASGIApp] | None = None,
    companions: Sequence[Callable[[], AbstractAsyncContextManager[None]]] = (),
    limits: Limits | None = None,
    sequence_interval: float = 600.0,
    replace_log_key: bool = False,
) -> ASGIApp:
    """The service. Its lifespan starts and stops the store, loads the keyring and runs the upkeep.

    `public_urls` are the addresses (https://host, no path) for which keyholders may sign. `routers`
    are what the composition root mounts besides, and `in_front` ASGI functions by the beginning of
    their paths (webhooks), which FastAPI does not see; `web_app` likewise by their whole paths.
    `companions` run while the service does.
    `log_seed` (32 bytes, Ed25519) signs checkpoints, also in place of another one with
    `replace_log_key`. Without `blobs` there are no attachments. `sequence_interval` is in seconds.
    """
    limits = limits or store.limits
    log = Log(store, make_log_signer(log_seed), replace_key=replace_log_key)
    api = create_api(store, keyrings, log, public_urls, limits, blobs)
    add_routes(api, *routers)
    take_envelopes = intake.create_intake(store, limits)
    fronts = [(prefix, guard(app, limits)) for prefix, app in (in_front or {}).items()]
    pages = {path: guard(app, limits) for path, app in (web_app or {}).items()}

    @asynccontextmanager
    async def lifespan(_api: FastAPI) -> AsyncIterator[None]:
        await store.start()
        upkeep: list[asyncio.Task[None]] = []
        try:
            await keyrings.load()
            delete_blob = None if blobs is None else blobs.delete
            tasks = [
                run_upkeep(
                    store,
                    keyrings,
                    log,
                    interval=sequence_interval,
                    clock=clock,
                    delete_blob=delete_blob,
                )
            ]
            if blobs is not None:
                await blobs.start()
                tasks.append(run_blob_upkeep(store, blobs, interval=sequence_interval))
            upkeep += [asyncio.create_task(task) for task in tasks]
            async with AsyncExitStack() as beside:
                for companion in companions:
                    await beside.enter_async_context(companion())
                yield
        finally:
            for task in upkeep:
                task.cancel()
            if upkeep:
                await asyncio.wait(upkeep)
            if blobs is not None:
                blobs.stop()
            await store.stop()

    api.router.lifespan_context = lifespan

    async def service(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            if path == intake.PATH and scope["method"] == "POST":
                await take_envelopes(scope, receive, send)
                return
            if (page := pages.get(path)) is not None:
                await page(scope, receive, send)
                return
            for prefix, front in fronts:
                if path.startswith(prefix):
                    await front(scope, receive, send)
                    return
            with suppress(Exception):  # answered and logged: the server would log its message
                await api(scope, receive, send)
        elif scope["type"] == "lifespan":
            await api(scope, receive, send)
        else:  # no websockets here
            await send({"type": "websocket.close", "code": 1000})

    return open_to_pages(service)


def create_api(
    store: Store,
    keyrings: Keyrings,
    log: Log,
    public_urls: Sequence[str],
    limits: Limits,
    blobs: Blobs | None = None,
) -> FastAPI:
    """All that is not hot, as a FastAPI application; its description has the hot path too.

    No pages of documentation: they load scripts from elsewhere. The description itself is in spec/.
    """
    api = FastAPI(
        title="Heliograph",
        version="1",
        description="Takes sealed reports, and gives them to keyholders. It cannot read them.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=TELEMETRY,
    )
    add_routes(
        api,
        create_health_router(store),
        create_keyring_router(keyrings, limits),
        create_log_router(log, keyrings, limits),
        create_download_router(store, keyrings, public_urls, limits),
    )
    if blobs is not None:
        add_routes(api, create_tus_router(blobs), create_blob_router(blobs, keyrings, public_urls))
    add_handlers(api, limits)
    api.openapi = lambda: describe(api, limits)  # type: ignore[method-assign]  # FastAPI's own way
    return api


def add_routes(api: FastAPI, *routers: APIRouter) -> None:
    """The routers' routes as they are.

    FastAPI's `include_router` would make each a second time, and look for it twice in each request.
    Nothing is added to a route on the way here: no prefix, no dependency.
    """
    for router in routers:
        api.router.routes.extend(router.routes)
