"""The custody log: who did what with the evidence, when, with which program. One line an act.

Each line names the SHA-256 of the line before it and is signed by the holder who wrote it, so that
lines can be added and none can be changed, moved or taken out of the middle. See
spec/evidence-v1.md.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from crypto.attestations import attest, is_attested
from keyholder.documents import write_json
from keyholder.evidence.strict import read_object
from keyholder.moments import write_moment

LABEL = "heliograph/custody/v1"
MAX_LOG = 1 << 22
"""Bytes."""
MAX_LINES = 4_096
_NOTHING = "0" * 64  # before the first line
_HOLDER = re.compile(r"[0-9a-f]{16}", re.ASCII)
TIME = re.compile(r"[0-9TZ:@-]{1,24}", re.ASCII)
"""A time as `write_moment` writes it."""
ACTION = re.compile(r"[a-z][a-z -]{0,63}", re.ASCII)
"""An act in words."""
DETAILS = ("by", "to", "when", "words")
"""What people tell of an act, each a text."""


@dataclass(frozen=True, slots=True)
class Custodian:
    """Who acts: a holder's id and Ed25519 seed (32 bytes), her clock's time, her program."""

    holder_id: str
    seed: bytes
    time: int  # Unix seconds
    version: str


class Act(NamedTuple):
    """A line that was read. What it claims is its signer's word."""

    number: int
    time: str
    holder_id: str
    action: str
    detail: Mapping[str, Any]
    """What belongs to it: DETAILS where a person wrote the line."""


def add_lines(
    log: bytes, custodian: Custodian, acts: Iterable[tuple[str, Mapping[str, Any]]]
) -> bytes:
    """The log with more lines: each an action in words and what belongs to it."""
    lines = log.splitlines(keepends=True)
    for action, detail in acts:
        entry = {
            "number": len(lines) + 1,
            "time": write_moment(custodian.time),
            "holder": custodian.holder_id,
            "version": custodian.version,
            "action": action,
            "detail": dict(detail),
            "previous": hashlib.sha256(lines[-1]).hexdigest() if lines else _NOTHING,
        }
        signature = attest(LABEL, write_json(entry).encode(), custodian.seed)
        lines.append(_write_line(entry, signature.hex()))
    return b"".join(lines)


def read_log(log: bytes, holders: Sequence[tuple[str, bytes]]) -> tuple[Act, ...] | None:
    """The acts, if every line follows the one before and is signed by one of these holders
    (ids and Ed25519 keys); None if one does not."""
    acts: list[Act] = []
    previous = _NOTHING
    lines = log.splitlines(keepends=True)
    if len(log) > MAX_LOG or len(lines) > MAX_LINES:
        return None
    for number, line in enumerate(lines, 1):
        act = _read_line(line, number, previous, holders)
        if act is None:
            return None
        acts.append(act)
        previous = hashlib.sha256(line).hexdigest()
    return tuple(acts)


def _write_line(entry: Mapping[str, Any], signature: str) -> bytes:
    return write_json({"entry": entry, "signature": signature}).encode() + b"\n"


def _read_line(
    line: bytes, number: int, previous: str, holders: Sequence[tuple[str, bytes]]
) -> Act | None:
    outer = read_object(line)
    entry = None if outer is None else outer.get("entry")
    if outer is None or not isinstance(entry, dict):
        return None
    signature, holder, action = outer.get("signature"), entry.get("holder"), entry.get("action")
    time, detail = entry.get("time"), entry.get("detail")
    if (
        entry.get("number") != number
        or entry.get("previous") != previous
        or not isinstance(signature, str)
        or not isinstance(holder, str)
        or not _HOLDER.fullmatch(holder)
        or not isinstance(action, str)
        or not ACTION.fullmatch(action)
        or not isinstance(time, str)
        or not TIME.fullmatch(time)
        or not isinstance(detail, dict)
        or _write_line(entry, signature) != line
    ):
        return None
    content = write_json(entry).encode()
    try:
        signed = bytes.fromhex(signature)
    except ValueError:
        return None
    keys = [key for id, key in holders if id == holder]
    if signed.hex() != signature or not any(
        is_attested(LABEL, content, signed, key) for key in keys
    ):
        return None
    return Act(number, time, holder, action, detail)
