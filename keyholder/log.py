"""Whether the log is what it signed: checked with each sync, and from the beginning by `verify`.

Nothing here trusts the service. A finding names what was removed, altered, withheld or forked.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from crypto.checkpoints import Checkpoint, open_checkpoint
from crypto.errors import LogError, NoteError
from crypto.log import EMPTY_ROOT, Frontier, hash_leaf
from crypto.notes import KeyKind, NoteKey, read_key, write_key
from keyholder.envelopes import find_fault, find_last, is_of_another_kind
from keyholder.errors import ServiceError
from keyholder.remembered import (
    find_sizes,
    pin,
    read_checked,
    read_leaves,
    read_pinned,
    read_seen,
    remember,
    write_checked,
)
from keyholder.sequence import Item
from keyholder.service import Service, fetch_log_file

_STEP = 1_000  # rows between two words of progress


class Finding(NamedTuple):
    """A contradiction: its code (keyholder/errors.py), and the first and last index concerned."""

    code: str
    first: int
    last: int


class Told(NamedTuple):
    """What the service says of its log, unverified: a checkpoint and its key, None for a 404."""

    note: bytes | None
    key: bytes | None


@dataclass(slots=True)
class Checked:
    """The outcome. `confirmed` is the newest checkpoint that the leaves held agree with."""

    findings: list[Finding] = field(default_factory=list)
    confirmed: tuple[int, bytes] | None = None  # size, root
    leaves: int = 0  # held without a gap
    seen: int = 0  # checkpoints remembered

    def find(self, code: str, first: int, last: int) -> None:
        """Note a contradiction once: later checkpoints show the same one again."""
        if not any((one.code, one.first) == (code, first) for one in self.findings):
            self.findings.append(Finding(code, first, max(first, last)))


def fetch_log(service: Service) -> Told:
    """Ask for the checkpoint, before the download: then the leaves that come must reach it.

    ServiceError: service-unreachable, service-busy, service-answer.
    """
    return Told(fetch_log_file(service, "checkpoint"), fetch_log_file(service, "key"))


def check_told(database: sqlite3.Connection, listed: Sequence[str], told: Told) -> Checked:
    """Compare a checkpoint with the leaves that are held, and remember it whatever comes of it.

    `listed` are the keyring's log keys; where it lists none, the key that was seen first counts.
    ServiceError: service-answer.
    """
    before = read_seen(database)
    biggest = max((one.size for one in before), default=0)
    checked = Checked(seen=len(before))
    if told.note is None:
        if before:
            checked.find("log-shrunk", 0, biggest - 1)
        return checked
    found = _open(told.note, _choose_keys(database, listed, told))
    if found is None:
        checked.find("log-key-changed", 0, biggest - 1)
        return checked
    checkpoint, key = found
    remember(database, checkpoint, told.note, key)
    size = checkpoint.size
    if size < biggest:
        checked.find("log-shrunk", size, biggest - 1)
    elif len(find_sizes(read_seen(database))[size]) > 1:
        checked.find("log-forked", 0, size - 1)
    else:
        _extend(database, checkpoint, checked)
    return checked


def check_held(database: sqlite3.Connection, advance: Callable[[int], None]) -> Checked:
    """Compute everything again from what is held: every body, every leaf, every checkpoint seen."""
    seen = read_seen(database)
    checked = Checked(seen=len(seen))
    for one in seen:
        opened = _open(one.note, [one.key])
        if opened is None or (opened[0].size, opened[0].root) != (one.size, one.root):
            checked.find("checkpoint-altered", 0, one.size - 1)
    sizes = find_sizes(seen)
    for size, roots in sizes.items():
        if len(roots) > 1 or (size == 0 and roots != {EMPTY_ROOT}):
            checked.find("log-forked", 0, size - 1)
    try:
        before = read_checked(database).size
    except LogError:
        before = 0
        checked.find("checkpoint-altered", 0, 0)
    frontier, good, whole = Frontier(), 0, True
    for item in _read_items(database, advance):
        if item.place > checked.leaves:
            checked.find("leaf-missing", checked.leaves, item.place - 1)
            whole = False
        checked.leaves = item.place + 1
        if find_fault(item) is not None:
            checked.find("body-altered", item.place, item.place)
        elif item.body is None and not is_of_another_kind(item):
            checked.find("body-removed", item.place, item.place)
        if not whole:
            continue
        frontier.add(hash_leaf(item.leaf))
        if signed := sizes.get(frontier.size):
            root = frontier.find_root()
            if root in signed:
                good = frontier.size
                checked.confirmed = good, root
            else:
                code = "leaf-altered" if frontier.size <= before else "log-forked"
                checked.find(code, good, item.place)
    biggest = max(sizes, default=0)
    if biggest > checked.leaves:
        checked.find("log-withheld", checked.leaves, biggest - 1)
    return checked


def _read_items(database: sqlite3.Connection, advance: Callable[[int], None]) -> Iterator[Item]:
    # SQLite keeps any type in any column, and this file may have been altered.
    rows = database.execute(
        "SELECT idx, CAST(leaf AS BLOB), CAST(body AS BLOB) FROM envelopes ORDER BY idx"
    )
    while some := rows.fetchmany(_STEP):
        yield from (Item(*row) for row in some)
        advance(len(some))


def _choose_keys(database: sqlite3.Connection, listed: Sequence[str], told: Told) -> Sequence[str]:
    if listed:
        return listed
    pinned = read_pinned(database)
    if pinned is None:
        try:
            pinned = write_key(read_key((told.key or b"").decode().removesuffix("\n")))
        except (NoteError, UnicodeDecodeError) as error:
            raise ServiceError("service-answer") from error
        pin(database, pinned)
    return [pinned]


def _open(note: bytes, keys: Sequence[str]) -> tuple[Checkpoint, str] | None:
    """The checkpoint and the key that signed it; None where none of the keys did."""
    for key in keys:
        try:
            return open_checkpoint(note, read_key(key)), key
        except NoteError:
            continue
    return None


def _extend(database: sqlite3.Connection, checkpoint: Checkpoint, checked: Checked) -> None:
    """Take the checked tree on to the checkpoint's size; a finding where it does not get there."""
    try:
        frontier = read_checked(database)
    except LogError:
        frontier = Frontier()  # from the beginning, then
    start, held = frontier.size, find_last(database) + 1
    for index, leaf in read_leaves(database, start, checkpoint.size):
        if index != frontier.size:
            checked.find("leaf-missing", frontier.size, index - 1)
            return
        frontier.add(hash_leaf(leaf))
    if frontier.size < checkpoint.size:
        code = "log-withheld" if held <= frontier.size else "leaf-missing"
        checked.find(code, frontier.size, checkpoint.size - 1)
    elif frontier.find_root() != checkpoint.root:
        checked.find("log-forked", start, checkpoint.size - 1)
    else:
        write_checked(database, frontier)
        checked.confirmed = checkpoint.size, checkpoint.root


def is_log_key(written: str) -> bool:
    """Whether a text is a key of a log, as the keyring lists it."""
    try:
        key: NoteKey = read_key(written)
    except NoteError:
        return False
    return key.kind is KeyKind.ED25519 and written.isascii() and written.isprintable()
