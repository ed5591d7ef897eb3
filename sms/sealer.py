"""From what a person wrote to sealed envelopes. Pure: no I/O, no clock, and fast.

Nothing is lost: what the reader does not understand stays beside what it does, what is too long for
one report goes into several, and where the table refuses a field the text is sealed without it.
"""

from collections.abc import Callable
from itertools import zip_longest

from crypto.envelope import Kind
from crypto.sealing import SealingKey, seal
from reports.codec import encode
from reports.errors import ReportError
from reports.questions import read_choice
from reports.report import QUARTER, Report
from reports.table import load_table
from reports.texts import read_text
from sms.contract import Line, Segment, SmsIn

MAX_PARTS = 255
LONG_FIELDS = ("raw", "text")
"""Fields that may be longer than the table allows; each part holds the next piece of each."""
REPEATED = ("chan", "cc", "lang", "auth", "tag", "seq", "recv")
"""Fields that every part has."""

Ids = Callable[[int], bytes]
"""Number of a part (1 where there is one alone) to its report id, 8 bytes."""


def seal_text(
    key: SealingKey,
    sms: SmsIn,
    *,
    arrival: int,
    line: Line,
    tag: bytes,
    ids: Ids,
    group: bytes,
    asked: bool = False,
) -> list[bytes]:
    """A plain text as one envelope, or as several where it is too long for one.

    arrival: Unix seconds. tag: the sender's of the day, 1 to 16 bytes. group: the parts', 8 bytes.
    asked: the sender may have been asked a question by text, so that two digits may answer it.
    Raises EnvelopeError envelope-sealing-key where the keyring's key is none.
    """
    text = make_writable(sms.text)
    report = None
    if asked and sms.segment is None:
        report = read_choice(text, arrival=arrival, country=line.country)
    if report is None:
        # A number for several languages says nothing of the one that was written.
        language = line.languages[0] if len(line.languages) == 1 else None
        report = read_text(text, arrival=arrival, country=line.country, language=language)
    if sms.media:
        report["evidence"] = {"kinds": sorted({_name_medium(kind) for kind in sms.media})}
    if sms.segment and _is_possible(sms.segment):
        number, total = sms.segment.number, sms.segment.total
        report["part"] = {"group": group, "number": number, "total": total}
    report |= _mark("sms", authentic=sms.authentic, arrival=arrival, tag=tag)
    return seal_report(key, report, ids=ids, group=group)


def seal_screen(
    key: SealingKey,
    report: Report,
    *,
    raw: str,
    authentic: bool,
    arrival: int,
    tag: bytes,
    ids: Ids,
    group: bytes,
) -> list[bytes]:
    """What a USSD session said so far (the dialogue's report, `seq` in it), as `seal_text`.

    raw: all that was typed, as it came.
    """
    answered = {
        name: make_writable(value) if isinstance(value, str) else value
        for name, value in report.items()
    }
    answered["raw"] = make_writable(raw)
    answered |= _mark("ussd", authentic=authentic, arrival=arrival, tag=tag)
    return seal_report(key, answered, ids=ids, group=group)


def seal_report(key: SealingKey, report: Report, *, ids: Ids, group: bytes) -> list[bytes]:
    """A report as envelopes: one, or one for each part."""
    try:
        contents = [encode(part, key.epoch_start) for part in split_report(report, group)]
    except ReportError:
        # A value that the table refuses must cost that value, never the text.
        kept = {name: report[name] for name in (*REPEATED, "raw", "part") if name in report}
        contents = [encode(part, key.epoch_start) for part in split_report(kept, group)]
    return [seal(key, Kind.REPORT, ids(n), content) for n, content in enumerate(contents, 1)]


def split_report(report: Report, group: bytes) -> list[Report]:
    """The report, or its parts where a text is longer than the table allows.

    The first part has all fields; `raw` and `text` go on in the next ones. Read in order and put
    together, they are what they were.
    """
    fields = load_table().by_name
    pieces = {
        name: _cut(report[name], fields[name].max_bytes) for name in LONG_FIELDS if name in report
    }
    total = max((len(cut) for cut in pieces.values()), default=1)
    if total == 1:
        return [report]
    short = {name: value for name, value in report.items() if name not in LONG_FIELDS}
    repeated = {name: report[name] for name in REPEATED if name in report}
    return [
        {
            **(short if number == 1 else repeated),
            **{name: piece for name, piece in zip(pieces, cut, strict=True) if piece is not None},
            "part": {"group": group, "number": number, "total": total},
        }
        for number, cut in enumerate(zip_longest(*pieces.values()), 1)
    ]


def make_writable(text: str) -> str:
    """The text; half of a surrogate pair, which UTF-8 cannot hold, is written as `\\udXXX`."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def _mark(channel: str, *, authentic: bool, arrival: int, tag: bytes) -> Report:
    return {
        "chan": channel,
        "auth": "checked" if authentic else "unchecked",
        "tag": tag,
        "recv": arrival // QUARTER * QUARTER,
    }


def _cut(text: str, size: int) -> list[str]:
    """Pieces of at most `size` bytes of UTF-8 each; at least one, no character cut in two."""
    data = text.encode()
    pieces = []
    start = 0
    while len(data) - start > size:
        end = start + size
        while data[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(data[start:end].decode())
        start = end
    return [*pieces, data[start:].decode()]


def _name_medium(media_type: str) -> str:
    kind = media_type.partition("/")[0]
    return {"image": "photo", "video": "video"}.get(kind, "document")


def _is_possible(segment: Segment) -> bool:
    """A header that lies is left out; the text is kept."""
    return 1 <= segment.number <= segment.total <= MAX_PARTS
