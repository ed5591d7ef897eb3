"""Suggested clusters: how well they recover the STOP corpus, how long 100,000 reports take.

Each half of the corpus is told and clustered by itself, with its own forged floods among its
reports; then the whole of it. Floods are no part of the scores; what is counted is how many of a
flood's reports were marked, and how many true reports were put together with forged ones.
"""

from collections.abc import Sequence

from bench.scores import Score, score
from bench.stop_floods import invent_event, misdate_event
from bench.stop_rows import Row
from bench.stop_telling import put_in_order, tell_rows
from keyholder.incidents.clusters import suggest
from keyholder.merge import Merged
from keyholder.moments import DAY

SEED = 20_260_126
FLOOD = 2_000  # reports of each of the two floods
LIMIT = 0.8  # of precision and of recall, for both kinds


def tell_half(
    rows: Sequence[Row], flood: int = FLOOD
) -> tuple[list[Merged], dict[bytes, str], set[bytes]]:
    """Reports of these rows and two floods; the event of each true report; the forged ids."""
    told, events = tell_rows(rows, SEED)
    middle = sorted(int(row.report["since"]) for row in rows)[len(rows) // 2] // DAY
    forged = [*invent_event(flood, middle, SEED), *misdate_event(rows, flood, SEED)[1]]
    return put_in_order([*told, *forged], SEED), events, {one[1] for one in forged}


def measure_corpus(rows: Sequence[Row]) -> tuple[Score, int, int]:
    """The score, true reports that were put together with forged ones, and how many there are."""
    reports, events, forged = tell_half(rows)
    clusters = suggest(reports)
    mixed = sum(
        len(set(cluster.reports) - forged)
        for cluster in clusters
        if not forged.isdisjoint(cluster.reports)
    )
    found = {one: cluster.key for cluster in clusters for one in cluster.reports}
    return score(found, events), mixed, len(reports)
