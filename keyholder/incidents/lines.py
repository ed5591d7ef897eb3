"""Incidents and suspects as lines for the terminal. What strangers wrote goes through `show`."""

from collections.abc import Iterable, Iterator, Sequence

from keyholder.exports.titles import write_title
from keyholder.incidents.floods import WORDS, Suspect
from keyholder.incidents.incident import Incident
from keyholder.incidents.independence import describe_tellers
from keyholder.moments import show_moment
from keyholder.rows import SHORT_ID, make_row, write_table
from keyholder.terminal import measure, shorten, show
from reports.places import country_name, region_name

_HEADER = ("ID", "PLACE", "SINCE", "UNTIL", "STATUS", "REPORTS", "AT LEAST", "GRADE", "BY")
_WIDTHS = (16, 36, 16, 16, 12, 7, 8, 8, 9)
_RIGHT = frozenset(("REPORTS", "AT LEAST"))
_GAP = "  "


def write_incidents(incidents: Iterable[Incident]) -> Iterator[str]:
    """A table with a line an incident, header first. AT LEAST is the number of tellers."""
    yield _write_line(_HEADER)
    for one in incidents:
        yield _write_line(
            (
                one.id.hex(),
                shorten(describe_place(one), _WIDTHS[1]),
                "" if one.since is None else show_moment(one.since, one.since_precision),
                "" if one.until is None else show_moment(one.until),
                show(one.status or ""),
                f"{len(one.reports):,}",
                f"{one.independent:,}",
                one.grade,
                "a person" if one.confirmed else "suggested",
            )
        )


def describe_place(incident: Incident) -> str:
    """Country, regions, and what people call the place."""
    if incident.country is None and not incident.areas:
        return "no place"
    names = [region_name(code) for code in incident.regions]
    return ", ".join((incident.country or "?", *names, *incident.areas))


def write_incident(incident: Incident, width: int) -> Iterator[str]:
    """One incident in full, then its reports as a table with texts of `width` columns."""
    yield f"Incident {incident.id.hex()}"
    yield f"  {show(write_title(incident))}"
    told = (
        ("put together by", "a person" if incident.confirmed else "the rule: nobody decided it"),
        ("grade", incident.grade),
        ("tellers", describe_tellers(incident.independent, incident.untagged)),
        ("country", country_name(incident.country) if incident.country else ""),
        ("regions", ", ".join(f"{code} {region_name(code)}" for code in incident.regions)),
        ("areas", "; ".join(incident.areas)),
        ("scope", incident.scope),
        ("kinds", ", ".join(incident.kinds)),
        ("networks", ", ".join(f"{name} {level}" for name, level in incident.networks.items())),
        ("platforms", ", ".join(incident.platforms)),
        ("operators", ", ".join(incident.operators)),
        (
            "since",
            "" if incident.since is None else show_moment(incident.since, incident.since_precision),
        ),
        ("until", "" if incident.until is None else show_moment(incident.until)),
        ("status", incident.status),
        ("causes", ", ".join(incident.causes)),
    )
    for name, value in told:
        if value:
            yield f"  {name:16}  {show(value)}"
    for back in incident.restorations:
        where = ", ".join(
            (back.operator or "any operator", region_name(back.region) if back.region else "")
        )
        yield f"  {'back':16}  {show_moment(back.moment)}  {show(where.rstrip(', '))}"
    yield f"Reports: {len(incident.reports)}"
    yield from write_table(make_row(one, width) for one in incident.reports)


def write_suspects(suspects: Sequence[Suspect]) -> Iterator[str]:
    """A line a suspect: number, share, whether it counts as one teller, why, and sample ids."""
    for one in suspects:
        counts = "counts once" if one.once else "counts in full"
        yield f"{len(one.reports):>9,}  {one.share:6.1%}  {counts:14}  {WORDS[one.why]}"
        yield " " * 11 + " ".join(id[:SHORT_ID].hex() for id in one.sample)


def _write_line(cells: Sequence[str]) -> str:
    padded = []
    for name, cell, width in zip(_HEADER, cells, _WIDTHS, strict=True):
        room = " " * (width - measure(cell))
        padded.append(room + cell if name in _RIGHT else cell + room)
    return _GAP.join(padded).rstrip()
