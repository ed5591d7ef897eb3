"""Which reports seem to tell of one shutdown: suggestions, and nobody's decision."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from keyholder.filters import find_moment
from keyholder.incidents.claims import Claim, read_claim
from keyholder.merge import Merged

_LABEL = b"heliograph/cluster/v1"
KEY_SIZE = 8  # bytes
REACH = 2  # days between the starts of two reports of one shutdown


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
    by_id = {one.report_id: one for one in reports}
    places: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for one in by_id.values():
        claim = read_claim(one)
        where = "*" if claim.nationwide else claim.place or claim.region
        places[claim.country, where].append(claim)
    enemies = _list_enemies(apart)
    clusters = []
    for claims in places.values():
        claims.sort(key=lambda claim: (claim.start, claim.report_id))
        run: list[Claim] = []
        for claim in claims:
            foes: set[bytes] = enemies.get(claim.report_id, set())
            late = bool(run) and claim.start - run[0].start > REACH
            if run and (late or any(each.report_id in foes for each in run)):
                clusters.append(_make([by_id[each.report_id] for each in run]))
                run = []
            run.append(claim)
        clusters.append(_make([by_id[each.report_id] for each in run]))
    return tuple(sorted(clusters, key=lambda one: one.key))


def make_key(first: bytes) -> bytes:
    """A cluster's key from the id of the report that came first."""
    return hashlib.sha256(_LABEL + first).digest()[:KEY_SIZE]


def _make(members: list[Merged]) -> Cluster:
    first = min(members, key=lambda one: (one.sources[0].index, one.report_id))
    members.sort(key=lambda one: (find_moment(one), one.report_id))
    return Cluster(tuple(one.report_id for one in members), make_key(first.report_id))


def _list_enemies(apart: frozenset[tuple[bytes, bytes]]) -> dict[bytes, set[bytes]]:
    enemies: dict[bytes, set[bytes]] = defaultdict(set)
    for one, other in apart:
        enemies[one].add(other)
        enemies[other].add(one)
    return enemies
