"""keyholder export."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from keyholder.commands.opening import list_unopened, open_desk
from keyholder.commands.options import Peeled, with_filter
from keyholder.commands.printing import Advance, say, say_lines, show_progress, warn
from keyholder.commands.session import Session
from keyholder.counts import choose_word, write_count
from keyholder.exports.contents import describe_contents, write_about
from keyholder.exports.formats import (
    Export,
    Format,
    Unit,
    choose_unit,
    count_lines,
    list_incidents,
    write_export,
)
from keyholder.exports.output import check_output, write_output
from keyholder.filters import Filter, matches
from keyholder.incidents.incident import Incident
from keyholder.terminal import show


@with_filter
def export(
    context: typer.Context,
    wanted_format: Annotated[
        Format,
        typer.Option(
            "--format",
            help="csv, json: all fields. xlsx: both as sheets. stop: STOP's 47 columns. geojson: "
            "for maps. uwazi: for the case database.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", help="The file to write.")],
    wanted: Filter,
    per: Annotated[
        Unit | None,
        typer.Option(
            "--per",
            help="What a line is. Without it: report for csv and json, incident for the others. "
            "xlsx has a sheet of each.",
        ),
    ] = None,
    peeled: Peeled = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Open everything and write the reports, PLAINTEXT, into one file that only you can read.

    Incidents are what people merged, and for the rest what a rule suggests. Cells that a
    spreadsheet would run get an apostrophe before them: see spec/exports-v1.md.
    """
    session: Session = context.obj
    check_output(output, force=force)
    unit = choose_unit(wanted_format, per)
    desk = open_desk(session, peeled, whole=True)
    found = [one for one in desk.reports if matches(one, wanted)]
    incidents = list_incidents(wanted_format, unit, found, desk.annotations)
    written = Export(
        wanted_format,
        unit,
        found,
        incidents,
        desk.annotations,
        list(write_about(found, incidents, session.now)),
        {"unopened": list_unopened(desk.tally)},
    )
    with show_progress("Writing", count_lines(written)) as advance:
        write_output(output, _watch(write_export(written), advance))
    say(f"{_count(len(found), unit, incidents)} in {show(str(output))}.")
    say_lines(describe_contents(found))
    warn(
        "That file is NOT encrypted. It holds what people risked themselves to report. Keep it on "
        "an encrypted disk, share it only as each report's consent allows, and delete it after use."
    )


def _watch(chunks: Iterable[bytes], advance: Advance) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        advance(1)


def _count(reports: int, unit: Unit, incidents: Sequence[Incident]) -> str:
    if not incidents or unit is Unit.REPORT:
        return write_count(reports, "report is", "reports are")
    confirmed = sum(one.confirmed for one in incidents)
    return (
        f"{write_count(reports, 'report')}, as {write_count(len(incidents), 'incident')} "
        f"({confirmed:,} of them put together "
        f"by people, the others by a rule alone), {choose_word(reports, 'is', 'are')}"
    )
