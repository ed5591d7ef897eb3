"""The store's database: its schema, the settings in force, the pages of its file."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from app.copying import UNFINISHED
from app.databases import choose_database
from app.errors import StoreError
from app.sqlite import PRAGMAS
from app.tables import SCHEMA_REVISION
from heliograph.doctor.deployment import Deployment, NotReadable
from heliograph.doctor.findings import Finding, ok, skipped, warning, wrong
from heliograph.doctor.postgres import judge_facts, read_facts

SHOWN = 5
"""Lines of SQLite's own words about a damaged file that are counted before it gives up."""


def check_schema(deployment: Deployment) -> Iterator[Finding]:
    """Whether the store can be read, and has this program's schema."""
    file = deployment.sqlite_file
    try:
        revision = deployment.revision
    except NotReadable:
        if file is None:
            yield wrong(
                "database-url",
                "HELIOGRAPH_DATABASE_URL names no database that this program knows.",
                "See HELIOGRAPH_DATABASE_URL in docs/operating.md.",
            )
        else:
            yield warning(
                "store-absent",
                f"There is no store {file} yet.",
                "Start the service, which makes it; or check HELIOGRAPH_DATA_DIR and --config.",
            )
        return
    except DBAPIError:
        yield wrong(
            "store-unreadable",
            "The store's database cannot be read, or has no schema.",
            "Run the doctor as the user that runs the service. Check HELIOGRAPH_DATABASE_URL, and "
            "that the database runs; an empty one wants `heliograph migrate`.",
        )
        return
    if revision == UNFINISHED:
        yield wrong(
            "copy-unfinished",
            "The store is a copy that was not finished: no service takes it.",
            "Start `heliograph copy` again from the store that it is made of.",
        )
    elif revision is not None and revision >= SCHEMA_REVISION:  # migrations only add
        yield ok(f"The store's schema is at revision {revision}.")
    else:
        yield wrong(
            "store-schema",
            f"The store's schema is at revision {revision}, this program's is {SCHEMA_REVISION}.",
            "`heliograph migrate`",
        )


def check_settings(deployment: Deployment) -> Iterator[Finding]:
    """What the database was told of durability and of what it writes down."""
    deployment.read(lambda _connection: None)
    if deployment.sqlite_file is not None:
        yield check_sqlite(deployment, deployment.sqlite_file)
    else:
        yield from judge_facts(deployment.read(read_facts))


def check_sqlite(deployment: Deployment, file: Path) -> Finding:
    """The pragmas in force on a fresh connection, opened as the service opens it."""
    mode = read_journal_mode(file)
    if mode != "wal":
        # A connection of the service's kind would set it: then nobody learns that it was another.
        return wrong(
            "journal-mode",
            f"The store's journal is in mode {mode}, not WAL: another program changed it.",
            "Let the service alone open the file. It sets WAL at its next start.",
        )
    engine = choose_database(deployment.settings.store_url).open_engine(
        deployment.settings.store_url, writes=False
    )
    try:
        # Whoever closes a WAL last writes it into the file. The reader, which cannot, closes last.
        with deployment.engine.connect() as reader, reader.begin():
            reader.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
            with engine.connect():
                pass
            engine.dispose()
            names = ", ".join(name for name, _value, _read in PRAGMAS if name != "busy_timeout")
            return ok(f"SQLite {sqlite3.sqlite_version} took every setting: {names}.")
    except (StoreError, DBAPIError):
        return wrong(
            "pragma-not-taken",
            "SQLite does not take a setting that durability needs, so the service does not start.",
            "Put the store on a local disk where this user may write.",
        )
    finally:
        engine.dispose()


def read_journal_mode(file: Path) -> str:
    """The mode as it stands in the file's header, which is read as bytes: opening may change it.

    Bytes 18 and 19 are 2 for WAL (https://www.sqlite.org/fileformat.html#file_format_version_numbers).
    """
    with file.open("rb") as opened:
        versions = opened.read(20)[18:20]
    return "wal" if versions == b"\x02\x02" else "rollback"


def check_pages(deployment: Deployment) -> Iterator[Finding]:
    """SQLite's own look at every page of the file, but for what each index says."""
    if deployment.sqlite_file is None:
        yield skipped("PostgreSQL checks its pages itself (data_checksums, pg_amcheck).")
        return
    deployment.read(lambda _connection: None)
    try:
        with (
            deployment.show_progress("Reading every page of the store", None),
            deployment.engine.connect() as connection,
        ):
            said = connection.exec_driver_sql(f"PRAGMA quick_check({SHOWN})").scalars().all()
    except DBAPIError:
        said = [""]
    if list(said) == ["ok"]:
        yield ok("Every page of the store's file is whole.")
    else:
        yield wrong(
            "pages-damaged",
            "The store's file is damaged: SQLite's quick_check finds faults.",
            "Stop the service, copy the whole data folder as it is, look at the disk, and tell the "
            "coalition. `sqlite3 store.db .recover` on the copy saves what can be read.",
        )
