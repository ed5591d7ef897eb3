"""Brings a database to the schema that this code needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def make_config(url: str) -> Config:
    """Alembic's configuration for a database URL, without any file of settings."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Runs the migrations that are missing. Safe to repeat; each one is a transaction of its own.

    Raises StoreUnavailable for a database that is not known, and SQLAlchemy's errors.
    """
    command.upgrade(make_config(url), revision)
