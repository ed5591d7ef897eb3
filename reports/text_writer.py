"""A report as a message of keywords, for a plain SMS: `NET MM-13 D3 S1 FULL 2019-08-05 ON`.

`read_text` reads it again: what has a keyword comes back equal. What has none (evidence, contact,
violence and the like) is left out: a phone company reads a plain SMS.
"""

from reports.places import is_country, is_region
from reports.report import Report
from reports.since import write_time
from reports.table import Field, load_table


def write_text(report: Report) -> str:
    """The message, ` // ` and the free text after it. It may be longer than one SMS;
    a report that holds nothing of the kind gives an empty one."""
    table = load_table()
    words = _write_place(report)
    words += _write_levels(table.by_name["net"], report.get("net", {}))
    for field in table.fields:
        if field.type in ("enum", "enum-list"):
            words += _write_keywords(field, report.get(field.name))
    words += _write_times(report)
    for name in ("op", "area"):
        values = report.get(name, [])
        for value in values if isinstance(values, list) else [values]:
            words.append(f"{table.by_name[name].keyword}{_quote(value)}")
    if words:
        words.insert(0, table.reading["lead"][0])
    text = report.get("text", "").strip()
    return " ".join([*words, table.by_name["text"].keyword, text] if text else words)


def _write_place(report: Report) -> list[str]:
    cc, region = str(report.get("cc", "")), str(report.get("region", ""))
    words = []
    if is_country(cc) and not (is_region(region) and region.startswith(f"{cc}-")):
        words.append(f"{load_table().by_name['cc'].keyword}{cc}")
    if is_region(region):
        words.append(region)
    return words


def _write_levels(net: Field, levels: Report) -> list[str]:
    digits = {value.name: value.keywords[0] for value in net.values}
    return [
        f"{member.keywords[0]}{digits[levels[member.name]]}"
        for member in net.members
        if levels.get(member.name) in digits
    ]


def _write_keywords(field: Field, said: object) -> list[str]:
    chosen = said if isinstance(said, list) else [said]
    return [one.keywords[0] for one in field.values if one.name in chosen and one.keywords]


def _write_times(report: Report) -> list[str]:
    since, until = (
        write_time(report[name], report.get(f"{name}_precision")) if name in report else ""
        for name in ("since", "until")
    )
    return [f"{since}..{until}"] if until else [since] if since else []


def _quote(value: object) -> str:
    plain = " ".join(str(value).replace('"', "'").split())
    return f'"{plain}"'
