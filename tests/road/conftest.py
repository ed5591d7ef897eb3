"""One real service for each module of the road."""

from collections.abc import Iterator

import pytest

from tests.postgres import Postgres
from tests.road.running import Running, running_service


@pytest.fixture(scope="module")
def fresh() -> str:
    """The database on which the service makes its coalition itself, at its first start, in earnest:
    a tour's does. The coalition lies in files, whatever the database. Where one is named, a
    workbench is started beside the service, as by `make run`."""
    return ""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, fresh: str
) -> Iterator[Running]:
    """A service with a development coalition, its data in a folder of its own, on each database."""
    data = tmp_path_factory.mktemp("road") / "var"
    if request.param == "sqlite":
        with running_service(data, fresh=fresh == "sqlite", workbench=bool(fresh)) as running:
            yield running
        return
    server: Postgres = request.getfixturevalue("postgres")
    with (
        server.make_database() as url,
        running_service(
            data, url, server.folder, fresh=fresh == "postgresql", workbench=bool(fresh)
        ) as running,
    ):
        yield running
