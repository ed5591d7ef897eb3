"""Which reports seem to tell of one shutdown: suggestions, and nobody's decision.

Claims are taken one by one, the most exact first and in the order in which they came among equals,
and each joins the nearest cluster or begins one (docs/clusters.md has the rule in words). So a
report that comes later and is no more exact changes nothing that was suggested before it. Clusters
are found by an index of place and day; a claim is compared with a bounded number of them, whatever
the others hold.
"""

import hashlib
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from keyholder.filters import find_moment
from keyholder.incidents.claims import Claim, read_claim
from keyholder.incidents.growing import (
    GRACE,
    LOCAL_MOST,
    NATIONWIDE_LEAST,
    REACH,
    ROUGH_REACH,
    Group,
)
from keyholder.merge import Merged

_LABEL = b"heliograph/cluster/v1"
KEY_SIZE = 8  # bytes
MOST = 12  # clusters that stand under one place and day in the index; further ones are not found

Place = tuple[str, str]
"""A country, and a word, a region, `*` for all of it or nothing for any of its places."""


Days = dict[int, list[Group]]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Reports that seem to belong together: suggested by the rule."""

    reports: tuple[bytes, ...]
    """Report ids, by rising moment."""
    key: bytes
    """8 bytes: the same while the report that came first stays in the cluster."""


class _Index:
    """Groups by place and day: of their starts, and of the days on which they were seen."""

    def __init__(self) -> None:
        self._starts: dict[Place, Days] = {}
        self._days: dict[Place, Days] = {}
        self._countries: dict[str, list[str]] = {}  # word -> countries with a place of that name

    def add(self, group: Group, claim: Claim) -> None:
        """Let a group be found by what a claim of it says."""
        start = None if claim.rough else claim.start
        days = {claim.seen} if claim.start is None else {claim.seen, claim.start}
        for place in _list_places(claim):
            if start is not None:
                _enter(self._starts.setdefault(place, {}), start, group)
            known = self._days.setdefault(place, {})
            for day in days:
                _enter(known, day, group)

        if claim.where.country:
            for word in claim.where.words:
                countries = self._countries.setdefault(word, [])
                if len(countries) < MOST and claim.where.country not in countries:
                    countries.append(claim.where.country)

    def find(self, claim: Claim, *, local: bool = False) -> Iterator[Group]:
        """The groups that a claim may belong to, each once; with `local`, those that stand for the
        whole of its country."""
        found: set[int] = set()
        windows = [
            (self._starts if first else self._days, days) for first, days in _list_days(claim)
        ]
        for place in [(claim.where.country, "*")] if local else self._seek_places(claim):
            for table, days in windows:
                known = table.get(place)
                if known is None:
                    continue
                for day in days:
                    for group in known.get(day, ()):
                        if group.number not in found:
                            found.add(group.number)
                            yield group

    def _seek_places(self, claim: Claim) -> Iterator[Place]:
        """Where to look for a claim's groups. The order plays no part."""
        where = claim.where
        yield where.country, "*"
        if where.nationwide:
            return
        for word in where.hints or where.words:
            countries = (where.country,) if where.country else self._countries.get(word, ())
            for country in countries:
                yield country, word
        if not where.words:
            for name in where.regions or ("",):
                yield where.country, name


def _list_days(claim: Claim) -> Iterator[tuple[bool, range]]:
    """(whether starts are meant, days) to look for a claim's groups in."""
    if claim.start is not None:
        reach = ROUGH_REACH if claim.rough else REACH
        yield True, range(claim.start - reach, claim.start + reach + 1)
        yield False, range(claim.start - 1, claim.start + GRACE + 1)
    if claim.start is None or claim.rough:
        yield False, range(claim.day - GRACE, claim.day + 2)


def _enter(days: dict[int, list[Group]], day: int, group: Group) -> None:
    groups = days.setdefault(day, [])
    if not groups or (groups[-1] is not group and len(groups) < MOST and group not in groups):
        groups.append(group)


def _list_places(claim: Claim) -> Iterator[Place]:
    """Under what a group stands that has this claim."""
    where = claim.where
    if where.nationwide:
        yield where.country, "*"
        return
    for name in (*where.words, *where.regions, ""):
        yield where.country, name


def suggest(
    reports: Sequence[Merged], apart: frozenset[tuple[bytes, bytes]] = frozenset()
) -> tuple[Cluster, ...]:
    """The clusters, each report in exactly one, whatever the order of `reports`. A pair of report
    ids in `apart` is never put together."""
    by_id = {one.report_id: one for one in reports}
    claims = sorted(map(read_claim, by_id.values()), key=lambda one: (one.rank, one.arrival))
    enemies = _list_enemies(apart)
    index = _Index()
    groups: list[Group] = []
    place: dict[bytes, int] = {}
    for claim in claims:
        closed = {place.get(one) for one in enemies.get(claim.report_id, ())}
        group = _choose(index, claim, closed)
        if group is None:
            group = Group(len(groups))
            groups.append(group)
        group.add(claim)
        index.add(group, claim)
        place[claim.report_id] = group.number
    homes = _take_local_views(index, groups, place, enemies)
    members: dict[int, list[Merged]] = defaultdict(list)
    for group in groups:
        members[homes.get(group.number, group.number)] += [
            by_id[one.report_id] for one in group.claims
        ]
    return tuple(sorted(map(_make, members.values()), key=lambda one: one.key))


def _take_local_views(
    index: _Index,
    groups: Sequence[Group],
    place: dict[bytes, int],
    enemies: dict[bytes, set[bytes]],
) -> dict[int, int]:
    """Small local groups -> the nationwide group that each seems to be a view of: of a cut of the
    whole country most people know their own town. Small ones alone: whoever forges a nationwide cut
    must not swallow what many tell of one place."""
    homes: dict[int, int] = {}
    foes: dict[int, set[int]] = defaultdict(set)  # group -> groups that hold a report kept apart
    for one, others in enemies.items():
        foes[place.get(one, -1)].update(place.get(other, -1) for other in others)
    for group in groups:
        if group.is_nationwide or len(group.claims) > LOCAL_MOST:
            continue
        home = _choose(index, group.claims[0], foes[group.number], local=True)
        if home is not None:
            homes[group.number] = home.number
            foes[home.number] |= foes[group.number]
            for foe in foes[group.number]:
                foes[foe].add(home.number)
    return homes


def _choose(
    index: _Index, claim: Claim, closed: Container[int | None], *, local: bool = False
) -> Group | None:
    """The nearest group; of equals the one with more reports, then the older one. `local`: the
    nearest nationwide one for a claim that tells of one place."""
    where = claim.where
    if not (where.country or where.words or where.hints):
        return None
    best: tuple[float, int, int] | None = None
    chosen = None
    for group in index.find(claim, local=local):
        if group.number in closed:
            continue
        if local and not (group.is_nationwide and len(group.claims) >= NATIONWIDE_LEAST):
            continue
        cost = group.measure(claim, local=local)
        if cost is None:
            continue
        rank = (cost, -len(group.claims), group.number)
        if best is None or rank < best:
            best, chosen = rank, group
    return chosen


def make_key(first: bytes) -> bytes:
    """A cluster's key from the id of the report that came first."""
    return hashlib.sha256(_LABEL + first).digest()[:KEY_SIZE]


def _make(members: list[Merged]) -> Cluster:
    first = min(members, key=lambda one: (min(s.index for s in one.sources), one.report_id))
    members.sort(key=lambda one: (find_moment(one), one.report_id))
    return Cluster(tuple(one.report_id for one in members), make_key(first.report_id))


def _list_enemies(apart: frozenset[tuple[bytes, bytes]]) -> dict[bytes, set[bytes]]:
    enemies: dict[bytes, set[bytes]] = defaultdict(set)
    for one, other in apart:
        enemies[one].add(other)
        enemies[other].add(one)
    return enemies
