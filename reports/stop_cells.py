"""Cells of STOP's rows that take more than a look-up: days, links, places, lists of names."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache

from reports.folding import fold_name
from reports.lexicon import find_regions, operator_name
from reports.places import find_country
from reports.report import LATEST, Report
from reports.table import load_table
from reports.vocabulary import list_words

_LINK_GAP = re.compile(r";\s+|;$|\n+")
_NAME_GAP = re.compile(r",|;|\n|&|\band\b")
_PREFIX = re.compile(r"([^:]{2,40}):\s*")


def read_day(cell: str) -> int | None:
    """`2019-08-05` as Unix seconds of that midnight; None for what is not a day since 1970."""
    try:
        day = date.fromisoformat(cell.strip())
    except ValueError:
        return None
    seconds = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    return seconds if 0 <= seconds < LATEST else None


def write_day(seconds: object) -> str:
    """Unix seconds as a day; nothing for a report without that time."""
    if not isinstance(seconds, int):
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d").rjust(10, "0")


def split_links(cell: str) -> list[str]:
    """The sources of `info_source_link`: parted by `; ` or a new line. They are not always URLs."""
    parts = (" ".join(part.split()) for part in _LINK_GAP.split(cell.strip()))
    return [part for part in parts if part]


def read_links(cell: str) -> list[str]:
    """As many whole links as a report holds."""
    limit = next(f for f in load_table().by_name["evidence"].fields if f.name == "links")
    fitting = [link for link in split_links(cell) if len(link.encode()) <= limit.max_bytes]
    return fitting[: limit.max_items]


def read_operators(cell: str, cc: str | None) -> Report:
    """`op`, the first three names without `India: `, and `op_other`, the whole cell, where those
    three do not say all of it."""
    whole = " ".join(cell.split())
    if not whole:
        return {}
    limit = load_table().by_name["op"]
    names = []
    for part in re.split(r"[,;]", whole):
        name = part.strip()
        prefix = _PREFIX.match(name)
        if prefix and find_country(prefix[1]) == cc:
            name = name[prefix.end() :]
        if name and len(name.encode()) <= limit.max_bytes and name not in names:
            names.append(name)
    op = names[: limit.max_items]
    found: Report = {"op": op} if op else {}
    if write_operators({"op": op}) != whole:
        found["op_other"] = whole
    return found


def write_operators(report: Report) -> str:
    """`telcos_involved`: the words, where there are any, else the names."""
    names = [operator_name(op) for op in report.get("op", [])]
    return str(report.get("op_other") or ", ".join(names))


def read_other_platforms(cell: str) -> list[str]:
    """Platforms of the table that `other_affected` names, and `other` for what is left. The five
    that have columns of their own are not looked for here: their columns decide."""
    known = _other_platforms()
    found = []
    for part in _NAME_GAP.split(cell):
        folded = fold_name(part)
        if folded:
            found.append(known.get(folded) or known.get(folded.split()[0], "other"))
    return list(dict.fromkeys(found))


@cache
def _other_platforms() -> Mapping[str, str]:
    """Folded word -> platform."""
    table = load_table()
    own = table.stop["own_columns"]
    known = {
        fold_name(word): value.name
        for value in table.by_name["plat"].values
        for word in (*value.keywords, value.stop or "")
        if value.name not in own
    }
    for _, name, words in list_words("platforms"):
        if name not in own:
            known.update((fold_name(word), name) for word in words)
    return known


def find_place(cc: str | None, area: str) -> str | None:
    """The region that an area's words name, if they name exactly one."""
    if cc is None or not area:
        return None
    named = find_regions(cc, area)
    return next(iter(named)) if len(named) == 1 else None
