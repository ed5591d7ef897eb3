"""Fixtures: a phone whose outbox a test drives, before services that misbehave on request."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.client.driving import Driver, new_context, open_driver
from tests.client.hostile_service import HostileService, running_hostile


@pytest.fixture
def service() -> Iterator[HostileService]:
    with running_hostile() as running:
        yield running


@pytest.fixture
def other() -> Iterator[HostileService]:
    with running_hostile() as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with new_context(browser) as context:
        yield context


@pytest.fixture
def driver(context: BrowserContext, service: HostileService) -> Driver:
    return open_driver(context, service.address)
