"""Who cosigned the checkpoints that this home has seen."""

from collections.abc import Sequence

from crypto.checkpoints import find_cosigners
from crypto.errors import NoteError
from crypto.notes import Note, read_key, read_note, write_note

Holders = Sequence[tuple[str, bytes]]
"""Holder ids and their public keys (crypto.checkpoints.find_cosigners)."""


def list_cosigners(data: bytes, holders: Holders) -> list[str]:
    """The ids of the holders who cosigned a note; none where it is no note."""
    note = _read(data)
    return [] if note is None else sorted(find_cosigners(note, holders))


def gather(older: bytes | None, newer: bytes, key: str, holders: Holders) -> bytes:
    """A note as it is to be remembered: signed by the log's key, with the cosignatures of both.

    A service may show a checkpoint without the cosignatures that it showed before. `newer` is well
    signed by this key; `older` was, if nobody altered this home.
    """
    note = read_note(newer)
    found = find_cosigners(note, holders)
    before = _read(older or b"")
    if before is not None and before.text == note.text:
        found = {**find_cosigners(before, holders), **found}
    name = read_key(key).name
    signed = [one for one in note.signatures if one.name == name]
    return write_note(Note(note.text, (*signed, *found.values())))


def _read(data: bytes) -> Note | None:
    try:
        return read_note(data)
    except NoteError:
        return None
