"""Proofs of minutes, which `make test-long` runs: CI does, a developer when it matters."""

from tests.client.conftest import browser as browser
from tests.road.conftest import fresh as fresh
from tests.road.conftest import service as service
