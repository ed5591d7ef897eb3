"""Which reports seem to tell of one shutdown: suggestions, and nobody's decision.

Claims are taken one by one, the most exact first and in the order in which they came among equals,
and each joins the nearest cluster or begins one (docs/clusters.md has the rule in words). So a
report that comes later and is no more exact changes nothing that was suggested before it. Clusters
are found by an index of place and day; a claim is compared with a bounded number of them, whatever
the others hold.
"""

import hashlib
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from keyholder.filters import find_moment
from keyholder.incidents.claims import Claim, read_claim
from keyholder.incidents.growing import LOCAL_MOST, NATIONWIDE_LEAST, Group
from keyholder.incidents.index import Index
from keyholder.merge import Merged

_LABEL = b"heliograph/cluster/v1"
KEY_SIZE = 8  # bytes


@dataclass(frozen=True, slots=True)
class Cluster:
    """Reports that seem to belong together: suggested by the rule."""

    reports: tuple[bytes, ...]
    """Report ids, by rising moment."""
    key: bytes
    """8 bytes: the same while the report that came first stays in the cluster."""


def suggest(
    reports: Sequence[Merged], apart: frozenset[tuple[bytes, bytes]] = frozenset()
) -> tuple[Cluster, ...]:
    """The clusters, each report in exactly one, whatever the order of `reports`. A pair of report
    ids in `apart` is never put together."""
    by_id = index_reports(reports)
    claims = sorted(map(read_claim, by_id.values()), key=lambda one: (one.rank, one.arrival))
    enemies = _list_enemies(apart)
    index = Index()
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


def index_reports(reports: Iterable[Merged]) -> dict[bytes, Merged]:
    """The reports by id. Of two with one id, a stranger's doing, the one that came first."""
    by_id: dict[bytes, Merged] = {}
    for one in reports:
        known = by_id.get(one.report_id)
        if known is None or _arrival(one) < _arrival(known):
            by_id[one.report_id] = one
    return by_id


def _arrival(one: Merged) -> tuple[int, bytes]:
    first = min(one.sources, key=lambda source: source.index)
    return first.index, first.envelope_id


def _take_local_views(
    index: Index,
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
    index: Index, claim: Claim, closed: Container[int | None], *, local: bool = False
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
    first = min(members, key=_arrival)
    members.sort(key=lambda one: (find_moment(one), one.report_id))
    return Cluster(tuple(one.report_id for one in members), make_key(first.report_id))


def _list_enemies(apart: frozenset[tuple[bytes, bytes]]) -> dict[bytes, set[bytes]]:
    enemies: dict[bytes, set[bytes]] = defaultdict(set)
    for one, other in apart:
        enemies[one].add(other)
        enemies[other].add(one)
    return enemies
