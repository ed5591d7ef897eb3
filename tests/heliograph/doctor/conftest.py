"""Fixtures: a store on each database, and a good deployment on it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from heliograph.doctor.deployment import Deployment
from tests.app.conftest import place as place
from tests.app.conftest import postgres_place as postgres_place
from tests.app.conftest import sqlite_place as sqlite_place
from tests.app.running import Place
from tests.heliograph.doctor.deployments import build_deployment


@pytest.fixture
def deployment(place: Place) -> Iterator[Deployment]:
    """A deployment in which nothing is wrong but what this machine is."""
    with build(place) as made:
        yield made


@pytest.fixture
def sqlite_deployment(sqlite_place: Place) -> Iterator[Deployment]:
    """For what SQLite alone has."""
    with build(sqlite_place) as made:
        yield made


@pytest.fixture
def postgres_deployment(postgres_place: Place) -> Iterator[Deployment]:
    """For what PostgreSQL alone has."""
    with build(postgres_place) as made:
        yield made


@contextmanager
def build(place: Place) -> Iterator[Deployment]:
    """The deployment, as a hardened process makes it."""
    before = os.umask(0o077)  # as the service does
    try:
        made = build_deployment(place)
        yield made
        made.close()
    finally:
        os.umask(before)
