"""How the service is run under uvicorn: bounded, and everything off that writes down who came."""

import resource

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config

from app.http_protocol import make_protocol
from app.limits import Limits
from app.problems import make_response

RESERVED = frozenset({"/v1/envelopes", "/healthz", "/readyz"})
"""GET of these may use the reserve: keyholders, and what watches the service."""
RESERVED_FOLDER = "/v1/blobs/"
"""GET of what is below, too."""
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
) -> Config:
    """uvicorn's configuration: `uvicorn.Server(configure_server(...)).run()`.

    No access log, no trust in forwarding headers (nobody's address is used for anything), no
    websockets, no server or date header. `fd` is an open listening socket. Above `connections`
    requests in flight the answer is `store-busy`; `limits.reserve_requests` more are for keyholders
    and health. So many connections in all may be open; above that, the longest idle one gives way.
    """
    return Config(
        bound_requests(service, connections, limits),
        host=host,
        port=port,
        fd=fd,
        loop=loop,
        http=make_protocol(limits, connections + limits.reserve_requests),
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


def bound_requests(service: ASGIApp, requests: int, limits: Limits) -> ASGIApp:
    """The service with at most `requests` in flight, and the reserve above them."""
    in_flight = 0

    async def bounded(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal in_flight
        if scope["type"] != "http":
            await service(scope, receive, send)
            return
        if in_flight >= requests and (
            not _is_reserved(scope) or in_flight >= requests + limits.reserve_requests
        ):
            refusal = make_response("store-busy", retry_after_seconds=limits.retry_after_seconds)
            await refusal(scope, receive, send)
            return
        in_flight += 1
        try:
            await service(scope, receive, send)
        finally:
            in_flight -= 1

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


def _is_reserved(scope: Scope) -> bool:
    path: str = scope["path"]
    return scope["method"] == "GET" and (path in RESERVED or path.startswith(RESERVED_FOLDER))
