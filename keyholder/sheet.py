"""One report in full, for the terminal."""

from collections.abc import Iterator
from typing import Any

from keyholder.attachments.named import list_attachments
from keyholder.documents import make_plain, write_json
from keyholder.merge import Merged
from keyholder.moments import is_civil, show_moment, write_day
from keyholder.rows import describe_net
from keyholder.terminal import show, show_lines
from reports.places import country_name, region_name
from reports.table import Field, load_table

_TEXTS = ("text", "raw")
_MARGIN = "    | "  # no line of a stranger's text can look like one of ours


def write_sheet(merged: Merged) -> Iterator[str]:
    """The lines, each safe to print."""
    yield f"Report {merged.report_id.hex()}"
    yield f"  received          {write_day(merged.day)}"
    yield f"  channels          {show(', '.join(merged.channels))}"
    if merged.conflicts:
        yield f"  CONTRADICTIONS    {', '.join(merged.conflicts)}: see each envelope"
    if merged.missing_parts:
        yield f"  MISSING PARTS     {', '.join(map(str, merged.missing_parts))}"
    yield from _write_fields(merged)
    if attached := list_attachments(merged):
        yield f"Attachments: {len(attached)}, which `keyholder attachments` lists and fetches"
    yield f"Envelopes: {len(merged.sources)}"
    for source in merged.sources:
        told = (
            ("channel", show(source.channel) or None),
            ("screen", source.seq),
            ("part", source.part),
            ("provider", source.auth),
        )
        yield (
            f"  index {source.index}, received {write_day(source.day)}, epoch {source.epoch}, "
            f"suite {source.suite:02x}"
            + "".join(f", {name} {show(str(value))}" for name, value in told if value is not None)
        )
        yield f"    {source.envelope_id.hex()}"


def _write_fields(merged: Merged) -> Iterator[str]:
    report = merged.report
    understood = set(report.get("parsed", ()))
    yield "Fields" + (" (* was read out of the text by a program)" if understood else "")
    for field in load_table().fields:
        value = report.get(field.name)
        if value is None or field.name in (*_TEXTS, "parsed"):
            continue
        mark = "*" if field.name in understood else " "
        precision = report.get(f"{field.name}_precision")
        yield f" {mark}{field.name:17} {_describe(field, value, precision)}"
    if "unknown" in report:
        yield f"  unknown           {write_json(make_plain(report['unknown']))}"
    for name, title in zip(_TEXTS, ("Text", "The text as it came"), strict=True):
        if report.get(name):
            yield title
            yield show_lines(str(report[name]), _MARGIN)


def _describe(field: Field, value: Any, precision: str | None) -> str:
    match field.type:
        case "time":
            zone = "local time" if is_civil(precision) else "UTC"
            return f"{show_moment(value, precision)} {zone}"
        case "country":
            return f"{show(value)}  {show(country_name(value))}"
        case "region":
            return f"{show(value)}  {show(region_name(value))}"
        case "enum-map" if field.name == "net":
            return show(describe_net(value))
        case "enum-list" | "operators" | "text-list":
            return ", ".join(show(str(one)) for one in value)
        case "enum" | "text" | "language" | "int":
            return show(str(value))
        case _:
            return write_json(make_plain(value))
