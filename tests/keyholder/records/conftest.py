"""Two holders around a service, with three reports at it."""

from pathlib import Path

import pytest

from tests.keyholder.fake_service import FakeService
from tests.keyholder.records.circle import OTHER, REPORT, THIRD, Circle, found_circle


@pytest.fixture
def circle(tmp_path: Path, capsys: pytest.CaptureFixture[str], service: FakeService) -> Circle:
    found = found_circle(tmp_path, capsys, service)
    found.store(REPORT, OTHER, THIRD)
    found.sync()
    return found
