"""The map of countries is what its tool makes of the npm packages."""

import shutil

import pytest

from tools.make_world import ROOT, WORLD, make_world

PACKAGES = ROOT / "client" / "node_modules" / "world-atlas"


def test_the_map_is_what_its_tool_makes() -> None:
    if not PACKAGES.is_dir() or shutil.which("node") is None:
        pytest.skip("no npm packages: make client/node_modules/.ok (needs node and npm)")
    assert WORLD.read_text(encoding="utf-8") == make_world()
