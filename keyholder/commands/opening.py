"""keyholder open, and the opening that list, show and export begin with."""

from collections import Counter
from collections.abc import Callable, Container, Generator, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

import typer

from keyholder.commands.options import Json, Peeled
from keyholder.commands.printing import say, say_json, show_progress, warn
from keyholder.commands.session import Session, read_coalition, unlock_identity
from keyholder.cores import CHUNK, RANGE, count_cores, is_quick, open_chunks, open_ranges
from keyholder.counts import choose_word, write_count
from keyholder.envelopes import count, list_ranges, open_envelopes, read_chunks
from keyholder.errors import HomeError
from keyholder.findings import Findings, OpenDesk, Tally, find_aliases
from keyholder.held import Held
from keyholder.keys.keeping import merge_kept, open_store
from keyholder.known import Known, read_known
from keyholder.merge import Merged, merge
from keyholder.opening import (
    DAMAGED,
    NO_KEY,
    OTHER_KIND,
    PURGED,
    RECORD_REFUSED,
    REMOVED,
    EpochKeys,
    Opened,
    OpenedRecord,
    Outcome,
    Unopened,
    choose_keys,
    name_purged,
)
from keyholder.peeled import list_speakers, read_peeled
from keyholder.records.journaled import read_journal
from keyholder.records.replay import Annotations, replay
from keyholder.room import ROOM, Room
from keyholder.vault import Identity, read_seeds

Watch = Callable[[int, int], Any]  # is told how many are opened, and of how many


class Ground(NamedTuple):
    """What the opening goes by."""

    held: Held
    keys: Sequence[EpochKeys]
    known: Known


def read_ground(session: Session, identity: Identity, held: Held | None = None) -> Ground:
    """As the home has it now. CoalitionError: keyring-damaged; HomeError: vault-damaged."""
    held = held or read_coalition(session)
    keys = choose_keys(held.keyring, read_seeds(session.home, identity))
    return Ground(held, keys, read_known(session.home))


def open_held(
    session: Session,
    peeled: Sequence[Path] | None = None,
    *,
    identity: Identity | None = None,
    watch: Watch | None = None,
    ground: Ground | None = None,
) -> Generator[Outcome, None, None]:
    """The outcome of every envelope that this home holds, by index, and of what it keeps beyond
    their keys.

    Asks for the passphrase at once, unless it is given an identity; opens while it is read, in
    whatever thread that is. `peeled` are files of holders of lock A (`--peeled`): they are read,
    never kept. TravelError where one of them does not count.
    """
    held = None if ground else read_coalition(session)  # said before a passphrase is asked for
    identity = identity or unlock_identity(session)
    ground = ground or read_ground(session, identity, held)
    return _add_kept(session, identity, _open_kept(session, ground, peeled or (), watch))


def _add_kept(
    session: Session, identity: Identity, outcomes: Iterable[Outcome]
) -> Generator[Outcome, None, None]:
    with open_store(session.home, identity) as store:
        yield from merge_kept(store, outcomes)


def _open_kept(
    session: Session, ground: Ground, peeled: Sequence[Path], watch: Watch | None
) -> Generator[Outcome, None, None]:
    held, keys, known = ground
    with (
        read_peeled(peeled, list_speakers(held.keyring, known)) as boxes,
        open_envelopes(session.home) as database,
    ):
        total, done = count(database), 0
        lacking: set[str] = set()
        with show_progress("Opening", total) as advance:
            cores = count_cores()
            if len(boxes) or is_quick(total, cores):
                chunks = read_chunks(database, CHUNK)
                if len(boxes):
                    chunks = ([boxes.attach(kept) for kept in chunk] for chunk in chunks)
                opening = open_chunks(chunks, keys, total, cores, known.authors)
            else:
                ranges = list_ranges(database, RANGE, cores)
                opening = open_ranges(session.home.envelopes, ranges, keys, cores, known.authors)
            for outcomes in opening:
                lacking.update(one.detail for one in outcomes if _lacks_key(one))
                yield from (name_purged(outcome, known.purged) for outcome in outcomes)
                advance(len(outcomes))
                done += len(outcomes)
                if watch is not None:
                    watch(done, total)
        if boxes.strangers:
            warn(
                f"{write_count(boxes.strangers, 'peeled box is', 'peeled boxes are')} of "
                "envelopes that are not held here."
            )
        _tell_other_lock(keys, lacking)


def _lacks_key(outcome: Outcome) -> TypeGuard[Unopened]:
    return isinstance(outcome, Unopened) and outcome.outcome == NO_KEY


def _tell_other_lock(keys: Iterable[EpochKeys], lacking: Container[str]) -> None:
    """What is next where one of two locks is held: "no key" alone looks like a loss. `lacking` are
    the epochs of envelopes that did not open."""
    for epoch in keys:
        if str(epoch.number) not in lacking or len(epoch.locks) < 2 or len(epoch.seeds) != 1:
            continue
        (lock,) = epoch.seeds
        rest = "`keyholder peel --output FILE`, for a holder of lock B"
        if lock == "B":
            rest = "add --peeled FILE, with what a holder of lock A peeled"
        warn(f"Epoch {epoch.number} has two locks, and you hold lock {lock}: {rest}.")


def open_desk(
    session: Session,
    peeled: Sequence[Path] | None = None,
    *,
    identity: Identity | None = None,
    watch: Watch | None = None,
    whole: bool = False,
) -> OpenDesk:
    """Every report, merged, what keyholders said about them, and why the rest did not open: of one
    pass over the store. Long reports are cut where they are too many, unless all are to be `whole`,
    and it is said. Options as `open_held`."""
    identity = identity or unlock_identity(session)
    found = Findings(room=Room(None if whole else ROOM))
    for outcome in open_held(session, peeled, identity=identity, watch=watch):
        found.take(outcome)
    reports = merge(found.reports)
    if found.room.cut:
        warn(f"{write_count(len(found.room.cut), 'long report')} cut short here, to fit in memory:")
        warn("`keyholder show ID` and `keyholder export` give them whole.")
    annotations = annotate(session, identity, found, reports)
    return OpenDesk(reports, annotations, found.tally, len(found.room.cut))


def annotate(
    session: Session, identity: Identity, found: Findings, reports: Iterable[Merged]
) -> Annotations:
    """What holders said, the records of this home's own journal among it; warns of what is damaged
    there. `reports` are those of `found`, merged."""
    journaled = read_journal(session.home, identity, read_known(session.home).authors)
    if journaled.damaged:
        warn(f"{write_count(journaled.damaged, 'record')} in records.db damaged; the rest counts.")
    if journaled.cut_off:
        warn(str(HomeError("records-damaged")))
    return replay([*found.records, *journaled.records], find_aliases(reports))


def open_all(context: typer.Context, peeled: Peeled = None, json: Json = False) -> None:
    """Open every envelope that is held, in memory, and count what came of it.

    What does not open is counted and never stops the rest. Nothing is written.

    --json prints {"opened": n, "records": n, "unopened": [{"outcome", "detail", "count"}]}; outcome
    is no-key (detail: the epoch), damaged (a code), purged (a keyring says so), removed (none does:
    see `verify`), record-refused (it calls itself a keyholder's record; a code), or other-kind (a
    kind that is neither).
    """
    session: Session = context.obj
    counts: Counter[type] = Counter()
    tally = Tally()
    for outcome in open_held(session, peeled):
        counts[type(outcome)] += 1
        if isinstance(outcome, Unopened):
            tally[outcome.outcome, outcome.detail] += 1
    opened, records = counts[Opened], counts[OpenedRecord]
    if json:
        say_json({"opened": opened, "records": records, "unopened": list_unopened(tally)})
        return
    say(f"{opened:>9,}  opened")
    if records:
        say(f"{records:>9,}  {choose_word(records, 'record')} of keyholders")
    say_unopened(tally)


def list_unopened(tally: Tally) -> list[dict[str, str | int]]:
    """The tally as JSON values."""
    return [
        {"outcome": outcome, "detail": detail, "count": number}
        for (outcome, detail), number in sorted(tally.items())
    ]


def say_unopened(tally: Tally) -> None:
    """One line for each reason."""
    words = {
        NO_KEY: "no key: epoch {}",
        DAMAGED: "damaged: {}",
        OTHER_KIND: "no report: {}",
        RECORD_REFUSED: "not a keyholder's record: {}",
        PURGED: "purged",
        REMOVED: "removed, and no keyring says so: see `keyholder verify`",
    }
    for (outcome, detail), number in sorted(tally.items()):
        say(f"{number:>9,}  {words[outcome].format(detail)}")
