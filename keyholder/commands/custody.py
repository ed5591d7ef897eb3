"""keyholder custody."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from keyholder.commands.options import Json
from keyholder.commands.printing import say, say_json, show_progress, warn
from keyholder.commands.session import Session, read_coalition, unlock_identity
from keyholder.errors import EvidenceError
from keyholder.evidence.custody import DETAILS, Custodian
from keyholder.evidence.passing import pass_on, replace_log
from keyholder.evidence.sources import open_bundle
from keyholder.evidence.verification import verify_bundle
from keyholder.evidence.version import find_version
from keyholder.moments import write_moment
from keyholder.terminal import show


def custody(
    context: typer.Context,
    bundle: Annotated[Path, typer.Argument(help="The zip file or the folder.")],
    action: Annotated[
        str,
        typer.Argument(
            help="What was done, in small letters: `handed over`, `received`, `copied`, `stored`…"
        ),
    ],
    to: Annotated[
        str | None, typer.Option("--to", metavar="WHOM", help="To whom, or where to.")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="WHOM", help="By whom, or from whom.")
    ] = None,
    when: Annotated[
        str | None,
        typer.Option(
            "--when",
            metavar="UTC",
            help="When, as 2026-01-31 or 2026-01-31T12:15. The line itself has the time of now.",
        ),
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar="WORDS", help="What else is to be known.")
    ] = None,
    json: Json = False,
) -> None:
    """Add a line to the custody log of a bundle of evidence: who did what with it, signed by you.

    The bundle is checked first, against your home's root: no line is added to one that is not
    whole. The line names the hash of the line before, and nothing else of the bundle changes; a zip
    file becomes another file by it, so tell its SHA-256 anew. Names stand in the line in CLEAR, for
    everybody who gets the bundle: write offices, not people, where that is enough.

    --json prints {"number", "time", "holder", "action", "detail"} of the line.
    """
    session: Session = context.obj
    texts = (by, to, _check_time(when), note)
    detail = {name: one for name, one in zip(DETAILS, texts, strict=True) if one is not None}
    held = read_coalition(session)
    identity = unlock_identity(session)
    custodian = Custodian(identity.holder_id, identity.signing_seed, session.now, find_version())
    with open_bundle(bundle) as source:
        with show_progress("Checking", len(source.list_sizes())) as advance:
            verdict = verify_bundle(source, held.root, advance)
        if verdict.findings or verdict.keyring is None:
            warn("`keyholder verify-bundle` tells what is wrong. No line was added.")
            raise EvidenceError("bundle-altered")
        log = pass_on(source, verdict.keyring, custodian, action, detail)
    replace_log(bundle, log)
    number = len(verdict.acts) + 1
    if json:
        line = {"number": number, "time": write_moment(session.now), "holder": identity.holder_id}
        say_json({**line, "action": action, "detail": detail})
    else:
        say(f"Line {number} of the custody log says: {show(action)}.")


def _check_time(text: str | None) -> str | None:
    """A day, or a minute of UTC, as ISO 8601 has it."""
    if text is None:
        return None
    for form, written in (("%Y-%m-%d", "%Y-%m-%d"), ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%MZ")):
        try:
            return (
                datetime.strptime(text.removesuffix("Z"), form)
                .replace(tzinfo=UTC)
                .strftime(written)
            )
        except ValueError:
            continue
    raise typer.BadParameter("must be UTC such as 2026-01-31T12:15", param_hint="--when")
