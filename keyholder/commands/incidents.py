"""keyholder incidents and floods."""

import shutil
from typing import Annotated

import typer

from keyholder.commands.opening import list_unopened, open_desk, say_unopened
from keyholder.commands.options import Json, Peeled, with_filter
from keyholder.commands.printing import say, say_json, say_lines, show_progress
from keyholder.commands.session import Session
from keyholder.counts import choose_word, write_count
from keyholder.errors import ReportError
from keyholder.exports.incidents import make_incident, write_incidents_json
from keyholder.filters import Filter, matches
from keyholder.incidents.floods import WORDS, Suspect, find_floods
from keyholder.incidents.incident import Incident, build_incidents
from keyholder.incidents.lines import write_incident, write_incidents, write_suspects
from keyholder.rows import measure_text


@with_filter
def list_incidents(
    context: typer.Context,
    wanted: Filter,
    show: Annotated[
        str | None,
        typer.Option(
            "--show",
            metavar="ID",
            help="This one in full: its id or that of a report in it, or how the id begins.",
        ),
    ] = None,
    peeled: Peeled = None,
    json: Json = False,
) -> None:
    """Open everything and print one line an incident: what people merged, and for the rest what the
    rule of docs/clusters.md suggests. Nothing is merged by it.

    A filter asks for incidents with a report that it fits. AT LEAST is how many people told of it
    at least, if nobody forged.

    --json prints the documents of spec/exports-v1.md, with the unopened envelopes counted.
    """
    session: Session = context.obj
    desk = open_desk(session, peeled)
    with show_progress("Looking for incidents", None):
        incidents = build_incidents(desk.reports, desk.annotations)
    if show is not None:
        one = _choose(incidents, show)
        if json:
            say_json(make_incident(one, desk.annotations))
        else:
            columns = shutil.get_terminal_size((160, 24)).columns
            say_lines(write_incident(one, measure_text(columns)))
        return
    found = [one for one in incidents if any(matches(told, wanted) for told in one.reports)]
    if json:
        rest = {"matching": len(found), "unopened": list_unopened(desk.tally)}
        lines = write_incidents_json(found, desk.annotations, rest)
        say(b"".join(lines).decode("ascii").rstrip())
        return
    say_lines(write_incidents(found))
    say()
    confirmed = sum(one.confirmed for one in found)
    incidents_word = choose_word(len(found), "incident")
    say(f"{len(found):>9,}  {incidents_word}, {confirmed:,} of them put together by people")
    say_unopened(desk.tally)


def list_floods(context: typer.Context, peeled: Peeled = None, json: Json = False) -> None:
    """Open everything and name groups of reports that look made: one text under many ids, one
    sender in many places, bursts.

    A suspicion hides nothing and proves nothing: unverified is not denied. A group that "counts
    once" is one teller in incidents.

    --json prints {"suspects": [{"why", "words", "reports", "share", "once", "sample"}]}.
    """
    session: Session = context.obj
    desk = open_desk(session, peeled)
    with show_progress("Looking for floods", None):
        suspects = find_floods(desk.reports)
    if json:
        say_json({"suspects": [_make_suspect(one) for one in suspects]})
        return
    say_lines(write_suspects(suspects))
    groups = choose_word(len(suspects), "group that looks", "groups that look")
    say(f"{len(suspects):>9,}  {groups} made, of {write_count(len(desk.reports), 'report')}")


def _choose(incidents: tuple[Incident, ...], prefix: str) -> Incident:
    begin = prefix.lower()
    found = [one for one in incidents if one.id.hex().startswith(begin)] or [
        one
        for one in incidents
        if any(told.report_id.hex().startswith(begin) for told in one.reports)
    ]
    if len(found) != 1:
        raise ReportError("incident-ambiguous" if found else "incident-unknown")
    return found[0]


def _make_suspect(suspect: Suspect) -> dict[str, object]:
    return {
        "why": suspect.why,
        "words": WORDS[suspect.why],
        "reports": len(suspect.reports),
        "share": round(suspect.share, 4),
        "once": suspect.once,
        "sample": [id.hex() for id in suspect.sample],
    }
