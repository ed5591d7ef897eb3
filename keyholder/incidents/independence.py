"""How many people told of something, at least.

A number of reports is no number of people: one person sends three texts, an app sends a report by
two ways, and whoever wants to be believed forges a hundred. What can be claimed is a lower bound:

- Reports with one id are one.
- Messages with one sender's tag on one day are one sender's. Tags change daily, so the same people
  may tell again tomorrow: days are never added up, the best day counts.
- Free texts that are the same, but for case, accents and punctuation, were written once.
- Reports without a tag (app, web, relay) are told apart by what they say, and not at all where all
  they say is the same. Nothing proves that two of them come from two people.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from keyholder.merge import Merged
from keyholder.moments import DAY
from reports.folding import fold_name

_LEAST_WORDS = 5  # shorter texts are the same by chance: "no internet since yesterday"
_LONGEST = 2_000  # characters of a text that are compared
_OF_THE_SENDING = frozenset(("written", "recv", "auth", "seq", "part", "chan", "raw", "parsed"))


@dataclass(frozen=True, slots=True)
class Tellers:
    """Who told, as far as it can be said.

    `groups` holds the reports by teller over all days. `least` is how many tellers at least there
    are: of the day with the most, `tagged` with a sender's tag of their own and `untagged` without.
    """

    groups: tuple[tuple[Merged, ...], ...]
    least: int
    tagged: int
    untagged: int


def count_tellers(reports: Sequence[Merged], joined: Iterable[Sequence[bytes]] = ()) -> Tellers:
    """The tellers of these reports. `joined`: report ids that count as one teller (floods)."""
    ordered = sorted(reports, key=lambda one: (one.day, one.report_id))
    parents: dict[bytes, bytes] = {one.report_id: one.report_id for one in ordered}
    firsts: dict[Hashable, bytes] = {}
    for one in ordered:
        for sign in _list_signs(one):
            _join(parents, firsts.setdefault(sign, one.report_id), one.report_id)
    for ids in joined:
        known = [each for each in ids if each in parents]
        for each in known[1:]:
            _join(parents, known[0], each)
    groups: dict[bytes, list[Merged]] = defaultdict(list)
    for one in ordered:
        groups[_find(parents, one.report_id)].append(one)
    best = (0, 0)
    days: dict[int, Counter[bool]] = defaultdict(Counter)
    for group in groups.values():
        tagged = any("tag" in one.report for one in group)
        for day in {_find_day(one) for one in group}:
            days[day][tagged] += 1
    for found in days.values():
        best = max(best, (found[True], found[False]), key=lambda pair: (sum(pair), pair))
    return Tellers(tuple(map(tuple, groups.values())), sum(best), *best)


def _list_signs(one: Merged) -> Iterator[Hashable]:
    """What two reports of one teller have in common."""
    report = one.report
    if isinstance(tag := report.get("tag"), bytes):
        yield ("tag", one.day, tag)
    else:
        said = sorted((name, repr(told)) for name, told in report.items()
                      if name not in _OF_THE_SENDING)  # fmt: skip
        yield ("said", tuple(said))
    text = report.get("text")
    if isinstance(text, str):
        words = fold_name(text[:_LONGEST])
        if words.count(" ") + 1 >= _LEAST_WORDS:
            yield ("text", words)


def _find_day(one: Merged) -> int:
    """The day for which a report counts: that of the gateway's tag, else when it was observed."""
    observed = one.report.get("obs")
    if "tag" in one.report or not isinstance(observed, int):
        return one.day
    return min(observed // DAY, one.day)


def _find(parents: dict[bytes, bytes], one: bytes) -> bytes:
    while parents[one] != one:
        parents[one] = parents[parents[one]]
        one = parents[one]
    return one


def _join(parents: dict[bytes, bytes], one: bytes, other: bytes) -> None:
    first, second = sorted((_find(parents, one), _find(parents, other)))
    parents[second] = first
