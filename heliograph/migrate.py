"""Brings the store's database to this version's schema."""

import psycopg
from alembic.util import CommandError
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app.errors import StoreError
from app.tables import SCHEMA_REVISION
from heliograph.errors import OperatorError
from heliograph.settings import Settings
from migrations.upgrading import upgrade


def migrate_store(settings: Settings) -> str:
    """Run the migrations that are missing; return the revision. Safe to repeat.

    Raises OperatorError database-away, migration-failed, schema-unknown; what was not migrated is
    as it was.
    """
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        upgrade(settings.store_url)
    except CommandError:
        raise OperatorError(
            "schema-unknown",
            "The store's schema has a revision that this program does not know.",
            "If the store is a copy that was cut off, start `heliograph copy` again; else use the "
            "program that made it.",
        ) from None
    except (SQLAlchemyError, StoreError, OSError) as error:
        # The database's own words may hold its address and password.
        if _is_away(error):
            raise OperatorError(
                "database-away",
                "The store's database cannot be reached, or does not let us in.",
                "Check that its server runs, and HELIOGRAPH_DATABASE_URL or its file: host, port, "
                "name and password, in which @ / : # % ? are written as %40 %2F %3A %23 %25 %3F.",
            ) from None
        raise OperatorError(
            "migration-failed",
            "The store's database could not be brought to this version's schema.",
            "Check that HELIOGRAPH_DATABASE_URL is right, that the disk has room and that no "
            "other process holds the database; then run `heliograph migrate` again.",
        ) from None
    return SCHEMA_REVISION


def _is_away(error: Exception) -> bool:
    """Whether no session with a server came about, or it ended: then there is no SQLSTATE."""
    return (
        isinstance(error, OperationalError)
        and isinstance(error.orig, psycopg.OperationalError)
        and error.orig.sqlstate is None
    )
