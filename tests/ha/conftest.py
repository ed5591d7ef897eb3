"""One cluster for each test module. `make test-ha` runs it, `make test` never: it takes minutes."""

from collections.abc import Iterator

import pytest

from tests.ha.cluster import Cluster, running_cluster


@pytest.fixture(scope="module")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    before = request.session.testsfailed
    with running_cluster(lambda: request.session.testsfailed > before) as cluster:
        yield cluster
