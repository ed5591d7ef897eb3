"""How well clusters recover events: over pairs, B-cubed, and events that came out whole."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """Shares from 0 to 1; `whole` of `events` events are one cluster with nothing else in it."""

    precision: float
    recall: float
    cubed_precision: float
    cubed_recall: float
    whole: int
    events: int

    @property
    def f1(self) -> float:
        """The harmonic mean over pairs."""
        return _mean(self.precision, self.recall)

    @property
    def cubed_f1(self) -> float:
        """The harmonic mean of B-cubed."""
        return _mean(self.cubed_precision, self.cubed_recall)


def score(found: Mapping[bytes, Hashable], gold: Mapping[bytes, Hashable]) -> Score:
    """`found` and `gold`: report id -> its cluster, its event. Only the ids of `gold` count."""
    both = Counter((found[one], event) for one, event in gold.items())
    clusters = Counter(found[one] for one in gold)
    events = Counter(gold.values())
    right = sum(map(_pairs, both.values()))
    parts: dict[Hashable, set[Hashable]] = defaultdict(set)
    for cluster, event in both:
        parts[event].add(cluster)
    return Score(
        _share(right, sum(map(_pairs, clusters.values()))),
        _share(right, sum(map(_pairs, events.values()))),
        sum(n * n / clusters[cluster] for (cluster, _), n in both.items()) / len(gold),
        sum(n * n / events[event] for (_, event), n in both.items()) / len(gold),
        sum(
            len(ids) == 1 and clusters[next(iter(ids))] == events[event]
            for event, ids in parts.items()
        ),
        len(events),
    )


def _pairs(number: int) -> int:
    return number * (number - 1) // 2


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _mean(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0
