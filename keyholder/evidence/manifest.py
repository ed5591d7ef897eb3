"""The manifest: every item of a bundle with its SHA-256, and what each envelope is. One holder
signs it. See spec/evidence-v1.md.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crypto.attestations import attest, is_attested
from keyholder.documents import write_json
from keyholder.evidence.archive import NAME
from keyholder.evidence.custody import TIME, Custodian
from keyholder.evidence.strict import read_object
from keyholder.moments import write_moment

FORMAT = "heliograph/evidence/v1"
SIGNATURE_FORMAT = "heliograph/evidence-signature/v1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MAX_ENVELOPES = 10_000
MAX_MANIFEST = 1 << 24
"""Bytes."""

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_HOLDER = re.compile(r"[0-9a-f]{16}", re.ASCII)
_VERSION = re.compile(r"[!-~]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Item:
    """What one file of the bundle must be. Of `custody.jsonl` this is how it begins."""

    size: int  # bytes
    sha256: str  # hex


@dataclass(frozen=True, slots=True)
class Original:
    """One envelope: its id, its place in the log, and the SHA-256 of what it opened to."""

    envelope_id: str  # 64 hex digits
    index: int
    content: str | None  # hex; None where it was not opened


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest of good form. It is its signer's word."""

    made: str
    holder_id: str
    version: str
    items: Mapping[str, Item]
    originals: tuple[Original, ...]


def write_manifest(
    custodian: Custodian, files: Mapping[str, bytes], originals: tuple[Original, ...]
) -> bytes:
    """The manifest of these files, which are all of the bundle but itself and its signature."""
    document = {
        "format": FORMAT,
        "made": {
            "time": write_moment(custodian.time),
            "holder": custodian.holder_id,
            "version": custodian.version,
        },
        "items": [
            {"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for path, data in sorted(files.items())
        ],
        "originals": [
            {"envelope": one.envelope_id, "index": one.index, "content_sha256": one.content}
            for one in originals
        ],
    }
    return write_json(document, indent=1).encode() + b"\n"


def read_manifest(data: bytes) -> Manifest | None:
    """The manifest; None for anything that is not exactly one."""
    fields = read_object(data) if len(data) <= MAX_MANIFEST else None
    if fields is None or fields.get("format") != FORMAT:
        return None
    try:
        made, items, originals = fields["made"], fields["items"], fields["originals"]
        if len(originals) > MAX_ENVELOPES:
            return None
        manifest = Manifest(
            _match(TIME, made["time"]),
            _match(_HOLDER, made["holder"]),
            _match(_VERSION, made["version"]),
            {_match(NAME, one["path"]): _read_item(one) for one in items},
            tuple(map(_read_original, originals)),
        )
    except (KeyError, TypeError, ValueError):
        return None
    # What stands twice would count twice, or say two things of one file.
    whole = len(manifest.items) == len(items) and len(
        {one.envelope_id for one in manifest.originals}
    ) == len(originals)
    return manifest if whole else None


def sign_manifest(manifest: bytes, custodian: Custodian) -> bytes:
    """The file beside the manifest: who signs it, over which bytes, and the signature."""
    signature = attest(FORMAT, manifest, custodian.seed)
    return _write_signature(
        custodian.holder_id, hashlib.sha256(manifest).hexdigest(), signature.hex()
    )


def find_signer(signature: bytes) -> str | None:
    """The holder id that a signature file names; None where it is none."""
    fields = read_object(signature) if len(signature) <= 1_024 else None
    holder = None if fields is None else fields.get("holder")
    return holder if isinstance(holder, str) and _HOLDER.fullmatch(holder) else None


def list_faults(manifest: bytes, signature: bytes, key: bytes) -> list[str]:
    """Which of the two files is not as it was signed by `key` (Ed25519, 32 bytes); none: all well.

    The signature file repeats the manifest's hash, which tells which of the two was changed.
    """
    fields = read_object(signature) or {}
    digest = hashlib.sha256(manifest).hexdigest()
    named, written = fields.get("manifest_sha256"), fields.get("signature")
    holder = find_signer(signature)
    if not isinstance(named, str) or not isinstance(written, str) or holder is None:
        return [SIGNATURE]
    try:
        signed = bytes.fromhex(written)
    except ValueError:
        return [SIGNATURE]
    true = is_attested(FORMAT, manifest, signed, key)
    whole = _write_signature(holder, named, signed.hex()) == signature
    if true:
        return [] if whole and named == digest else [SIGNATURE]
    return [SIGNATURE] if named == digest else [MANIFEST]


def _write_signature(holder_id: str, digest: str, signature: str) -> bytes:
    document = {
        "format": SIGNATURE_FORMAT,
        "holder": holder_id,
        "manifest_sha256": digest,
        "signature": signature,
    }
    return write_json(document, indent=1).encode() + b"\n"


def _read_item(one: Mapping[str, Any]) -> Item:
    return Item(_read_number(one["size"]), _match(_DIGEST, one["sha256"]))


def _read_original(one: Mapping[str, Any]) -> Original:
    content = one["content_sha256"]
    return Original(
        _match(_DIGEST, one["envelope"]),
        _read_number(one["index"]),
        None if content is None else _match(_DIGEST, content),
    )


def _match(pattern: "re.Pattern[str]", value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError("not of this form")
    return value


def _read_number(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise ValueError("no number of this kind")
    return value
