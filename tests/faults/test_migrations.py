"""A migration that is cut off at each write: the next one finishes it, and nothing is lost."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import insert

from app.databases import choose_database
from app.entries import make_entry, prefix_of
from app.log import LEAF, LEAF_ID
from app.sequencing import PENDING
from app.store import BODY
from app.tables import SCHEMA_REVISION
from migrations.upgrading import find_revision, upgrade
from tests.faults.audit import audit, finish
from tests.faults.injections import inject
from tests.faults.load import write_envelope
from tests.faults.machine import need
from tests.faults.processes import BIN, Place
from tests.postgres import Postgres

MIGRATE = (str(BIN / "heliograph"), "migrate")
OLDEST = "0001"
LOGGED, WAITING = 100, 100
DAY = 20_000
MOST = 500
"""Writes of one migration, at most: a run in which nothing was killed ends the count before."""


def fill(url: str) -> None:
    """A store of the first release, with envelopes in its log and waiting for it."""
    upgrade(url, OLDEST)
    entries = [make_entry(write_envelope(number), DAY) for number in range(LOGGED + WAITING)]
    logged = sorted(entries[:LOGGED], key=lambda entry: entry.id)
    engine = choose_database(url).open_engine(url, writes=True)
    with engine.connect() as connection, connection.begin():
        for index, entry in enumerate(logged):
            connection.execute(insert(LEAF).values(log_index=index, leaf=entry.leaf))
            connection.execute(insert(BODY).values(log_index=index, body=entry.body))
            connection.execute(
                insert(LEAF_ID).values(log_index=index, id_prefix=prefix_of(entry.id))
            )
        for entry in entries[LOGGED:]:
            connection.execute(insert(PENDING).values(leaf=entry.leaf, body=entry.body))
    engine.dispose()


@contextmanager
def copied(kind: str, folder: Path, original: str, server: Postgres | None) -> Iterator[str]:
    """A database as the original was: its URL."""
    if server is not None:
        with server.make_database(original.partition("?")[0].rpartition("/")[2]) as url:
            yield url
        return
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(Path(original.removeprefix("sqlite:///")).parent, folder)
    yield f"sqlite:///{folder / 'store.db'}"


@pytest.mark.parametrize(
    ("kind", "call", "step"),
    [("sqlite", "pwrite64", 1), ("sqlite", "fdatasync", 1), ("postgresql", "sendto", 3)],
)
def test_a_migration_that_is_killed(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str, call: str, step: int, tell
) -> None:
    """`step`: with PostgreSQL, each third thing that is sent."""
    need("strace")
    server: Postgres | None = None
    with ExitStack() as stack:
        if kind == "sqlite":
            (tmp_path / "old").mkdir()
            original = f"sqlite:///{tmp_path / 'old' / 'store.db'}"
        else:
            server = request.getfixturevalue("postgres")
            original = stack.enter_context(server.make_database())
        fill(original)
        place = Place(tmp_path / "data", 0, key_file=tmp_path / "log.key")
        place.key_file.write_bytes(secrets.token_bytes(32))  # type: ignore[union-attr]
        place.data.mkdir()
        kills = 0
        halfway: set[str | None] = set()
        for when in range(1, MOST, step):
            with copied(kind, tmp_path / "copy", original, server) as url:
                place.url = url
                with place.running(MIGRATE, wrap=inject(call, "signal=KILL", str(when))) as first:
                    status = first.process.wait(120)
                assert status in (0, -9), first.read_output()
                kills += status == -9
                halfway.add(find_revision(url))
                upgrade(url)
                assert find_revision(url) == SCHEMA_REVISION
                finish(url, place.log_seed)
                numbers = range(LOGGED + WAITING)
                found = audit(url, place.log_key, acknowledged=numbers, sent=numbers)
                assert found.faults == []
                assert found.leaves == found.envelopes == LOGGED + WAITING
            if status == 0:
                break
        else:
            pytest.fail("the migration was killed every time")
    tell(call=call, kills=kills, seen_at=sorted(map(str, halfway)), lost=0)
    assert kills
