"""Fixtures of the app room."""

from pathlib import Path

import pytest

from tests.app.running import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty folder with a database that is migrated at first use."""
    return Place(tmp_path)
