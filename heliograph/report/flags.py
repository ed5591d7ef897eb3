"""The flags that say what a report says, made from the one table of fields.

A field that joins spec/report-v1.json gets its flag, its help and its check without a line here.
"""

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from reports.table import Field, Value, load_table

# What a person would type, where the table's short name says it badly.
_NAMES = {
    "cc": "country",
    "op": "operator",
    "plat": "platform",
    "gov": "government",
    "obs": "seen",
    "plat_works": "works",
    "op_other": "more-operators",
}
# Set by this command itself, or not to be had on a command line.
_NOT_FLAGS = frozenset({"chan", "written", "reply"})
_REPEATED = frozenset({"operators", "enum-list", "enum-map", "text-list"})
_PANEL = "What the report says"


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag. record: the name of the record that its field is a member of, or empty."""

    name: str
    field: Field
    record: str = ""

    @property
    def parameter(self) -> str:
        """Its name as a Python parameter."""
        return self.name.replace("-", "_")

    @property
    def repeated(self) -> bool:
        """Whether it may be given several times."""
        return self.field.type in _REPEATED

    @property
    def takes(self) -> str:
        """What it takes, for the help and for the error."""
        match self.field.type:
            case "enum" | "enum-list":
                return ", ".join(_names(self.field.values))
            case "enum-map":
                members, values = _names(self.field.members), _names(self.field.values)
                return f"{', '.join(members)}; each = {', '.join(values)}"
            case "time":
                return "2026-01-31, 2026-01-31T14:30+01:00 (UTC without a zone), 6h or 2d ago"
            case "country":
                return "ISO 3166-1 code or name"
            case "region":
                return "ISO 3166-2 code or name; needs --country"
            case "operators":
                return f"MCC and MNC as 5 or 6 digits, or a name; at most {self.field.max_items}"
            case "language":
                return "ISO 639-1 code"
            case "int":
                return f"a number from {self.field.min} to {self.field.max}"
            case _:
                return f"text of at most {self.field.max_bytes} bytes; - is standard input"


def list_flags() -> list[Flag]:
    """Every flag, in the table's order."""
    flags: list[Flag] = []
    for field in load_table().fields:
        if field.name == "evidence":
            members = {member.name: member for member in field.fields}
            flags.append(Flag("evidence", members["kinds"], field.name))
            flags.append(Flag("link", members["links"], field.name))
        elif field.name not in _NOT_FLAGS and {"person", "app"} & set(field.set_by):
            flags.append(Flag(_NAMES.get(field.name, field.name.replace("_", "-")), field))
    return flags


def make_parameters(flags: Iterable[Flag]) -> list[inspect.Parameter]:
    """The flags as keyword parameters that Typer understands."""
    return [
        inspect.Parameter(
            flag.parameter,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                list[str] | None if flag.repeated else str | None,
                typer.Option(
                    f"--{flag.name}",
                    help=flag.takes,
                    metavar=_metavar(flag),
                    rich_help_panel=_PANEL,
                ),
            ],
        )
        for flag in flags
    ]


def _metavar(flag: Flag) -> str:
    match flag.field.type:
        case "time":
            return "TIME"
        case "enum-map":
            return "NAME=VALUE"
        case "int":
            return "NUMBER"
        case "text" | "text-list":
            return "TEXT"
        case _:
            return "NAME"


def _names(values: Sequence[Value]) -> list[str]:
    return [value.name for value in values]
