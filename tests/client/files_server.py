"""The tree's files on loopback, under the app's policy, for tests of `client/lib`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler

from playwright.sync_api import Browser, expect

from heliograph.web_policy import write_policy
from tests.client.http_server import serving
from tests.conftest import ROOT

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


class FilesHandler(SimpleHTTPRequestHandler):
    """The tree's files as they are, under the app's policy."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}  # noqa: RUF012

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", write_policy([]))
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def serving_files() -> Iterator[FilesServer]:
    """Serves the tree for the time of the block."""
    with serving(partial(FilesHandler, directory=str(ROOT))) as address:
        yield FilesServer(address)
