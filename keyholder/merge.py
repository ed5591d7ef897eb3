"""From opened envelopes to reports: what one person said once, however many envelopes it took.

- Envelopes with one report id are one report: an app sends it over HTTP and by SMS, a USSD session
  one envelope a screen. Of a session the highest `seq` counts.
- The parts of a long plain text are one report: same channel, sender's tag, group and total.
- The copy that says most is the report; what it leaves open is taken from the others. Where two
  copies contradict each other, the field is listed, never settled.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from keyholder.opening import Opened
from reports.report import Report

# What belongs to the way a copy came, not to what it says.
_OF_THE_COPY = frozenset(
    ("chan", "written", "recv", "auth", "seq", "part", "tag", "parsed", "unknown")
)
_JOINED_TEXTS = ("raw", "text")
_GAP = "[…]"


@dataclass(frozen=True, slots=True)
class Source:
    """One envelope behind a report. `seq`, `part` and `auth` are what its sealer says."""

    index: int
    envelope_id: bytes  # 32 B
    day: int  # days since 1970-01-01
    suite: int
    epoch: int
    channel: str
    seq: int | None
    part: int | None
    auth: str | None
    report_id: bytes = b""  # 8 B: of this envelope; parts of one report have different ones


@dataclass(frozen=True, slots=True)
class Merged:
    """One report, with where it came from in the order of the service's index."""

    report_id: bytes  # 8 B
    report: Report
    sources: tuple[Source, ...]
    conflicts: tuple[str, ...]  # fields in which copies contradict each other
    missing_parts: tuple[int, ...]

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels it came by, sorted."""
        return tuple(sorted({source.channel for source in self.sources if source.channel}))

    @property
    def day(self) -> int:
        """Days since 1970-01-01, when the first envelope of it came."""
        return min(source.day for source in self.sources)


def merge(opened: Iterable[Opened]) -> list[Merged]:
    """The reports in `opened`, in whatever order they are; the one that came last is first."""
    groups: dict[object, list[Opened]] = {}
    for one in opened:
        groups.setdefault(find_group(one), []).append(one)
    merged = [_merge_group(told) for group in groups.values() for told in _split(_sort(group))]
    sort_merged(merged)
    return merged


def sort_merged(merged: list[Merged]) -> None:
    """Put reports into the order of `merge`."""
    merged.sort(key=lambda one: (one.sources[0].index, one.report_id), reverse=True)


def find_group(one: Opened) -> object:
    """What envelopes of one report have in common: `merge` looks at nothing else of others."""
    report = one.report
    part = report.get("part")
    if isinstance(part, dict) and {"group", "number", "total"} <= part.keys():
        return ("part", part["group"], part["total"], report.get("tag"), report.get("chan"))
    return one.report_id


def _sort(group: list[Opened]) -> list[Opened]:
    """By index; an envelope that a faulty service lists twice counts once."""
    seen: dict[bytes, Opened] = {}
    for one in sorted(group, key=lambda one: one.place):
        seen.setdefault(one.envelope_id, one)
    return list(seen.values())


def _split(group: list[Opened]) -> list[list[Opened]]:
    """Carriers number long texts with one byte, so a sender may use a number twice in a day. A part
    that is there already with other words begins another text: nothing may hide behind a number."""
    if "part" not in group[0].report:
        return [group]
    texts: list[list[Opened]] = []
    places: dict[int | None, dict[object, int]] = {}  # number -> words -> which text has them
    for one in group:
        words = tuple(one.report.get(name) for name in _JOINED_TEXTS)
        known = places.setdefault(_part_number(one), {})
        place = known.setdefault(words, len(known))  # new words: the first text without the number
        if place == len(texts):
            texts.append([])
        texts[place].append(one)
    return texts


def _merge_group(group: Sequence[Opened]) -> Merged:
    if len(group) == 1 and "part" not in group[0].report:
        return Merged(group[0].report_id, group[0].report, (_source(group[0]),), (), ())
    pieces: dict[int, list[Opened]] = {}
    for one in group:
        pieces.setdefault(_part_number(one) or 0, []).append(one)
    conflicts: set[str] = set()
    merged = {number: _merge_copies(pieces[number], conflicts) for number in sorted(pieces)}
    first = merged[min(merged)]
    missing: tuple[int, ...] = ()
    report = first.report
    if min(merged) > 0:
        total = report["part"]["total"]
        missing = tuple(number for number in range(1, total + 1) if number not in merged)
        report = _join_parts({number: one.report for number, one in merged.items()}, missing)
    return Merged(
        first.report_id,
        report,
        tuple(_source(one) for one in group),
        tuple(sorted(conflicts)),
        missing,
    )


def _merge_copies(copies: Sequence[Opened], conflicts: set[str]) -> Opened:
    """One piece: the copy that says most, completed by the others."""
    highest: dict[Any, int] = {}
    for one in copies:
        channel = one.report.get("chan")
        highest[channel] = max(highest.get(channel, -1), one.report.get("seq", -1))
    current = [
        one for one in copies if one.report.get("seq", -1) == highest[one.report.get("chan")]
    ]
    current.sort(key=lambda one: (-_weigh(one.report), one.place))
    chosen = current[0]
    report = chosen.report
    for other in current[1:]:
        report = _complete(report, other.report, conflicts)
    return chosen._replace(report=report)


def _weigh(report: Report) -> int:
    """How much a report says: its fields first, then its texts."""
    texts = sum(len(report[name]) for name in _JOINED_TEXTS if isinstance(report.get(name), str))
    return (len(report) << 32) + texts


def _complete(report: Report, other: Report, conflicts: set[str]) -> Report:
    full = dict(report)
    for name, value in other.items():
        mine = full.get(name)
        if name not in full:
            full[name] = value
        elif isinstance(mine, dict) and isinstance(value, dict) and name not in _OF_THE_COPY:
            if any(mine.get(key, told) != told for key, told in value.items()):
                conflicts.add(name)
            full[name] = {**value, **mine}
        elif mine != value and name not in _OF_THE_COPY and not _is_cut_off(mine, value):
            conflicts.add(name)
    return full


def _is_cut_off(one: object, other: object) -> bool:
    """Whether one text is the beginning of the other, as a copy that went by SMS is."""
    return (
        isinstance(one, str)
        and isinstance(other, str)
        and (one.startswith(other) or other.startswith(one))
    )


def _join_parts(reports: dict[int, Report], missing: Sequence[int]) -> Report:
    """The parts of one text by number; an earlier part's word counts before a later one's."""
    joined: Report = {}
    for number in sorted(reports):
        for name, value in reports[number].items():
            mine = joined.get(name)
            if isinstance(mine, list) and isinstance(value, list):
                joined[name] = mine + [one for one in value if one not in mine]
            elif isinstance(mine, dict) and isinstance(value, dict):
                joined[name] = {**value, **mine}
            elif name not in joined:
                joined[name] = value
    for name, between in zip(_JOINED_TEXTS, ("", " "), strict=True):
        texts = {
            number: report[name]
            for number, report in reports.items()
            if isinstance(report.get(name), str)
        }
        if texts:
            texts.update(dict.fromkeys(missing, _GAP))
            joined[name] = between.join(texts[number] for number in sorted(texts))
    return joined


def _part_number(one: Opened) -> int | None:
    part = one.report.get("part")
    return part.get("number") if isinstance(part, dict) else None


def _source(one: Opened) -> Source:
    report = one.report
    return Source(
        one.place,
        one.envelope_id,
        one.day,
        one.suite,
        one.epoch,
        report.get("chan", ""),
        report.get("seq"),
        _part_number(one),
        report.get("auth"),
        one.report_id,
    )
