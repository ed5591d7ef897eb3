"""The migrated schema is the one that the code declares, forwards and back."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import app.postgres
from app import sqlite
from app.errors import StoreBusy
from app.store import Store
from app.tables import METADATA, SCHEMA_REVISION
from migrations.upgrading import find_revision, make_config, upgrade
from tests.app.running import Place, make_envelope
from tests.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]


def test_the_migrated_schema_equals_the_metadata(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    upgrade(url)
    upgrade(url)
    engine = sqlite.open_engine(url, writes=False)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()
    made = sqlite.open_engine(f"sqlite:///{tmp_path / 'b.db'}", writes=True)
    METADATA.create_all(made)
    made.dispose()

    def read_tables(name: str) -> set[str]:
        with sqlite3.connect(tmp_path / name) as connection:
            rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
            found = {" ".join(row[0].split()) for row in rows}
        connection.close()
        return {sql for sql in found if "alembic_version" not in sql}

    assert read_tables("a.db") == read_tables("b.db")  # WITHOUT ROWID and all


def test_the_schema_in_postgresql_equals_the_metadata(postgres: Postgres) -> None:
    with postgres.make_database() as url:
        upgrade(url)
        upgrade(url)
        engine = app.postgres.open_engine(url, writes=False)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, METADATA) == []
            kept = connection.exec_driver_sql(
                "SELECT attstorage FROM pg_attribute"
                " WHERE attrelid IN ('body'::regclass, 'pending'::regclass) AND attname = 'body'"
            )
            assert [str(row[0]) for row in kept] == ["e", "e"]
        engine.dispose()
        command.downgrade(make_config(url), "base")
        upgrade(url)


def test_the_code_asks_for_the_newest_revision() -> None:
    scripts = ScriptDirectory.from_config(make_config("sqlite://"))
    assert scripts.get_heads() == [SCHEMA_REVISION]


def test_down_and_up_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    upgrade(url)
    command.downgrade(make_config(url), "base")
    with sqlite3.connect(tmp_path / "a.db") as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]
    connection.close()
    assert [name for name in names if "alembic" not in name] == []
    upgrade(url)


def test_alembic_itself_works_with_the_file_of_settings(tmp_path: Path) -> None:
    from alembic.config import CommandLine

    url = f"sqlite:///{tmp_path / 'a.db'}"
    config = str(ROOT / "alembic.ini")
    CommandLine(prog="alembic").main(["-c", config, "-x", f"url={url}", "upgrade", "head"])
    assert (tmp_path / "a.db").exists()
    with pytest.raises(SystemExit, match="no database named"):
        CommandLine(prog="alembic").main(["-c", config, "upgrade", "head"])


FUTURE = """
import sqlalchemy as sa
from alembic import op
revision = "9999"
down_revision = %r
def upgrade():
    op.add_column("pending", sa.Column("later", sa.Integer, server_default="0"))
    op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))
    %s
def downgrade():
    pass
"""


def make_future(folder: Path, url: str, end: str = "") -> Config:
    """A configuration with a migration of the next release."""
    versions = folder / "future"
    versions.mkdir(exist_ok=True)
    (versions / "later.py").write_text(FUTURE % (SCHEMA_REVISION, end))
    config = make_config(url)
    ours = ROOT / "migrations" / "versions"
    config.set_main_option("version_locations", f"{ours}{os.pathsep}{versions}")
    return config


def test_a_service_goes_on_while_the_next_release_migrates(place: Place) -> None:
    async def test(store: Store) -> None:
        config = make_future(place.folder, place.url)
        numbers = iter(range(10**6))
        done = asyncio.Event()

        async def send() -> int:
            sent = 0
            while not done.is_set() or sent < 20:
                try:
                    assert await store.put([make_envelope(next(numbers))]) == ["stored"]
                except StoreBusy:  # SQLite has one writer: its sender tries again
                    continue
                sent += 1
            return sent

        sending = [asyncio.create_task(send()) for _ in range(4)]
        await asyncio.to_thread(command.upgrade, config, "head")
        done.set()
        total = sum(await asyncio.gather(*sending))
        assert await store.sequence() == total

    place.run(test)
    assert find_revision(place.url) == "9999"
    upgrade(place.url)  # this release leaves it as it is, and works with it
    assert place.run(lambda store: store.put([make_envelope(0)])) == ["known"]


def test_a_migration_that_fails_leaves_everything_as_it_was(place: Place) -> None:
    place.run(lambda store: store.put([make_envelope(1)]))
    config = make_future(place.folder, place.url, end="raise KeyError")
    with pytest.raises(KeyError):
        command.upgrade(config, "head")
    assert find_revision(place.url) == SCHEMA_REVISION
    assert place.run(lambda store: store.put([make_envelope(1)])) == ["known"]
    command.upgrade(make_future(place.folder, place.url), "head")
    assert find_revision(place.url) == "9999"


def test_replicas_that_start_together_migrate_once(postgres: Postgres) -> None:
    with postgres.make_database() as url:
        script = f"from migrations.upgrading import upgrade; upgrade({url!r})"
        racing = [subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) for _ in range(3)]
        assert [process.wait(60) for process in racing] == [0, 0, 0]
        assert find_revision(url) == SCHEMA_REVISION
