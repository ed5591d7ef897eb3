"""The app after one visit: Debian's Chromium, a server that is really stopped, and hostile networks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.client.app_server import AppServer, open_app_server

LONG = 60_000
"""Milliseconds until something has come that takes several requests."""
NO_MODULES = """
const register = navigator.serviceWorker.register.bind(navigator.serviceWorker);
navigator.serviceWorker.register = (url, how) =>
  how.type === "module" ? Promise.reject(new TypeError("no modules here")) : register(url, how);
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AppServer]:
    with open_app_server(tmp_path) as server:
        yield server


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


def visit(context: BrowserContext, server: AppServer) -> Page:
    """A visit that ends with everything kept."""
    page = context.new_page()
    page.goto(server.url)
    expect(page.locator("#state")).to_have_text("ready", timeout=LONG)
    return page


def load(page: Page) -> None:
    page.click("#load")


def worker_url(page: Page) -> str:
    return str(page.evaluate("navigator.serviceWorker.controller.scriptURL"))


@pytest.mark.parametrize("kind", ["sw-module.js", "sw.js"])
def test_after_one_visit_no_network_is_needed(
    context: BrowserContext, server: AppServer, kind: str
) -> None:
    if kind == "sw.js":
        context.add_init_script(NO_MODULES)
    page = visit(context, server)
    page.close()
    server.stop()
    again = context.new_page()
    again.goto(server.url)
    assert worker_url(again) == f"{server.url}/{kind}"
    expect(again.locator("#version")).to_have_text("one")
    again.click("#load")
    expect(again.locator("#said")).to_have_text("64 one one")
    assert again.evaluate("fetch('/locales/my.json').then((answer) => answer.status)") == 200
    # What the service would say is never said by the worker.
    asked = "fetch('/v1/log/key').then(() => 'answered', () => 'no network')"
    assert again.evaluate(asked) == "no network"
