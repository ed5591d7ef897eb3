"""The migrated schema is the one that the code declares, forwards and back."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app import sqlite
from app.tables import METADATA, SCHEMA_REVISION
from migrations.upgrading import make_config, upgrade

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
