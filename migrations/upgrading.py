"""Brings a database to the schema that this code needs.

Migrations only add (docs/adr/0020): a service of the last release goes on working while and after
the next one's run. So a database that is ahead of this code is left as it is.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from app.databases import choose_database
from app.tables import SCHEMA_REVISION


def make_config(url: str) -> Config:
    """Alembic's configuration for a database URL, without any file of settings."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Runs the migrations that are missing, in one transaction. Safe to repeat, and beside a
    service that runs.

    Raises StoreUnavailable for a database that is not known, and SQLAlchemy's errors.
    """
    if (find_revision(url) or "") > SCHEMA_REVISION:
        return
    command.upgrade(make_config(url), revision)


def find_revision(url: str) -> str | None:
    """The revision that a database has; None for an empty one. Errors as in upgrade."""
    engine = choose_database(url).open_engine(url, writes=False)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
