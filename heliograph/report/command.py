"""`heliograph report`: one report from flags, many from a file; sealed here, then sent."""

import inspect
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import platformdirs
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from heliograph.report.carrying import read_bundle_items, read_qr_lines
from heliograph.report.errors import ReportCommandError
from heliograph.report.filling import STANDARD_INPUT, fill_report
from heliograph.report.flags import list_flags, make_parameters
from heliograph.report.records import read_lines
from heliograph.report.rows import read_rows
from heliograph.report.sealing import OnProgress, Row
from heliograph.report.sources import open_source
from heliograph.report.times import quarter
from heliograph.report.told import is_success, write_result
from heliograph.report.work import (
    Place,
    Result,
    pass_on,
    seal_and_send,
    seal_as_texts,
    send_waiting,
)

_HELP = """Seal reports on this machine and send them; keep them sealed while there is no network.

One report from flags, or many from --csv or --jsonl (- is standard input). What is typed as a flag
can be seen by other programs of this machine and stays in the shell's history: --text - and
--jsonl - avoid that. No text is ever written to disk; envelopes wait in the outbox folder.

A file with a row that cannot be sealed is not sealed at all: mend the row and give the file again.

What somebody carried here from where there is no network is sent with --bundle (a file of waiting
reports and attachments) or --qr (texts of QR codes, one a line). It is sealed, and stays so.

Exit status: 0 when all is sealed and sent or kept; 1 when a row could not be sealed, the service
refused one, --send left some waiting, a carried file was not whole, or its attachments are not up.
"""
_CHANNELS = ("app", "import")


def add_to(app: typer.Typer) -> None:
    """Register the command `report`, its flags made from the table of fields."""
    own = [
        parameter
        for parameter in inspect.signature(report).parameters.values()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]

    def command(**given: Any) -> None:
        report(**given)

    signature = inspect.Signature([*own, *make_parameters(list_flags())])
    command.__dict__["__signature__"] = signature
    app.command("report", help=_HELP)(command)


def report(
    *,
    csv: Annotated[Path | None, typer.Option(help="Many reports: a CSV file, STOP's too.")] = None,
    jsonl: Annotated[Path | None, typer.Option(help="Many reports: JSON lines.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Only send what waits.")] = False,
    bundle: Annotated[
        list[Path] | None,
        typer.Option(help="A file of waiting reports that somebody carried here; may be repeated."),
    ] = None,
    qr: Annotated[
        Path | None, typer.Option(help="Texts of QR codes that somebody showed, one a line.")
    ] = None,
    sms: Annotated[
        bool, typer.Option("--sms", help="Print sealed texts, to be sent by SMS; send nothing.")
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Seal a file's good rows though others are bad.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Seal and keep; do not use the network.")
    ] = False,
    channel: Annotated[
        str | None, typer.Option(help="app (for one from flags) or import (for a file).")
    ] = None,
    service: Annotated[
        str | None,
        typer.Option(envvar="HELIOGRAPH_SERVICE", metavar="URL", help="The service's address."),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(envvar="HELIOGRAPH_ROOT_FILE", help="The coalition's pinned root file."),
    ] = None,
    keyring: Annotated[
        Path | None, typer.Option(help="A keyring bundle or folder, instead of the service's.")
    ] = None,
    outbox: Annotated[
        Path | None,
        typer.Option(
            envvar="HELIOGRAPH_OUTBOX",
            help="Folder of the envelopes that wait; heliograph/outbox in the user's data folder, "
            "if not given.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    **said: Any,
) -> None:
    """See _HELP, which Typer shows."""
    place = Place(
        root=root,
        outbox=outbox or Path(platformdirs.user_data_dir("heliograph")) / "outbox",
        service=service,
        keyring=keyring,
        offline=offline,
        environ=os.environ,
    )
    now = time.time()
    sources = sum(map(bool, (csv, jsonl, send, bundle, qr, any(said.values()))))
    if sources != 1 or (send and offline) or (sms and (send or bundle or qr)):
        raise ReportCommandError(
            "report-source",
            "Give a report by flags, or --csv, --jsonl, --bundle, --qr or --send: one of them.",
            "`heliograph report --help` lists the flags.",
        )
    files = [one for one in (csv, jsonl, qr, *(bundle or ())) if one is not None]
    # Flags come first: a text that is typed (--text -) is read to its end there.
    with (
        _rows(csv, jsonl, said, int(now)) as rows,
        _showing(quiet=_are_typed(files)) as show,
    ):
        if send:
            result = send_waiting(place, show)
        elif bundle:
            result = pass_on(place, bundle, read_bundle_items, now, show)
        elif qr:
            result = pass_on(place, [qr], read_qr_lines, now, show)
        else:
            chosen = _choose(channel, file=not any(said.values()), sms=sms)
            if sms:
                result = seal_as_texts(place, rows, chosen, now)
            else:
                result = seal_and_send(place, rows, chosen, now, show, skip_bad=skip_bad)
    _tell(result, as_json=as_json)
    if not is_success(result, sending=send):
        raise typer.Exit(1)


def _choose(channel: str | None, *, file: bool, sms: bool) -> str:
    if sms:
        return "app-sms"
    chosen = channel or ("import" if file else "app")
    if chosen not in _CHANNELS:
        raise ReportCommandError(
            "channel-unknown",
            "There is no such channel on a command line.",
            "Give --channel app or --channel import.",
        )
    return chosen


@contextmanager
def _rows(
    csv: Path | None, jsonl: Path | None, said: dict[str, Any], now: int
) -> Iterator[Iterator[Row]]:
    """The rows that were asked for; flags are one row, and without any there is none."""
    if csv is not None:
        with open_source(csv) as stream:
            yield read_rows(stream, now)
    elif jsonl is not None:
        with open_source(jsonl) as stream:
            yield read_lines(stream)
    elif not any(said.values()):
        yield iter(())
    else:
        report = fill_report(list_flags(), said, now, sys.stdin.read)
        yield iter([(1, [{**report, "written": quarter(now)}])])


def _are_typed(files: Iterable[Path]) -> bool:
    """Whether one of them is standard input, and somebody types there while the work goes on."""
    return sys.stdin.isatty() and any(str(file) == STANDARD_INPUT for file in files)


@contextmanager
def _showing(*, quiet: bool) -> Iterator[OnProgress]:
    """Progress on standard error, where that is a terminal; gone when the work is done. None of it
    where it is to be `quiet`: it would be drawn over what is typed."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    ) as bar:
        task = bar.add_task("Fetching the keyring")
        yield lambda doing, done: bar.update(task, description=f"{doing}: {done}")


def _tell(result: Result, *, as_json: bool) -> None:
    out, trouble = write_result(result, as_json=as_json)
    for line in trouble:
        typer.echo(line, err=True)
    for line in out:
        typer.echo(line)
