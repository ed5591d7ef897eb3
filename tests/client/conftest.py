"""Pages of the client in Debian's Chromium, and the JavaScript tests that run in it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import running_browser
from tests.client.files_server import FilesServer, serving_files


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module; each test opens contexts of its own. Not for a whole process:
    Playwright's loop would run on under other modules' tests, which start loops of their own."""
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def files() -> Iterator[FilesServer]:
    """The tree's files over HTTP, under the policy of the app's page."""
    with serving_files() as server:
        yield server
