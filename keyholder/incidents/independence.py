"""How many people told of something, at least.

A number of reports is no number of people: one person sends three texts, an app sends a report by
two ways, and whoever wants to be believed forges a hundred. What can be claimed is a lower bound:

- Reports with one id are one.
- Messages with one sender's tag on one day are one sender's. Tags change daily, so the same people
  may tell again tomorrow: days are never added up, the best day counts.
- Free texts that are the same, or nearly so, were written once.
- Reports without a tag (app, web, relay) are told apart by what they say, and not at all where all
  they say is the same. Nothing proves that two of them come from two people.
- What floods.py holds to be made by one hand is one.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from keyholder.incidents.clusters import index_reports
from keyholder.incidents.likeness import Union, list_alike
from keyholder.merge import Merged
from keyholder.moments import DAY

_OF_THE_SENDING = frozenset(
    ("written", "recv", "auth", "seq", "part", "chan", "raw", "parsed", "reply", "evidence")
)


@dataclass(frozen=True, slots=True)
class Tellers:
    """Who told, as far as it can be said.

    `groups` holds the reports by teller over all days. `tagged` and `untagged` are the tellers with
    a sender's tag and without one, of the day that has the most.
    """

    groups: tuple[tuple[Merged, ...], ...]
    tagged: int
    untagged: int

    @property
    def least(self) -> int:
        """How many tellers there are at least, if nobody forged."""
        return self.tagged + self.untagged


def count_tellers(reports: Iterable[Merged], once: Iterable[Sequence[bytes]] = ()) -> Tellers:
    """The tellers of these reports. `once`: groups of report ids that count as one teller."""
    by_id = index_reports(reports)
    ordered = sorted(by_id.values(), key=lambda one: (one.day, one.report_id))
    union = Union()
    firsts: dict[Hashable, bytes] = {}
    for one in ordered:
        union.join(firsts.setdefault(_read_sign(one), one.report_id), one.report_id)
    for first, second in list_alike(ordered):
        union.join(first, second)
    for ids in once:
        known = [each for each in ids if each in by_id]
        for each in known[1:]:
            union.join(known[0], each)
    groups: dict[bytes, list[Merged]] = defaultdict(list)
    for one in ordered:
        groups[union.find(one.report_id)].append(one)
    days: dict[int, Counter[bool]] = defaultdict(Counter)
    for group in groups.values():
        tagged = any("tag" in one.report for one in group)
        for day in {find_day(one) for one in group}:
            days[day][tagged] += 1
    best = max(((found[True], found[False]) for found in days.values()),
               key=lambda pair: (sum(pair), pair), default=(0, 0))  # fmt: skip
    return Tellers(tuple(map(tuple, groups.values())), *best)


def describe_tellers(least: int, untagged: int) -> str:
    """The bound in words, with what it rests on. `untagged` of them have no sender's tag."""
    tagged = least - untagged
    parts = []
    if tagged:
        parts.append(f"{tagged:,} by the gateway's tags of one day")
    if untagged:
        parts.append(f"{untagged:,} without a tag, told apart by what they say")
    forged = "it is not" if least == 1 else "none of them is"
    return f"at least {least:,} ({' and '.join(parts)}), if {forged} forged"


def _read_sign(one: Merged) -> Hashable:
    """What two reports of one teller have in common."""
    report = one.report
    if isinstance(tag := report.get("tag"), bytes):
        return "tag", one.day, tag
    kept = (pair for pair in report.items() if pair[0] not in _OF_THE_SENDING)
    return "said", tuple(sorted((name, repr(told)) for name, told in kept))


def find_day(one: Merged) -> int:
    """The day for which a report counts (days since 1970-01-01): that of the gateway's tag, else
    when it was observed, as it says."""
    observed = one.report.get("obs")
    if "tag" in one.report or not isinstance(observed, int):
        return one.day
    return min(observed // DAY, one.day)
