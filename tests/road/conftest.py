"""One real service for each module of the road."""

from collections.abc import Iterator

import pytest

from tests.road.running import Running, running_service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service with a development coalition, its data in a folder of its own."""
    with running_service(tmp_path_factory.mktemp("road") / "var") as running:
        yield running
