"""Reports as lines of a table, for the terminal."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from keyholder.merge import Merged
from keyholder.moments import show_moment, write_day
from keyholder.terminal import measure, shorten
from reports.places import region_name
from reports.report import Report

SHORT_ID = 4  # bytes of a report's id that the table shows
_LEVELS = ("down", "slow", "ok")
_GAP = "  "


class Row(NamedTuple):
    """One report. Every cell is safe to print."""

    id: str
    received: str
    observed: str
    country: str
    area: str
    net: str
    since: str
    channels: str
    tags: str
    text: str


HEADER = Row("ID", "RECEIVED", "OBSERVED", "CC", "AREA", "CUT", "SINCE", "CHANNEL", "TAGS", "TEXT")
_WIDTHS = (8, 10, 16, 2, 20, 30, 16, 11, 12)  # terminal columns; the text takes the rest
_TAGS = HEADER.index("TAGS")
_NARROWEST_TEXT = 24
_FIXED = sum(_WIDTHS) + len(_GAP) * len(_WIDTHS)


def make_row(merged: Merged, text_width: int, tags: Iterable[str] = ()) -> Row:
    """The row of one report, its text cut to `text_width` columns. `tags` are people's."""
    report = merged.report
    since = report.get("since")
    observed = report.get("obs")
    return Row(
        merged.report_id[:SHORT_ID].hex(),
        write_day(merged.day),
        "" if observed is None else show_moment(observed),
        shorten(report.get("cc", ""), 2),
        shorten(describe_area(merged), 20),
        shorten(describe_cut(report), 30),
        "" if since is None else show_moment(since, report.get("since_precision")),
        shorten(",".join(merged.channels), 11),
        shorten(",".join(sorted(tags)), 12),
        shorten(str(report.get("raw") or report.get("text") or ""), text_width),
    )


def describe_area(merged: Merged) -> str:
    """The region's name and what the report calls the place."""
    region, area = merged.report.get("region"), merged.report.get("area")
    name = region_name(region) or region if region else ""
    return ", ".join(str(part) for part in (area, name) if part)


def describe_cut(report: Report) -> str:
    """The kinds of cut, then the networks: `full; down data`. A text in plain words often says the
    first alone."""
    kinds = ",".join(map(str, report.get("kind", [])))
    return "; ".join(part for part in (kinds, describe_net(report.get("net", {}))) if part)


def describe_net(net: dict[str, str]) -> str:
    """`down data,voice ok sms`: the networks by how they are, the worst first."""
    told = {
        level: ",".join(name for name, found in net.items() if found == level) for level in _LEVELS
    }
    return " ".join(f"{level} {names}" for level, names in told.items() if names)


def measure_text(terminal_width: int, *, tagged: bool = False) -> int:
    """Columns that are left for the text in a terminal of this width. tagged: beside tags."""
    taken = _FIXED if tagged else _FIXED - _WIDTHS[_TAGS] - len(_GAP)
    return max(_NARROWEST_TEXT, terminal_width - taken)


def write_table(rows: Iterable[Row], *, tagged: bool = False) -> Iterator[str]:
    """The lines of the table, header first, each as soon as its row is there. tagged: with a column
    for what people tagged, which would only take room from the text where nobody did."""
    yield _write_line(HEADER, tagged)
    for row in rows:
        yield _write_line(row, tagged)


def _write_line(row: Row, tagged: bool) -> str:
    *cells, text = row
    padded = [
        cell + " " * (width - measure(cell))
        for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
        if tagged or place != _TAGS
    ]
    return _GAP.join([*padded, text]).rstrip()
