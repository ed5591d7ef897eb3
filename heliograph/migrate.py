"""Brings the store's database to this version's schema."""

from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from app.errors import StoreError
from app.tables import SCHEMA_REVISION
from heliograph.errors import OperatorError
from heliograph.settings import Settings
from migrations.upgrading import upgrade


def migrate_store(settings: Settings) -> str:
    """Run the migrations that are missing; return the revision. Safe to repeat.

    Raises OperatorError migration-failed, schema-unknown; what was not migrated is as it was.
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
    except (SQLAlchemyError, StoreError, OSError):
        # The database's own words may hold its address and password.
        raise OperatorError(
            "migration-failed",
            "The store's database could not be brought to this version's schema.",
            "Check that HELIOGRAPH_DATABASE_URL is right, that the disk has room and that no "
            "other process holds the database; then run `heliograph migrate` again.",
        ) from None
    return SCHEMA_REVISION
