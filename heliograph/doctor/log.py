"""The log: everything that was signed is still there, unaltered, and signed by this key."""

import random
from collections.abc import Iterator, Mapping
from functools import partial

from sqlalchemy import Connection, func, select

from app.auditing import CHECKPOINT, audit_step, start_audit
from app.auditing_bodies import (
    PENDING,
    ROWS,
    BodiesAudit,
    audit_bodies,
    audit_pending,
    audit_some_bodies,
)
from app.errors import FAULTS
from app.faults import Fault, Faults
from app.tiles import count_leaves
from crypto.checkpoints import make_log_signer, open_checkpoint
from crypto.errors import NoteError
from heliograph.doctor.deployment import Deployment
from heliograph.doctor.findings import Finding, ok, warning, wrong

SAMPLE = 2048
"""Bodies that are read unless all are asked for."""
SHOWN = 5
"""Ranges that are told of one fault."""
KEEP = (
    "Stop the service, keep a copy of the database as it is, and tell the coalition: keyholders' "
    "copies have what was there."
)


def check_leaves(deployment: Deployment) -> Iterator[Finding]:
    """Every leaf again: the roots, the kept hashes, the ids, the indexes."""
    audit = deployment.read(start_audit)
    with deployment.show_progress("Reading the log", audit.size) as advance:
        while count := deployment.read(lambda connection: audit_step(connection, audit)):
            advance(count)
    yield from tell_faults(audit.faults)
    if not audit.faults:
        signed = (
            f"checkpoints that agree: {audit.checkpoints:,}, the newest of size {audit.confirmed:,}"
            if audit.checkpoints
            else "nothing is signed yet"
        )
        yield ok(f"Leaves without a gap, each found by its id: {audit.leaves:,}; {signed}.")


def check_key(deployment: Deployment) -> Iterator[Finding]:
    """Whether log.key signed the newest checkpoint."""
    note = deployment.read(_read_newest)
    key = make_log_signer(deployment.log_seed).key
    if note is None:
        yield ok("Nothing is signed yet.")
        return
    try:
        open_checkpoint(note, key)
    except NoteError:
        yield wrong(
            "log-key-other",
            "The log's key here did not sign the newest checkpoint: the service signs nothing.",
            "Put the log.key back that belongs to this store (or HELIOGRAPH_LOG_KEY_FILE). If it "
            "is lost, tell the coalition before you set HELIOGRAPH_REPLACE_LOG_KEY.",
        )
    else:
        yield ok(f"The newest checkpoint is signed by the log's key, {key.name}.")


def check_bodies(deployment: Deployment) -> Iterator[Finding]:
    """Bodies against their leaves: all of them if asked, else a sample over the whole log."""
    size = deployment.read(count_leaves)
    audit = BodiesAudit(size)
    if deployment.all_bodies or size <= SAMPLE:
        with deployment.show_progress("Reading every body", size) as advance:
            while count := deployment.read(lambda connection: audit_bodies(connection, audit)):
                advance(count)
        said = f"Bodies that are those of their leaves: {audit.bodies:,}, all that are not purged."
    else:
        picked = sorted(random.SystemRandom().sample(range(size), SAMPLE))
        with deployment.show_progress("Reading some bodies", SAMPLE) as advance:
            for start in range(0, SAMPLE, ROWS):
                some = picked[start : start + ROWS]
                deployment.read(partial(audit_some_bodies, audit=audit, indexes=some))
                advance(len(some))
        said = (
            f"Bodies that are those of their leaves: {audit.bodies:,}, picked at random; --bodies "
        )
        said += "reads all."
    yield from tell_faults(audit.faults)
    if not audit.faults:
        yield ok(f"{said} Purged: {audit.purged:,}." if audit.purged else said)


def check_pending(deployment: Deployment) -> Iterator[Finding]:
    """What waits for its index. How long it waits is not kept, so only its number is told."""
    faults = Faults()
    last = 0
    end = deployment.read(_find_last_pending)
    while last < end:
        count, last = deployment.read(partial(audit_pending, after=last, faults=faults))
        if not count:
            break
    yield from tell_faults(faults)
    count = deployment.read(_count_pending)
    crowd = deployment.settings.limits.pending_envelopes
    if count > crowd:
        yield warning(
            "pending-many",
            f"Envelopes that wait for their index, more than limits.pending_envelopes: {count:,}.",
            "They are safe. If their number does not fall, look for task=upkeep in the service's "
            "lines.",
        )
    elif not faults:
        yield ok(f"Envelopes that wait for their index, each as it came: {count:,}.")


def tell_faults(faults: Faults) -> Iterator[Finding]:
    """A finding for each kind of fault, with the first indexes concerned."""
    kinds: dict[str, list[Fault]] = {}
    for fault in faults.list():
        kinds.setdefault(fault.code, []).append(fault)
    for code, found in kinds.items():
        yield wrong(code, f"{FAULTS[code]} {_write_places(found, faults.beyond)}", KEEP)


def _write_places(found: list[Fault], beyond: Mapping[str, int]) -> str:
    shown = ", ".join(
        f"{fault.first}" if fault.first == fault.last else f"{fault.first} to {fault.last}"
        for fault in found[:SHOWN]
    )
    more = len(found) - SHOWN + beyond.get(found[0].code, 0)
    return f"Index {shown}{f' and more ranges, not shown: {more:,}' if more > 0 else ''}."


def _read_newest(connection: Connection) -> bytes | None:
    query = select(CHECKPOINT.c.note).order_by(CHECKPOINT.c.size.desc()).limit(1)
    note = connection.execute(query).scalar()
    return note if isinstance(note, bytes) else None


def _count_pending(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(PENDING)).scalar_one())


def _find_last_pending(connection: Connection) -> int:
    return int(connection.execute(select(func.max(PENDING.c.seq))).scalar() or 0)
