"""keyholder evidence."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from keyholder.attachments.shelf import open_shelf
from keyholder.commands.opening import annotate, open_held
from keyholder.commands.options import Peeled, with_filter
from keyholder.commands.printing import say, say_lines, warn
from keyholder.commands.reading import is_meant
from keyholder.commands.session import Session, read_coalition, unlock_identity
from keyholder.counts import choose_word, write_count
from keyholder.documents import make_document
from keyholder.envelopes import open_envelopes
from keyholder.errors import EvidenceError, ReportError
from keyholder.evidence.attached import Attached, read_attached
from keyholder.evidence.bundle import write_files
from keyholder.evidence.custody import Custodian
from keyholder.evidence.manifest import MANIFEST, MAX_ENVELOPES
from keyholder.evidence.originals import read_originals
from keyholder.evidence.proofs import find_proven
from keyholder.evidence.version import find_version
from keyholder.evidence.writing import check_bundle_output, write_bundle_files
from keyholder.exports.annotations import add_annotations
from keyholder.exports.contents import describe_contents
from keyholder.filters import Filter, matches
from keyholder.findings import Findings
from keyholder.keys.keeping import open_store
from keyholder.known import read_known
from keyholder.merge import Merged, merge
from keyholder.opening import Desk, Unopened, choose_keys
from keyholder.peeled import list_speakers, read_peeled
from keyholder.room import Room
from keyholder.terminal import show
from keyholder.vault import read_seeds

_SHORTEST_ID = 4  # hex digits


@with_filter
def evidence(
    context: typer.Context,
    output: Annotated[
        Path, typer.Argument(help="What to write: NAME.zip, or a folder that is not there yet.")
    ],
    wanted: Filter,
    ids: Annotated[
        list[str] | None,
        typer.Argument(help="Reports or envelopes: their ids, or how those begin."),
    ] = None,
    peeled: Peeled = None,
    attachments: Annotated[
        bool,
        typer.Option(
            "--attachments",
            help="With the attachments of these reports that are here, sealed as they are.",
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the zip file.")] = False,
) -> None:
    """Bundle original envelopes, their proofs and what they say, PLAINTEXT, for a court or archive.

    Of the reports that are named, or that match the filter, all envelopes: the originals as they
    were sealed, the proof that the log holds each, the keyring, working copies apart, SHA-256 of
    every file, and a custody log, signed by you. An envelope that you cannot open goes in by its
    id, as an original alone. `keyholder verify-bundle` checks it on any machine.
    See spec/evidence-v1.md.
    """
    session: Session = context.obj
    check_bundle_output(output, force=force)
    if bool(ids) == (wanted != Filter()):
        if ids:
            raise typer.BadParameter("give ids or a filter, not both", param_hint="IDS")
        raise EvidenceError("evidence-nothing")
    if any(len(one) < _SHORTEST_ID for one in ids or ()):
        raise typer.BadParameter("give 4 hex digits or more", param_hint="IDS")
    held = read_coalition(session)
    if not held.keyring.log_keys:
        raise EvidenceError("evidence-log-key")
    identity = unlock_identity(session)
    custodian = Custodian(identity.holder_id, identity.signing_seed, session.now, find_version())
    known = read_known(session.home)
    listed = {one.id for one in held.keyring.holders} - set(known.revoked)
    if identity.holder_id not in listed:
        raise EvidenceError("evidence-signer")
    found, sealed = Findings(room=Room(None)), []
    for outcome in open_held(session, peeled, identity=identity):
        found.take(outcome)
        if isinstance(outcome, Unopened):
            sealed.append(outcome)
    merged = merge(found.reports)
    annotations = annotate(session, identity, found, merged)
    if ids:
        reports, unopened = _choose(merged, sealed, ids)
    else:
        reports, unopened = [one for one in merged if matches(one, wanted)], []
    places = {source.index for one in reports for source in one.sources}
    places.update(one.place for one in unopened)
    if not places:
        raise EvidenceError("evidence-nothing")
    if len(places) > MAX_ENVELOPES:
        raise EvidenceError("evidence-too-many")
    holders = [(one.id, one.key) for one in held.keyring.holders]
    desk = Desk(choose_keys(held.keyring, read_seeds(session.home, identity)))
    with (
        open_envelopes(session.home) as database,
        open_store(session.home, identity) as store,
        read_peeled(peeled or (), list_speakers(held.keyring, known)) as boxes,
    ):
        proven = find_proven(database, held.keyring.log_keys, holders, max(places))
        chosen = list(read_originals(database, places, desk, boxes, store))
    attached = (
        read_attached(open_shelf(session.home, known), reports) if attachments else Attached()
    )
    files = write_files(
        chosen,
        reports,
        held,
        proven,
        custodian,
        lambda one: add_annotations(make_document(one), one.report_id, annotations),
        attached.files,
    )
    write_bundle_files(output, files)
    say(
        f"{write_count(len(chosen), 'envelope')} and {write_count(len(reports), 'report')} are "
        f"in {show(str(output))}, "
        f"proven against a checkpoint of {write_count(proven.checkpoint.size, 'leaf')}."
    )
    say_lines(describe_contents(reports))
    if attachments:
        say(
            f"{write_count(len(attached.files), 'attachment is', 'attachments are')} in it, sealed."
        )
    if attached.missing:
        more = write_count(attached.missing, "more is", "more are")
        changed = choose_word(attached.missing, "was", "were")
        warn(f"{more} not here, or {changed} changed: `keyholder attachments`.")
    say(f"SHA-256 of its manifest: {hashlib.sha256(files[MANIFEST]).hexdigest()}")
    warn(
        "Its folder `working` is NOT encrypted. It holds what people risked themselves to report. "
        "Keep it on an encrypted disk, share it only as each report's consent allows."
    )


def _choose(
    merged: Sequence[Merged], sealed: Sequence[Unopened], ids: Sequence[str]
) -> tuple[list[Merged], list[Unopened]]:
    """The reports that are named, and envelopes that did not open.

    ReportError: report-ambiguous, report-unknown.
    """
    reports: dict[int, Merged] = {}
    unopened: dict[int, Unopened] = {}
    for id in ids:
        found = [place for place, one in enumerate(merged) if is_meant(one, id.lower())]
        closed = [one for one in sealed if one.envelope_id.hex().startswith(id.lower())]
        if len(found) + len(closed) > 1:
            raise ReportError("report-ambiguous")
        if not found and not closed:
            raise ReportError("report-unknown")
        reports.update((place, merged[place]) for place in found)
        unopened.update((one.place, one) for one in closed)
    return list(reports.values()), list(unopened.values())
