"""What Alembic runs: it opens the database as the service does and brings its schema up to date."""

from alembic import context

from app.databases import choose_database
from app.tables import METADATA


def run() -> None:
    """Migrates the database named by `-x url=…` or by the caller's option sqlalchemy.url."""
    url = context.get_x_argument(as_dictionary=True).get("url")
    url = url or context.config.get_main_option("sqlalchemy.url")
    if not url:
        raise SystemExit(
            "no database named: give -x url=sqlite:///FILE, or use `heliograph migrate`"
        )
    database = choose_database(url)
    engine = database.open_engine(url, writes=True)
    try:
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=METADATA,
                transactional_ddl=True,  # SQLite can, once Python does not begin for it
            )
            with context.begin_transaction():
                database.lock_schema(connection)  # of replicas that start together, one migrates
                context.run_migrations()
    finally:
        engine.dispose()


run()
