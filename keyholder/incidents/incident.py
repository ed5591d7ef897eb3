"""An incident: what the reports of a cluster, or of a person's merge, say together.

Every choice is one of tellers and not of reports (independence.py): the median of starts and ends,
the majority of countries, places and levels. So one report's word never counts against many, and a
hundred copies of one text count as one word. What few say stays in the reports themselves.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from keyholder.filters import find_moment
from keyholder.incidents.clusters import Cluster, suggest
from keyholder.incidents.independence import Tellers, count_tellers
from keyholder.incidents.votes import (
    Groups,
    choose_median,
    choose_since,
    choose_value,
    keep_values,
    rank_values,
)
from keyholder.merge import Merged
from reports.folding import fold_name
from reports.lexicon import operator_name

__all__ = ["Cluster", "Incident", "Restoration", "build_incidents", "summarise"]

GRADES = ("lone", "three", "ten", "measured", "official")
"""From weakest to strongest. The last two are people's word alone."""
_GIVEN = frozenset(("measured", "official"))
_MOST_AREAS = 12
_MOST_OPERATORS = 24


class Annotations(Protocol):
    """What people decided, as far as incidents need it."""

    @property
    def grades(self) -> Mapping[bytes, str]: ...
    @property
    def merged(self) -> Mapping[bytes, frozenset[bytes]]: ...
    @property
    def apart(self) -> frozenset[tuple[bytes, bytes]]: ...


@dataclass(frozen=True, slots=True)
class Restoration:
    """When service came back, of one operator in one place; Unix seconds, the median of tellers."""

    operator: str | None
    region: str | None
    moment: int


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


def build_incidents(reports: Sequence[Merged], annotations: Annotations) -> tuple[Incident, ...]:
    """What people merged first, the rule's suggestions for the rest. Every report is in exactly
    one incident, unless people put it into several."""
    by_id = {one.report_id: one for one in reports}
    incidents = []
    taken: set[bytes] = set()
    for incident_id, ids in annotations.merged.items():
        if held := [by_id[one] for one in sorted(ids) if one in by_id]:
            taken.update(one.report_id for one in held)
            incidents.append(
                summarise(held, id=incident_id, confirmed=True, annotations=annotations)
            )
    rest = [one for id_, one in by_id.items() if id_ not in taken]
    for cluster in suggest(rest, annotations.apart):
        held = [by_id[one] for one in cluster.reports]
        incidents.append(summarise(held, id=cluster.key, confirmed=False, annotations=annotations))
    return tuple(sorted(incidents, key=lambda one: (find_moment(one.reports[0]), one.id)))


def summarise(
    reports: Sequence[Merged], *, id: bytes, confirmed: bool, annotations: Annotations
) -> Incident:
    """The incident that at least one report makes."""
    ordered = sorted(reports, key=lambda one: (find_moment(one), one.report_id))
    tellers = count_tellers(ordered)
    groups = tellers.groups
    since, precision = choose_since(groups) or (None, None)
    status, until = _choose_end(groups, since)
    return Incident(
        id=id,
        confirmed=confirmed,
        reports=tuple(ordered),
        country=choose_value(groups, lambda one: _list_words(one, "cc")),
        regions=keep_values(groups, lambda one: _list_words(one, "region")),
        areas=_list_names(groups, _list_areas, _MOST_AREAS),
        scope=choose_value(groups, lambda one: _list_words(one, "scope")),
        kinds=keep_values(groups, lambda one: _list_words(one, "kind")),
        networks=_choose_networks(groups),
        platforms=keep_values(groups, lambda one: _list_words(one, "plat")),
        operators=_list_names(groups, _list_operators, _MOST_OPERATORS),
        since=since,
        since_precision=precision,
        until=until,
        status=status,
        causes=keep_values(groups, lambda one: _list_words(one, "cause")),
        independent=tellers.least,
        grade=_choose_grade(annotations.grades.get(id), tellers),
        restorations=_list_restorations(groups),
    )


def _choose_grade(given: str | None, tellers: Tellers) -> str:
    if given in _GIVEN and given is not None:
        return given
    return "ten" if tellers.least >= 10 else "three" if tellers.least >= 3 else "lone"


def _list_words(one: Merged, name: str) -> Iterator[str]:
    """A field's words, whether it holds one or several; "unknown" is none."""
    told = one.report.get(name)
    for word in told if isinstance(told, list) else [told]:
        if isinstance(word, str) and word and word != "unknown":
            yield word


def _list_areas(one: Merged) -> Iterator[str]:
    yield from _list_words(one, "area")


def _list_operators(one: Merged) -> Iterator[str]:
    yield from (operator_name(name) for name in _list_words(one, "op"))


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


def _find_end(one: Merged) -> int | None:
    """When the report says that it ended; None where it does not say that it did."""
    until = one.report.get("until")
    if isinstance(until, int):
        return until
    return find_moment(one) if one.report.get("status") == "ended" else None


def _choose_end(groups: Groups, since: int | None) -> tuple[str | None, int | None]:
    """Ended, if at least as many tellers say so as observed it going on after that end; the
    median of ends. An end before the start is none."""
    ends = []
    for group in groups:
        told = [end for one in group if (end := _find_end(one)) is not None]
        told = [end for end in told if since is None or end >= since]
        if told:
            ends.append(choose_median(told))
    said = choose_value(groups, lambda one: _list_words(one, "status"))
    if not ends:
        return (None if said == "ended" else said), None
    end = choose_median(ends)
    later = sum(
        any(
            one.report.get("status") in ("ongoing", "intermittent")
            and isinstance(observed := one.report.get("obs"), int)
            and observed > end
            for one in group
        )
        for group in groups
    )
    return ("ended", end) if len(ends) >= later else ("ongoing", None)


def _list_restorations(groups: Groups) -> tuple[Restoration, ...]:
    """One for each operator and region of which somebody says that it is back."""
    told: dict[tuple[str, str], list[int]] = defaultdict(list)
    names: dict[str, str] = {}
    for group in groups:
        of_teller: dict[tuple[str, str], list[int]] = defaultdict(list)
        for one in group:
            end = _find_end(one)
            if end is None:
                continue
            region = next(_list_words(one, "region"), "")
            for name in list(_list_operators(one)) or [""]:
                folded = fold_name(name)
                names[folded] = min(name, names.get(folded, name))
                of_teller[folded, region].append(end)
        for where, ends in of_teller.items():
            told[where].append(choose_median(ends))
    return tuple(
        Restoration(names[operator] or None, region or None, choose_median(ends))
        for (operator, region), ends in sorted(told.items())
    )
