"""`heliograph doctor`: the round of checks as lines, or as JSON."""

import json
import os
import shutil
import sys
import textwrap
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from heliograph.doctor.checks import CHECKS, run_checks
from heliograph.doctor.deployment import Deployment
from heliograph.doctor.findings import Finding, Verdict
from heliograph.errors import OperatorError
from heliograph.progress import show_progress
from heliograph.settings_loading import load_settings

_HELP = """Check a deployment and say how to mend what is found. Changes nothing.

Runs beside the service, as its user and with its settings. It takes no lock and only reads. Nothing
leaves this machine unless --public is given.

Each line is a verdict (ok, warning, wrong, skipped), the check's name, and what was found. Exit
status: 0 when nothing is wrong, 1 else. Warnings do not count; with --strict they do.

--json prints {"ok", "findings": [{"check", "verdict", "code", "says", "remedy"}]}.
"""
_WIDTH = max(len(name) for name in CHECKS)
_NARROW = 60
_INDENT = " " * (len("warning") + 2 + _WIDTH + 2)


def add_to(app: typer.Typer) -> None:
    """Register the command `doctor`."""
    app.command("doctor", help=_HELP)(doctor)


def doctor(
    config: Annotated[
        Path | None,
        typer.Option(help="TOML file of settings; HELIOGRAPH_… variables win over it."),
    ] = None,
    bodies: Annotated[
        bool, typer.Option("--bodies", help="Read every body, not a sample: it takes its time.")
    ] = False,
    public: Annotated[
        bool,
        typer.Option("--public", help="Also ask the public addresses: this leaves the machine."),
    ] = False,
    skip: Annotated[
        list[str] | None,
        typer.Option(metavar="CHECK", help="Leave a check out, such as store.pages; repeatable."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as wrong.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """See _HELP, which Typer shows."""
    leave_out = frozenset(skip or ())
    if not leave_out <= CHECKS.keys():
        raise OperatorError(
            "check-unknown",
            "There is no check of a name given to --skip.",
            "The second word of each line is its check's name.",
        )
    deployment = Deployment(
        load_settings(config),
        int(time.time()),
        config=config,
        environ=os.environ,
        all_bodies=bodies,
        ask_public=public,
        show_progress=show_progress,
    )
    findings = []
    try:
        for name, finding in run_checks(deployment, leave_out):
            findings.append((name, finding))
            if not as_json:
                typer.echo(write_finding(name, finding))
    finally:
        deployment.close()
    bad: set[Verdict] = {"wrong", "warning"} if strict else {"wrong"}
    good = not any(finding.verdict in bad for _name, finding in findings)
    typer.echo(write_json(findings, good=good) if as_json else write_sum(findings))
    if not good:
        raise typer.Exit(1)


def write_finding(name: str, finding: Finding) -> str:
    """A line for the finding, and one below it for what to do."""
    line = _wrap(f"{finding.verdict:<7}  {name:<{_WIDTH}}  ", finding.says)
    return f"{line}\n{_wrap(f'{_INDENT}→ ', finding.remedy)}" if finding.remedy else line


def write_sum(findings: list[tuple[str, Finding]]) -> str:
    """How many findings of each verdict."""
    counts = Counter(finding.verdict for _name, finding in findings)
    words = {"ok": "ok", "warning": "warnings", "wrong": "wrong", "skipped": "skipped"}
    return ", ".join(f"{counts[verdict]} {word}" for verdict, word in words.items()) + "."  # type: ignore[index]


def _wrap(start: str, text: str) -> str:
    """The text behind `start`, broken for the eye where that is a terminal, else in one line."""
    if not sys.stdout.isatty():
        return start + text
    width = max(_NARROW, shutil.get_terminal_size().columns)
    return textwrap.fill(
        text,
        width,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )


def write_json(findings: list[tuple[str, Finding]], *, good: bool) -> str:
    """All findings as one JSON object."""
    rows = [
        {
            "check": name,
            "verdict": finding.verdict,
            "code": finding.code,
            "says": finding.says,
            "remedy": finding.remedy,
        }
        for name, finding in findings
    ]
    return json.dumps({"ok": good, "findings": rows}, indent=2, ensure_ascii=False)
