"""Reading a store back: what was acknowledged is there, once and whole, and the log verifies.

Nothing here asks the service: rows are read by themselves, and every hash is computed again.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from app.databases import choose_database
from app.entries import prefix_of
from app.log import CHECKPOINT, LEAF, LEAF_ID, Log
from app.sequencing import PENDING
from app.store import BODY, Store
from app.tiles import Tiles, make_reader
from crypto.checkpoints import make_log_signer, open_checkpoint
from crypto.envelope import envelope_id, read_header
from crypto.leaves import envelope_leaf, find_digest
from crypto.log import Frontier, find_range, hash_leaf
from crypto.notes import NoteKey
from tests.faults.load import PAUSE_SECONDS, Load, write_envelope
from tests.faults.processes import Place

DAY_BYTES = slice(5, 7)
"""Where an envelope's leaf of 39 bytes has its day."""


@dataclass
class Findings:
    """What an audit found. `faults` is empty for a store as it must be."""

    faults: list[str] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    """Numbers that were acknowledged and are not there."""
    envelopes: int = 0
    leaves: int = 0
    checkpoints: int = 0
    """Checkpoints whose signature and root were checked."""


def finish(url: str, log_seed: bytes) -> None:
    """Opens the store as the service does and gives an index to all that is pending."""

    def give_up(code: str) -> None:
        raise AssertionError(code)

    async def run() -> None:
        store = Store(url, clock=time.time, on_fatal=give_up)
        await store.start()
        try:
            log = Log(store, make_log_signer(log_seed))
            await log.advance()
            while await store.read(_count_pending):  # a replica that was killed has the turn yet
                await asyncio.sleep(PAUSE_SECONDS)
                await log.advance()
        finally:
            await store.stop()

    asyncio.run(run())


@cache
def _find_id(number: int) -> bytes:
    return envelope_id(write_envelope(number))


def _count_pending(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(PENDING)).scalar_one())


def check(place: Place, load: Load) -> Findings:
    """Audits a place that nobody serves now. Raises AssertionError for any fault."""
    acknowledged, seen = list(load.acknowledged), list(load.seen)
    found = audit(
        place.store_url, place.log_key, acknowledged=acknowledged, sent=load.sent, seen=seen
    )
    assert found.faults == []
    return found


def audit(
    url: str,
    log_key: NoteKey,
    *,
    acknowledged: Iterable[int],
    sent: Iterable[int],
    seen: Iterable[bytes] = (),
) -> Findings:
    """Reads the whole store. `seen` are checkpoints that the service told; `sent` is everything
    that may be there, and `acknowledged` what must be.
    """
    found = Findings()
    engine = choose_database(url).open_engine(url, writes=False)
    try:
        with engine.connect() as connection, connection.begin():
            if engine.dialect.name == "sqlite":
                (verdict,) = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
                _expect(found, verdict == "ok", "the database is damaged")
            ids = _check_envelopes(connection, found)
            _check_log(connection, log_key, seen, found)
    except DBAPIError as error:
        found.faults.append(f"the database cannot be read: {type(error.orig).__name__}")
        ids = set()
    finally:
        engine.dispose()
    given = {number: _find_id(number) for number in sent}
    _expect(found, ids <= set(given.values()), "there are envelopes that nobody sent")
    found.lost = [number for number in acknowledged if given[number] not in ids]
    _expect(found, not found.lost, f"{len(found.lost)} acknowledged envelopes are lost")
    return found


def _check_envelopes(connection: Connection, found: Findings) -> set[bytes]:
    """Each body belongs to its leaf, bit for bit, and is there once: in the log, or pending, or
    both where the service was ended between copying and deleting (docs/adr/0028). Returns the ids.

    After `finish` nothing is pending, so then it is in the log once.
    """
    logged = select(LEAF.c.leaf, BODY.c.body).join_from(
        LEAF, BODY, LEAF.c.log_index == BODY.c.log_index
    )
    ids: set[bytes] = set()
    for query in (logged, select(PENDING.c.leaf, PENDING.c.body)):
        times: Counter[bytes] = Counter()
        for leaf, body in connection.execute(query):
            id = envelope_id(body)
            day = int.from_bytes(leaf[DAY_BYTES], "big")
            _expect(found, leaf == envelope_leaf(read_header(body), day, id), "a body is altered")
            times[id] += 1
        _expect(found, all(count == 1 for count in times.values()), "an envelope is there twice")
        ids.update(times)
    found.envelopes = len(ids)
    return ids


def _check_log(
    connection: Connection, key: NoteKey, seen: Iterable[bytes], found: Findings
) -> None:
    """Every checkpoint's root, and the newest one's, over the leaves as they are."""
    notes = [*connection.execute(select(CHECKPOINT.c.note)).scalars(), *seen]
    told: dict[int, set[bytes]] = {}
    for note in notes:
        checkpoint = open_checkpoint(note, key)
        told.setdefault(checkpoint.size, set()).add(checkpoint.root)
    found.checkpoints = len(notes)
    frontier = Frontier()
    prefixes: set[tuple[int, int]] = set()
    _expect_roots(told, frontier, found)
    query = select(LEAF.c.log_index, LEAF.c.leaf).order_by(LEAF.c.log_index)
    for index, leaf in connection.execute(query):
        _expect(found, index == frontier.size, "the log has a gap")
        prefixes.add((prefix_of(find_digest(leaf)), index))
        frontier.add(hash_leaf(leaf))
        _expect_roots(told, frontier, found)
    _expect(found, not told, "a checkpoint was signed over leaves that are not there")
    rows = connection.execute(select(LEAF_ID.c.id_prefix, LEAF_ID.c.log_index))
    _expect(found, {(row[0], row[1]) for row in rows} == prefixes, "an index is wrong")
    kept = find_range(0, frontier.size, make_reader(connection, Tiles()))
    _expect(found, kept == frontier.find_root(), "a kept hash is wrong")
    found.leaves = frontier.size


def _expect_roots(told: dict[int, set[bytes]], frontier: Frontier, found: Findings) -> None:
    roots = told.pop(frontier.size, None)
    if roots is not None:
        _expect(found, roots == {frontier.find_root()}, "a checkpoint has another root")


def _expect(found: Findings, holds: Any, fault: str) -> None:
    if not holds and fault not in found.faults:
        found.faults.append(fault)
