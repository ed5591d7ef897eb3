"""keyholder verify-bundle."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from crypto.bundles import MAX_BUNDLE
from crypto.errors import KeyringError
from crypto.keyring import is_development
from keyholder.commands.options import Json, Peeled
from keyholder.commands.printing import (
    say,
    say_json,
    say_lines,
    show_progress,
    warn,
    write_fingerprint,
)
from keyholder.commands.session import Session, read_coalition, unlock_identity
from keyholder.counts import write_count
from keyholder.errors import EvidenceError
from keyholder.evidence.catalogue import EVIDENCE_FINDINGS
from keyholder.evidence.custody import DETAILS
from keyholder.evidence.originals import check_contents
from keyholder.evidence.sources import Source, open_bundle
from keyholder.evidence.verification import Verdict
from keyholder.evidence.verification import verify_bundle as check_bundle
from keyholder.known import read_known
from keyholder.opening import Desk, choose_keys
from keyholder.peeled import list_speakers, read_peeled
from keyholder.terminal import shorten, show
from keyholder.vault import read_seeds
from keyholder.words import write_words

_SHOWN = 20  # findings that are told one by one
_WORDS = 2_000  # columns


def verify_bundle(
    context: typer.Context,
    bundle: Annotated[Path, typer.Argument(help="The zip file or the folder.")],
    root: Annotated[
        Path | None,
        typer.Option(
            "--root",
            metavar="FILE",
            help="The coalition's root.json, as you got it from people you trust. Without it the "
            "bundle is only compared with itself.",
        ),
    ] = None,
    reopen: Annotated[
        bool,
        typer.Option(
            "--open",
            help="Open the originals with the keys of your home as well, and compare.",
        ),
    ] = False,
    peeled: Peeled = None,
    json: Json = False,
) -> None:
    """Check a bundle of evidence: every hash, signature and proof in it.

    It needs no home, no keys and no network. Exit status 1 says that something is not as it was
    signed, or does not prove what it should, and names the file. Nothing is unpacked.

    --json prints {"whole": true or false, "findings": [{"item", "code"}], "files", "envelopes",
    "proven", "opened", "attachments", "holder", "made", "version", "keyring", "root_sha256",
    "root_words", "root_given", "development", "log": {"origin", "size", "root"} or null,
    "cosigners": [ids], "custody": [{"number", "time", "holder", "action", "detail"}], "reopened": n
    or null}.
    """
    given = None if root is None else _read_root(root)
    reopened = None
    with open_bundle(bundle) as source:
        with show_progress("Checking", len(source.list_sizes())) as advance:
            verdict = check_bundle(source, given, advance)
        if reopen:
            reopened = _reopen(context.obj, source, verdict, peeled or ())
    if json:
        say_json({**_describe(verdict), "reopened": reopened})
    else:
        for item, code in list(verdict.findings)[:_SHOWN]:
            warn(f"{show(item)[:200]}: {EVIDENCE_FINDINGS[code]} ({code})")
        if len(verdict.findings) > _SHOWN:
            warn(f"… and {len(verdict.findings) - _SHOWN:,} more: see --json")
        say_lines(_write_words(verdict))
        if reopened is not None:
            say(f"Your keys open {reopened:,} of its originals to the same bytes.")
    if verdict.findings:
        raise EvidenceError("bundle-altered")


def _read_root(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BUNDLE:
            raise EvidenceError("root-unreadable")
        root = path.read_bytes()
        is_development(root)
    except (OSError, KeyringError) as error:
        raise EvidenceError("root-unreadable") from error
    return root


def _reopen(session: Session, source: Source, verdict: Verdict, peeled: Sequence[Path]) -> int:
    """How many originals this home's keys open to the same. Those it has no key for are left."""
    held = read_coalition(session)
    desk = Desk(choose_keys(held.keyring, read_seeds(session.home, unlock_identity(session))))
    originals = () if verdict.manifest is None else verdict.manifest.originals
    speakers = list_speakers(held.keyring, read_known(session.home))
    with read_peeled(peeled, speakers) as boxes:
        return check_contents(source, originals, desk, boxes, verdict)


def _describe(verdict: Verdict) -> dict[str, Any]:
    manifest, keyring, log = verdict.manifest, verdict.keyring, verdict.checkpoint
    root = _find_digest(verdict.root)
    originals = () if manifest is None else manifest.originals
    return {
        "whole": not verdict.findings,
        "findings": [one._asdict() for one in verdict.findings],
        "files": verdict.files,
        "envelopes": len(originals),
        "proven": verdict.proven,
        "opened": sum(one.content is not None for one in originals),
        "attachments": verdict.attachments,
        "holder": None if manifest is None else manifest.holder_id,
        "made": None if manifest is None else manifest.made,
        "version": None if manifest is None else manifest.version,
        "keyring": None if keyring is None else keyring.version,
        "root_sha256": None if root is None else root.hex(),
        "root_words": None if root is None else write_words(root),
        "root_given": verdict.root_given,
        "development": None if keyring is None else keyring.development,
        "log": None
        if log is None
        else {"origin": log.origin, "size": log.size, "root": log.root.hex()},
        "cosigners": list(verdict.cosigners),
        "custody": [
            {
                "number": one.number,
                "time": one.time,
                "holder": one.holder_id,
                "action": one.action,
                "detail": one.detail,
            }
            for one in verdict.acts
        ],
    }


def _write_words(verdict: Verdict) -> Iterator[str]:
    """What holds, in words; what does not was said as findings."""
    manifest, keyring, log = verdict.manifest, verdict.keyring, verdict.checkpoint
    if not verdict.findings:
        yield (
            f"The bundle is whole: {write_count(verdict.files, 'file')}, each as its maker "
            "signed it."
        )
    if manifest is not None:
        yield (
            f"Holder {manifest.holder_id} made it, by her clock on {show(manifest.made)}, with "
            f"Heliograph {show(manifest.version)}."
        )
    if keyring is not None:
        whose = (
            "the root file that you gave"
            if verdict.root_given
            else "the bundle's own root file, which anybody could have made"
        )
        yield f"Keyring {keyring.version} is signed by the officers of {whose}."
        if (digest := _find_digest(verdict.root)) is not None:
            yield from write_fingerprint("Fingerprint of that root file", digest)
            yield (
                "Compare the words with an officer, by a way you trust, if you have not."
                if verdict.root_given
                else "Compare the words with an officer, by a way you trust, or check again with "
                "--root."
            )
        if keyring.development:
            yield "It is a DEVELOPMENT coalition: its keys are known, and its evidence is none."
    if log is not None:
        yield (
            f"{write_count(verdict.proven, 'envelope was', 'envelopes were')} in the log "
            f"{show(log.origin)} when it signed "
            f"{write_count(log.size, 'leaf')}; {write_count(len(verdict.cosigners), 'holder')} "
            "cosigned that."
        )
    if verdict.attachments:
        yield (
            f"Sealed attachments in it, each by its own SHA-256: {verdict.attachments:,}. Reports "
            "name them and hold their keys; no log holds them."
        )
    for act in verdict.acts:
        yield f"  {act.number}. {show(act.time)} {act.holder_id} {act.action}"
        for name in DETAILS:
            words = act.detail.get(name)
            if isinstance(words, str):
                yield f"     {name}: {shorten(words, _WORDS)}"
    if not verdict.findings:
        yield (
            "This proves that these bytes were in the log at that time, not that what they say is "
            "true. That the working copies are what the envelopes hold, the holder vouches for."
        )


def _find_digest(root: bytes | None) -> bytes | None:
    return None if root is None else hashlib.sha256(root).digest()
