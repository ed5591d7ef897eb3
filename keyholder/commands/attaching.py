"""keyholder attachments, and the fetching that `sync --attachments` ends with."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from keyholder.attachments.fetching import Fetched, choose_within, fetch, list_wanted
from keyholder.attachments.named import Attachment, count_bytes, list_attachments
from keyholder.attachments.saving import Saved, make_output, save
from keyholder.attachments.seen import Seen, describe, look
from keyholder.attachments.shelf import Shelf, open_shelf
from keyholder.commands.opening import open_held
from keyholder.commands.options import Json, Peeled, Service, with_filter
from keyholder.commands.printing import Advance, say, say_json, say_lines, show_progress, warn
from keyholder.commands.reading import SHORTEST_ID, is_meant
from keyholder.commands.session import (
    Session,
    choose_service,
    reach,
    read_coalition,
    unlock_identity,
)
from keyholder.counts import write_count
from keyholder.errors import AttachmentError, ReportError
from keyholder.filters import Filter, matches
from keyholder.findings import Findings
from keyholder.home import hold
from keyholder.known import read_known
from keyholder.merge import Merged, merge
from keyholder.service import Service as Reached
from keyholder.terminal import show
from keyholder.vault import Identity

MIB = 1024 * 1024
MOST_MIB = 1024
_KIB = 1024
Most = Annotated[
    int,
    typer.Option(
        "--most-mib", min=1, help="Fetch so many MiB at most in this run, the smallest first."
    ),
]


@with_filter
def attachments(
    context: typer.Context,
    wanted: Filter,
    ids: Annotated[
        list[str] | None,
        typer.Argument(help="Reports: their ids, or how those begin. Without any: all."),
    ] = None,
    fetching: Annotated[
        bool,
        typer.Option(
            "--fetch",
            help="Fetch those that are not here from the service, sealed as they are. The service "
            "learns which ones you want.",
        ),
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--save",
            metavar="FOLDER",
            help="Write those that are here into this folder, PLAINTEXT, under names of ours.",
        ),
    ] = None,
    most_mib: Most = MOST_MIB,
    service: Service = None,
    peeled: Peeled = None,
    json: Json = False,
) -> None:
    """List the photos and files that reports name: number, size, kind, and whether they are here.

    --fetch keeps their ciphertext in your home, where it is opened in memory only. --save is the
    only way to plain files: 0600, named by report and number, never over another file. A file can
    be made to attack whoever opens it: open it on a machine made for that.

    Exit status 1 says that something of what was asked for was not fetched or not saved.
    --json prints {"attachments": [{"report", "number", "id", "size", "kind", "state", "saved":
    a file's name or null, "unsaved": a code or null}], "fetched", "left": over --most-mib}; state
    is held, or a code of docs/errors.md.
    """
    session: Session = context.obj
    if ids and wanted != Filter():
        raise typer.BadParameter("give ids or a filter, not both", param_hint="IDS")
    if any(len(one) < SHORTEST_ID for one in ids or ()):
        raise typer.BadParameter("give 4 hex digits or more", param_hint="IDS")
    if folder is not None:
        make_output(folder)
    identity = unlock_identity(session)
    reports = _choose(_open_reports(session, peeled, identity), wanted, ids or ())
    named = [one for merged in reports for one in list_attachments(merged)]
    shelf = open_shelf(session.home, read_known(session.home))
    fetched, left = Fetched(), 0
    if fetching and list_wanted(shelf, named):
        address = choose_service(read_coalition(session, service), service)
        with hold(session.home), reach(session, address) as reached:
            fetched, left = fetch_within(reached, identity, shelf, named, most_mib)
    seen = look(shelf, named, fetched.faults)
    saved = [Saved(None, None)] * len(seen)
    if folder is not None:
        saved = _save_all(shelf, seen, folder)
    if json:
        documents = [
            {**describe(one), "saved": came.file, "unsaved": came.fault}
            for one, came in zip(seen, saved, strict=True)
        ]
        say_json({"attachments": documents, "fetched": fetched.new, "left": left})
    else:
        say_lines(_write_lines(seen))
        came = write_count(fetched.new, "was", "were")
        say(f"{write_count(len(seen), 'attachment')}; {came} fetched now.")
        if left:
            over = write_count(left, "is", "are")
            say(f"{over} left over --most-mib: run it again, or allow more.")
        if folder is not None:
            _tell_saved(saved, folder)
    if fetched.faults or left or any(one.fault for one in saved):
        raise AttachmentError("attachments-left")


def fetch_all(
    session: Session, reached: Reached, identity: Identity, most_mib: int = MOST_MIB
) -> dict[str, Any]:
    """Fetch the attachments of all reports that open here, for `sync --attachments`.

    Gives {"fetched", "left", "faults": codes and how often}. ServiceError, HomeError as `fetch`.
    """
    reports = _open_reports(session, None, identity)
    named = [one for merged in reports for one in list_attachments(merged)]
    shelf = open_shelf(session.home, read_known(session.home))
    fetched, left = fetch_within(reached, identity, shelf, named, most_mib)
    codes = sorted(fetched.faults.values())
    return {
        "fetched": fetched.new,
        "left": left,
        "faults": {code: codes.count(code) for code in codes},
    }


def say_fetched(told: dict[str, Any]) -> None:
    """What `fetch_all` gives, in words."""
    say(f"{write_count(told['fetched'], 'attachment was', 'attachments were')} fetched.")
    for code, count in told["faults"].items():
        warn(f"Attachments that did not come, {code}: {count:,}")
    if told["left"]:
        left = write_count(told["left"], "attachment is", "attachments are")
        warn(f"{left} left for the next time.")


def fetch_within(
    reached: Reached,
    identity: Identity,
    shelf: Shelf,
    named: Sequence[Attachment],
    most_mib: int,
) -> tuple[Fetched, int]:
    """What of `named` is not here, within so many MiB; and how many are left over that."""
    missing = list_wanted(shelf, named)
    chosen = choose_within(missing, most_mib * MIB)
    with show_progress("Fetching, in KiB", count_bytes(chosen) // _KIB) as advance:
        fetched = fetch(reached, identity, shelf, chosen, _in_kib(advance))
    return fetched, len(missing) - len(chosen)


def _open_reports(
    session: Session, peeled: Sequence[Path] | None, identity: Identity
) -> list[Merged]:
    found = Findings()
    for outcome in open_held(session, peeled, identity=identity):
        found.take(outcome)
    return merge(found.reports)


def _choose(reports: Sequence[Merged], wanted: Filter, ids: Sequence[str]) -> list[Merged]:
    """The reports that are meant. ReportError: report-unknown, report-ambiguous."""
    if not ids:
        return [one for one in reports if matches(one, wanted)]
    chosen: dict[int, Merged] = {}
    for id in ids:
        found = [(place, one) for place, one in enumerate(reports) if is_meant(one, id.lower())]
        if len(found) != 1:
            raise ReportError("report-ambiguous" if found else "report-unknown")
        chosen.update(found)
    return list(chosen.values())


def _save_all(shelf: Shelf, seen: Sequence[Seen], folder: Path) -> list[Saved]:
    total = sum(one.attachment.size for one in seen if one.kind is not None)
    with show_progress("Saving, in KiB", total // _KIB) as advance:
        return [save(shelf, one, folder, _in_kib(advance)) for one in seen]


def _in_kib(advance: Advance) -> Advance:
    rest = 0

    def tell(count: int) -> None:
        nonlocal rest
        rest += count
        advance(rest // _KIB)
        rest %= _KIB

    return tell


def _write_lines(seen: Iterable[Seen]) -> Iterator[str]:
    for one in seen:
        kind = "–" if one.kind is None else one.kind.words
        named = one.attachment
        yield (
            f"{named.report_id.hex()} {named.number:>3} {named.size:>13,} B  {kind:20} {one.words}"
        )


def _tell_saved(saved: Sequence[Saved], folder: Path) -> None:
    for one in saved:
        if one.fault is not None:
            warn(f"Not saved: {one.fault}")
    count = sum(one.file is not None for one in saved)
    say(f"{write_count(count, 'is', 'are')} in {show(str(folder))}, NOT encrypted.")
    if count:
        warn(
            "Strangers made these files, and a file can be made to attack the program that opens "
            "it. Open them on a machine without a network, keys or other reports; never run one, "
            "and never send one on as it came."
        )
