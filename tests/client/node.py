"""Node, for tests of what Python and JavaScript must agree about."""

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.conftest import ROOT

CLIENT = ROOT / "client"
INSTALL = "no npm packages of the client: apt-get install nodejs npm; npm ci --prefix client"
SECONDS = 280


def run_node(*arguments: str, given: Any = None) -> str:
    """What Node printed, run in client/ with `given` as JSON on its input. It must end well."""
    node = shutil.which("node")
    if node is None or not (CLIENT / "node_modules" / "typescript").is_dir():
        pytest.skip(INSTALL)
    done = subprocess.run(
        [node, *arguments],
        cwd=CLIENT,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
