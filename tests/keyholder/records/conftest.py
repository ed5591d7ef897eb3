"""Two holders around a service, with three reports at it."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService, serve
from tests.keyholder.records.circle import OTHER, REPORT, THIRD, Circle, found_circle


@pytest.fixture(scope="session")
def founded_circle(tmp_path_factory: pytest.TempPathFactory, port: int) -> Circle:
    """Made once."""
    silent: Any = SimpleNamespace(readouterr=lambda: SimpleNamespace(out="", err=""))
    with serve(port) as service:
        found = found_circle(tmp_path_factory.mktemp("circle"), silent, service)
        found.store(REPORT, OTHER, THIRD)
        found.sync()
    return found


@pytest.fixture
def circle(
    founded_circle: Circle,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    service: FakeService,
) -> Circle:
    """A fresh copy of it."""
    desks = []
    for desk in founded_circle.desks:
        shutil.copytree(desk.folder, tmp_path / desk.folder.name)
        shutil.copy(f"{desk.folder}.passphrase", tmp_path)
        desks.append(DeskForTests(tmp_path / desk.folder.name, capsys))
    left = founded_circle.service
    service.root, service.files = left.root, dict(left.files)
    service.store(*(body for _, _, body in left.items))
    service.requests += left.requests
    service.cosignatures += left.cosignatures
    identities = list(founded_circle.identities)
    return replace(founded_circle, service=service, desks=desks, identities=identities)
