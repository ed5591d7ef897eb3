"""The outbox in a page, driven from Python by `client/test/driver.js`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.conftest import ROOT

HOUR = 3_600_000
"""Milliseconds."""
CALL = "async ([module, name, values]) => (await import(module))[name](...values)"


@dataclass(frozen=True)
class Driver:
    """A page and the driver's module in it."""

    page: Page
    module: str

    def call(self, name: str, *values: object) -> Any:
        """Call one of the driver's functions and wait for what it gives."""
        return self.page.evaluate(CALL, [self.module, name, list(values)])

    def run_until_done(self, most: int = 60) -> int:
        """Let hours pass and run until nothing waits; returns how many runs it took."""
        for count in range(1, most + 1):
            if self.call("run")["waiting"] == 0:
                return count
            self.call("pass", HOUR)
        raise AssertionError(self.call("waiting"))


def open_driver(context: BrowserContext, address: str) -> Driver:
    """A new page on a server that has the tree's files."""
    page = context.new_page()
    page.goto(f"{address}/")
    return Driver(page, "/client/test/driver.js")


def open_driver_at_service(context: BrowserContext, address: str) -> Driver:
    """A new page on a real service, with the library that this service serves.

    The driver itself is never served: it is given to the page as text.
    """
    page = context.new_page()
    page.goto(f"{address}/spec/report-v1.json")  # a document without a policy and without scripts
    text = (ROOT / "client" / "test" / "driver.js").read_text("utf-8")
    text = text.replace('from "../', f'from "{address}/')
    module = page.evaluate(
        "(text) => URL.createObjectURL(new Blob([text], {type: 'text/javascript'}))", text
    )
    return Driver(page, module)


@contextmanager
def new_context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile of its own for the time of the block."""
    context = browser.new_context()
    try:
        yield context
    finally:
        context.close()
