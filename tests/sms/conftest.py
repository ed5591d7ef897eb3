"""One coalition for all tests of the gateway: making its signatures takes a while."""

import pytest

from tests.coalition import Coalition, make_coalition


@pytest.fixture(scope="session")
def coalition() -> Coalition:
    return make_coalition()
