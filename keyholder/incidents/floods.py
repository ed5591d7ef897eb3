"""Groups of reports that look made: the view of floods and sock puppets.

A suspicion hides nothing and denies nothing: people copy a friend's text, and a real shutdown makes
a burst. It is there to be looked at. What was written once counts as one teller in incidents; a
burst or a single channel, which true events have too, is only shown.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from keyholder.incidents.clusters import index_reports
from keyholder.incidents.independence import find_day
from keyholder.incidents.likeness import Union, list_alike, read_runs
from keyholder.merge import Merged

SAME_TEXT, LIKE_TEXT, MANY_PLACES = "same-text", "like-text", "many-places"
UNIFORM, BURST, ONE_CHANNEL = "uniform", "burst", "one-channel"
WORDS = {
    SAME_TEXT: "one text, sent under different ids",
    LIKE_TEXT: "texts that differ in a few words",
    MANY_PLACES: "one sender's tag, in several regions on one day",
    UNIFORM: "reports without a tag that agree in every field",
    BURST: "far more reports of a place in a day than it usually has; true events do this too",
    ONE_CHANNEL: "many reports of a place in a day, all by one channel; true events do this too",
}
"""Each code in words."""
ONCE = frozenset((SAME_TEXT, LIKE_TEXT, MANY_PLACES, UNIFORM))
"""Codes of groups that count as one teller."""

LEAST_TEXTS = 5
LEAST_PLACES = 3
LEAST_UNIFORM = 20
LEAST_FIELDS = 5  # that agree
LEAST_BURST = 50
BURST_FACTOR = 20  # times the median of the place's other days
LEAST_ONE_CHANNEL = 50
SAMPLE = 5
_OF_ONE_REPORT = frozenset(
    ("written", "recv", "auth", "seq", "part", "obs", "raw", "parsed", "reply", "evidence", "lang")
)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A group that looks made."""

    why: str  # a code
    reports: tuple[bytes, ...]  # report ids, sorted
    share: float  # of all reports that were looked at

    @property
    def once(self) -> bool:
        """Whether the group counts as one teller."""
        return self.why in ONCE

    @property
    def sample(self) -> tuple[bytes, ...]:
        """A few of its report ids."""
        return self.reports[:SAMPLE]


def find_floods(reports: Iterable[Merged]) -> tuple[Suspect, ...]:
    """The suspects among reports, the largest first, whatever their order. A report may be in
    several groups."""
    by_id = index_reports(reports)
    ordered = sorted(by_id.values(), key=lambda one: (one.day, one.report_id))
    found = [
        *((why, ids) for why, ids in _find_texts(ordered)),
        *((MANY_PLACES, ids) for ids in _find_wanderers(ordered)),
        *((UNIFORM, ids) for ids in _find_uniform(ordered)),
        *_find_crowds(ordered),
    ]
    suspects = [Suspect(why, tuple(sorted(ids)), len(ids) / len(by_id)) for why, ids in found]
    return tuple(sorted(suspects, key=lambda one: (-len(one.reports), one.why, one.reports)))


def list_once(suspects: Iterable[Suspect]) -> list[tuple[bytes, ...]]:
    """The groups that count as one teller, for `count_tellers`."""
    return [one.reports for one in suspects if one.once]


def _find_texts(ordered: Sequence[Merged]) -> Iterator[tuple[str, list[bytes]]]:
    """Groups of one text, and of texts that are nearly one, by different senders."""
    union = Union()
    for first, second in list_alike(ordered):
        union.join(first, second)
    groups: dict[bytes, list[Merged]] = defaultdict(list)
    for one in ordered:
        groups[union.find(one.report_id)].append(one)
    for group in groups.values():
        senders = {one.report.get("tag") or one.report_id for one in group}
        if len(senders) >= LEAST_TEXTS:
            texts = {read_runs(one.report.get("text")) for one in group}
            yield SAME_TEXT if len(texts) == 1 else LIKE_TEXT, [one.report_id for one in group]


def _find_wanderers(ordered: Sequence[Merged]) -> Iterator[list[bytes]]:
    """One sender of a day in several regions."""
    senders: dict[Hashable, list[Merged]] = defaultdict(list)
    for one in ordered:
        if isinstance(tag := one.report.get("tag"), bytes):
            senders[one.day, tag].append(one)
    for sent in senders.values():
        places = {place for one in sent if (place := _read_place(one))}
        if len(places) >= LEAST_PLACES:
            yield [one.report_id for one in sent]


def _find_uniform(ordered: Sequence[Merged]) -> Iterator[list[bytes]]:
    """Reports without a tag that agree in everything but the times of observing and sending."""
    groups: dict[Hashable, list[bytes]] = defaultdict(list)
    for one in ordered:
        kept = sorted((name, repr(told)) for name, told in one.report.items()
                      if name not in _OF_ONE_REPORT)  # fmt: skip
        if "tag" not in one.report and len(kept) >= LEAST_FIELDS:
            groups[find_day(one), tuple(kept)].append(one.report_id)
    yield from (ids for ids in groups.values() if len(ids) >= LEAST_UNIFORM)


def _find_crowds(ordered: Sequence[Merged]) -> Iterator[tuple[str, list[bytes]]]:
    """Days of a place that stand out by their number, or by one channel alone."""
    places: dict[tuple[str, str], dict[int, list[Merged]]] = defaultdict(lambda: defaultdict(list))
    for one in ordered:
        if place := _read_place(one):
            places[place][find_day(one)].append(one)
    for days in places.values():
        usual = {day: len(told) for day, told in days.items()}
        typical = median(usual.values())
        for told in days.values():
            number = len(told)
            # A place with one day alone has no usual rate: one report a day is taken for it.
            if number >= max(LEAST_BURST, BURST_FACTOR * (typical if len(days) > 1 else 1)):
                yield BURST, [one.report_id for one in told]
            channels = Counter(channel for one in told for channel in one.channels)
            if number >= LEAST_ONE_CHANNEL and len(channels) == 1:
                yield ONE_CHANNEL, [one.report_id for one in told]


def _read_place(one: Merged) -> tuple[str, str] | None:
    country, region = one.report.get("cc"), one.report.get("region")
    return (str(country or ""), str(region or "")) if country or region else None
