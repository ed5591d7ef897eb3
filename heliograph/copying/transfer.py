"""A copy from the first look at both databases to the last word in the target."""

from contextlib import ExitStack
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from app.auditing import audit_log
from app.copying import (
    UNFINISHED,
    Proof,
    Sum,
    copy_table,
    empty_tables,
    find_difference,
    has_rows,
    list_tables,
    prove,
    read_revision,
    sum_table,
    take_mark,
    write_revision,
)
from app.databases import Database, choose_database
from app.errors import StoreError
from app.faults import Faults
from app.tables import SCHEMA_REVISION
from app.tiles import count_leaves
from heliograph.errors import OperatorError
from heliograph.progress import show_progress
from migrations.upgrading import upgrade

NAME = "heliograph copy"
"""As which a copy's connections are seen in PostgreSQL."""
SHOWN = 5


def copy_store(source_url: str, target_url: str) -> tuple[Proof, dict[str, Sum]]:
    """Copies and proves. Returns the proof and the sum of each table.

    Raises OperatorError: copy-failed, copy-source-…, copy-target-…, copy-differs, copy-unconfirmed.
    """
    try:
        with ExitStack() as stack:
            source_database = choose_database(source_url)
            source = source_database.open_reader(_name(source_url))
            stack.callback(source.dispose)
            _check_source(source, source_database)
            target_database = choose_database(target_url)
            _make_folder(target_url)
            target = target_database.open_engine(_name(target_url), writes=True)
            stack.callback(target.dispose)
            _prepare_target(target_url, target, target_database)
            return _copy(source, target, source_database, target_database)
    except (SQLAlchemyError, StoreError, CommandError, OSError):
        # A database's own words may hold its address and password.
        raise OperatorError(
            "copy-failed",
            "A database failed during the copy. The source is as it was, and no service takes the "
            "target.",
            "Check that both databases can be reached and have room; then start the copy again, "
            "which begins anew.",
        ) from None


def _copy(
    source: Engine, target: Engine, source_database: Database, target_database: Database
) -> tuple[Proof, dict[str, Sum]]:
    with source.connect() as reading, reading.begin():
        mark = take_mark(reading)
        root = _read_source(reading)
        sums = {}
        for table in list_tables():
            with show_progress(f"Copying {table.name}", None) as advance:
                sums[table.name] = copy_table(reading, target, target_database, table, advance)
    with target.begin() as connection:
        target_database.settle_rows(connection)
    with target.connect() as connection, connection.begin():
        proof = _read_target(connection, sums, root)
    with source.connect() as connection, connection.begin():
        if source_database.count_services(connection) or take_mark(connection) != mark:
            raise OperatorError(
                "copy-source-changed",
                "A service wrote to the source during the copy: what it took is not in the target.",
                "Stop every service of the source, and start the copy again.",
            )
    with target.connect() as connection:
        with connection.begin():
            write_revision(connection, SCHEMA_REVISION)
        try:
            target_database.confirm(connection)
        except StoreError:
            raise OperatorError(
                "copy-unconfirmed",
                "The copy is whole and proved, but the target's server did not confirm the last "
                "commit on its standby.",
                "Look after the standby. Then `heliograph doctor` on the target, before a service "
                "takes it.",
            ) from None
    return proof, sums


def _check_source(source: Engine, database: Database) -> None:
    revision = read_revision(source)
    if revision == UNFINISHED:
        raise OperatorError(
            "copy-source-unfinished",
            "The source is itself a copy that was not finished.",
            "Copy from the store that it was made of.",
        )
    if revision != SCHEMA_REVISION:
        raise OperatorError(
            "copy-source-schema",
            "The source does not have this program's schema.",
            "`heliograph migrate`, then copy.",
        )
    with source.connect() as connection:
        if database.count_services(connection):
            raise OperatorError(
                "copy-source-in-use",
                "A service is connected to the source.",
                "Stop every service and replica of it first: what they take meanwhile would be "
                "missing.",
            )


def _prepare_target(url: str, target: Engine, database: Database) -> None:
    """Makes the target an empty store of this program's schema, marked as unfinished."""
    if read_revision(target) is None:
        upgrade(url)
    revision = read_revision(target)
    with target.begin() as connection:
        _check_target(connection, revision, database)
        write_revision(connection, UNFINISHED)
    with target.begin() as connection:
        empty_tables(connection)


def _check_target(connection: Connection, revision: str | None, database: Database) -> None:
    free = revision == SCHEMA_REVISION and not has_rows(connection)
    if not free and revision != UNFINISHED:
        raise OperatorError(
            "copy-target-used",
            "The target is not empty, and is no copy of this program's that was cut off.",
            "Give a new database. Nothing in this one was changed.",
        )
    if database.count_services(connection):
        raise OperatorError(
            "copy-target-in-use",
            "A service is connected to the target.",
            "Stop it, or give a database that nobody uses.",
        )


def _read_source(connection: Connection) -> bytes | None:
    """Reads the source's log again and gives its root: a damaged store is not carried on."""
    with show_progress("Reading the log of the source", count_leaves(connection)) as advance:
        audit = audit_log(connection, advance)
    if audit.faults:
        raise OperatorError(
            "copy-source-damaged",
            f"The source's log is damaged, and was not copied. {_write_faults(audit.faults)}",
            "`heliograph doctor` tells all of it, and docs/operating.md what to do.",
        )
    return audit.root


def _read_target(connection: Connection, sums: dict[str, Sum], root: bytes | None) -> Proof:
    """Reads the target again and compares it with what was read in the source."""
    again = {}
    for table in list_tables():
        rows = sums[table.name].rows
        with show_progress(f"Reading {table.name} again", rows) as advance:
            again[table.name] = sum_table(connection, table, advance)
    different = find_difference(sums, again)
    with show_progress("Computing the log of the copy", None) as advance:
        proof = prove(connection, advance)
    if different or proof.audit.root != root:
        raise OperatorError(
            "copy-differs",
            f"The target does not hold what was read in the source: {', '.join(different)}.",
            "No service takes the target. Look at its database, and start the copy again.",
        )
    if proof.faults:
        raise OperatorError(
            "copy-source-bodies",
            "Envelopes in the source are damaged, and so are their copies. "
            f"{_write_faults(proof.faults)}",
            "No service takes the target. `heliograph doctor --bodies` tells all of it, and "
            "docs/operating.md what to do.",
        )
    return proof


def _make_folder(url: str) -> None:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        Path(parsed.database or "").absolute().parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _name(url: str) -> str:
    """The URL with our name, so that we are not taken for a service."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "postgresql":
        return url
    named = parsed.update_query_dict({"application_name": NAME})
    return named.render_as_string(hide_password=False)


def _write_faults(faults: Faults) -> str:
    return " ".join(map(str, faults.list()[:SHOWN]))
