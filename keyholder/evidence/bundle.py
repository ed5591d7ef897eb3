"""Puts a bundle of evidence together. See spec/evidence-v1.md."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from crypto.bundles import write_bundle
from keyholder.documents import make_document, write_json
from keyholder.errors import EvidenceError
from keyholder.evidence import paths
from keyholder.evidence.custody import Custodian, add_lines
from keyholder.evidence.manifest import (
    MANIFEST,
    MAX_ENVELOPES,
    SIGNATURE,
    Original,
    sign_manifest,
    write_manifest,
)
from keyholder.evidence.proofs import Proven
from keyholder.evidence.readme import write_readme
from keyholder.held import Held
from keyholder.merge import Merged
from keyholder.moments import write_moment


@dataclass(frozen=True, slots=True)
class Chosen:
    """An envelope that is to be evidence, and what it opened to, if it did."""

    index: int
    envelope_id: bytes  # 32 B
    leaf: bytes
    body: bytes
    content: bytes | None


def write_files(
    chosen: Sequence[Chosen],
    reports: Sequence[Merged],
    held: Held,
    proven: Proven,
    custodian: Custodian,
    describe: Callable[[Merged], dict[str, Any]] = make_document,
    attached: Mapping[str, bytes] = MappingProxyType({}),
) -> dict[str, bytes]:
    """Every file of the bundle by its path, in order. The same input gives the same bytes.
    `attached` are files of sealed attachments.

    EvidenceError: evidence-nothing, evidence-too-many.
    """
    if not chosen:
        raise EvidenceError("evidence-nothing")
    if len(chosen) > MAX_ENVELOPES:
        raise EvidenceError("evidence-too-many")
    files = {
        paths.ROOT: held.root,
        paths.KEYRING: write_bundle(held.keyring.files),
        paths.CHECKPOINT: proven.note,
    }
    originals = []
    for one in sorted(chosen, key=lambda one: one.index):
        id = one.envelope_id.hex()
        files[paths.name_envelope(id)] = one.body
        files[paths.name_leaf(id)] = one.leaf
        files[paths.name_proof(id)] = proven.write_proof(one.index)
        digest = None
        if one.content is not None:
            files[paths.name_content(id)] = one.content
            digest = hashlib.sha256(one.content).hexdigest()
        originals.append(Original(id, one.index, digest))
    files.update(_write_reports(reports, describe))
    files.update(attached)
    contents = sum(one.content is not None for one in originals)
    counts = (len(originals), contents, len(reports))
    files[paths.CUSTODY] = add_lines(
        b"", custodian, _list_acts(originals, counts, proven, len(attached))
    )
    files[paths.README] = write_readme(
        custodian.holder_id,
        write_moment(custodian.time),
        custodian.version,
        counts,
        proven.checkpoint,
    )
    files[MANIFEST] = write_manifest(custodian, files, tuple(originals))
    files[SIGNATURE] = sign_manifest(files[MANIFEST], custodian)
    return dict(sorted(files.items()))


def _write_reports(
    reports: Sequence[Merged], describe: Callable[[Merged], dict[str, Any]]
) -> Mapping[str, bytes]:
    files: dict[str, bytes] = {}
    for merged in reports:
        number = 1
        while (path := paths.name_report(merged.report_id.hex(), number)) in files:
            number += 1  # two reports may have one id: a stranger's doing
        files[path] = write_json(describe(merged), indent=1).encode() + b"\n"
    return files


def _list_acts(
    originals: Sequence[Original],
    counts: tuple[int, int, int],
    proven: Proven,
    attachments: int,
) -> list[tuple[str, dict[str, Any]]]:
    """What was done up to here, in the terms of the Berkeley Protocol."""
    number, contents, reports = counts
    return [
        (
            "collected",
            {
                "envelopes": number,
                "first_index": originals[0].index,
                "last_index": originals[-1].index,
                **({"attachments": attachments} if attachments else {}),
                "words": "Sealed envelopes were downloaded from the coalition's service by "
                "keyholder sync at times that were not recorded, each checked against its leaf "
                "in the log, and kept unchanged. They are the evidentiary copies.",
            },
        ),
        (
            "proven",
            {
                "log": proven.checkpoint.origin,
                "size": proven.checkpoint.size,
                "root": proven.checkpoint.root.hex(),
                "words": "The log was computed again from all leaves held, and agrees with this "
                "signed checkpoint. An inclusion proof was made for each envelope.",
            },
        ),
        (
            "opened",
            {
                "envelopes": contents,
                "reports": reports,
                "words": "The envelopes for which this holder has keys were opened in memory. The "
                "working copies are what they held.",
            },
        ),
        (
            "bundled",
            {
                "words": "All items were listed with their SHA-256 and the list was signed by "
                "this holder.",
            },
        ),
    ]
