"""An incident: what the reports of a cluster, or of a person's merge, say together.

Every choice is one of tellers and not of reports (independence.py): the median of starts and ends,
the majority of countries, places and levels. So one report's word never counts against many, and a
hundred copies of one text count as one word. What few say stays in the reports themselves.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from keyholder.filters import find_moment
from keyholder.incidents.clusters import Cluster, index_reports, suggest
from keyholder.incidents.endings import Restoration, choose_end, list_restorations
from keyholder.incidents.floods import Suspect, find_floods, list_once
from keyholder.incidents.independence import Tellers, count_tellers
from keyholder.incidents.votes import (
    Groups,
    choose_since,
    choose_value,
    keep_values,
    list_operators,
    list_words,
    rank_values,
)
from keyholder.merge import Merged
from keyholder.records.replay import Annotations
from reports.folding import fold_name

__all__ = ["Cluster", "Incident", "Restoration", "build_incidents", "summarise"]

GRADES = ("lone", "three", "ten", "measured", "official")
"""From weakest to strongest. The last two are people's word alone."""
_GIVEN = frozenset(("measured", "official"))
_MOST_AREAS = 12
_MOST_OPERATORS = 24


@dataclass(frozen=True, slots=True)
class Incident:
    """One shutdown as far as its reports tell; see the page docs/clusters.md."""

    id: bytes  # 8 B: of the merge, or the cluster's key
    confirmed: bool  # a person put it together
    reports: tuple[Merged, ...]  # by rising moment
    country: str | None  # ISO 3166-1 alpha-2
    regions: tuple[str, ...]  # ISO 3166-2
    areas: tuple[str, ...]
    scope: str | None
    kinds: tuple[str, ...]
    networks: Mapping[str, str]
    platforms: tuple[str, ...]
    operators: tuple[str, ...]
    since: int | None  # Unix seconds
    since_precision: str | None
    until: int | None
    status: str | None
    causes: tuple[str, ...]
    independent: int
    grade: str
    restorations: tuple[Restoration, ...]
    untagged: int = 0  # of `independent`: without a sender's tag, so that nothing but words differs


def build_incidents(
    reports: Sequence[Merged],
    annotations: Annotations,
    suspects: Sequence[Suspect] | None = None,
) -> tuple[Incident, ...]:
    """What people merged first, the rule's suggestions for the rest. Every report is in exactly
    one incident, unless people put it into several. `suspects`: what `find_floods` gave for these
    reports, if somebody asked it already."""
    by_id = index_reports(reports)
    if suspects is None:
        suspects = find_floods(by_id.values())
    made: dict[bytes, list[int]] = defaultdict(list)  # report id -> groups made by one hand
    for number, ids in enumerate(list_once(suspects)):
        for one in ids:
            made[one].append(number)
    chosen = [
        (incident_id, True, [by_id[one] for one in sorted(ids) if one in by_id])
        for incident_id, ids in annotations.merged.items()
    ]
    taken = {one.report_id for _, _, held in chosen for one in held}
    rest = [one for one in by_id.values() if one.report_id not in taken]
    chosen += [
        (cluster.key, False, [by_id[one] for one in cluster.reports])
        for cluster in suggest(rest, annotations.apart)
    ]
    incidents = [
        summarise(
            held, id=id, confirmed=confirmed, annotations=annotations, once=_group(held, made)
        )
        for id, confirmed, held in chosen
        if held
    ]
    return tuple(sorted(incidents, key=lambda one: (find_moment(one.reports[0]), one.id)))


def _group(reports: Sequence[Merged], made: Mapping[bytes, Sequence[int]]) -> list[Sequence[bytes]]:
    """The groups made by one hand as far as they are among these reports."""
    groups: dict[int, list[bytes]] = defaultdict(list)
    for one in reports:
        for number in made.get(one.report_id, ()):
            groups[number].append(one.report_id)
    return list(groups.values())


def summarise(
    reports: Sequence[Merged],
    *,
    id: bytes,
    confirmed: bool,
    annotations: Annotations,
    once: Iterable[Sequence[bytes]] | None = None,
) -> Incident:
    """The incident that at least one report makes.

    `once`: groups of report ids that count as one teller; without it, what floods.py finds among
    these reports.
    """
    if once is None:
        once = list_once(find_floods(reports))
    ordered = sorted(reports, key=lambda one: (find_moment(one), one.report_id))
    tellers = count_tellers(ordered, once)
    groups = tellers.groups
    since, precision = choose_since(groups) or (None, None)
    status, until = choose_end(groups, since)
    return Incident(
        id=id,
        confirmed=confirmed,
        reports=tuple(ordered),
        country=choose_value(groups, lambda one: list_words(one, "cc")),
        regions=keep_values(groups, lambda one: list_words(one, "region")),
        areas=_list_names(groups, _list_areas, _MOST_AREAS),
        scope=choose_value(groups, lambda one: list_words(one, "scope")),
        kinds=keep_values(groups, lambda one: list_words(one, "kind")),
        networks=_choose_networks(groups),
        platforms=keep_values(groups, lambda one: list_words(one, "plat")),
        operators=_list_names(groups, list_operators, _MOST_OPERATORS),
        since=since,
        since_precision=precision,
        until=until,
        status=status,
        causes=keep_values(groups, lambda one: list_words(one, "cause")),
        independent=tellers.least,
        grade=_choose_grade(annotations.grades.get(id), tellers),
        restorations=list_restorations(groups),
        untagged=tellers.untagged,
    )


def _choose_grade(given: str | None, tellers: Tellers) -> str:
    if given in _GIVEN and given is not None:
        return given
    return "ten" if tellers.least >= 10 else "three" if tellers.least >= 3 else "lone"


def _list_areas(one: Merged) -> Iterator[str]:
    yield from list_words(one, "area")


def _list_names(
    groups: Groups, read: Callable[[Merged], Iterator[str]], most: int
) -> tuple[str, ...]:
    """Names in their most frequent spelling, those of the most tellers first."""
    spellings = rank_values(groups, read)
    chosen: dict[str, str] = {}
    for spelling, _ in spellings:
        chosen.setdefault(fold_name(spelling), spelling)
    folded = rank_values(groups, lambda one: (fold_name(name) for name in read(one)))
    return tuple(chosen[name] for name, _ in folded[:most] if name)


def _choose_networks(groups: Groups) -> Mapping[str, str]:
    """The level that most tellers gave each network."""

    def read(one: Merged) -> Iterator[tuple[str, str]]:
        for name, level in one.report.get("net", {}).items():
            if level != "unknown":
                yield name, level

    chosen: dict[str, str] = {}
    for (name, level), _ in rank_values(groups, read):
        chosen.setdefault(name, level)
    return dict(sorted(chosen.items()))
