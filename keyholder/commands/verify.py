"""keyholder verify."""

from collections.abc import Iterator
from typing import Any

import typer

from keyholder.checked import Checked, Finding
from keyholder.commands.options import Json
from keyholder.commands.printing import say, say_json, show_progress, warn
from keyholder.commands.session import Session
from keyholder.counts import write_count
from keyholder.dating import date_findings
from keyholder.envelopes import open_envelopes
from keyholder.errors import FINDINGS, ServiceError
from keyholder.home import hold
from keyholder.known import read_known
from keyholder.log import check_held
from keyholder.moments import write_day
from keyholder.vault import require

_SHOWN = 20  # findings that are told one by one
_SIGNED = ("body-removed", "body-altered", "leaf-missing", "log-withheld")


def verify(context: typer.Context, json: Json = False) -> None:
    """Compute the log again from what is held here, and compare it with every checkpoint seen.

    Each envelope against its leaf, all leaves against the signed roots. It asks no service and no
    passphrase. Exit status 1 says that something was removed, altered, withheld or forked.

    An envelope that is missing and that a keyring lists as purged is counted, and is no finding.

    --json prints {"leaves", "checkpoints", "purged": [{"keyring", "count"}], "copies",
    "confirmed": {"size", "root"} or null, "cosigners": [holder ids],
    "findings": [{"code", "first", "last", "held": {"size", "day"}, "since", "taken": [day, day]}]};
    copies are envelopes held here though they are purged. first and last are indexes; held is the
    newest checkpoint under which this is known to have held, and the day it was first seen here;
    since is the first day of the checkpoint that shows it; taken are the days of the first and the
    last leaf. Days are written 2026-01-31; held, since and taken are null where nothing is known.
    """
    session: Session = context.obj
    require(session.home)
    with (
        hold(session.home),
        open_envelopes(session.home) as database,
        show_progress("Checking", None) as advance,
    ):
        checked = check_held(database, advance, read_known(session.home))
        date_findings(database, checked)
    if json:
        say_json(
            {
                "leaves": checked.leaves,
                "checkpoints": checked.seen,
                "purged": [
                    {"keyring": version, "count": count}
                    for version, count in sorted(checked.purged.items())
                ],
                "copies": checked.copies,
                **describe_checked(checked),
            }
        )
    else:
        say_findings(checked.findings)
        say(f"{write_count(checked.leaves, 'leaf')}, {write_count(checked.seen, 'checkpoint')}.")
        for version, count in sorted(checked.purged.items()):
            say(f"{count:,} purged by keyring {version}.")
        if checked.copies:
            copies = write_count(checked.copies, "purged one is", "purged ones are")
            say(f"{copies} still held here: keyholder purge --local")
        say(describe_confirmed(checked))
    if checked.findings:
        raise ServiceError("log-mismatch")


def describe_checked(checked: Checked) -> dict[str, Any]:
    """What was confirmed and what was found, for programs."""
    size, root = checked.confirmed or (None, None)
    return {
        "confirmed": None if root is None else {"size": size, "root": root.hex()},
        "cosigners": checked.cosigners,
        "findings": describe_findings(checked.findings),
    }


def describe_confirmed(checked: Checked) -> str:
    """The newest checkpoint that holds, in one line to be compared with other keyholders'."""
    if checked.confirmed is None:
        return "No checkpoint of the log was confirmed yet."
    size, root = checked.confirmed
    return (
        f"The log is whole up to {write_count(size, 'leaf')}. "
        f"Cosigned by {write_count(len(checked.cosigners), 'holder')}. "
        f"Root: {root.hex()}"
    )


def describe_findings(findings: list[Finding]) -> list[dict[str, Any]]:
    """Each finding for programs, days as 2026-01-31."""
    return [
        {
            "code": one.code,
            "first": one.first,
            "last": one.last,
            "held": one.held and {"size": one.held.size, "day": write_day(one.held.day)},
            "since": None if one.since is None else write_day(one.since),
            "taken": one.taken and [write_day(day) for day in one.taken],
        }
        for one in findings
    ]


def list_findings(findings: list[Finding]) -> Iterator[str]:
    """Each finding in words, a line each."""
    for one in findings[:_SHOWN]:
        alone = one.first == one.last
        place = f"Index {one.first}" if alone else f"Indexes {one.first} to {one.last}"
        yield f"{place}: {FINDINGS[one.code]} ({one.code}){_say_days(one)}"
    if len(findings) > _SHOWN:
        yield f"… and {len(findings) - _SHOWN:,} more: see --json"


def say_findings(findings: list[Finding]) -> None:
    """The same on standard error."""
    for line in list_findings(findings):
        warn(line)


def _say_days(finding: Finding) -> str:
    """When it was, in words: empty where nothing is known."""
    words = []
    if finding.taken is not None:
        first, last = map(write_day, finding.taken)
        words.append(f"taken {first}" if first == last else f"taken {first} to {last}")
    if finding.held is not None:
        size, day = finding.held
        words.append(
            f"held on {write_day(day)} (checkpoint of {write_count(size, 'leaf')}), not any more"
        )
    if finding.since is not None:
        since = "signed" if finding.code in _SIGNED else "seen so"
        words.append(f"{since} since {write_day(finding.since)}")
    return "".join(f"; {one}" for one in words)
