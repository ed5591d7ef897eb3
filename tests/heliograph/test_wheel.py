"""The wheel holds the web app, all of it and nothing else of client/, and serves from there."""

import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from heliograph.web_app import gather_files
from heliograph.web_sources import find_paths
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return Path(built)


def test_the_wheel_has_the_app_and_no_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if name.startswith("client/")}
    served = {file.relative_to(ROOT).as_posix() for _path, file in find_paths()}
    assert {name for name in served if name.startswith("client/")} == names


def test_an_installed_wheel_serves_the_same(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path)
    installed, here = (gather_files(b"{}", list, root) for root in (tmp_path, ROOT))
    assert installed.keys() == here.keys()
    for path, file in here.items():
        other = installed[path]
        assert (other() if callable(other) else other) == (file() if callable(file) else file)


def test_the_image_is_built_from_the_same_folders() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {"!client/lib", "!client/vendor", "!client/web"} <= set(ignored)
    assert not {line for line in ignored if line.startswith("!client/t")}
