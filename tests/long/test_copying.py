"""`heliograph copy`: every row there and back, and no copy is taken that was not proved."""

import json
import os
import secrets
import signal
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import Connection, Executable, delete, insert, make_url, select, update
from typer.testing import CliRunner

from app import copying
from app.copying import UNFINISHED, list_tables, read_revision
from app.databases import choose_database
from app.errors import StoreUnavailable
from app.keyrings import Keyrings
from app.store import BODY, LEAF, Store
from app.tables import METADATA, SCHEMA_REVISION
from heliograph.command import make_command
from heliograph.copying import transfer
from heliograph.copying.transfer import copy_store
from heliograph.data_lock import lock_data
from heliograph.errors import OperatorError
from heliograph.migrate import migrate_store
from heliograph.settings import Settings
from tests.app.conftest import place as place
from tests.app.conftest import postgres_place as postgres_place
from tests.app.conftest import sqlite_place as sqlite_place
from tests.app.running import Place, make_envelope, make_log
from tests.coalition import make_coalition
from tests.heliograph.doctor.deployments import spoil
from tests.nursery import run_loaded
from tests.postgres import Postgres

COUNT = 300
COALITION = make_coalition(development=False)
Rows = dict[str, list[tuple[object, ...]]]


def fill(place: Place) -> None:
    """A store with something in every table."""

    async def run(store: Store) -> None:
        await store.put([make_envelope(number) for number in range(COUNT)], message_key=b"k" * 32)
        await Keyrings(store, COALITION.root).accept(COALITION.bundle)
        await make_log(store).advance()
        await store.write(
            lambda connection: connection.execute(delete(BODY).where(BODY.c.log_index == 7))
        )
        await store.put([make_envelope(number) for number in range(COUNT, COUNT + 5)])
        for index in (0, 1):
            await store.put_part(b"ref", index, 3, bytes((index,)) * 114)
        await store.sweep()

    place.run(run)
    spoil(place, *make_blob_rows())


def make_blob_rows() -> list[Executable]:
    """A finished blob, an upload under way, and what a keyring listed."""
    tables = METADATA.tables
    stems = (b"s" * 16, b"t" * 16)
    return [
        *(
            insert(tables["blob_piece"]).values(stem=stem, start=0, length=9, turn=b"u" * 16)
            for stem in stems
        ),
        insert(tables["blob"]).values(id=b"b" * 32, stem=stems[0], length=9),
        insert(tables["blob_upload"]).values(
            address=b"a" * 32, stem=stems[1], length=1 << 40, received=9, turn=None, day=20_000
        ),
        update(tables["blob_room"]).values(unfinished=1 << 40, kept=9),
        insert(tables["purge"]).values(kind=1, id=b"p" * 32, state=1),
    ]


def read_rows(url: str) -> Rows:
    """Every row of a store, as plain values."""
    engine = choose_database(url).open_engine(url, writes=False)
    with engine.connect() as connection:
        found = {
            table.name: sorted(tuple(row) for row in connection.execute(select(table)))
            for table in list_tables()
        }
    engine.dispose()
    return found


def find_revision(url: str) -> str | None:
    engine = choose_database(url).open_engine(url, writes=False)
    try:
        return read_revision(engine)
    finally:
        engine.dispose()


@pytest.fixture
def other(tmp_path: Path) -> Place:
    """A place for a SQLite store that is not there yet."""
    return Place(tmp_path / "other")


@pytest.fixture
def source(place: Place) -> Place:
    fill(place)
    return place


def test_every_row_there_and_back(source: Place, other: Place, tmp_path: Path) -> None:
    before = read_rows(source.url)
    assert all(before.values()), "a table without rows shows nothing"
    proof, sums = copy_store(source.url, other.url)
    assert (proof.audit.leaves, proof.bodies, proof.pending) == (COUNT + 1, COUNT - 1, 5)
    assert read_rows(source.url) == before == read_rows(other.url)
    assert {name: total.rows for name, total in sums.items()} == {
        name: len(rows) for name, rows in before.items()
    }
    spoil(source, *map(delete, list_tables()))  # what comes back is the copy's
    back, _sums = copy_store(other.url, source.url)
    assert back.audit.root == proof.audit.root
    assert read_rows(source.url) == before


def test_a_plain_role_is_enough(sqlite_place: Place, postgres: Postgres) -> None:
    """What docs/operating.md has an operator make: no superuser, the owner of one database."""
    fill(sqlite_place)
    name = f"plain_{secrets.token_hex(6)}"
    postgres.run(f"CREATE ROLE {name} LOGIN")
    try:
        postgres.run(f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            url = make_url(postgres.url).set(username=name, password=None, database=name)
            url = url.difference_update_query(["user"])
            target = url.render_as_string(hide_password=False)
            copy_store(sqlite_place.url, target)
            assert read_rows(target) == read_rows(sqlite_place.url)
        finally:
            postgres.run(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        postgres.run(f"DROP ROLE {name}")


def test_a_commit_that_is_not_confirmed_is_told_as_such(
    postgres_place: Place, sqlite_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite_place)
    database = choose_database(postgres_place.url)
    monkeypatch.setattr(database, "confirm", Mock(side_effect=StoreUnavailable))
    with pytest.raises(OperatorError) as caught:
        copy_store(sqlite_place.url, postgres_place.url)
    assert caught.value.code == "copy-unconfirmed"


def test_a_service_goes_on_with_the_copy(source: Place, other: Place) -> None:
    copy_store(source.url, other.url)

    async def run(store: Store) -> None:
        assert store.pending == 5
        assert await store.put([make_envelope(3), make_envelope(COUNT)]) == ["known", "known"]
        assert await store.put([make_envelope(n) for n in range(2000, 2300)]) == ["stored"] * 300
        await make_log(store).advance()
        assert len(await store.download(-1, 10_000)) == COUNT + 1 + 5 + 300

    other.run(run)


def test_seqs_go_on_where_they_were(source: Place, other: Place) -> None:
    """PostgreSQL's sequence does not see rows that bring their number."""
    copy_store(source.url, other.url)
    spoil(source, *map(delete, list_tables()))
    copy_store(other.url, source.url)
    highest = max(row[0] for row in read_rows(source.url)["pending"])  # type: ignore[type-var]

    async def run(store: Store) -> None:
        await store.put([make_envelope(n) for n in range(5000, 5010)])

    source.run(run)
    seqs = [row[0] for row in read_rows(source.url)["pending"]]
    assert len(set(seqs)) == 15
    assert max(seqs) > highest  # type: ignore[type-var]


KILLED = """
import os, signal, sys
from heliograph.copying import transfer
database = transfer.choose_database(sys.argv[2])
left = int(sys.argv[3])
insert_rows, write_revision = database.insert_rows, transfer.write_revision

def insert(*given):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    insert_rows(*given)

def write(connection, revision):
    if left == 0 or revision == transfer.SCHEMA_REVISION:
        os.kill(os.getpid(), signal.SIGKILL)
    write_revision(connection, revision)

database.insert_rows, transfer.write_revision = insert, write
transfer.copy_store(sys.argv[1], sys.argv[2])
"""


@pytest.mark.parametrize("handful", [1, 2, 6, 1 << 30])
def test_a_copy_that_is_killed_is_not_served_and_begins_again(
    source: Place, other: Place, handful: int
) -> None:
    """At some handful of rows; the last is after all of them, before the last word."""
    other.folder.mkdir()
    words = ("-c", KILLED, source.url, other.url, str(handful))
    done = run_loaded(words, os.environ, timeout=300)
    assert done.returncode == -signal.SIGKILL
    assert find_revision(other.url) == UNFINISHED
    settings = Settings(data_dir=other.folder, database_url=other.url)  # type: ignore[arg-type]
    with pytest.raises(OperatorError) as caught:
        migrate_store(settings)
    assert caught.value.code == "schema-unknown"
    store = Store(other.url, clock=other.clock, on_fatal=other.fatal.append)
    with pytest.raises(StoreUnavailable) as refused:
        Place.run(other_with(other, store), do_nothing)
    assert refused.value.code == "schema-mismatch"
    copy_store(source.url, other.url)
    assert read_rows(other.url) == read_rows(source.url)
    assert find_revision(other.url) == SCHEMA_REVISION


def other_with(place: Place, store: Store) -> Place:
    """A place whose store is this one, unmigrated."""
    place.make_store = lambda: store  # type: ignore[method-assign]
    return place


async def do_nothing(_store: Store) -> None:
    return None


def test_a_target_in_use_is_left_alone(source: Place, other: Place) -> None:
    other.folder.mkdir()
    fill(other)
    spoil(other, delete(BODY).where(BODY.c.log_index == 9))
    before = read_rows(other.url)
    with pytest.raises(OperatorError) as caught:
        copy_store(source.url, other.url)
    assert caught.value.code == "copy-target-used"
    assert read_rows(other.url) == before
    assert find_revision(other.url) == SCHEMA_REVISION


def test_a_target_of_another_schema_is_left_alone(source: Place, other: Place) -> None:
    other.folder.mkdir()
    other.make_store()
    engine = choose_database(other.url).open_engine(other.url, writes=True)
    with engine.begin() as connection:
        copying.write_revision(connection, "0001")
    engine.dispose()
    with pytest.raises(OperatorError) as caught:
        copy_store(source.url, other.url)
    assert caught.value.code == "copy-target-used"


def test_a_damaged_source_is_named_and_not_carried_on(source: Place, other: Place) -> None:
    spoil(source, update(LEAF).where(LEAF.c.log_index == 290).values(leaf=b"\x01" * 39))
    with pytest.raises(OperatorError) as caught:
        copy_store(source.url, other.url)
    assert caught.value.code == "copy-source-damaged"
    assert "290" in str(caught.value)
    assert not (other.folder / "service.db").exists() or find_revision(other.url) == UNFINISHED


def test_a_damaged_body_is_named_and_the_copy_is_not_served(source: Place, other: Place) -> None:
    spoil(source, update(BODY).where(BODY.c.log_index == 30).values(body=make_envelope(9999)))
    with pytest.raises(OperatorError) as caught:
        copy_store(source.url, other.url)
    assert caught.value.code == "copy-source-bodies"
    assert "Index 30." in str(caught.value)
    assert find_revision(other.url) == UNFINISHED


def test_a_row_that_does_not_arrive_is_found(
    source: Place, other: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = choose_database(other.url)
    insert_rows = database.insert_rows

    def lose(connection: Connection, table: Any, rows: Any) -> None:
        insert_rows(connection, table, rows[1:] if table.name == "sms_part" else rows)

    def spoil(connection: Connection, table: Any, rows: Any) -> None:
        if table.name == "keyring_file":
            rows = [(*rows[0][:2], b"other"), *rows[1:]]
        insert_rows(connection, table, rows)

    for fault, table in ((lose, "sms_part"), (spoil, "keyring_file")):
        monkeypatch.setattr(database, "insert_rows", fault)
        with pytest.raises(OperatorError) as caught:
            copy_store(source.url, other.url)
        assert caught.value.code == "copy-differs"
        assert table in str(caught.value)
        assert find_revision(other.url) == UNFINISHED


def test_what_comes_meanwhile_is_noticed(
    source: Place, other: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_target = transfer._read_target

    def write(*given: Any) -> Any:
        engine = choose_database(source.url).open_engine(source.url, writes=True)
        with engine.begin() as connection:
            leaf, body = connection.execute(
                select(LEAF.c.leaf, BODY.c.body)
                .join_from(LEAF, BODY, LEAF.c.log_index == BODY.c.log_index)
                .limit(1)
            ).one()
            pending = copying.PENDING
            connection.execute(pending.insert().values(leaf=leaf, body=body))
        engine.dispose()
        return read_target(*given)

    monkeypatch.setattr(transfer, "_read_target", write)
    with pytest.raises(OperatorError) as caught:
        copy_store(source.url, other.url)
    assert caught.value.code == "copy-source-changed"
    assert find_revision(other.url) == UNFINISHED


def test_services_that_are_connected_are_seen(postgres_place: Place, other: Place) -> None:
    async def run(store: Store) -> None:
        await store.check()
        for pair in ((postgres_place.url, other.url), (other.url, postgres_place.url)):
            with pytest.raises(OperatorError) as caught:
                copy_store(*pair)
            codes.append(caught.value.code)

    codes: list[str] = []
    other.folder.mkdir()
    fill(other)
    postgres_place.run(run)
    assert codes == ["copy-source-in-use", "copy-target-in-use"]
    copy_store(other.url, postgres_place.url)
    assert read_rows(postgres_place.url) == read_rows(other.url)


def test_a_database_that_is_not_there_says_nothing_of_its_url(source: Place) -> None:
    url = "postgresql://canary:canary@127.0.0.1:1/canary?connect_timeout=1"
    with pytest.raises(OperatorError) as caught:
        copy_store(source.url, url)
    assert caught.value.code == "copy-failed"
    assert "canary" not in str(caught.value)


@pytest.fixture
def config(place: Place, tmp_path: Path) -> Path:
    """Settings of a store, which may be empty: a test that copies it fills it (`source`)."""
    place.make_store()
    path = tmp_path / "heliograph.toml"
    path.write_text(f'data_dir = "{tmp_path}/var"\ndatabase_url = "{place.url}"\n')
    return path


def run(config: Path, *words: str) -> Any:
    return CliRunner().invoke(make_command(), ["copy", "--config", str(config), *words], env={})


def test_the_command(config: Path, source: Place, other: Place, tmp_path: Path) -> None:
    with lock_data(tmp_path / "var"):
        locked = run(config, "--to", other.url)
    assert locked.exception.code == "data-folder-in-use"
    other.folder.mkdir()
    with lock_data(other.folder):
        locked = run(config, "--to", other.url)
    assert locked.exception.code == "data-folder-in-use"
    told = run(config, "--to", other.url, "--json")
    assert told.exit_code == 0
    document = json.loads(told.stdout)
    assert (document["leaves"], document["pending"]) == (COUNT + 1, 5)
    assert document["tables"]["body"] == COUNT - 1
    again = run(config, "--to", other.url)
    assert again.exception.code == "copy-target-used"
    file = tmp_path / "url"
    file.write_text(f"sqlite:///{tmp_path}/third/store.db\n")
    said = run(config, "--to-file", str(file))
    assert document["root"] in said.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "copy-target-option"),
        (("--to", "sqlite:///x", "--to-file", "y"), "copy-target-option"),
        (("--to-file", "absent"), "copy-target-file"),
        (("--to", "canary"), "copy-target-unknown"),
        (("--to", "mysql://somewhere/x"), "copy-target-unknown"),
        (("--to", "postgresql://user:word@host/x"), "copy-password"),
    ],
)
def test_targets_that_are_refused(config: Path, words: tuple[str, ...], code: str) -> None:
    done = run(config, *words)
    assert done.exception.code == code
    assert "word" not in str(done.exception).replace("password", "")


def test_the_source_is_not_written(sqlite_place: Place, other: Place) -> None:
    fill(sqlite_place)
    before = {path: path.read_bytes() for path in sqlite_place.folder.glob("service.db*")}
    copy_store(sqlite_place.url, other.url)
    assert before
    assert {path: path.read_bytes() for path in before} == before


def test_a_copy_of_an_empty_store(place: Place, other: Place) -> None:
    place.run(do_nothing)
    proof, sums = copy_store(place.url, other.url)
    assert proof.audit.leaves == sums["leaf"].rows == 0
    assert sums["state"].rows == 1
