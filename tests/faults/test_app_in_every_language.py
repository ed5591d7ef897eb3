"""No screen of the app is wider than 320 pixels, in any language."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from reports.catalogue import languages
from tests.client.conftest import browser as browser
from tests.client.pages_server import serving_app
from tests.client.reach import find_out_of_view


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    """Address of the app's page, from the tree."""
    with serving_app() as address:
        yield address


@pytest.mark.parametrize("lang", languages())
def test_320_pixels_hold_every_screen(browser: Browser, app: str, lang: str) -> None:
    assert find_out_of_view(browser, app, lang) == {}
