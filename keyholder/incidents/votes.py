"""What many people say at once, and none of them alone: one teller, one vote.

Lies are expected. A median moves only if half of the tellers lie, and a majority falls only to
another majority; so both are of tellers, as far as they can be told apart, and not of reports.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from keyholder.incidents.claims import EARLY
from keyholder.merge import Merged
from keyholder.moments import DAY
from reports.lexicon import operator_name

Groups = Sequence[Sequence[Merged]]
"""The reports of an incident by teller."""
Value = TypeVar("Value", bound=Hashable)

_FINENESS = ("exact", "hour", "part", "day", "about")
_SHARE = 3  # a value counts that has more than a third of the votes of the value with the most


def rank_values(
    groups: Groups, read: Callable[[Merged], Iterable[Value]]
) -> list[tuple[Value, int]]:
    """The values that tellers gave, those of the most first, with the number of tellers."""
    votes: Counter[Value] = Counter()
    for group in groups:
        votes.update({value for one in group for value in read(one)})
    return sorted(votes.items(), key=lambda pair: (-pair[1], repr(pair[0])))


def choose_value(groups: Groups, read: Callable[[Merged], Iterable[Value]]) -> Value | None:
    """The value of the most tellers; None where nobody gave one."""
    ranked = rank_values(groups, read)
    return ranked[0][0] if ranked else None


def keep_values(groups: Groups, read: Callable[[Merged], Iterable[Value]]) -> tuple[Value, ...]:
    """The values that have more than a third of the votes of the first."""
    ranked = rank_values(groups, read)
    return tuple(value for value, votes in ranked if votes * _SHARE > ranked[0][1])


def choose_since(groups: Groups) -> tuple[int, str | None] | None:
    """The start as Unix seconds with its precision: the median day of the tellers' claims, and on
    that day the earliest half's last claim of the finest precision that was told.

    A start after the report came is no claim.
    """
    claims = []
    for group in groups:
        told = [
            (since, one.report.get("since_precision"))
            for one in group
            if isinstance(since := one.report.get("since"), int) and since < (one.day + EARLY) * DAY
        ]
        if told:
            told.sort(key=lambda pair: (_rank_precision(pair[1]), pair[0]))
            claims.append(told[0])
    if not claims:
        return None
    day = choose_median([since // DAY for since, _ in claims])
    of_day = [claim for claim in claims if claim[0] // DAY == day]
    finest = min(_rank_precision(precision) for _, precision in of_day)
    fine = [claim for claim in of_day if _rank_precision(claim[1]) == finest]
    since = choose_median([since for since, _ in fine])
    return since, next(precision for told, precision in fine if told == since)


def choose_median(values: Sequence[int]) -> int:
    """The lower median of one value or more."""
    return sorted(values)[(len(values) - 1) // 2]


def _rank_precision(precision: object) -> int:
    return _FINENESS.index(precision) if precision in _FINENESS else len(_FINENESS)


def list_words(one: Merged, name: str) -> Iterator[str]:
    """A field's words, whether it holds one or several; "unknown" is none."""
    told = one.report.get(name)
    for word in told if isinstance(told, list) else [told]:
        if isinstance(word, str) and word and word != "unknown":
            yield word


def list_operators(one: Merged) -> Iterator[str]:
    """The operators of a report by name; a code that we know becomes its name."""
    yield from (operator_name(name) for name in list_words(one, "op"))
