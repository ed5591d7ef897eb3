"""Whether the log is what it signed: checked with each sync, and from the beginning by `verify`.

Nothing here trusts the service. A finding names what was removed, altered, withheld or forked.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from crypto.checkpoints import Checkpoint, open_checkpoint
from crypto.errors import LogError, NoteError
from crypto.leaves import read_leaf
from crypto.log import EMPTY_ROOT, Frontier, hash_leaf
from crypto.notes import KeyKind, NoteKey, read_key
from keyholder.checked import Checked
from keyholder.cosigning import Holders, gather, list_cosigners
from keyholder.envelopes import find_fault, find_last, is_of_another_kind
from keyholder.errors import ServiceError
from keyholder.known import Known
from keyholder.moments import DAY
from keyholder.remembered import (
    count_roots,
    count_seen,
    find_biggest,
    find_newest_key,
    find_note,
    pin,
    read_checked,
    read_leaves,
    read_pinned,
    read_seen,
    read_unsigned,
    remember,
    write_checked,
    write_unsigned,
)
from keyholder.sequence import Item
from keyholder.service import Service, fetch_log_file

_STEP = 1_000  # rows between two words of progress
_PATIENCE = 3_600  # seconds; a round that signs what it appended takes some, or minutes at worst


class Told(NamedTuple):
    """What the service says of its log, unverified: a checkpoint and its key, None for a 404."""

    note: bytes | None
    key: bytes | None


def fetch_log(service: Service) -> Told:
    """Ask for the checkpoint, before the download: then the leaves that come must reach it.

    ServiceError: service-unreachable, service-busy, service-answer.
    """
    return Told(fetch_log_file(service, "checkpoint"), fetch_log_file(service, "key"))


def check_told(
    database: sqlite3.Connection,
    listed: Sequence[str],
    told: Told,
    now: int,
    holders: Holders = (),
) -> Checked:
    """Compare a checkpoint with the leaves that are held, and remember it whatever comes of it.

    `listed` are the keyring's log keys; where it lists none, the key that was seen first counts.
    `now` (Unix seconds) is only compared with what this desk's clock said before, and its day kept
    with a new checkpoint. `holders` are those whose cosignatures count.
    ServiceError: service-answer.
    """
    before = count_seen(database)
    biggest = find_biggest(database)
    checked = Checked(seen=before)
    covered = 0
    if told.note is None:
        if before:
            checked.find("log-shrunk", 0, biggest - 1)
    elif (found := open_told(told.note, _choose_keys(database, listed, told))) is None:
        checked.find("log-key-changed", 0, biggest - 1)
    else:
        checkpoint, key = found
        covered = checkpoint.size
        if not listed and read_pinned(database) is None:
            pin(database, key)
        note = gather(find_note(database, checkpoint, key), told.note, key, holders)
        remember(database, checkpoint, note, key, now // DAY)
        if covered < biggest:
            checked.find("log-shrunk", covered, biggest - 1)
        elif count_roots(database, covered) > 1:
            checked.find("log-forked", 0, covered - 1)
        else:
            _extend(database, checkpoint, checked)
        cosigners = list_cosigners(note, holders)
        if checked.confirmed is not None:
            checked.cosigners = cosigners
        elif cosigners and covered >= biggest:
            checked.find("log-split", 0, covered - 1)
    if not checked.findings:
        _watch_unsigned(database, covered, now, checked)
    return checked


def check_held(
    database: sqlite3.Connection, advance: Callable[[int], None], known: Known
) -> Checked:
    """Compute everything again from what is held: every body, every leaf, every checkpoint seen.

    What a keyring lists as purged may be missing.
    """
    checked = Checked()
    sizes: dict[int, set[bytes]] = {}
    for one in read_seen(database):
        checked.seen += 1
        sizes.setdefault(one.size, set()).add(one.root)
        opened = open_told(one.note, [one.key])
        if opened is None or (opened[0].size, opened[0].root) != (one.size, one.root):
            checked.find("checkpoint-altered", 0, one.size - 1)
    for size, roots in sizes.items():
        if len(roots) > 1 or (size == 0 and roots != {EMPTY_ROOT}):
            checked.find("log-forked", 0, size - 1)
    try:
        before = read_checked(database).size
    except LogError:
        before = 0
        checked.find("checkpoint-altered", 0, 0)
    frontier, good, whole = Frontier(), 0, True
    held: dict[int, bytes] = {}  # size -> root of the leaves held
    for item in _read_items(database, advance):
        if item.place > checked.leaves:
            checked.find("leaf-missing", checked.leaves, item.place - 1)
            whole = False
        checked.leaves = item.place + 1
        if find_fault(item) is not None:
            checked.find("body-altered", item.place, item.place)
        elif not is_of_another_kind(item):
            _judge_body(item, known, checked)
        if not whole:
            continue
        frontier.add(hash_leaf(item.leaf))
        if signed := sizes.get(frontier.size):
            root = held[frontier.size] = frontier.find_root()
            if root in signed:
                good = frontier.size
                checked.confirmed = good, root
            else:
                code = "leaf-altered" if frontier.size <= before else "log-forked"
                checked.find(code, good, item.place)
    biggest = max(sizes, default=0)
    if biggest > checked.leaves:
        checked.find("log-withheld", checked.leaves, biggest - 1)
    for one in read_seen(database):
        cosigners = list_cosigners(one.note, known.holders)
        if (one.size, one.root) == checked.confirmed:
            checked.cosigners = sorted({*checked.cosigners, *cosigners})
        elif cosigners and (one.size > checked.leaves or held.get(one.size, one.root) != one.root):
            checked.find("log-split", 0, one.size - 1)
    return checked


def _judge_body(item: Item, known: Known, checked: Checked) -> None:
    """An envelope's leaf: is its body there, and may it be missing if not?"""
    version = known.purged.get(read_leaf(item.leaf).envelope_id)
    if item.body is not None:
        checked.copies += version is not None
    elif version is not None:
        checked.purged[version] += 1
    else:
        checked.find("body-removed", item.place, item.place)


def _read_items(database: sqlite3.Connection, advance: Callable[[int], None]) -> Iterator[Item]:
    # SQLite keeps any type in any column, and this file may have been altered.
    rows = database.execute(
        "SELECT idx, CAST(leaf AS BLOB), CAST(body AS BLOB) FROM envelopes ORDER BY idx"
    )
    count = 0
    for row in rows:  # one at a time: a body may be long
        yield Item(*row)
        count += 1
        if count == _STEP:
            advance(count)
            count = 0
    advance(count)


def _choose_keys(database: sqlite3.Connection, listed: Sequence[str], told: Told) -> Sequence[str]:
    if listed:
        return listed
    known = read_pinned(database) or find_newest_key(database)
    if known is None:
        try:
            known = (told.key or b"").decode().removesuffix("\n")
        except UnicodeDecodeError as error:
            raise ServiceError("service-answer") from error
        if not is_log_key(known):
            raise ServiceError("service-answer")
    return [known]


def _watch_unsigned(database: sqlite3.Connection, covered: int, now: int, checked: Checked) -> None:
    """Leaves that the service gave, and does not sign: it could still take them back.

    Some may come between two rounds. They are named if no checkpoint covers them an hour later.
    """
    held, waiting = find_last(database) + 1, read_unsigned(database)
    if waiting is not None and covered < waiting[0] <= held and waiting[1] <= now:
        if now - waiting[1] >= _PATIENCE:
            checked.find("log-unsigned", covered, waiting[0] - 1)
    else:
        write_unsigned(database, held, now)


def open_told(note: bytes, keys: Sequence[str]) -> tuple[Checkpoint, str] | None:
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
