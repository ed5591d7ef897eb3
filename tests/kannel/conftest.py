"""Kannel where it is installed, and a loud skip where it is not."""

import pytest

from tests.kannel.boxes import HERE, MISSING


@pytest.fixture(scope="session", autouse=True)
def _kannel_is_here() -> None:
    if not HERE:
        pytest.skip(MISSING)
