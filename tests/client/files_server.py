"""The tree's files on loopback, under the app's policy, for tests of `client/lib`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Browser, expect

from tests.conftest import ROOT

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'"
)
RUN_MILLISECONDS = 120_000


@dataclass(frozen=True)
class FilesServer:
    """address: where the tree's root is, such as http://127.0.0.1:1234."""

    address: str

    def run_tests(self, browser: Browser, module: str) -> str:
        """Run client/test/browser/<module> in a page: the JSON that run.js wrote."""
        context = browser.new_context()
        try:
            page = context.new_page()
            page.goto(f"{self.address}/client/test/browser/run.html?module={module}")
            expect(page).to_have_title("Done", timeout=RUN_MILLISECONDS)
            return page.locator("#result").text_content() or ""
        finally:
            context.close()


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}  # noqa: RUF012

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def serving_files() -> Iterator[FilesServer]:
    """Serves the tree for the time of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(ROOT)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield FilesServer(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
