"""Clusters by place and day, so that a claim meets only those that it may belong to."""

from collections.abc import Iterator

from keyholder.incidents.claims import Claim
from keyholder.incidents.growing import GRACE, REACH, ROUGH_REACH, Group

MOST = 12  # clusters that stand under one place and day in the index; further ones are not found

Place = tuple[str, str]
"""A country, and a word, a region, `*` for all of it or nothing for any of its places."""


Days = dict[int, list[Group]]


class Index:
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
