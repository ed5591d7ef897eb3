"""keyholder export."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from keyholder.commands.opening import Tally, list_unopened, open_reports
from keyholder.commands.options import Peeled, with_filter
from keyholder.commands.printing import say, warn
from keyholder.commands.session import Session
from keyholder.documents import make_document, write_list
from keyholder.exports.output import check_output, write_output
from keyholder.exports.stop import write_stop
from keyholder.exports.table import write_csv
from keyholder.filters import Filter, matches
from keyholder.merge import Merged, merge
from keyholder.terminal import show


class Format(StrEnum):
    """What the file is for."""

    CSV = "csv"
    JSON = "json"
    STOP = "stop"


@with_filter
def export(
    context: typer.Context,
    wanted_format: Annotated[
        Format, typer.Option("--format", help="csv: all fields. stop: STOP's 47 columns.")
    ],
    output: Annotated[Path, typer.Option("--output", help="The file to write.")],
    wanted: Filter,
    peeled: Peeled = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Open everything and write the reports, PLAINTEXT, into one file that only you can read.

    Cells that a spreadsheet would run get an apostrophe before them: see spec/exports-v1.md.
    """
    session: Session = context.obj
    check_output(output, force=force)
    opened, tally = open_reports(session, peeled)
    found = [one for one in merge(opened) if matches(one, wanted)]
    write_output(output, _write(wanted_format, found, tally))
    say(f"{len(found):,} reports are in {show(str(output))}.")
    warn(
        "That file is NOT encrypted. It holds what people risked themselves to report. Keep it on "
        "an encrypted disk, share it only as each report's consent allows, and delete it after use."
    )


def _write(wanted: Format, reports: Iterable[Merged], tally: Tally) -> Iterator[bytes]:
    match wanted:
        case Format.CSV:
            yield from write_csv(reports)
        case Format.STOP:
            yield from write_stop(reports)
        case Format.JSON:
            rest = {"unopened": list_unopened(tally)}
            for line in write_list(map(make_document, reports), rest):
                yield f"{line}\n".encode()
