"""The store's database as the doctor sees it."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from app.sqlite import PAGE_BYTES, PRAGMAS
from app.store import Store
from heliograph.doctor.checks import run_checks
from heliograph.doctor.deployment import Deployment
from heliograph.doctor.postgres import judge_facts
from tests.app.running import Place, make_envelope
from tests.heliograph.doctor.deployments import change, find_codes, set_up_database


def find_file(deployment: Deployment) -> Path:
    """The store's file, where it is SQLite."""
    assert deployment.sqlite_file is not None
    return deployment.sqlite_file


@pytest.mark.parametrize("check", ["store.schema", "store.settings", "store.pages"])
def test_a_good_store_passes(deployment: Deployment, check: str) -> None:
    assert find_codes(deployment, check) == []


def test_another_schema_is_found(place: Place, deployment: Deployment) -> None:
    engine = deployment.database.open_engine(deployment.settings.store_url, writes=True)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    assert find_codes(deployment, "store.schema") == ["store-schema"]


def test_a_store_that_is_not_there_is_not_made(deployment: Deployment, tmp_path: Path) -> None:
    absent = change(deployment, database_url=SecretStr(f"sqlite:///{tmp_path}/absent.db"))
    assert find_codes(absent, "store.schema") == ["store-absent"]
    found = dict(run_checks(absent, ["store.schema"]))
    assert found["store.pages"].verdict == found["log.leaves"].verdict == "skipped"
    assert not (tmp_path / "absent.db").exists()


@pytest.mark.parametrize("url", ["nothing", "mysql://somewhere/db", "sqlite://"])
def test_a_database_that_nobody_knows(deployment: Deployment, url: str) -> None:
    assert find_codes(change(deployment, database_url=SecretStr(url)), "store.schema") == [
        "database-url"
    ]


def test_a_file_without_a_schema_is_found(deployment: Deployment, tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(b"")
    other = change(deployment, database_url=SecretStr(f"sqlite:///{path}"))
    assert find_codes(other, "store.schema") == ["store-unreadable"]
    other.close()
    path.write_bytes(b"no database at all, and long enough to be looked at" * 100)
    other = change(deployment, database_url=SecretStr(f"sqlite:///{path}"))
    assert find_codes(other, "store.schema") == ["store-unreadable"]


def test_another_journal_is_found_and_left_alone(sqlite_deployment: Deployment) -> None:
    file = find_file(sqlite_deployment)
    with sqlite3.connect(file, isolation_level=None) as connection:
        assert connection.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    connection.close()
    before = file.read_bytes()
    assert find_codes(sqlite_deployment, "store.settings") == ["journal-mode"]
    assert find_codes(sqlite_deployment, "store.pages") == []
    assert file.read_bytes() == before


def test_a_pragma_that_does_not_take_is_found(
    sqlite_deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_file(sqlite_deployment)
    refused = tuple(
        (name, "OFF", 2) if name == "synchronous" else (name, value, read)
        for name, value, read in PRAGMAS
    )
    monkeypatch.setattr("app.sqlite.PRAGMAS", refused)
    assert find_codes(sqlite_deployment, "store.settings") == ["pragma-not-taken"]


GOOD = {
    "fsync": "on",
    "full_page_writes": "on",
    "is_superuser": "off",
    "local": "False",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "ddl",
    "server_encoding": "UTF8",
    "server_version_num": "150010",
    "standby": "False",
    "synchronous_commit": "on",
    "synchronous_standby_names": "",
    "tls": "True",
    "track_commit_timestamp": "off",
}


def test_a_store_that_was_not_closed_is_left_as_it_is(
    sqlite_place: Place, sqlite_deployment: Deployment, tmp_path: Path
) -> None:
    """The WAL of a machine that stopped in the middle is the next start's to read, not ours."""
    file = find_file(sqlite_deployment)
    files = (tmp_path / "crashed.db", tmp_path / "crashed.db-wal")

    async def stop_in_the_middle(store: Store) -> None:
        await store.put([make_envelope(7000)])
        for path in files:
            shutil.copy(file.with_name(path.name.replace("crashed", file.stem)), path)

    sqlite_place.run(stop_in_the_middle)
    before = [path.read_bytes() for path in files]
    crashed = change(sqlite_deployment, database_url=SecretStr(f"sqlite:///{files[0]}"))
    for check in ("store.settings", "store.pages", "log.leaves", "log.pending"):
        assert find_codes(crashed, check) == []
    crashed.close()
    assert [path.read_bytes() for path in files] == before
    assert len(before[1]) > 0


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({}, ""),
        ({"fsync": "off"}, "pg-fsync"),
        ({"full_page_writes": "off"}, "pg-full-page-writes"),
        ({"standby": "True"}, "pg-standby"),
        ({"server_version_num": "140003"}, "pg-old"),
        ({"log_min_error_statement": "error"}, "pg-error-statement"),
        ({"log_parameter_max_length_on_error": "-1"}, "pg-error-parameters"),
        ({"log_statement": "mod"}, "pg-statements"),
        ({"log_min_duration_statement": "250ms"}, "pg-slow-statements"),
        ({"track_commit_timestamp": "on"}, "pg-commit-times"),
        ({"tls": "False"}, "pg-no-tls"),
        ({"tls": "False", "local": "True"}, ""),
        ({"is_superuser": "on"}, "pg-superuser"),
        ({"server_encoding": "SQL_ASCII"}, "pg-encoding"),
    ],
)
def test_what_postgresql_was_told(fault: dict[str, str], code: str) -> None:
    codes = [finding.code for finding in judge_facts(GOOD | fault)]
    assert [one for one in codes if one] == ([code] if code else [])
    wrong = [finding for finding in judge_facts(GOOD | fault) if finding.verdict == "wrong"]
    assert ("" in codes) != bool(wrong)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"log_min_error_statement": "error"}, "pg-error-statement"),
        ({"log_parameter_max_length_on_error": "64"}, "pg-error-parameters"),
        ({"log_statement": "all"}, "pg-statements"),
        ({"log_min_duration_statement": "1000"}, "pg-slow-statements"),
    ],
)
def test_a_real_server_that_writes_down(
    postgres_deployment: Deployment, settings: dict[str, str], code: str
) -> None:
    set_up_database(postgres_deployment.settings.store_url, **settings)
    assert find_codes(postgres_deployment, "store.settings") == [code]


def test_damaged_pages_are_found(sqlite_deployment: Deployment) -> None:
    file = find_file(sqlite_deployment)
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = bytearray(file.read_bytes())
    start = len(data) // PAGE_BYTES // 2 * PAGE_BYTES
    data[start:] = b"\xff" * (len(data) - start)  # one page alone may be a free one
    file.write_bytes(data)
    assert find_codes(sqlite_deployment, "store.pages") == ["pages-damaged"]


def test_a_round_changes_no_file(sqlite_place: Place, sqlite_deployment: Deployment) -> None:
    """Not even where no service runs, and the doctor is the last to close the file."""
    file = find_file(sqlite_deployment)
    before = {path: path.read_bytes() for path in sqlite_place.folder.rglob("*") if path.is_file()}
    assert list(run_checks(sqlite_deployment))
    sqlite_deployment.close()
    assert file in before
    for path, data in before.items():
        assert path.read_bytes() == data
