"""The proofs that take long or need root. `make test-faults` runs them, `make test` does not."""

import os
import sys
from pathlib import Path

import pytest

from tests.faults.machine import keep_mounts_to_ourselves

pytest.register_assert_rewrite("tests.faults.audit", "tests.gateway.load")


@pytest.fixture(scope="session", autouse=True)
def own_mounts() -> None:
    """Nothing that is mounted here outlives the run."""
    if os.geteuid() == 0:
        keep_mounts_to_ourselves()


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> None:
    """A service that is started hundreds of times should not be compiled each time."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(Path(sys.prefix) / "compiled")


@pytest.fixture
def tell(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]):
    """Prints a line of figures past pytest's capture."""

    def print_line(**figures: object) -> None:
        words = " ".join(f"{name}={value}" for name, value in figures.items())
        with capsys.disabled():
            print(f"\n  {request.node.name}: {words}", flush=True)

    return print_line
