"""Reports, and values on the wire, of any kind: for Hypothesis."""

from typing import Any

from hypothesis import strategies as st

from reports.codec import cap_text
from reports.report import LATEST, QUARTER, Report
from reports.table import Field, load_table

TIMES = st.integers(0, LATEST // QUARTER - 1).map(lambda quarters: quarters * QUARTER)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def values_of(field: Field) -> st.SearchStrategy[Any]:
    names = [value.name for value in field.values] + ["?60"]
    listed = st.lists(st.sampled_from(names), unique=True)
    match field.type:
        case "enum":
            return st.sampled_from(names)
        case "enum-list":
            numbers = {**field.numbers, "?60": 60}
            return listed.map(lambda chosen: sorted(chosen, key=numbers.__getitem__))
        case "enum-map":
            members = [value.name for value in field.members] + ["?200"]
            levels = [value.name for value in field.values] + ["?15"]
            return st.dictionaries(st.sampled_from(members), st.sampled_from(levels))
        case "int":
            return st.integers(field.min, field.max)
        case "time":
            return TIMES
        case "text":
            return TEXTS
        case "text-list":
            return st.lists(TEXTS, max_size=field.max_items)
        case "operators":
            names_or_codes = st.one_of(
                TEXTS.map(lambda text: cap_text(text, field.max_bytes)),
                st.sampled_from(["41401", "310260", "00101"]),
            )
            return st.lists(names_or_codes, max_size=field.max_items)
        case "country":
            return st.from_regex("[A-Z]{2}", fullmatch=True)
        case "language":
            return st.from_regex("[a-z]{2,3}", fullmatch=True)
        case "region":
            return st.from_regex("[A-Z]{2}-[A-Z0-9]{1,3}", fullmatch=True)
        case "bytes":
            return st.binary(min_size=field.min_bytes, max_size=field.max_bytes)
        case "record":
            return records(field.fields)
        case "record-list":
            return st.lists(records(field.fields), max_size=field.max_items)
        case _:
            keys = {one.name: one.key for one in load_table().fields} | {"?200": 200}
            return st.lists(st.sampled_from(sorted(keys)), unique=True, max_size=8).map(
                lambda chosen: sorted(chosen, key=keys.__getitem__)
            )


LEAVES = st.one_of(st.integers(-(1 << 64), (1 << 64) - 1), st.booleans(), st.none(), TEXTS,
                   st.binary(max_size=20))  # fmt: skip
UNKNOWN_VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.one_of(st.integers(-5, 300), TEXTS), inner, max_size=3)
    ),
    max_leaves=6,
)
UNKNOWN = st.dictionaries(st.integers(100, 1 << 20), UNKNOWN_VALUES, min_size=1, max_size=3)


def records(fields: tuple[Field, ...]) -> st.SearchStrategy[Report]:
    return st.fixed_dictionaries({}, optional={field.name: values_of(field) for field in fields})


REPORTS = st.builds(
    lambda known, unknown: {**known, "unknown": unknown} if unknown else known,
    records(load_table().fields),
    st.one_of(st.none(), UNKNOWN),
)


WIRE_VALUES = st.one_of(LEAVES, st.lists(st.one_of(LEAVES, st.dictionaries(
    st.integers(0, 9), LEAVES, max_size=3)), max_size=4), st.dictionaries(
    st.integers(0, 9), LEAVES, max_size=4))  # fmt: skip
