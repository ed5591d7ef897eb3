"""The workbench's page in Debian's Chromium, as tests/client has it."""

from tests.client.conftest import browser as browser
