"""How the service is run under uvicorn: everything off that writes down who came."""

from starlette.types import ASGIApp
from uvicorn import Config

from app.http_protocol import make_protocol
from app.limits import Limits


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
    uvicorn answers 503.
    """
    return Config(
        service,
        host=host,
        port=port,
        fd=fd,
        loop=loop,
        http=make_protocol(limits),
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=connections,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
    )
