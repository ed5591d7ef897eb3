"""keyholder verify."""

from typing import Any

import typer

from keyholder.checked import Checked, Finding
from keyholder.commands.options import Json
from keyholder.commands.printing import say, say_json, show_progress, warn
from keyholder.commands.session import Session
from keyholder.envelopes import open_envelopes
from keyholder.errors import FINDINGS, ServiceError
from keyholder.home import hold
from keyholder.known import read_known
from keyholder.log import check_held
from keyholder.vault import require

_SHOWN = 20  # findings that are told one by one


def verify(context: typer.Context, json: Json = False) -> None:
    """Compute the log again from what is held here, and compare it with every checkpoint seen.

    Each envelope against its leaf, all leaves against the signed roots. It asks no service and no
    passphrase. Exit status 1 says that something was removed, altered, withheld or forked.

    An envelope that is missing and that a keyring lists as purged is counted, and is no finding.

    --json prints {"leaves", "checkpoints", "purged": [{"keyring", "count"}], "copies",
    "confirmed": {"size", "root"} or null, "cosigners": [holder ids],
    "findings": [{"code", "first", "last"}]}; first and last are indexes; copies are envelopes held
    here though they are purged.
    """
    session: Session = context.obj
    require(session.home)
    with (
        hold(session.home),
        open_envelopes(session.home) as database,
        show_progress("Checking", None) as advance,
    ):
        checked = check_held(database, advance, read_known(session.home))
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
        say(f"{checked.leaves:,} leaves, {checked.seen:,} checkpoints.")
        for version, count in sorted(checked.purged.items()):
            say(f"{count:,} purged by keyring {version}.")
        if checked.copies:
            say(f"{checked.copies:,} purged ones are still held here: keyholder purge --local")
        say(describe_confirmed(checked))
    if checked.findings:
        raise ServiceError("log-mismatch")


def describe_checked(checked: Checked) -> dict[str, Any]:
    """What was confirmed and what was found, for programs."""
    size, root = checked.confirmed or (None, None)
    return {
        "confirmed": None if root is None else {"size": size, "root": root.hex()},
        "cosigners": checked.cosigners,
        "findings": [one._asdict() for one in checked.findings],
    }


def describe_confirmed(checked: Checked) -> str:
    """The newest checkpoint that holds, in one line to be compared with other keyholders'."""
    if checked.confirmed is None:
        return "No checkpoint of the log was confirmed yet."
    size, root = checked.confirmed
    return (
        f"The log is whole up to {size:,} leaves. Cosigned by {len(checked.cosigners):,} holders. "
        f"Root: {root.hex()}"
    )


def say_findings(findings: list[Finding]) -> None:
    """Each finding in words, on standard error."""
    for code, first, last in findings[:_SHOWN]:
        place = f"Index {first}" if first == last else f"Indexes {first} to {last}"
        warn(f"{place}: {FINDINGS[code]} ({code})")
    if len(findings) > _SHOWN:
        warn(f"… and {len(findings) - _SHOWN:,} more: see --json")
