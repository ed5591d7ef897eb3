"""Whether a shutdown is over, and for whom: operators and places come back one by one."""

from collections import defaultdict
from dataclasses import dataclass

from keyholder.filters import find_moment
from keyholder.incidents.claims import EARLY
from keyholder.incidents.votes import (
    Groups,
    choose_median,
    choose_value,
    list_operators,
    list_words,
)
from keyholder.merge import Merged
from keyholder.moments import DAY
from reports.folding import fold_name


@dataclass(frozen=True, slots=True)
class Restoration:
    """When service came back, of one operator in one place; Unix seconds, the median of tellers."""

    operator: str | None
    region: str | None
    moment: int


def find_end(one: Merged) -> int | None:
    """When the report says that it ended; None where it does not say that it did, or names a day
    that was still to come."""
    until = one.report.get("until")
    if isinstance(until, int) and until < (one.day + EARLY) * DAY:
        return until
    return find_moment(one) if one.report.get("status") == "ended" else None


def choose_end(groups: Groups, since: int | None) -> tuple[str | None, int | None]:
    """Ended, if at least as many tellers say so as observed it going on after that end; the
    median of ends. An end before the start is none."""
    ends = []
    for group in groups:
        told = [end for one in group if (end := find_end(one)) is not None]
        told = [end for end in told if since is None or end >= since]
        if told:
            ends.append(choose_median(told))
    said = choose_value(groups, lambda one: list_words(one, "status"))
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


def list_restorations(groups: Groups) -> tuple[Restoration, ...]:
    """One for each operator and region of which somebody says that it is back."""
    told: dict[tuple[str, str], list[int]] = defaultdict(list)
    names: dict[str, str] = {}
    for group in groups:
        of_teller: dict[tuple[str, str], list[int]] = defaultdict(list)
        for one in group:
            end = find_end(one)
            if end is None:
                continue
            region = next(list_words(one, "region"), "")
            for name in list(list_operators(one)) or [""]:
                folded = fold_name(name)
                names[folded] = min(name, names.get(folded, name))
                of_teller[folded, region].append(end)
        for where, ends in of_teller.items():
            told[where].append(choose_median(ends))
    return tuple(
        Restoration(names[operator] or None, region or None, choose_median(ends))
        for (operator, region), ends in sorted(told.items())
    )
