"""Access Now's STOP records (#KeepItOn, 47 columns) to reports and back.

What both hold comes back equal, after `normalise`. The table says for every other column why a
report does not hold it. Making cells safe against formulas is the exporter's part.
"""

from collections.abc import Mapping

from reports.codec import cap
from reports.errors import ReportError
from reports.folding import fold_name
from reports.places import find_country, region_name, stop_name, stop_region
from reports.report import Report
from reports.stop_cells import (
    find_place,
    read_day,
    read_links,
    read_operators,
    read_other_platforms,
    split_links,
    write_day,
    write_operators,
)
from reports.table import load_table

_STOP = load_table().stop
COLUMNS: tuple[str, ...] = tuple(one["name"] for one in _STOP["columns"])
"""The 47 columns in STOP's order."""
SHARED: Mapping[str, tuple[str, ...]] = {
    one["name"]: tuple(one["fields"]) for one in _STOP["columns"] if "fields" in one
}
"""Column -> the fields of a report that hold it."""
NOT_SHARED: Mapping[str, str] = {
    one["name"]: one["reason"] for one in _STOP["columns"] if "reason" in one
}
"""Column -> why a report does not hold it."""

_DAY = 86_400
_NETWORKS = {"Broadband": "fixed", "Mobile": "data"}
_PHONE = {"sms_affected": "sms", "phonecall_affected": "voice"}
_LEVEL_OF = {"Yes": "down", "No": "ok", "Unknown": "unknown"}
_CELL_OF = {"down": "Yes", "slow": "Yes", "ok": "No", "unknown": "Unknown"}
_SIMPLE = {
    "start_date_type": "since_precision", "geo_scope": "scope", "actual_cause": "cause",
    "info_source": "relation", "shutdown_status": "status", "gov_ack": "gov",
    "election": "election", "violence": "violence", "hr_abuse_reported": "abuse",
    "users_notified": "notified",
}  # fmt: skip
"""Columns whose cells are the STOP words of one enumeration."""


def from_row(row: Mapping[str, str | None]) -> list[Report]:
    """The reports of one row: one for each country of a `;`-joined cell.

    Blank, "No" and "Unknown" stay three different things. A cell that is none of its column's
    words or no date is left out. Raises ReportError stop-row where no column is STOP's.
    """
    if not any(column in row for column in COLUMNS):
        raise ReportError("stop-row")
    cells = {column: (row.get(column) or "").strip() for column in COLUMNS}
    names = [name.strip() for name in cells["country"].split(";") if name.strip()]
    return [_read_report(cells, name) for name in names or [""]]


def to_row(report: Report) -> dict[str, str]:
    """The 47 columns of a report; what it does not say is blank."""
    row = dict.fromkeys(COLUMNS, "")
    row.update({column: _word_of(field, report.get(field)) for column, field in _SIMPLE.items()})
    cc = str(report.get("cc", ""))
    since, until = report.get("since"), report.get("until")
    net = report.get("net", {})
    row["start_date"], row["end_date"] = write_day(since), write_day(until)
    if isinstance(since, int) and isinstance(until, int) and until >= since:
        row["duration"] = str(until // _DAY - since // _DAY + 1)
    row["country"] = stop_name(cc)
    row["region"] = stop_region(cc)
    row["count_year"] = row["start_date"][:4]
    row["area_name"] = _write_area(report)
    row.update(_write_kinds(report))
    row.update({column: _CELL_OF.get(net.get(name), "") for column, name in _PHONE.items()})
    row.update(_write_platforms(report))
    row["telcos_involved"] = write_operators(report)
    row["info_source_link"] = "; ".join(report.get("evidence", {}).get("links", []))
    row["event"] = str(report.get("text", ""))
    if report.get("chan", "import") != "import":
        # What a person told in confidence, and not a medium or an organisation.
        row["info_source"] = row["info_source"] or _STOP["person_source"]
        if report.get("cause") == "election":
            row["election"] = row["election"] or "Yes"
    return row


def normalise(column: str, cell: str | None) -> str:
    """A cell of a row as it comes back from a report.

    White space around it goes. `country` is spelled as STOP spells it. In `info_source_link` the
    links are parted by `; `, and in `telcos_involved` each run of white space is one space.
    """
    plain = (cell or "").strip()
    if column == "country":
        return "; ".join(
            stop_name(find_country(name) or name.strip()) for name in plain.split(";")
        ).strip()
    if column == "info_source_link":
        return "; ".join(split_links(plain))
    return " ".join(plain.split()) if column == "telcos_involved" else plain


def _read_report(cells: Mapping[str, str], country: str) -> Report:
    report: Report = {"chan": "import", "lang": "en"}
    cc = find_country(country)
    area = cells["area_name"]
    if cc:
        report["cc"] = cc
    elif country:
        # A name that we do not know must not be lost.
        area = f"{area}, {country}" if area else country
    for column, field in _SIMPLE.items():
        if (value := _value_of(column, field, cells[column])) is not None:
            report[field] = value
    if report.get("scope") == "regions" and fold_name(area) in _STOP["nationwide"]:
        report["scope"] = "nation"
    if region := find_place(cc, area) if report.get("scope") in ("town", "towns") else None:
        report["region"] = region
    for column, field in (("start_date", "since"), ("end_date", "until")):
        if (day := read_day(cells[column])) is not None:
            report[field] = day
    if "until" in report:
        report["until_precision"] = "day"
    report.update(_read_kinds(cells))
    report.update(_read_platforms(cells))
    report.update(read_operators(cells["telcos_involved"], cc))
    if links := read_links(cells["info_source_link"]):
        report["evidence"] = {"kinds": ["link"], "links": links}
    for field, cell in (("area", area), ("text", cells["event"])):
        if cell:
            report[field] = cell
    return cap(report)


def _value_of(column: str, field: str, cell: str) -> str | None:
    """The value that a cell's word means; of several, what the table says, else the first."""
    special = _STOP["imports"].get(column, {})
    if cell in special:
        return str(special[cell])
    values = load_table().by_name[field].values
    same = (value.name for value in values if value.stop and value.stop.lower() == cell.lower())
    return next(same, None)


def _word_of(field: str, value: object) -> str:
    values = load_table().by_name[field].values
    return next((one.stop or "" for one in values if one.name == value), "")


def _kind_words() -> dict[str, tuple[str, str]]:
    """kind -> (shutdown_type, shutdown_extent)."""
    words = {}
    for value in load_table().by_name["kind"].values:
        type_of, _, extent = (value.stop or "").partition("|")
        words[value.name] = (type_of, extent)
    return words


def _read_kinds(cells: Mapping[str, str]) -> Report:
    """`kind`, and `net`: down in a full cut or where only the network is named, slow in a
    throttling, ok where services alone are cut on a network that works."""
    types = [word.strip() for word in cells["shutdown_type"].split(",")]
    extents = [word.strip() for word in cells["shutdown_extent"].split(",")]
    first: dict[tuple[str, str], str] = {}
    for kind, words in _kind_words().items():
        first.setdefault(words, kind)
    kinds = [first[one, extent] for one in types for extent in extents if (one, extent) in first]
    kinds.sort(key=load_table().by_name["kind"].numbers.__getitem__)
    if "full" in kinds or not any((*kinds, *extents)):
        level = "down"  # an affected network of which nothing else is said
    else:
        level = "slow" if "throttled" in kinds else "ok"
    networks = [word.strip() for word in cells["affected_network"].split(",")]
    net = {_NETWORKS[word]: level for word in reversed(networks) if word in _NETWORKS}
    for column, name in _PHONE.items():
        if cells[column] in _LEVEL_OF:
            net[name] = _LEVEL_OF[cells[column]]
    return {name: value for name, value in (("kind", kinds), ("net", net)) if value}


def _write_kinds(report: Report) -> dict[str, str]:
    kinds, net = report.get("kind", []), report.get("net", {})
    words = [found for kind, found in _kind_words().items() if kind in kinds]
    types = [one for one in ("Shutdown", "Throttle") if one in {type_of for type_of, _ in words}]
    parts = {extent for _, extent in words}
    extents = [one for one in ("Full network", "Service-based") if one in parts]
    if not words and report.get("plat"):
        extents = ["Service-based"]
    cut = [word for word, name in _NETWORKS.items() if net.get(name) in ("down", "slow")]
    if not cut and "Full network" not in extents:
        # Services alone are cut: the networks that work are the ones on which they are.
        cut = [word for word, name in _NETWORKS.items() if net.get(name) == "ok" and extents]
    return {
        "shutdown_type": ", ".join(types) or "Unknown",
        "shutdown_extent": ", ".join(extents),
        "affected_network": ", ".join(cut) or "Unknown",
    }


def _read_platforms(cells: Mapping[str, str]) -> Report:
    own = _STOP["own_columns"]
    cut = [name for name, column in own.items() if cells[column] == "Yes"]
    works = {
        name: "yes" if cells[column] == "No" else "unknown"
        for name, column in own.items()
        if cells[column] in ("No", "Unknown")
    }
    other = cells["other_affected"]
    cut += read_other_platforms(other)
    cut.sort(key=load_table().by_name["plat"].numbers.__getitem__)
    found = {"plat": cut, "plat_works": works, "plat_other": other}
    return {name: value for name, value in found.items() if value}


def _write_platforms(report: Report) -> dict[str, str]:
    own, cut, works = _STOP["own_columns"], report.get("plat", []), report.get("plat_works", {})
    row = {}
    for name, column in own.items():
        said = {"yes": "No", "no": "Yes", "unknown": "Unknown"}.get(works.get(name), "")
        row[column] = "Yes" if name in cut else said
    names = [
        value.stop
        for value in load_table().by_name["plat"].values
        if value.name in cut and value.stop and value.name not in own
    ]
    row["other_affected"] = str(report.get("plat_other") or ", ".join(names))
    return row


def _write_area(report: Report) -> str:
    if area := report.get("area"):
        return str(area)
    if region := report.get("region"):
        return region_name(str(region))
    return "Nationwide" if report.get("scope") == "nation" else ""
