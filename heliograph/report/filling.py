"""From the flags a person gave to a report."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from heliograph.report.errors import ReportCommandError, RowError
from heliograph.report.flags import Flag
from heliograph.report.times import read_time
from reports.places import find_country, find_region
from reports.report import Report
from reports.table import load_table

STANDARD_INPUT = "-"


def fill_report(
    flags: Iterable[Flag], given: Mapping[str, Any], now: int, read_input: Callable[[], str]
) -> Report:
    """The report that the flags make. `given`: parameter to value; `now`: Unix seconds;
    `read_input`: the text of standard input, for a text flag given as `-`.

    Raises ReportCommandError `flag-value`, which names the flag and never its value.
    """
    report: Report = {}
    for flag in flags:
        value = given.get(flag.parameter)
        if value is None or value == []:
            continue
        values = [value] if isinstance(value, str) else list(value)
        try:
            _refuse_blank(values)
            _set(report, flag, values, now, read_input)
        except (RowError, ValueError):
            raise ReportCommandError(
                "flag-value",
                f"The value of --{flag.name} is not understood.",
                f"It takes: {flag.takes}.",
            ) from None
    return report


def _refuse_blank(values: Sequence[str]) -> None:
    """An empty variable of the shell must not drop a field unseen."""
    if "" in values:
        raise RowError("flag-value")


def _set(
    report: Report, flag: Flag, values: Sequence[str], now: int, read_input: Callable[[], str]
) -> None:
    name = flag.field.name
    target = report.setdefault(flag.record, {}) if flag.record else report
    match flag.field.type:
        case "time":
            target[name], precision = read_time(values[0], now, report.get("cc"))
            # An explicit precision comes later in the table and so has the last word.
            if f"{name}_precision" in load_table().by_name:
                target[f"{name}_precision"] = precision
        case "int":
            target[name] = int(values[0])
        case "country":
            target[name] = _found(find_country(values[0]))
        case "region":
            target[name] = _found(find_region(report.get("cc", ""), values[0]))
        case "enum":
            target[name] = _known(flag.field.numbers, values[0])
        case "enum-list":
            target[name] = [_known(flag.field.numbers, one) for one in _split(values)]
        case "enum-map":
            target[name] = dict(_pair(flag, one) for one in _split(values))
        case "operators" | "text-list":
            target[name] = list(values)
        case "text":
            target[name] = read_input() if values[0] == STANDARD_INPUT else values[0]
        case _:
            target[name] = values[0]


def _pair(flag: Flag, text: str) -> tuple[str, str]:
    member, _, value = text.partition("=")
    return _known(flag.field.member_numbers, member), _known(flag.field.numbers, value)


def _known(numbers: Mapping[str, int], name: str) -> str:
    lower = name.strip().lower()
    if lower not in numbers:
        raise RowError("flag-value")
    return lower


def _found(code: str | None) -> str:
    if code is None:
        raise RowError("flag-value")
    return code


def _split(values: Iterable[str]) -> list[str]:
    """`--net data=down --net sms=ok` and `--net data=down,sms=ok` say the same."""
    return [one for value in values for one in value.split(",") if one.strip()]
