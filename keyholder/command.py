"""The `keyholder` command: for the coalition's keyholders and officers."""

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from crypto.errors import CryptoError
from crypto.passphrase import STANDARD
from keyholder.commands import (
    annotating,
    attaching,
    bundle,
    card,
    ceremony,
    coalition,
    custody,
    epoch,
    epoch_adding,
    epoch_destroying,
    evidence,
    export,
    history,
    identity,
    incidents,
    keeping,
    opening,
    peeling,
    purge,
    qr,
    reading,
    sync,
    verify,
    verify_bundle,
    words,
    workbench,
)
from keyholder.commands.printing import warn
from keyholder.commands.session import Session, Surroundings
from keyholder.errors import KeyholderError, describe_fault
from keyholder.hardening import harden_process
from keyholder.home import locate

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Open, read and export reports; sign the coalition's keyring.",
)
app.command()(identity.init)
app.command()(identity.passphrase)
app.add_typer(coalition.group, name="coalition")
app.add_typer(epoch.group, name="epoch")
epoch.group.command()(epoch_adding.add)
epoch.group.command()(epoch_adding.retire)
epoch.group.command()(epoch_destroying.destroy)
app.command()(card.card)
app.command()(sync.sync)
app.command()(verify.verify)
app.command()(peeling.peel)
app.add_typer(bundle.group, name="bundle")
app.command()(qr.qr)
app.command()(words.words)
app.command()(ceremony.ceremony)
app.command("open")(opening.open_all)
app.command("list")(reading.list_reports)
app.command("show")(reading.show_report)
app.command()(attaching.attachments)
app.command("incidents")(incidents.list_incidents)
app.command("floods")(incidents.list_floods)
app.command()(keeping.keep)
for annotate in (
    annotating.tag,
    annotating.untag,
    annotating.note,
    annotating.translate,
    annotating.grade,
    annotating.merge,
    annotating.split,
    annotating.undo,
):
    app.command()(annotate)
app.command()(history.history)
app.command()(export.export)
app.command()(evidence.evidence)
app.command()(custody.custody)
app.command("verify-bundle")(verify_bundle.verify_bundle)
app.command()(purge.purge)
app.command()(workbench.workbench)


@app.callback()
def prepare(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home",
            envvar="KEYHOLDER_HOME",
            metavar="DIR",
            help="The folder of keys and envelopes. Without it, your data folder.",
        ),
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            "--passphrase-file",
            envvar="KEYHOLDER_PASSPHRASE_FILE",
            metavar="FILE",
            help="A file whose first line is the passphrase. Without it, you are asked.",
        ),
    ] = None,
) -> None:
    """Open, read and export reports; sign the coalition's keyring."""
    surroundings: Surroundings = context.obj
    context.obj = Session(locate(home), passphrase_file, surroundings)


def run(arguments: Sequence[str], surroundings: Surroundings) -> int:
    """One run of the command; gives the exit status: 0 done, 1 failed, 2 wrongly used."""
    try:
        _build()(args=list(arguments), prog_name="keyholder", obj=surroundings)
    except (KeyholderError, CryptoError) as error:
        warn(str(error))
        return 1
    except SystemExit as end:  # typer ends so, always
        return end.code if isinstance(end.code, int) else 1
    except Exception as error:  # noqa: BLE001 - a traceback may repeat what a stranger wrote
        warn(describe_fault(error))
        return 1
    return 0


@cache
def _build() -> Callable[..., object]:
    return typer.main.get_command(app)


def _end_in_order() -> None:
    """Let a signal that ends the command end it as an error does: half-written files are removed.

    Exit status 128 and the signal's number. What is ignored (nohup) stays so.
    """
    names = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP
    ending = [signal.Signals[name] for name in names if hasattr(signal, name)]

    def end(number: int, _frame: FrameType | None) -> None:
        for one in ending:  # a second one must not cut the removing short
            signal.signal(one, signal.SIG_IGN)
        sys.exit(128 + number)

    for one in ending:
        if signal.getsignal(one) is not signal.SIG_IGN:
            signal.signal(one, end)


def main() -> None:
    """The console script."""
    harden_process()
    _end_in_order()
    for stream in (sys.stdout, sys.stderr):  # a terminal without Unicode gets escapes, no traceback
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    surroundings = Surroundings(
        clock=time.time,
        pause=time.sleep,
        ask=lambda question: str(typer.prompt(question, hide_input=True, err=True)),
        confirm=lambda question: bool(typer.confirm(question, err=True)),
        environment=os.environ,
        cost=STANDARD,
    )
    sys.exit(run(sys.argv[1:], surroundings))
