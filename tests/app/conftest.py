"""Fixtures of the app room."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.running import Place
from tests.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty folder with a database: each test runs on both that we know."""
    if request.param == "sqlite":
        yield Place(tmp_path)
        return
    server: Postgres = request.getfixturevalue("postgres")
    template: str = request.getfixturevalue("migrated")
    with server.make_database(template) as url:
        yield Place(tmp_path, url)


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Place:
    """For what SQLite alone has."""
    return Place(tmp_path)


@pytest.fixture
def postgres_place(postgres: Postgres, migrated: str, tmp_path: Path) -> Iterator[Place]:
    """For what PostgreSQL alone has."""
    with postgres.make_database(migrated) as url:
        yield Place(tmp_path, url)
