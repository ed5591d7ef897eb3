"""Proofs of minutes, which `make test-long` runs: CI does, a developer when it matters."""

from tests.app.conftest import place as place
from tests.app.conftest import postgres_place as postgres_place
from tests.app.conftest import sqlite_place as sqlite_place
from tests.client.conftest import browser as browser
from tests.road.conftest import fresh as fresh
from tests.road.conftest import service as service
