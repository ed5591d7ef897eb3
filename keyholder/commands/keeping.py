"""keyholder keep."""

from collections.abc import Sequence
from itertools import islice
from typing import Annotated

import typer

from keyholder.commands.opening import open_held
from keyholder.commands.options import Json, Peeled, with_filter
from keyholder.commands.printing import say, say_json
from keyholder.commands.reading import is_meant
from keyholder.commands.session import Session, read_coalition, unlock_identity
from keyholder.counts import write_count
from keyholder.envelopes import open_envelopes
from keyholder.errors import KeysError, ReportError
from keyholder.filters import Filter, matches
from keyholder.home import hold
from keyholder.keys.keeping import find_originals, open_store
from keyholder.keys.keeping import keep as keep_originals
from keyholder.keys.kept_records import choose_records, list_ids
from keyholder.merge import Merged, merge
from keyholder.opening import Opened, OpenedRecord
from keyholder.records.journal import Kept, open_journal

_BATCH = 500  # envelopes a transaction
_SHORTEST_ID = 4  # hex digits


@with_filter
def keep(
    context: typer.Context,
    wanted: Filter,
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID…", help="Ids of reports or envelopes, or how they begin."),
    ] = None,
    peeled: Peeled = None,
    json: Json = False,
) -> None:
    """Keep reports beyond their epoch: sealed again under the vault's own key, envelope and all.

    Name them by ids, or by filters as `list` takes them, such as --epoch 3. Whoever has your home
    and your passphrase can read what is kept, also when the epoch's keys are long destroyed: keep
    what will be needed, and nothing else. A report of a dual epoch opens from then on without the
    other lock. What holders said of these reports is kept with them.

    --json prints {"reports", "kept": envelopes that were not kept before, "already"}.
    """
    session: Session = context.obj
    prefixes = [id.lower() for id in ids or ()]
    if any(len(prefix) < _SHORTEST_ID for prefix in prefixes):
        raise typer.BadParameter("give 4 hex digits or more", param_hint="ID")
    if not prefixes and wanted == Filter():
        raise KeysError("keep-nothing")
    held = read_coalition(session)
    identity = unlock_identity(session)
    outcomes = open_held(session, peeled, identity=identity)
    opened: list[Opened] = []
    records: list[OpenedRecord] = []
    for outcome in outcomes:
        if isinstance(outcome, Opened):
            opened.append(outcome)
        elif isinstance(outcome, OpenedRecord):
            records.append(outcome)
    found = [one for one in merge(opened) if matches(one, wanted)]
    chosen = [_find(found, prefix) for prefix in prefixes] if prefixes else found
    if not chosen:
        raise KeysError("keep-nothing")
    named = {source.envelope_id for one in chosen for source in one.sources}
    meant = [one for one in opened if one.envelope_id in named]
    starts = {epoch.number: epoch.seal_from for epoch in held.keyring.epochs}
    fresh = 0
    with (
        hold(session.home),
        open_envelopes(session.home) as database,
        open_store(session.home, identity) as store,
    ):
        originals = find_originals(database, starts, meant)
        while batch := list(islice(originals, _BATCH)):
            fresh += keep_originals(store, batch)
    said = choose_records(records, list_ids(chosen))
    if said:
        with open_journal(session.home, identity) as journal:
            journal.keep(Kept(one.content, one.day) for one in said)
    reports = len({one.report_id for one in chosen})
    if json:
        say_json({"reports": reports, "kept": fresh, "already": len(meant) - fresh})
    else:
        say(
            f"{write_count(reports, 'report is', 'reports are')} kept: "
            f"{write_count(fresh, 'envelope')}, {len(meant) - fresh:,} before."
        )


def _find(found: Sequence[Merged], prefix: str) -> Merged:
    """The one report that is meant. ReportError: report-unknown, report-ambiguous."""
    meant = [one for one in found if is_meant(one, prefix)]
    if len(meant) > 1:
        raise ReportError("report-ambiguous")
    if not meant:
        raise ReportError("report-unknown")
    return meant[0]
