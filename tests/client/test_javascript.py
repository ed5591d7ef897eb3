"""The JavaScript tests: those of Node, and those of pages in Chromium."""

import json
import shutil
import subprocess

import pytest
from playwright.sync_api import Browser

from tests.client.files_server import FilesServer
from tests.conftest import ROOT

CLIENT = ROOT / "client"
INSTALL = "no npm packages of the client: apt-get install nodejs npm; npm ci --prefix client"
NODE_TESTS = sorted(path.name for path in (CLIENT / "test").glob("*.test.js"))
BROWSER_TESTS = sorted(
    path.name for path in (CLIENT / "test" / "browser").glob("*.js") if path.name != "run.js"
)


@pytest.mark.parametrize("name", NODE_TESTS)
def test_in_node(name: str) -> None:
    node = shutil.which("node")
    if node is None or not (CLIENT / "node_modules" / "typescript").is_dir():
        pytest.skip(INSTALL)
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", f"test/{name}"],
        cwd=CLIENT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", BROWSER_TESTS)
def test_in_chromium(name: str, files: FilesServer, browser: Browser) -> None:
    result = json.loads(files.run_tests(browser, name))
    assert result["failed"] == {}
    assert result["passed"]
    print("\n".join(result["printed"]))
