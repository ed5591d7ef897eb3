"""Checkpoints and receipts: C2SP tlog-checkpoint v1 and tlog-proof v1, as signed notes."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crypto.errors import NoteError
from crypto.log import HASH_SIZE, check_inclusion, hash_leaf
from crypto.notes import (
    NOTE_LIMIT,
    KeyKind,
    Note,
    NoteKey,
    NoteSigner,
    Signature,
    decode_base64,
    encode_base64,
    is_signed,
    read_note,
)

PROOF_LIMIT = 63
"""Hashes of an inclusion proof: a log has fewer than 2^63 leaves."""
_RECEIPT_LIMIT = NOTE_LIMIT + 16_384
"""Bytes of a receipt."""
_RECEIPT_HEAD = "c2sp.org/tlog-proof@v1"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: its origin, its size in leaves, its root (32 bytes)."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a leaf is in the log: its index, the proof, and the checkpoint as a note's bytes."""

    index: int
    proof: tuple[bytes, ...]
    note: bytes
    extra: bytes | None = None
    """Whatever somebody added. It is not authenticated."""


def make_log_signer(seed: bytes) -> NoteSigner:
    """The signer of a log from its 32-byte Ed25519 seed.

    Its name, which is the log's origin too, follows from the key: another key is another log.
    """
    public = NoteSigner("", KeyKind.ED25519, seed).key.public
    name = f"heliograph/log/{hashlib.sha256(public).hexdigest()[:16]}"
    return NoteSigner(name, KeyKind.ED25519, seed)


def make_cosigner(holder_id: str, seed: bytes) -> NoteSigner:
    """The cosigner of a holder: its id in the keyring (16 hex digits), its 32-byte signing seed."""
    return NoteSigner(_name_cosigner(holder_id), KeyKind.COSIGNATURE, seed)


def cosigner_key(holder_id: str, public: bytes) -> NoteKey:
    """The key that checks a holder's cosignature; `public` is the holder's key, 32 bytes."""
    return NoteKey(_name_cosigner(holder_id), KeyKind.COSIGNATURE, public)


def find_cosigners(note: Note, holders: Iterable[tuple[str, bytes]]) -> dict[str, Signature]:
    """The true cosignatures under a note, by holder id. `holders` are ids and public keys.

    False ones, and those of others, are left aside: anybody may write lines under a note.
    """
    keys: dict[tuple[str, bytes], tuple[str, NoteKey]] = {}
    for id, public in holders:
        key = cosigner_key(id, public)
        keys[key.name, key.id] = id, key
    found: dict[str, Signature] = {}
    for one in note.signatures:
        named = keys.get((one.name, one.key_id))
        if named is not None and _is_cosigned(Note(note.text, (one,)), named[1]):
            found.setdefault(named[0], one)
    return found


def write_checkpoint(checkpoint: Checkpoint) -> str:
    """The text of the note that is to be signed."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{encode_base64(checkpoint.root)}\n"


def read_checkpoint(note: Note) -> Checkpoint:
    """What a note says, whoever signed it. Lines after the third are left aside.

    Raises NoteError checkpoint-form.
    """
    lines = note.text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise NoteError("checkpoint-form")
    size, root = _read_number(lines[1]), decode_base64(lines[2])
    if size is None or root is None or len(root) != HASH_SIZE:
        raise NoteError("checkpoint-form")
    return Checkpoint(lines[0], size, root)


def open_checkpoint(data: bytes, key: NoteKey) -> Checkpoint:
    """A checkpoint that the log of this key signed, from a note's bytes.

    Raises NoteError: note-form, checkpoint-form, note-not-signed, note-signature-wrong.
    """
    note = read_note(data)
    checkpoint = read_checkpoint(note)
    if checkpoint.origin != key.name or not is_signed(note, key):
        raise NoteError("note-not-signed")
    return checkpoint


def write_receipt(receipt: Receipt) -> bytes:
    """The receipt's bytes."""
    lines = [_RECEIPT_HEAD]
    if receipt.extra is not None:
        lines.append(f"extra {encode_base64(receipt.extra)}")
    lines += [f"index {receipt.index}", *map(encode_base64, receipt.proof), "", ""]
    return "\n".join(lines).encode() + receipt.note


def read_receipt(data: bytes) -> Receipt:
    """Take a receipt apart; nothing is verified yet. Raises NoteError: receipt-form, note-form."""
    head, empty, note = data.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    if len(data) > _RECEIPT_LIMIT or not empty or lines[0] != _RECEIPT_HEAD or len(lines) < 2:
        raise NoteError("receipt-form")
    extra = None
    if lines[1].startswith("extra "):
        extra = decode_base64(lines.pop(1).removeprefix("extra "))
        if extra is None or len(lines) < 2:
            raise NoteError("receipt-form")
    index = _read_number(lines[1].removeprefix("index "))
    if not lines[1].startswith("index ") or index is None:
        raise NoteError("receipt-form")
    read_note(note)
    return Receipt(index, _read_proof(lines[2:]), note, extra)


def check_receipt(receipt: Receipt, leaf: bytes, key: NoteKey) -> Checkpoint:
    """Check that the log of this key signed that `leaf` is in it; gives the checkpoint.

    Raises NoteError as open_checkpoint, LogError inclusion-wrong.
    """
    checkpoint = open_checkpoint(receipt.note, key)
    check_inclusion(receipt.index, checkpoint.size, hash_leaf(leaf), receipt.proof, checkpoint.root)
    return checkpoint


def _read_proof(lines: Sequence[str]) -> tuple[bytes, ...]:
    hashes = [one for one in map(decode_base64, lines) if one is not None and len(one) == HASH_SIZE]
    if len(hashes) != len(lines) or len(hashes) > PROOF_LIMIT:
        raise NoteError("receipt-form")
    return tuple(hashes)


def _read_number(written: str) -> int | None:
    if not _NUMBER.fullmatch(written) or (number := int(written)) >= 1 << 63:
        return None
    return number


def _is_cosigned(note: Note, key: NoteKey) -> bool:
    try:
        return is_signed(note, key)
    except NoteError:
        return False


def _name_cosigner(holder_id: str) -> str:
    return f"heliograph/holder/{holder_id}"
