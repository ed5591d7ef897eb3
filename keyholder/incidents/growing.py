"""A cluster while it grows: what its reports say so far, and how far a claim is from it."""

from bisect import insort
from collections import Counter
from math import sqrt

from keyholder.incidents.claims import Claim

REACH = 2  # days between a start and the median start of the cluster
ROUGH_REACH = 4  # days, for starts of precision "about"
GRACE = 10  # days for which a cut is held to last beyond the last report of it
AFTER = 3  # days after the end in which people tell that it is over
LEAST_LIKENESS = 0.25  # cosine between the words of a claim's place and of the cluster's
LIMIT = 2.2  # a claim farther than this is no part of the cluster

# What each difference costs.
DAY_COST = 0.3  # a day between starts
UNTOLD_COST = 0.3  # one of the two gives no start
LASTING_COST = 0.1  # a day between start and observation
LASTING_MOST = 1.0  # of all those days together: a cut may last for years
NAME_COST = 0.8  # places without a word in common, in part for a part
REGION_ONLY_COST = 0.3  # a claim that names the region alone, of a cluster in one of its towns
LOOSE_COST = 0.3  # a place found in a text
OTHER_REGION_COST = 0.7  # towns of one name in two regions
LOCAL_COST = 0.8  # a local claim, of a nationwide cluster
KIND_COST = 0.8  # a network was cut, or services were
PLATFORM_COST = 0.4  # other services
LOCAL_MOST = 2  # reports of a local cluster that may still be a view of a nationwide one
NATIONWIDE_LEAST = 5  # reports of a nationwide cluster that takes local views in
LOCAL_REACH = 1  # days between their starts


class Group:
    """The claims of one cluster, summed up so that a further one costs no more than the first."""

    __slots__ = (
        "_ends", "_network", "_placed", "_platforms", "_service", "_square", "_starts", "_words",
        "claims", "first", "last", "nationwide", "number", "regions",
    )  # fmt: skip

    def __init__(self, number: int) -> None:
        self.number = number
        self.claims: list[Claim] = []
        self.regions: Counter[str] = Counter()
        self.nationwide = 0
        self.first = self.last = 0
        self._words: Counter[str] = Counter()
        self._placed = 0  # claims whose words count
        self._square = 0  # of the length of the vector of words
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._network = self._service = 0
        self._platforms: Counter[str] = Counter()

    def add(self, claim: Claim) -> None:
        """Take a claim in."""
        first = not self.claims
        self.claims.append(claim)
        where = claim.where
        self.regions.update(where.regions)
        self.nationwide += where.nationwide
        if where.words and (first or not where.loose):
            self._placed += 1
            for word in where.words:
                self._square += 2 * self._words[word] + 1
                self._words[word] += 1
        self.first = claim.day if first else min(self.first, claim.day)
        self.last = claim.day if first else max(self.last, claim.day)
        if claim.start is not None and not claim.rough:
            insort(self._starts, claim.start)
        if claim.end is not None:
            insort(self._ends, claim.end)
        self._network += claim.network
        self._service += claim.service
        self._platforms.update(claim.platforms)

    @property
    def start(self) -> int:
        """The median of the starts that were told, else the first day on which it was seen."""
        starts = self._starts
        return starts[(len(starts) - 1) // 2] if starts else self.first

    @property
    def end(self) -> int:
        """The last day on which it is held to last."""
        if self._ends:
            return self._ends[len(self._ends) // 2]
        return self.last + GRACE

    def measure(self, claim: Claim, *, local: bool = False) -> float | None:
        """How far a claim is from the cluster; None where it is no part of it. `local`: a claim of
        one place may belong to a nationwide cluster."""
        cost = self._measure_place(claim, local=local)
        if cost is None:
            return None
        time = self._measure_time(claim)
        if time is None:
            return None
        cost += time
        if (claim.network and not claim.service and self._service > self._network) or (
            claim.service and not claim.network and self._network > self._service
        ):
            cost += KIND_COST
        if claim.platforms and self._platforms and self._platforms.keys().isdisjoint(
            claim.platforms
        ):  # fmt: skip
            cost += PLATFORM_COST
        return cost if cost <= LIMIT else None

    def _measure_place(self, claim: Claim, *, local: bool) -> float | None:
        where = claim.where
        if where.nationwide or self.is_nationwide:
            if where.nationwide and self.is_nationwide:
                return 0.0
            if where.nationwide:
                return None
            if where.words or where.regions:
                near = claim.start is None or abs(claim.start - self.start) <= LOCAL_REACH
                return LOCAL_COST if local and near else None
            return UNTOLD_COST
        apart = bool(where.regions and self.regions) and self.regions.keys().isdisjoint(
            where.regions
        )
        told = where.hints or where.words
        if told and self._words:
            likeness = self._compare(told, loose=where.loose)
            if likeness >= LEAST_LIKENESS:
                cost = (1 - likeness) * NAME_COST + OTHER_REGION_COST * apart
                return cost + LOOSE_COST * where.loose
            if where.words:
                return None
        if apart:
            return None
        # The more of the cluster's reports name a town, the less the region alone says.
        cost = REGION_ONLY_COST * (1 if where.words else self._placed / len(self.claims))
        return cost if where.regions and self.regions else cost + UNTOLD_COST

    def _compare(self, words: frozenset[str], *, loose: bool) -> float:
        """The cosine of the words; of a text, only those count that the cluster knows."""
        shared = sum(self._words.get(word, 0) for word in words)
        if not shared:
            return 0.0
        length = sum(word in self._words for word in words) if loose else len(words)
        # Of a list of towns most people name their own: that counts as its share of the reports.
        share = shared / (length * self._placed)
        return max(share, shared / sqrt(length * self._square))

    @property
    def is_nationwide(self) -> bool:
        """Whether half of its reports say that the whole country is cut."""
        return 2 * self.nationwide >= len(self.claims) > 0 and self.nationwide > 0

    def _measure_time(self, claim: Claim) -> float | None:
        start = claim.start
        if start is None or (claim.rough and abs(start - self.start) > ROUGH_REACH):
            return self._measure_seen(claim)
        if not self._starts:
            # It began on the day it was first seen, or before.
            early = self.first - start
            return UNTOLD_COST + LASTING_COST * early if -1 <= early <= GRACE else None
        away = abs(start - self.start)
        if away > (ROUGH_REACH if claim.rough else REACH):
            return None
        return DAY_COST * away / (2 if claim.rough else 1)

    def _measure_seen(self, claim: Claim) -> float | None:
        last = self.end + (AFTER if claim.over else 1)
        if not self.start - 1 <= claim.day <= last:
            return None
        lasted = max(0, claim.day - self.start)
        return UNTOLD_COST + min(LASTING_MOST, LASTING_COST * lasted)
