"""What all tests share: where the shared folder is, and a loud skip where it is not."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts that is never copied into the project (HELIOGRAPH_SHARED)."""
    folder = Path(os.environ.get("HELIOGRAPH_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("no shared folder (HELIOGRAPH_SHARED): real records are not tested")
    return folder
