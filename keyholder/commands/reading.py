"""keyholder list and show."""

import shutil
from typing import Annotated

import typer

from keyholder.commands.opening import annotate, list_unopened, open_desk, open_held, say_unopened
from keyholder.commands.options import Json, Peeled, with_filter
from keyholder.commands.printing import say, say_json, say_lines
from keyholder.commands.session import Session, unlock_identity
from keyholder.counts import choose_word
from keyholder.documents import make_document, write_list
from keyholder.errors import ReportError
from keyholder.exports.annotations import add_annotations
from keyholder.filters import Filter, matches
from keyholder.findings import Findings
from keyholder.merge import Merged, merge
from keyholder.moments import write_day
from keyholder.opening import Opened, Outcome, Unopened
from keyholder.records.telling import write_said
from keyholder.rows import make_row, measure_text, write_table
from keyholder.sheet import write_sheet

SHORTEST_ID = 4  # hex digits


@with_filter
def list_reports(
    context: typer.Context,
    wanted: Filter,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only so many, the newest.")
    ] = None,
    peeled: Peeled = None,
    json: Json = False,
) -> None:
    """Open everything and print one line a report, the newest first.

    A report that came by several channels, in parts or screen by screen is one line. What strangers
    wrote is shown with every control and invisible character as ⟨U+…⟩.

    --json prints the documents of spec/exports-v1.md, with the unopened envelopes counted, and how
    many long reports were cut short to fit in memory.
    """
    session: Session = context.obj
    reports, annotations, tally, cut = open_desk(session, peeled)
    found = [one for one in reports if matches(one, wanted)]
    shown = found if limit is None else found[:limit]
    if json:
        rest = {"matching": len(found), "cut": cut, "unopened": list_unopened(tally)}
        documents = (
            add_annotations(make_document(one), one.report_id, annotations) for one in shown
        )
        say_lines(write_list(documents, rest))
        return
    tags = annotations.tags
    tagged = any(tags.get(one.report_id) for one in shown)
    width = measure_text(shutil.get_terminal_size((160, 24)).columns, tagged=tagged)
    rows = (make_row(one, width, tags.get(one.report_id, ())) for one in shown)
    say_lines(write_table(rows, tagged=tagged))
    say()
    say(
        f"{len(found):>9,}  {choose_word(len(found), 'report')}"
        + (f", {len(shown):,} shown" if len(shown) < len(found) else "")
    )
    say_unopened(tally)


def show_report(
    context: typer.Context,
    id: Annotated[str, typer.Argument(help="A report's or envelope's id, or how it begins.")],
    peeled: Peeled = None,
    json: Json = False,
) -> None:
    """Print one report in full: every field, the text as it came, and its envelopes.

    --json prints one document of spec/exports-v1.md. An envelope that did not open prints
    {"id", "index", "received", "outcome", "detail"}.
    """
    session: Session = context.obj
    if len(id) < SHORTEST_ID:
        raise typer.BadParameter("give 4 hex digits or more", param_hint="ID")
    prefix = id.lower()
    identity = unlock_identity(session)
    opened = Findings()
    unopened: list[Unopened] = []
    for outcome in open_held(session, peeled, identity=identity):
        opened.take(outcome, whole=_is_meant(outcome, prefix))
        if isinstance(outcome, Unopened) and outcome.envelope_id.hex().startswith(prefix):
            unopened.append(outcome)
    reports = merge(opened.reports)
    found = [one for one in reports if is_meant(one, prefix)]
    if len(found) + len(unopened) > 1:
        raise ReportError("report-ambiguous")
    if found:
        annotations = annotate(session, identity, opened, reports)
        report_id = found[0].report_id
        if json:
            say_json(add_annotations(make_document(found[0]), report_id, annotations))
        else:
            say_lines(write_sheet(found[0]))
            say_lines(write_said(annotations, report_id))
    elif unopened:
        _say_unopened(unopened[0], json=json)
    else:
        raise ReportError("report-unknown")


def is_meant(merged: Merged, prefix: str) -> bool:
    """Whether the report's id, or one of its envelopes', begins so (lower-case hex)."""
    ids = (merged.report_id, *(source.envelope_id for source in merged.sources))
    return any(one.hex().startswith(prefix) for one in ids)


def _is_meant(outcome: Outcome, prefix: str) -> bool:
    return isinstance(outcome, Opened) and (
        outcome.report_id.hex().startswith(prefix) or outcome.envelope_id.hex().startswith(prefix)
    )


def _say_unopened(unopened: Unopened, *, json: bool) -> None:
    told = {
        "id": unopened.envelope_id.hex(),
        "index": unopened.place,
        "received": write_day(unopened.day),
        "outcome": unopened.outcome,
        "detail": unopened.detail,
    }
    if json:
        say_json(told)
        return
    for name, value in told.items():
        say(f"{name:10} {value}")
