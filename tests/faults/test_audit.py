"""The audit finds what is wrong with a store, each kind of it: planted here."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from app.databases import choose_database
from app.entries import make_entry
from app.log import CHECKPOINT, LEAF, LEAF_ID
from app.sequencing import PENDING
from app.store import BODY, Store
from app.tables import LogTile
from crypto.checkpoints import Checkpoint, make_log_signer, write_checkpoint
from crypto.notes import Note, sign, write_note
from migrations.upgrading import upgrade
from tests.app.running import LOG_SEED, NOW, make_envelope
from tests.faults.audit import audit, finish
from tests.faults.load import write_envelope

NUMBERS = range(300)
"""One complete group of 256, and some more."""
SIGNER = make_log_signer(LOG_SEED)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as it must be."""
    path = tmp_path_factory.mktemp("audited") / "store.db"
    url = f"sqlite:///{path}"
    upgrade(url)

    async def fill() -> None:
        store = Store(url, clock=lambda: NOW, on_fatal=print)
        await store.start()
        await store.put([write_envelope(number) for number in NUMBERS])
        await store.stop()

    asyncio.run(fill())
    finish(url, LOG_SEED)
    return path


def sign_wrong(connection: Connection, size: int) -> None:
    text = write_checkpoint(Checkpoint(SIGNER.name, size, bytes(32)))
    note = write_note(Note(text, (sign(SIGNER, text),)))
    connection.execute(insert(CHECKPOINT).values(size=size, root=bytes(32), note=note, day=1))


def alter(connection: Connection) -> None:
    body = connection.execute(select(BODY.c.body).where(BODY.c.log_index == 5)).scalar_one()
    changed = body[:-1] + bytes((body[-1] ^ 1,))
    connection.execute(update(BODY).where(BODY.c.log_index == 5).values(body=changed))


def repeat(connection: Connection) -> None:
    leaf, body = connection.execute(
        select(LEAF.c.leaf, BODY.c.body).join_from(LEAF, BODY, LEAF.c.log_index == BODY.c.log_index)
    ).first() or (b"", b"")
    for _ in range(2):
        connection.execute(insert(PENDING).values(leaf=leaf, body=body))


def repeat_in_log(connection: Connection) -> None:
    body = connection.execute(select(BODY.c.body).where(BODY.c.log_index == 5)).scalar_one()
    leaf = connection.execute(select(LEAF.c.leaf).where(LEAF.c.log_index == 5)).scalar_one()
    connection.execute(insert(LEAF).values(log_index=len(NUMBERS), leaf=leaf))
    connection.execute(insert(BODY).values(log_index=len(NUMBERS), body=body))


def bring(connection: Connection) -> None:
    entry = make_entry(make_envelope(10**12), 1)
    connection.execute(insert(PENDING).values(leaf=entry.leaf, body=entry.body))


FAULTS: dict[str, Callable[[Connection], object]] = {
    "1 acknowledged envelopes are lost": lambda connection: connection.execute(
        delete(BODY).where(BODY.c.log_index == 3)
    ),
    "a body is altered": alter,
    "an envelope is there twice": repeat,
    "there are envelopes that nobody sent": bring,
    "the log has a gap": lambda connection: connection.execute(
        delete(LEAF).where(LEAF.c.log_index == 4)
    ),
    "an index is wrong": lambda connection: connection.execute(
        delete(LEAF_ID).where(LEAF_ID.c.log_index == 9)
    ),
    "a kept hash is wrong": lambda connection: connection.execute(
        update(LogTile.__table__).values(hash=bytes(32))  # type: ignore[attr-defined]
    ),
    "a checkpoint has another root": partial(sign_wrong, size=7),
    "a checkpoint was signed over leaves that are not there": partial(sign_wrong, size=999),
}


def look(path: Path) -> list[str]:
    url = f"sqlite:///{path}"
    return audit(url, SIGNER.key, acknowledged=NUMBERS, sent=NUMBERS).faults


def test_a_store_as_it_must_be(store: Path) -> None:
    assert look(store) == []


def spoil(store: Path, copy: Path, change: Callable[[Connection], object]) -> list[str]:
    """What is found in a copy of the store after a change."""
    copy.write_bytes(store.read_bytes())
    engine = choose_database(f"sqlite:///{copy}").open_engine(f"sqlite:///{copy}", writes=True)
    with engine.connect() as connection, connection.begin():
        change(connection)
    engine.dispose()
    return look(copy)


def test_a_second_row_in_the_log_is_found(store: Path, tmp_path: Path) -> None:
    assert "an envelope is there twice" in spoil(store, tmp_path / "store.db", repeat_in_log)


def test_what_is_copied_and_not_deleted_yet_is_no_fault(store: Path, tmp_path: Path) -> None:
    def copy(connection: Connection) -> None:
        connection.execute(
            insert(PENDING).from_select(
                ["leaf", "body"],
                select(LEAF.c.leaf, BODY.c.body)
                .join_from(LEAF, BODY, LEAF.c.log_index == BODY.c.log_index)
                .limit(5),
            )
        )

    assert spoil(store, tmp_path / "store.db", copy) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(store: Path, tmp_path: Path, fault: str) -> None:
    assert fault in spoil(store, tmp_path / "store.db", FAULTS[fault])


def test_what_cannot_be_read_is_lost(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"")
    assert "300 acknowledged envelopes are lost" in look(tmp_path / "store.db")
