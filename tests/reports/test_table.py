"""spec/report-v1.json: its form, and that its parts agree with each other and with the rest."""

import json
from collections import Counter

import jsonschema

from reports.catalogue import load_catalogue
from reports.folding import fold_word
from reports.table import SPEC, Field, load_table, name_number, number_name

TYPES = [
    "enum", "enum-list", "enum-map", "int", "time", "text", "text-list", "operators", "country",
    "language", "region", "bytes", "record", "record-list", "field-list",
]  # fmt: skip
NAMES = {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True}
VALUE = {
    "type": "object",
    "required": ["name", "number"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z][a-z-]*$"},
        "number": {"type": "integer", "minimum": 1, "maximum": 64},
        "stop": {"type": "string"},
        "keywords": NAMES,
    },
}
VALUES = {"oneOf": [{"type": "array", "minItems": 1, "items": VALUE}, {"type": "string"}]}
FIELD = {
    "type": "object",
    "required": ["name", "key", "type", "label", "set_by", "stop"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z_]+$"},
        "key": {"type": "integer", "minimum": 0, "maximum": 255},
        "type": {"enum": TYPES},
        "label": {"type": "string", "pattern": "^field\\."},
        "set_by": {"type": "array", "items": {"enum": ["person", "app", "gateway", "import"]}},
        "stop": NAMES,
        "keyword": {"type": "string"},
        "values": VALUES,
        "values_label": {"type": "string"},
        "members": VALUES,
        "members_label": {"type": "string"},
        "fields": {"type": "array", "items": {"$ref": "#/$defs/field"}},
        **{
            limit: {"type": "integer", "minimum": 0}
            for limit in ("min", "max", "min_bytes", "max_bytes", "max_items")
        },
    },
}
OPTION = {
    "type": "object",
    "required": ["digit", "key"],
    "additionalProperties": False,
    "properties": {
        "digit": {"pattern": "^[1-5]$"},
        "key": {"type": "string"},
        "sets": {"type": "object"},
        "since": {
            "type": "object",
            "required": ["precision"],
            "additionalProperties": False,
            "properties": {
                "hours": {"type": "integer"},
                "days": {"type": "integer"},
                "precision": {"enum": ["exact", "hour", "part", "day", "about"]},
            },
        },
    },
}
SCHEMA = {
    "$defs": {"field": FIELD},
    "type": "object",
    "required": ["format", "limits", "somaliland", "fields", "dialogue", "stop", "reading"],
    "additionalProperties": False,
    "properties": {
        "format": {"const": "heliograph/report/v1"},
        "limits": {"type": "object", "additionalProperties": {"type": "integer"}},
        "somaliland": {"pattern": "^X[A-Z]$"},
        "fields": {"type": "array", "items": {"$ref": "#/$defs/field"}},
        "dialogue": {
            "type": "object",
            "properties": {
                "questions": {
                    "type": "array",
                    "maxItems": 4,
                    "items": {
                        "type": "object",
                        "required": ["id", "key", "asks"],
                        "additionalProperties": False,
                        "properties": {
                            "id": {"type": "string"},
                            "key": {"type": "string"},
                            "free": {"type": "string"},
                            "asks": {"type": "array", "minItems": 1},
                            "text_digit": {"pattern": "^[1-9]$"},
                            "options": {"type": "array", "maxItems": 5, "items": OPTION},
                        },
                    },
                }
            },
        },
        "stop": {"type": "object"},
        "reading": {"type": "object"},
    },
}


def every_field() -> list[Field]:
    found = list(load_table().fields)
    for field in found:
        found.extend(field.fields)
    return found


def test_form() -> None:
    jsonschema.validate(json.loads(SPEC.read_text(encoding="utf-8")), SCHEMA)


def test_keys_and_names_are_used_once() -> None:
    for fields in (load_table().fields, *(field.fields for field in load_table().fields)):
        assert max(Counter(field.key for field in fields).values(), default=1) == 1
        assert max(Counter(field.name for field in fields).values(), default=1) == 1
    for field in every_field():
        for values in (field.values, field.members):
            assert len({value.name for value in values}) == len(values)
            assert [value.number for value in values] == list(range(1, len(values) + 1))


def test_each_type_has_its_limits() -> None:
    for field in every_field():
        if field.type in ("text", "text-list", "operators", "bytes", "region"):
            assert field.max_bytes > 0, field.name
        if field.type in ("text-list", "operators", "record-list", "field-list"):
            assert field.max_items > 0, field.name
        if field.type == "int":
            assert field.max > field.min, field.name
        assert bool(field.values) == field.type.startswith("enum"), field.name
        assert bool(field.members) == (field.type == "enum-map"), field.name
        if field.type == "enum-map":
            assert len(field.values) <= 15, "half a byte"


def test_all_fields_at_their_largest_fit_one_envelope() -> None:
    """Texts and lists of the table at their limits, together, stay below 32,757 bytes."""

    def largest(field: Field) -> int:
        if field.type in ("text-list", "operators", "field-list"):
            return field.max_items * (max(field.max_bytes, 2) + 3) + 3
        if field.type in ("record", "record-list"):
            return (sum(map(largest, field.fields)) + 1) * max(field.max_items, 1) + 3
        return max(field.max_bytes, 10) + 5

    total = sum(map(largest, load_table().fields))
    print(f"the largest report: {total} bytes of {load_table().limits.report_bytes}")
    assert total <= load_table().limits.report_bytes


def test_labels_are_in_the_catalogue() -> None:
    catalogue = load_catalogue("en")
    for field in every_field():
        assert field.label in catalogue
        for values, label in (
            (field.values, field.values_label),
            (field.members, field.members_label),
        ):
            for value in values:
                assert f"{label}.{value.name}" in catalogue


def test_a_keyword_means_one_thing() -> None:
    keywords = Counter(
        fold_word(keyword)
        for field in load_table().fields
        if field.type in ("enum", "enum-list")
        for value in field.values
        for keyword in value.keywords
    )
    assert {word for word, count in keywords.items() if count > 1} == set()


def test_plain_words_are_keywords() -> None:
    keywords = {
        keyword.lower()
        for field in load_table().fields
        for value in field.values
        for keyword in value.keywords
    }
    assert set(load_table().reading["plain_words"]) <= keywords


def test_the_dialogue_sets_what_the_table_has_and_asks_nothing_dangerous() -> None:
    table = load_table()
    for question in table.dialogue["questions"]:
        assert question.get("free", "area") in table.by_name
        assert set(question["asks"]) <= table.by_name.keys()
        for option in question.get("options", ()):
            for name, value in option.get("sets", {}).items():
                field = table.by_name[name]
                assert "app" not in field.set_by or "person" in field.set_by, name
                said = [value] if isinstance(value, str) else list(value)
                known = field.members if field.type == "enum-map" else field.values
                assert set(said) <= {one.name for one in known}
                assert name not in ("violence", "abuse")
    for name in ("violence", "abuse"):
        assert table.by_name[name].set_by == ("app",)
        assert not any(value.keywords for value in table.by_name[name].values)


def test_numbers_of_a_newer_table_have_names() -> None:
    numbers = {"full": 1}
    assert name_number({1: "full"}, 1) == "full"
    assert name_number({1: "full"}, 9) == "?9"
    assert number_name(numbers, "?9") == 9
    for wrong in ("?1", "?09", "?", "?x", "?-1", "?" + "9" * 10, "other", "", None, 9, "?٩"):
        assert number_name(numbers, wrong) is None
