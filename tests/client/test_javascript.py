"""The JavaScript tests: those of Node, and those of pages in Chromium."""

import json

import pytest
from playwright.sync_api import Browser

from tests.client.files_server import FilesServer
from tests.client.node import CLIENT, run_node

NODE_TESTS = sorted(path.name for path in (CLIENT / "test").glob("*.test.js"))
BROWSER_TESTS = sorted(
    path.name for path in (CLIENT / "test" / "browser").glob("*.js") if path.name != "run.js"
)


@pytest.mark.parametrize("name", NODE_TESTS)
def test_in_node(name: str) -> None:
    run_node("--test", "--test-reporter=tap", f"test/{name}")


@pytest.mark.parametrize("name", BROWSER_TESTS)
def test_in_chromium(name: str, files: FilesServer, browser: Browser) -> None:
    result = json.loads(files.run_tests(browser, name))
    assert result["failed"] == {}
    assert result["passed"]
    print("\n".join(result["printed"]))
