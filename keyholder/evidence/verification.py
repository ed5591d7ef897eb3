"""Checks a bundle by what is in it and a root file, and by nothing else: no home, no network.

Every file is hostile until its hash is the signed manifest's, and what the manifest says is its
signer's word until a proof says it too. Nothing here raises for what a bundle holds: it is named.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from crypto import keyring as keyrings
from crypto.bundles import MAX_BUNDLE
from crypto.checkpoints import (
    Checkpoint,
    find_cosigners,
    open_checkpoint,
    read_receipt,
)
from crypto.errors import CryptoError, KeyringError, NoteError
from crypto.keyring import Keyring
from crypto.log import check_inclusion, hash_leaf
from crypto.notes import NOTE_LIMIT, read_key, read_note
from keyholder.envelopes import find_fault
from keyholder.evidence import paths
from keyholder.evidence.attached import is_blob, list_listed
from keyholder.evidence.custody import MAX_LOG, Act, read_log
from keyholder.evidence.manifest import (
    MANIFEST,
    MAX_MANIFEST,
    SIGNATURE,
    Manifest,
    Original,
    find_signer,
    list_faults,
    read_manifest,
)
from keyholder.evidence.sources import Read, Source, read_whole, take
from keyholder.sequence import Item

SMALL = 1 << 18
"""Bytes that an envelope, a leaf or a signature file never has."""
_CODES = {MANIFEST: "manifest-altered", SIGNATURE: "signature-altered"}


class Finding(NamedTuple):
    """A contradiction: the file of the bundle that it is about, and its code (catalogue.py)."""

    item: str
    code: str


@dataclass(slots=True)
class Verdict:
    """All is well where there are no findings."""

    findings: dict[Finding, None] = field(default_factory=dict)  # each once, in order
    files: int = 0
    manifest: Manifest | None = None
    keyring: Keyring | None = None
    root: bytes | None = None  # the root file that counted
    root_given: bool = False  # it came another way than with the bundle
    checkpoint: Checkpoint | None = None
    cosigners: tuple[str, ...] = ()
    proven: int = 0  # envelopes that the checkpoint proves
    acts: tuple[Act, ...] = ()
    attachments: int = 0  # sealed ones that are what their names say

    def find(self, item: str, code: str) -> None:
        """Note a contradiction once."""
        self.findings[Finding(item, code)] = None


def verify_bundle(
    source: Source, root: bytes | None, advance: Callable[[int], None] = lambda _: None
) -> Verdict:
    """Check everything. `root` is a root file that came another way; without it, the bundle's own
    counts, and proves only that the bundle agrees with itself. `advance` is told of each file read.

    EvidenceError: bundle-form, where there is no manifest to begin with; OSError.
    """
    verdict = Verdict(root_given=root is not None)
    read: dict[str, Read] = {}
    for name in source.list_sizes():
        read[name] = read_whole(source, name)
        advance(1)
    verdict.files = len(read)
    for name in source.list_strange():
        verdict.find(name, "item-unlisted")
    for name in source.list_altered({name: one.crc for name, one in read.items()}):
        verdict.find(name or MANIFEST, "container-altered")
    _check_keyring(source, root, verdict)
    _check_manifest(source, verdict)
    if verdict.manifest is not None:
        _check_items(source, read, verdict.manifest, verdict)
        _check_attached(read, verdict.manifest, verdict)
    note = _check_checkpoint(source, verdict)
    _check_custody(source, verdict)
    for original in verdict.manifest.originals if verdict.manifest is not None else ():
        _check_original(source, original, note, verdict)
        _check_content(read, original, verdict)
    return verdict


def _check_keyring(source: Source, root: bytes | None, verdict: Verdict) -> None:
    own = take(source, paths.ROOT, MAX_BUNDLE)
    bundle = take(source, paths.KEYRING, MAX_BUNDLE)
    verdict.root = own if root is None else root
    if verdict.root is None:
        verdict.find(paths.ROOT, "item-missing")
    elif bundle is None:
        verdict.find(paths.KEYRING, "item-missing")
    else:
        try:
            verdict.keyring = keyrings.first(verdict.root, keyrings.read_bundle(bundle))
        except KeyringError as error:
            wrong_root = error.code.startswith("keyring-root") and root is None
            verdict.find(paths.ROOT if wrong_root else paths.KEYRING, "keyring-refused")


def _check_manifest(source: Source, verdict: Verdict) -> None:
    manifest = take(source, MANIFEST, MAX_MANIFEST)
    signature = take(source, SIGNATURE, SMALL)
    for name, data in ((MANIFEST, manifest), (SIGNATURE, signature)):
        if data is None:
            verdict.find(name, "item-missing")
    if manifest is not None:
        verdict.manifest = read_manifest(manifest)
        if verdict.manifest is None:
            verdict.find(MANIFEST, "manifest-altered")
    if manifest is None or signature is None or verdict.keyring is None:
        return
    signer = find_signer(signature)
    keys = [key for id, key in _list_holders(verdict.keyring) if id == signer]
    if signer is None:
        verdict.find(SIGNATURE, "signature-altered")
    elif not keys:
        verdict.find(SIGNATURE, "signer-unknown")
    else:
        for name in list_faults(manifest, signature, keys[0]):
            verdict.find(name, _CODES[name])
        if verdict.manifest is not None and verdict.manifest.holder_id != signer:
            verdict.find(SIGNATURE, "signature-altered")


def _check_items(
    source: Source, read: Mapping[str, Read], manifest: Manifest, verdict: Verdict
) -> None:
    for path, item in manifest.items.items():
        found = read.get(path)
        if found is None:
            verdict.find(path, "item-missing")
        elif path == paths.CUSTODY:  # later lines may stand behind those that were signed
            begins = (take(source, path, MAX_LOG) or b"")[: item.size]
            if (len(begins), _digest(begins)) != (item.size, item.sha256):
                verdict.find(path, "item-altered")
        elif (found.size, found.sha256) != (item.size, item.sha256):
            verdict.find(path, "item-altered")
    for path in read.keys() - manifest.items.keys() - {MANIFEST, SIGNATURE}:
        verdict.find(path, "item-unlisted")
    for path in _list_needed(manifest.originals):
        if path not in manifest.items:
            verdict.find(path, "item-unlisted" if path in read else "item-missing")


def _check_attached(read: Mapping[str, Read], manifest: Manifest, verdict: Verdict) -> None:
    for path in list_listed(manifest.items):
        found = read.get(path)
        if found is not None and is_blob(path, found):
            verdict.attachments += 1
        elif found is not None:
            verdict.find(path, "attachment-altered")


def _list_needed(originals: Iterable[Original]) -> Iterable[str]:
    yield from (paths.README, paths.CUSTODY, paths.ROOT, paths.KEYRING, paths.CHECKPOINT)
    for one in originals:
        yield paths.name_envelope(one.envelope_id)
        yield paths.name_leaf(one.envelope_id)
        yield paths.name_proof(one.envelope_id)
        if one.content is not None:
            yield paths.name_content(one.envelope_id)


def _check_checkpoint(source: Source, verdict: Verdict) -> bytes | None:
    """The checkpoint's note, if a key that the keyring lists signed it."""
    note = take(source, paths.CHECKPOINT, NOTE_LIMIT)
    if note is None or verdict.keyring is None:
        if note is None:
            verdict.find(paths.CHECKPOINT, "item-missing")
        return None
    holders = _list_holders(verdict.keyring)
    for written in verdict.keyring.log_keys:
        try:
            verdict.checkpoint = open_checkpoint(note, read_key(written))
        except NoteError:
            continue
        verdict.cosigners = tuple(sorted(find_cosigners(read_note(note), holders)))
        return note
    verdict.find(paths.CHECKPOINT, "checkpoint-refused")
    return None


def _check_custody(source: Source, verdict: Verdict) -> None:
    log = take(source, paths.CUSTODY, MAX_LOG)
    if log is None or verdict.keyring is None:
        return
    acts = read_log(log, _list_holders(verdict.keyring))
    if acts is None:
        verdict.find(paths.CUSTODY, "custody-broken")
    else:
        verdict.acts = acts


def _check_original(
    source: Source, original: Original, note: bytes | None, verdict: Verdict
) -> None:
    id = original.envelope_id
    body = take(source, paths.name_envelope(id), SMALL)
    leaf = take(source, paths.name_leaf(id), SMALL)
    proof = take(source, paths.name_proof(id), 2 * NOTE_LIMIT)
    if body is None or leaf is None or proof is None:
        return  # the manifest's items named it
    if leaf[7:].hex() != id or find_fault(Item(original.index, leaf, body)) is not None:
        altered = paths.name_envelope(id) if _digest(body) != id else paths.name_leaf(id)
        verdict.find(altered, "original-altered")
    if note is None or verdict.checkpoint is None:
        return
    try:
        receipt = read_receipt(proof)
        check_inclusion(
            receipt.index,
            verdict.checkpoint.size,
            hash_leaf(leaf),
            receipt.proof,
            verdict.checkpoint.root,
        )
    except CryptoError:
        verdict.find(paths.name_proof(id), "proof-wrong")
        return
    # One signature over one note was checked: the receipt must hold that very note.
    if receipt.index != original.index or receipt.note != note:
        verdict.find(paths.name_proof(id), "proof-wrong")
    else:
        verdict.proven += 1


def _check_content(read: Mapping[str, Read], original: Original, verdict: Verdict) -> None:
    path = paths.name_content(original.envelope_id)
    found = read.get(path)
    if original.content is not None and found is not None and found.sha256 != original.content:
        verdict.find(path, "content-altered")


def _list_holders(keyring: Keyring) -> list[tuple[str, bytes]]:
    """Ids and keys of the holders whose signature counts: no revoked one is among them."""
    return [(one.id, one.key) for one in keyring.holders]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
