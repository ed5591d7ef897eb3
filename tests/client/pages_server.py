"""The app's files where the service puts them, on loopback, for tests of pages alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.client.files_server import POLICY
from tests.conftest import ROOT

CLIENT = ROOT / "client"


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".webmanifest": "application/manifest+json",
    }

    def translate_path(self, path: str) -> str:
        path = urlsplit(path).path
        first = path.split("/")[1]
        if path in {"/", "/sw.js", "/sw-module.js", "/manifest.webmanifest"}:
            return str(CLIENT / "web" / (path[1:] or "index.html"))
        if first in {"web", "lib", "vendor"} and ".." not in path:
            return str(CLIENT / path[1:])
        if first in {"locales", "spec"} and ".." not in path:
            return str(ROOT / path[1:])
        return str(CLIENT / "no-such-file")

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def serving_app() -> Iterator[str]:
    """The address of the page, for the time of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(ROOT)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
