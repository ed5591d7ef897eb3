"""Signed notes (C2SP signed-note v1): a text, an empty line, and lines of signatures under it.

Two kinds of Ed25519 keys: 01 signs the text, 04 cosigns a checkpoint (C2SP tlog-cosignature v1).
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from enum import IntEnum

from nacl.bindings import crypto_sign, crypto_sign_BYTES, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

from crypto.errors import NoteError

NOTE_LIMIT = 131_072
"""Bytes of a note."""
SIGNATURES_LIMIT = 300
"""Signature lines of a note: one for each holder of a keyring, and some more."""
_KEY_SIZE = 32
_ID_SIZE = 4
_TIME_SIZE = 8
_DASH = "— "


class KeyKind(IntEnum):
    """The signature type identifier byte."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True)
class NoteKey:
    """Who may sign a note: a name without spaces or `+`, and an Ed25519 public key (32 bytes)."""

    name: str
    kind: KeyKind
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart. They are no fingerprint."""
        named = self.name.encode() + b"\n" + bytes((self.kind,)) + self.public
        return hashlib.sha256(named).digest()[:_ID_SIZE]


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A key that signs: its name, its kind and its Ed25519 seed (32 bytes)."""

    name: str
    kind: KeyKind
    seed: bytes = field(repr=False)

    @property
    def key(self) -> NoteKey:
        return NoteKey(self.name, self.kind, crypto_sign_seed_keypair(self.seed)[0])


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line. `value` is what follows the key id."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends with a newline, and the signatures under it. Nothing is verified yet."""

    text: str
    signatures: tuple[Signature, ...]


def read_key(written: str) -> NoteKey:
    """A verifier key, `<name>+<id, 8 hex digits>+<base64 of kind and key>`.

    Raises NoteError note-key.
    """
    parts = written.split("+", 2)
    if len(parts) != 3 or not _is_name(parts[0]):
        raise NoteError("note-key")
    data = decode_base64(parts[2])
    if data is None or len(data) != 1 + _KEY_SIZE or data[0] not in list(KeyKind):
        raise NoteError("note-key")
    key = NoteKey(parts[0], KeyKind(data[0]), data[1:])
    if parts[1] != key.id.hex():
        raise NoteError("note-key")
    return key


def write_key(key: NoteKey) -> str:
    """The verifier key as text, printable ASCII if its name is."""
    return f"{key.name}+{key.id.hex()}+{encode_base64(bytes((key.kind,)) + key.public)}"


def read_note(data: bytes) -> Note:
    """Take a note apart. Raises NoteError note-form for anything that is not exactly one."""
    try:
        written = data.decode() if len(data) <= NOTE_LIMIT else ""
    except UnicodeDecodeError:
        raise NoteError("note-form") from None
    text, empty, signed = written.rpartition("\n\n")
    if not empty or any(char < " " and char != "\n" for char in written):
        raise NoteError("note-form")
    return Note(text + "\n", read_signatures(signed))


def read_signatures(lines: str) -> tuple[Signature, ...]:
    """One or more signature lines, each with its newline. Raises NoteError note-form."""
    *signed, rest = lines.split("\n")
    if rest or not 0 < len(signed) <= SIGNATURES_LIMIT:
        raise NoteError("note-form")
    return tuple(map(_read_signature, signed))


def write_note(note: Note) -> bytes:
    """The note's bytes."""
    return (note.text + "\n" + "".join(map(write_signature, note.signatures))).encode()


def write_signature(signature: Signature) -> str:
    """One signature line with its newline."""
    return f"{_DASH}{signature.name} {encode_base64(signature.key_id + signature.value)}\n"


def sign(signer: NoteSigner, text: str, time: int = 0) -> Signature:
    """Sign a note's text. `time` (Unix seconds) is for a cosignature alone."""
    head = time.to_bytes(_TIME_SIZE, "big") if signer.kind is KeyKind.COSIGNATURE else b""
    _, secret = crypto_sign_seed_keypair(signer.seed)
    value = crypto_sign(_make_message(signer.kind, head, text), secret)[:crypto_sign_BYTES]
    return Signature(signer.name, signer.key.id, head + value)


def is_signed(note: Note, key: NoteKey) -> bool:
    """Whether the key signed. False: none of the signatures is under its name and id.

    Signatures under other names and ids are ignored. Raises NoteError note-signature-wrong: one is
    under its name and id, and is false.
    """
    mine = [one for one in note.signatures if (one.name, one.key_id) == (key.name, key.id)]
    if not all(_is_true(note.text, one.value, key) for one in mine):
        raise NoteError("note-signature-wrong")
    return bool(mine)


def encode_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def decode_base64(written: str) -> bytes | None:
    """Standard base64 as it is written in one way alone; None for anything else."""
    try:
        data = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if encode_base64(data) == written else None


def _read_signature(line: str) -> Signature:
    name, _, written = line.removeprefix(_DASH).partition(" ")
    data = decode_base64(written)
    if not line.startswith(_DASH) or not _is_name(name) or data is None or len(data) <= _ID_SIZE:
        raise NoteError("note-form")
    return Signature(name, data[:_ID_SIZE], data[_ID_SIZE:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(map(str.isspace, name))


def _is_true(text: str, value: bytes, key: NoteKey) -> bool:
    split = _TIME_SIZE if key.kind is KeyKind.COSIGNATURE else 0
    head, signed = value[:split], value[split:]
    if len(signed) != crypto_sign_BYTES or head >= b"\x80":  # a time is below 2^63
        return False
    try:
        crypto_sign_open(signed + _make_message(key.kind, head, text), key.public)
    except BadSignatureError:
        return False
    return True


def _make_message(kind: KeyKind, head: bytes, text: str) -> bytes:
    if kind is KeyKind.ED25519:
        return text.encode()
    return f"cosignature/v1\ntime {int.from_bytes(head, 'big')}\n{text}".encode()
