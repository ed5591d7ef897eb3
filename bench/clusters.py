"""Suggested clusters: how well they recover the STOP corpus, and how long 100,000 reports take.

Each half of the corpus is told and clustered by itself, with its own forged floods among its
reports; then the whole of it. Floods are no part of the scores: 2,000 copies of a text are easily
put together. What counts is how many of a flood's reports were marked as suspect, how many tellers
they count for, and how many true reports were put together with forged ones.
"""

import resource
import sys
import time
from collections.abc import Sequence

from bench.figures import Figure
from bench.piles import PILES, make_pile
from bench.rounds import Scope, tell
from bench.scores import Score, score
from bench.stop_floods import invent_event, misdate_event
from bench.stop_rows import Row, find_corpus, read_rows
from bench.stop_telling import put_in_order, tell_rows
from keyholder.incidents.clusters import suggest
from keyholder.incidents.floods import find_floods, list_once
from keyholder.incidents.independence import count_tellers
from keyholder.merge import Merged
from keyholder.moments import DAY

SEED = 20_260_126
FLOOD = 2_000  # reports of each of the two floods
LEAST = 0.8  # of precision and of recall, for both kinds
SECONDS = 60  # for 100,000 reports on one core
REPORTS = 100_000


def tell_half(
    rows: Sequence[Row], flood: int = FLOOD
) -> tuple[list[Merged], dict[bytes, str], set[bytes]]:
    """Reports of these rows and two floods; the event of each true report; the forged ids."""
    told, events = tell_rows(rows, SEED)
    middle = sorted(int(row.report["since"]) for row in rows)[len(rows) // 2] // DAY
    forged = [*invent_event(flood, middle, SEED), *misdate_event(rows, flood, SEED)[1]]
    return put_in_order([*told, *forged], SEED), events, {one[1] for one in forged}


def measure_rows(title: str, rows: Sequence[Row], least: float | None) -> list[Figure]:
    """The figures of some rows; `least` is the limit of the four shares."""
    reports, events, forged = tell_half(rows)
    clusters = suggest(reports)
    found = {one: cluster.key for cluster in clusters for one in cluster.reports}
    told = score(found, events)
    return [*_list_scores(title, rows, told, least), *_list_floods(title, reports, found, forged)]


def _list_scores(title: str, rows: Sequence[Row], told: Score, least: float | None) -> list[Figure]:
    note = f"{len(rows)} rows, {told.events} events"
    return [
        Figure(f"{title}: precision over pairs", told.precision, least, note=note),
        Figure(f"{title}: recall over pairs", told.recall, least, note=f"F1 {told.f1:.3f}"),
        Figure(f"{title}: B-cubed precision", told.cubed_precision, least),
        Figure(
            f"{title}: B-cubed recall", told.cubed_recall, least, note=f"F1 {told.cubed_f1:.3f}"
        ),
        Figure(f"{title}: events whole and pure", told.whole / told.events, note=f"{told.whole}"),
    ]


def _list_floods(
    title: str, reports: Sequence[Merged], found: dict[bytes, bytes], forged: set[bytes]
) -> list[Figure]:
    suspects = find_floods(reports)
    marked = {one for suspect in suspects if suspect.once for one in suspect.reports}
    flooded = {found[one] for one in forged}
    mixed = sum(found[one] in flooded for one in found.keys() - forged)
    by_id = {one.report_id: one for one in reports}
    tellers = count_tellers([by_id[one] for one in forged], list_once(suspects)).least
    honest = len(reports) - len(forged)
    return [
        Figure(f"{title}: forged reports marked", len(marked & forged) / len(forged)),
        Figure(f"{title}: true reports marked", len(marked - forged) / honest),
        Figure(f"{title}: true reports beside forged ones", mixed, note=f"of {honest:,}"),
        Figure(f"{title}: tellers that the forged ones count for", tellers),
    ]


def measure(scope: Scope) -> list[Figure]:
    """The corpus where it is, then the piles: seconds of one core, and memory in MiB."""
    figures = []
    path = find_corpus()
    if path is None:
        print("  NOT MEASURED: the STOP corpus is not there (HELIOGRAPH_SHARED)", file=sys.stderr)
    else:
        rows = read_rows(path)
        halves = [[row for row in rows if row.half == half] for half in (0, 1)]
        figures += measure_rows("tuned half", halves[0], LEAST)
        figures += measure_rows("second half", halves[1], LEAST)
        figures += measure_rows("whole corpus", rows, None)
    number = min(REPORTS, 5 * scope.opened)
    for name in PILES:
        tell(name)
        pile = make_pile(name, number)
        started = time.process_time()
        clusters = suggest(pile)
        took = time.process_time() - started
        note = f"{len(clusters):,} clusters of {number:,} reports"
        figures.append(Figure(f"suggest, s: {name}", took, SECONDS, most=True, note=note))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [*figures, Figure("memory at most, piles included, MiB", most)]
