"""One real service for each module of the road."""

from collections.abc import Iterator

import pytest

from tests.postgres import Postgres
from tests.road.running import Running, running_service


@pytest.fixture(scope="module")
def fresh() -> bool:
    """Whether the service makes its coalition itself, at its first start, and starts a workbench:
    a tour's does, as `make run`."""
    return False


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, fresh: bool
) -> Iterator[Running]:
    """A service with a development coalition, its data in a folder of its own, on each database."""
    data = tmp_path_factory.mktemp("road") / "var"
    if request.param == "sqlite":
        with running_service(data, fresh=fresh, workbench=fresh) as running:
            yield running
        return
    server: Postgres = request.getfixturevalue("postgres")
    with (
        server.make_database() as url,
        running_service(data, url, server.folder, fresh=fresh, workbench=fresh) as running,
    ):
        yield running
