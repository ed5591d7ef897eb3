"""Runs vectors of the kinds `receipt` and `note-key`."""

from crypto.checkpoints import Checkpoint, open_checkpoint, read_checkpoint, read_receipt
from crypto.envelope import envelope_id, read_header
from crypto.errors import LogError, NoteError
from crypto.leaves import read_leaf
from crypto.log import check_inclusion, hash_leaf
from crypto.notes import KeyKind, NoteKey, read_key, read_note, write_key
from tests.crypto.vector import Vector


def run_receipt(vector: Vector) -> str:
    """As spec/log-v1.md, "One's own envelope", tells."""
    receipt, envelope = read_receipt(vector.payload), vector.hex("envelope")
    checkpoint = _open(receipt.note, vector.fields.get("log key", []))
    leaf = read_leaf(receipt.extra or b"")
    if (leaf.header, leaf.envelope_id) != (read_header(envelope), envelope_id(envelope)):
        raise LogError("inclusion-wrong")
    hashed = hash_leaf(receipt.extra or b"")
    check_inclusion(receipt.index, checkpoint.size, hashed, receipt.proof, checkpoint.root)
    assert receipt.index == int(vector.field("index"))
    assert checkpoint.size == int(vector.field("size"))
    assert leaf.day == int(vector.field("day"))
    return "open"


def _open(note: bytes, written: list[str]) -> Checkpoint:
    """The checkpoint, signed by one of the keys that can be read."""
    origin = read_checkpoint(read_note(note)).origin
    for key in filter(None, map(_read_key, written)):
        if (key.name, key.kind) != (origin, KeyKind.ED25519):
            continue
        try:
            return open_checkpoint(note, key)
        except NoteError as error:
            if error.code != "note-not-signed":
                raise
    raise NoteError("note-not-signed")


def _read_key(written: str) -> NoteKey | None:
    try:
        return read_key(written)
    except NoteError:
        return None


def run_note_key(vector: Vector) -> str:
    key = read_key(vector.field("key"))
    assert key == NoteKey(
        vector.field("name"), KeyKind(int(vector.field("kind byte"))), vector.payload
    )
    assert key.id == vector.hex("key id")
    assert write_key(key) == vector.field("key")
    return "open"
