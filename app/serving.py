"""How the service is run under uvicorn: bounded, and everything off that writes down who came."""

import resource
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config

from app.cross_origin import open_to_pages
from app.crowds import Crowd
from app.http_protocol import make_protocol
from app.limits import Limits
from app.problems import make_response

if TYPE_CHECKING:
    from app.shortcut import Shortcut
    from app.store import Store

HEALTH = frozenset({"/healthz", "/readyz"})
HEALTH_PLACES = 4
"""Requests for health that are served at once when there is no other room. They have places of
their own: anybody can send them, so they must not use up the keyholders'."""
ENVELOPES, BLOBS = "/v1/envelopes", "/v1/blobs/"
"""GET of the one, and of what is below the other, may use the keyholders' places."""
OTHER_FILES = 128
"""Open files that are no connections: database, listener, library files, those just closing."""


def configure_server(
    service: ASGIApp,
    *,
    limits: Limits,
    host: str = "127.0.0.1",
    port: int = 8000,
    fd: int | None = None,
    connections: int = 2048,
    loop: str = "uvloop",
    store: "Store | None" = None,
    is_keyholder: Callable[[Scope], bool] = lambda _scope: False,
) -> Config:
    """uvicorn's configuration: `uvicorn.Server(configure_server(...)).run()`.

    No access log, no trust in forwarding headers (nobody's address is used for anything), no
    websockets, no server or date header. `fd` is an open listening socket. Above `connections`
    requests in flight the answer is `store-busy`; `limits.reserve_requests` more are for downloads
    of which `is_keyholder` says that a keyholder signed them (app/signed_requests.py), and a few
    for health. So many connections in all may be open; above that, the longest idle one gives way.
    `store` is the service's: with it, single envelopes take the short way (app/shortcut.py).
    """
    crowd = Crowd(connections)
    shortcut = None if store is None else _make_shortcut(store, crowd, limits)
    return Config(
        bound_requests(service, crowd, limits, is_keyholder),
        host=host,
        port=port,
        fd=fd,
        loop=loop,
        http=make_protocol(limits, connections + limits.reserve_requests, shortcut),
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
    )


def _make_shortcut(store: "Store", crowd: Crowd, limits: Limits) -> "Shortcut":
    # Loaded only here: a gateway has no store, and need not have its database in memory.
    from app.shortcut import Shortcut

    return Shortcut(store, crowd, limits)


def bound_requests(
    service: ASGIApp, crowd: Crowd, limits: Limits, is_keyholder: Callable[[Scope], bool]
) -> ASGIApp:
    """The service with at most `crowd.most` requests in flight, and reserves above them."""
    health = Crowd(HEALTH_PLACES)
    keyholders = Crowd(limits.reserve_requests)

    def find_place(scope: Scope) -> Crowd | None:
        """Where a request counts. Signatures are looked at in a crowd alone, and before the place
        is taken, so that nobody else can fill the keyholders' places."""
        if not crowd.full:
            return crowd
        if scope["method"] == "GET":
            if scope["path"] in HEALTH:
                return None if health.full else health
            for_keyholders = scope["path"] == ENVELOPES or scope["path"].startswith(BLOBS)
            if for_keyholders and not keyholders.full and is_keyholder(scope):
                return keyholders
        return None

    async def bounded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await service(scope, receive, send)
            return
        place = find_place(scope)
        if place is None:
            refusal = make_response("store-busy", retry_after_seconds=limits.retry_after_seconds)
            await open_to_pages(refusal)(scope, receive, send)
            return
        place.count += 1
        try:
            await service(scope, receive, send)
        finally:
            place.count -= 1

    return bounded


def fit_connections(wanted: int, limits: Limits) -> int:
    """Raises the process's soft limit of open files to the hard one. Returns how many connections
    fit below it beside the reserve: `wanted`, or fewer, but at least 1.

    For the composition root, before the first connection. A process that runs out of file
    descriptors cannot accept anybody, and its database cannot open its files.
    """
    files, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            files = hard
        except (OSError, ValueError):  # macOS takes no "unlimited"
            pass
    if files == resource.RLIM_INFINITY:
        return wanted
    return max(1, min(wanted, files - OTHER_FILES - limits.reserve_requests))
