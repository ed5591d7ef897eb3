"""STOP's 47 columns, for Access Now's dataset. See spec/exports-v1.md.

A row of STOP is a shutdown, so a row of ours is an incident; a report alone can be one too.
"""

from collections.abc import Iterable, Iterator

from keyholder.counts import write_count
from keyholder.exports.quoting import list_quotes
from keyholder.exports.table import write_line
from keyholder.incidents.incident import Incident
from keyholder.incidents.independence import count_tellers
from keyholder.incidents.votes import Groups, rank_values
from keyholder.merge import Merged
from keyholder.records.replay import Annotations
from reports.places import region_name
from reports.report import Report
from reports.stop import COLUMNS, to_row

# What an incident does not say itself, and STOP asks: each as most tellers say.
_ASKED = ("notified", "gov", "violence", "abuse", "election", "relation")
_MOST_LINKS = 50
_ENGLISH = "en"


def write_stop(reports: Iterable[Merged]) -> Iterator[bytes]:
    """The file, a line a report; UTF-8 as STOP is published, every cell quoted and defused."""
    yield from _write(to_row(one.report) for one in reports)


def write_stop_incidents(
    incidents: Iterable[Incident], annotations: Annotations
) -> Iterator[bytes]:
    """The same, a line an incident."""
    yield from _write(to_row(make_report(one, annotations)) for one in incidents)


def make_report(incident: Incident, annotations: Annotations) -> Report:
    """The incident as the report of somebody who knows all of it, for `reports.stop.to_row`."""
    groups = count_tellers(incident.reports).groups
    imported = all(one.report.get("chan") == "import" for one in incident.reports)
    report: Report = {
        "chan": "import" if imported else "relay",
        "cc": incident.country,
        "area": ", ".join(incident.areas) or ", ".join(map(region_name, incident.regions)),
        "scope": incident.scope or _choose(groups, "scope"),
        "kind": list(incident.kinds),
        "net": {**_list_unknown(groups), **incident.networks},
        "plat": list(incident.platforms),
        "plat_works": _list_working(groups, incident.platforms),
        "plat_other": _choose(groups, "plat_other"),
        "op_other": ", ".join(incident.operators),
        "since": incident.since,
        "since_precision": incident.since_precision,
        "until": incident.until,
        "status": incident.status or _choose(groups, "status"),
        "cause": incident.causes[0] if incident.causes else _choose(groups, "cause"),
        "evidence": {"links": _list_links(incident)},
        "text": _write_event(incident, annotations),
        **{name: _choose(groups, name) for name in _ASKED},
    }
    return {name: value for name, value in report.items() if value not in (None, "", [], {})}


def _write(rows: Iterable[dict[str, str]]) -> Iterator[bytes]:
    yield write_line(COLUMNS)
    for row in rows:
        yield write_line([row[column] for column in COLUMNS])


def _choose(groups: Groups, name: str) -> str | None:
    """The word that the most tellers give; none where as many say another, which is no answer.
    "unknown" where nobody says more: STOP tells that from a blank."""
    ranked = rank_values(
        groups,
        lambda one: [told] if isinstance(told := one.report.get(name), str) else [],
    )
    known = [pair for pair in ranked if pair[0] != "unknown"] or ranked
    if len(known) > 1 and known[0][1] == known[1][1]:
        return None
    return known[0][0] if known else None


def _list_unknown(groups: Groups) -> dict[str, str]:
    """Networks of which somebody says that it is unknown how they are."""
    ranked = rank_values(groups, lambda one: one.report.get("net", {}).items())
    return {name: level for (name, level), _ in ranked if level == "unknown"}


def _list_working(groups: Groups, cut: Iterable[str]) -> dict[str, str]:
    """Platforms of which tellers say whether they work, without those that the incident calls
    cut."""
    ranked = rank_values(groups, lambda one: one.report.get("plat_works", {}).items())
    working: dict[str, str] = {}
    for (name, works), _ in ranked:
        if name not in cut:
            working.setdefault(name, works)
    return working


def _list_links(incident: Incident) -> list[str]:
    links = (
        link for one in incident.reports for link in one.report.get("evidence", {}).get("links", ())
    )
    return list(dict.fromkeys(links))[:_MOST_LINKS]


def _write_event(incident: Incident, annotations: Annotations) -> str:
    """How many tell of it, in our words; then what people agreed to have quoted, in English where
    a keyholder translated it."""
    reports = len(incident.reports)
    told = write_count(reports, "report")
    put = "put together by a person" if incident.confirmed else "put together by a rule alone"
    lines = [f"{told}, {incident.independent:,} independent at least ({incident.grade}), {put}."]
    for quote in list_quotes(incident, annotations):
        english = [text for lang, text in quote.translations if lang == _ENGLISH]
        lines.append(english[-1] if english else quote.text)
    return "\n".join(lines)
