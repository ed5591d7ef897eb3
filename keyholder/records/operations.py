"""What a record may say about reports: one dataclass a kind, and their small CBOR maps.

Report and incident ids are 8 bytes, holder ids 16 hex digits. An operation is checked when it is
written and when it is read alike: what a member's own program wrote is no more trusted than that.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from keyholder.errors import RecordError

ID_SIZE = 8
"""Bytes of a report's and of an incident's id."""
MAX_TAG = 64
"""Bytes of UTF-8."""
MAX_TEXT = 32_000
"""Bytes of UTF-8 of a note or a translation: with all around it, it fits the longest envelope."""
MAX_REPORTS = 512
"""Ids in one operation; more of them take several operations."""
MAX_LANGUAGE = 16
"""Characters of a language's code, such as `my` or `zh-Hant`."""
LEVELS = ("doubted", "plausible", "measured", "official", "refuted")
"""How sure a person is, or by what: measured by instruments, said by officials."""
_COUNTERS = 1 << 64


@dataclass(frozen=True, slots=True)
class Tag:
    """Put a tag on a report."""

    report: bytes
    tag: str


@dataclass(frozen=True, slots=True)
class Untag:
    """Take a tag off a report, whoever put it there."""

    report: bytes
    tag: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A note on a report or an incident."""

    target: bytes
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Translate:
    """A report's text in another language."""

    report: bytes
    lang: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grade:
    """How sure somebody is of a report or an incident: one of LEVELS."""

    target: bytes
    level: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Put reports into an incident, new or not; each leaves the one it was in."""

    incident: bytes
    reports: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Take reports out of an incident, or say so of a suggested one.

    `rest` names those they do not belong with, so that it stays true whatever else is in there.
    """

    incident: bytes
    reports: tuple[bytes, ...]
    rest: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Undo:
    """Let a record count for nothing: anybody's, and another undo too."""

    holder_id: str
    counter: int


Operation = Tag | Untag | Comment | Translate | Grade | Merge | Split | Undo


@dataclass(frozen=True, slots=True)
class Record:
    """One signed operation of a known holder. (holder_id, counter) is its id."""

    holder_id: str
    counter: int  # u64
    time: int  # Unix seconds, by the writer's clock: a claim
    operation: Operation


def write_operation(operation: Operation) -> dict[str, Any]:
    """Its map. RecordError: record-tag, record-text, record-reports, record-operation."""
    name, fields = _WRITTEN[type(operation)]
    written: dict[str, Any] = {"op": name}
    for key, field_name, _read in fields:
        value = getattr(operation, field_name)
        written[key] = list(value) if isinstance(value, tuple) else value
    if isinstance(operation, Undo):
        written["holder"] = bytes.fromhex(operation.holder_id)
    if written.get("rest") == []:
        del written["rest"]
    read_operation(written)
    return written


def read_operation(written: Mapping[str, Any]) -> Operation:
    """The operation of a map that CBOR gave.

    RecordError: record-tag, record-text, record-reports, and record-operation for everything else,
    an operation of a later version too.
    """
    kind = written.get("op")
    found = _READ.get(kind) if isinstance(kind, str) else None
    if found is None:
        raise RecordError("record-operation")
    operation, fields = found
    told = {"rest": [], **written} if operation is Split else written
    if set(told) != {"op", *(key for key, _name, _read in fields)}:
        raise RecordError("record-operation")
    read_fields: Operation = operation(**{name: read(told[key]) for key, name, read in fields})
    return read_fields


def tidy_tag(text: str) -> str:
    """A tag as it is written: NFC, lower case, single spaces. RecordError: record-tag."""
    return _read_tag(" ".join(unicodedata.normalize("NFC", text).lower().split()))


def share_out(reports: Iterable[bytes]) -> list[tuple[bytes, ...]]:
    """Ids in portions that one operation takes."""
    ids = tuple(dict.fromkeys(reports))
    return [ids[at : at + MAX_REPORTS] for at in range(0, len(ids), MAX_REPORTS)]


def _read_id(value: object) -> bytes:
    if not isinstance(value, bytes) or len(value) != ID_SIZE:
        raise RecordError("record-operation")
    return value


def _read_ids(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > MAX_REPORTS:
        raise RecordError("record-reports")
    ids = tuple(map(_read_id, value))
    if len(set(ids)) != len(ids):
        raise RecordError("record-reports")
    return ids


def _read_some_ids(value: object) -> tuple[bytes, ...]:
    ids = _read_ids(value)
    if not ids:
        raise RecordError("record-reports")
    return ids


def _read_tag(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value.encode("utf-8", "replace")) <= MAX_TAG:
        raise RecordError("record-tag")
    return value


def _read_text(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value.encode("utf-8", "replace")) <= MAX_TEXT:
        raise RecordError("record-text")
    return value


def _read_language(value: object) -> str:
    if not (
        isinstance(value, str)
        and 2 <= len(value) <= MAX_LANGUAGE
        and value.isascii()
        and value.replace("-", "").isalnum()
    ):
        raise RecordError("record-operation")
    return value


def _read_level(value: object) -> str:
    if value not in LEVELS:
        raise RecordError("record-operation")
    return str(value)


def _read_holder(value: object) -> str:
    return _read_id(value).hex()


def _read_counter(value: object) -> int:
    if type(value) is not int or not 0 <= value < _COUNTERS:
        raise RecordError("record-operation")
    return value


_Fields = tuple[tuple[str, str, Callable[[object], Any]], ...]
# Operation, its name on the wire, and its fields: key on the wire, name here, how it is read.
_KINDS: tuple[tuple[Any, str, _Fields], ...] = (
    (Tag, "tag", (("report", "report", _read_id), ("tag", "tag", _read_tag))),
    (Untag, "untag", (("report", "report", _read_id), ("tag", "tag", _read_tag))),
    (Comment, "comment", (("target", "target", _read_id), ("text", "text", _read_text))),
    (
        Translate,
        "translate",
        (
            ("report", "report", _read_id),
            ("lang", "lang", _read_language),
            ("text", "text", _read_text),
        ),
    ),
    (Grade, "grade", (("target", "target", _read_id), ("level", "level", _read_level))),
    (
        Merge,
        "merge",
        (("incident", "incident", _read_id), ("reports", "reports", _read_some_ids)),
    ),
    (
        Split,
        "split",
        (
            ("incident", "incident", _read_id),
            ("reports", "reports", _read_some_ids),
            ("rest", "rest", _read_ids),
        ),
    ),
    (
        Undo,
        "undo",
        (("holder", "holder_id", _read_holder), ("counter", "counter", _read_counter)),
    ),
)
_WRITTEN = {operation: (name, fields) for operation, name, fields in _KINDS}
_READ = {name: (operation, fields) for operation, name, fields in _KINDS}
