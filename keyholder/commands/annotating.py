"""keyholder tag, untag, note, translate, grade, merge, split and undo: what people say of reports.

Each opens everything first, as `show` does: ids are looked up among what there is.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from crypto.choosing import warnings
from keyholder.commands.opening import open_desk
from keyholder.commands.options import Json, Peeled
from keyholder.commands.printing import say, say_json, warn
from keyholder.commands.reading import SHORTEST_ID, is_meant
from keyholder.commands.session import Session, read_coalition, unlock_identity
from keyholder.errors import RecordError, ReportError
from keyholder.findings import OpenDesk
from keyholder.records.composing import (
    compose_merge,
    compose_split,
    compose_undo,
    compose_undo_last,
    list_places,
)
from keyholder.records.operations import (
    LEVELS,
    MAX_TEXT,
    Comment,
    Grade,
    Merge,
    Operation,
    Split,
    Tag,
    Translate,
    Untag,
    tidy_tag,
)
from keyholder.records.telling import describe_operation
from keyholder.records.writing import CHANNEL, write

_WARNINGS = {
    "keyring-expired": "The keyring is past its end; this was sealed all the same.",
    "epoch-past": "No epoch is current; this was sealed to the one that is left.",
    "clock-behind": "This machine's clock is behind the keyring's signature, so it is wrong.",
}

Report = Annotated[str, typer.Argument(metavar="ID", help="A report's id, or how it begins.")]
Target = Annotated[
    str, typer.Argument(metavar="ID", help="A report's or incident's id, or how it begins.")
]
Tags = Annotated[list[str], typer.Argument(metavar="TAG…", help="One or more tags.")]


def tag(
    context: typer.Context, id: Report, tags: Tags, peeled: Peeled = None, json: Json = False
) -> None:
    """Tag a report, for all keyholders. Tags are in lower case, of 64 bytes at most.

    --json prints {"accepted": true, "records": [{"holder", "counter"}]}, as all of these do.
    """
    names = [tidy_tag(one) for one in tags]

    def compose(desk: OpenDesk, _holder: str) -> Sequence[Operation]:
        report = _find(desk, id, incidents=False)
        return [Tag(report, one) for one in names]

    _say_it(context.obj, compose, peeled, json=json)


def untag(
    context: typer.Context, id: Report, tags: Tags, peeled: Peeled = None, json: Json = False
) -> None:
    """Take tags off a report, whoever put them there."""
    names = [tidy_tag(one) for one in tags]

    def compose(desk: OpenDesk, _holder: str) -> Sequence[Operation]:
        report = _find(desk, id, incidents=False)
        return [Untag(report, one) for one in names]

    _say_it(context.obj, compose, peeled, json=json)


def note(context: typer.Context, id: Target, peeled: Peeled = None, json: Json = False) -> None:
    """Write a note on a report or an incident: the text comes from standard input.

    Not as an argument: a shell keeps those in its history, in clear. Up to 32,000 bytes.
    """
    text = _read_text()
    _say_it(context.obj, lambda desk, _holder: [Comment(_find(desk, id), text)], peeled, json=json)


def translate(
    context: typer.Context,
    id: Report,
    language: Annotated[
        str, typer.Option("--to", metavar="LANG", help="The language's code, such as `en`.")
    ],
    peeled: Peeled = None,
    json: Json = False,
) -> None:
    """Add a translation of a report's text, from standard input. The original stays as it is."""
    text = _read_text()
    _say_it(
        context.obj,
        lambda desk, _holder: [Translate(_find(desk, id, incidents=False), language, text)],
        peeled,
        json=json,
    )


def grade(
    context: typer.Context,
    id: Target,
    level: Annotated[str, typer.Argument(help=f"One of: {', '.join(LEVELS)}.")],
    peeled: Peeled = None,
    json: Json = False,
) -> None:
    """Say how sure you are of a report or an incident. The last grade counts."""
    _say_it(context.obj, lambda desk, _holder: [Grade(_find(desk, id), level)], peeled, json=json)


def merge(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Reports, or whole incidents.")],
    peeled: Peeled = None,
    json: Json = False,
) -> None:
    """Put reports together as one incident. A report is in one incident: it leaves its old one.

    --json adds "incidents": [the incident's id].
    """

    def compose(desk: OpenDesk, _holder: str) -> Sequence[Operation]:
        named = [_find(desk, id) for id in ids]
        return compose_merge(desk.annotations, named)[1]

    _say_it(context.obj, compose, peeled, json=json)


def split(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Reports of one incident.")],
    peeled: Peeled = None,
    json: Json = False,
) -> None:
    """Take reports out of the incident that they are in, and suggest them with it no more."""

    def compose(desk: OpenDesk, _holder: str) -> Sequence[Operation]:
        reports = [_find(desk, id, incidents=False) for id in ids]
        places = list_places(desk.annotations)
        incident, *others = {places.get(report, b"") for report in reports}
        if others or not incident:
            raise RecordError("record-incidents")
        return compose_split(incident, sorted(desk.annotations.merged[incident]), reports)

    _say_it(context.obj, compose, peeled, json=json)


def undo(
    context: typer.Context,
    handle: Annotated[
        str | None,
        typer.Argument(metavar="[HANDLE]", help="As `keyholder history` prints it."),
    ] = None,
    peeled: Peeled = None,
    json: Json = False,
) -> None:
    """Undo what a keyholder said, or an undo. Without a handle: what you said last.

    Nothing is deleted: the history shows it, and who undid it.
    """

    def compose(desk: OpenDesk, holder: str) -> Sequence[Operation]:
        if handle is None:
            return [compose_undo_last(desk.annotations, holder)]
        return [compose_undo(desk.annotations, handle)]

    _say_it(context.obj, compose, peeled, json=json)


def _say_it(
    session: Session,
    compose: Callable[[OpenDesk, str], Sequence[Operation]],
    peeled: Sequence[Path] | None,
    *,
    json: bool,
) -> None:
    """Open everything, let `compose` find the operations, and keep them for the next sync."""
    keyring = read_coalition(session).keyring
    identity = unlock_identity(session)
    desk = open_desk(session, peeled, identity=identity)
    operations = compose(desk, identity.holder_id)
    written = write(session.home, identity, keyring, desk.annotations, operations, session.now)
    for code in warnings(keyring, CHANNEL, session.now):
        warn(_WARNINGS[code])
    if json:
        told = [{"holder": one.holder_id, "counter": one.counter} for one in written]
        incidents = {one.incident.hex() for one in operations if isinstance(one, Merge | Split)}
        say_json({"accepted": True, "records": told, "incidents": sorted(incidents)})
        return
    for one in written:
        say(describe_operation(one.operation))
    say("It goes to the other keyholders with the next `keyholder sync`.")


def _find(desk: OpenDesk, prefix: str, *, incidents: bool = True) -> bytes:
    """The report or incident whose id begins so. ReportError: report-unknown, report-ambiguous."""
    if len(prefix) < SHORTEST_ID:
        raise typer.BadParameter("give 4 hex digits or more", param_hint="ID")
    start = prefix.lower()
    found = {one.report_id for one in desk.reports if is_meant(one, start)}
    if incidents:
        found |= {id for id in desk.annotations.merged if id.hex().startswith(start)}
    if len(found) > 1:
        raise ReportError("report-ambiguous")
    for id in found:
        return id
    raise ReportError("report-unknown")


def _read_text() -> str:
    """What is on standard input, without line ends behind it. RecordError: record-input,
    record-text."""
    if sys.stdin.isatty():
        warn("Type the text. A line with Ctrl-D alone (Windows: Ctrl-Z, Enter) ends it.")
    try:
        text = sys.stdin.buffer.read(MAX_TEXT + 2).decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise RecordError("record-input") from error
    if not text.strip():
        raise RecordError("record-input")
    if len(text.encode()) > MAX_TEXT:
        raise RecordError("record-text")
    return text
