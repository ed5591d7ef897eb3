"""The bare server: what uvicorn alone can do. It reads the body and answers 204."""

import sys
from typing import Literal

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the body to its end and says that there is nothing to say."""
    del scope
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def run_plain(app: ASGIApp, port: int, *, lifespan: Literal["on", "off"]) -> None:
    """Serves on loopback until SIGTERM, as the service is served but without its bounds."""
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan=lifespan,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        date_header=False,
    )


def main() -> None:
    """Serves on the port of the first argument."""
    run_plain(answer, int(sys.argv[1]), lifespan="off")


if __name__ == "__main__":
    main()
