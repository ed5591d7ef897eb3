"""The one table of a report's fields: spec/report-v1.json as typed, read-only objects."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

SPEC = Path(__file__).resolve().parent.parent / "spec" / "report-v1.json"


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an enumeration. `number` is its wire number (in a list: bit number - 1)."""

    name: str
    number: int
    stop: str | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One field. Limits: `max_bytes` of one text or byte string in UTF-8, `max_items` of a list,
    `min` and `max` of a whole number. `stop` names the STOP columns that it feeds."""

    name: str
    key: int
    type: str
    label: str
    set_by: tuple[str, ...]
    stop: tuple[str, ...] = ()
    keyword: str = ""
    min_bytes: int = 0
    max_bytes: int = 0
    max_items: int = 0
    min: int = 0
    max: int = 0
    values: tuple[Value, ...] = ()
    values_label: str = ""
    members: tuple[Value, ...] = ()
    members_label: str = ""
    fields: tuple["Field", ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    member_numbers: Mapping[str, int] = field(default_factory=dict)
    member_names: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one report on the wire: bytes, nesting, items in a container and in all."""

    report_bytes: int
    depth: int
    container_items: int
    total_items: int


@dataclass(frozen=True, slots=True)
class Table:
    fields: tuple[Field, ...]
    by_name: Mapping[str, Field]
    by_key: Mapping[int, Field]
    keys: Mapping[str, int]
    limits: Limits
    somaliland: str
    dialogue: Mapping[str, Any]
    stop: Mapping[str, Any]
    reading: Mapping[str, Any]


@cache
def load_table() -> Table:
    """Read the table once per process. It is part of the program: a broken one is a bug."""
    spec = json.loads(SPEC.read_text(encoding="utf-8"))
    shared = {raw["name"]: raw for raw in spec["fields"]}
    fields = tuple(_read_field(raw, shared) for raw in spec["fields"])
    return Table(
        fields=fields,
        by_name={f.name: f for f in fields},
        by_key={f.key: f for f in fields},
        keys={f.name: f.key for f in fields},
        limits=Limits(**spec["limits"]),
        somaliland=spec["somaliland"],
        dialogue=spec["dialogue"],
        stop=spec["stop"],
        reading=spec["reading"],
    )


def _read_field(raw: Mapping[str, Any], shared: Mapping[str, Mapping[str, Any]]) -> Field:
    plain = dict(raw)
    for name in ("values", "members"):
        listed = plain.get(name, ())
        # A name instead of a list means: the same values as that field.
        listed = shared[listed]["values"] if isinstance(listed, str) else listed
        plain[name] = tuple(
            Value(**{**one, "keywords": tuple(one.get("keywords", ()))}) for one in listed
        )
    plain["fields"] = tuple(_read_field(one, shared) for one in plain.get("fields", ()))
    for name in ("set_by", "stop"):
        plain[name] = tuple(plain[name])
    values, members = plain["values"], plain["members"]
    return Field(
        **plain,
        numbers={value.name: value.number for value in values},
        names={value.number: value.name for value in values},
        member_numbers={value.name: value.number for value in members},
        member_names={value.number: value.name for value in members},
    )


def name_number(names: Mapping[int, str], number: int) -> str:
    """The name of a wire number; `?9` for one that only a newer table knows."""
    return names.get(number) or f"?{number}"


def number_name(numbers: Mapping[str, int], name: object) -> int | None:
    """The wire number of a name, of `?9` too; None for what is neither."""
    if not isinstance(name, str):
        return None
    known = numbers.get(name)
    if known is not None:
        return known
    digits = name[1:]
    if not (name[:1] == "?" and digits.isascii() and digits.isdigit() and len(digits) <= 9):
        return None
    number = int(digits)
    # One spelling for one number: no `?07`, and no `?1` for what has a name.
    return None if str(number) != digits or number in numbers.values() else number
