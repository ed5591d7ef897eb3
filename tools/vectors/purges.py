"""Vectors of purged.json: what a keyring lists as purged, and the ways in which a list is wrong.

Its bound is not among them: such a file has half a megabyte.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from crypto.purged import PURGED, PURGED_FORMAT
from tests.coalition import name_target, write_json
from tools.vectors.case import Case, swap
from tools.vectors.publishing import publish, publishing_case

IDS = sorted(hashlib.sha256(bytes((number,))).hexdigest() for number in range(3))
LIST: dict[str, Any] = {"format": PURGED_FORMAT, "envelopes": IDS, "blobs": IDS[:1]}


def make_purges() -> Iterator[Case]:
    """All cases of kind `purged`."""
    good = [
        ("list", "three envelopes and a blob", LIST),
        ("empty", "empty lists", {**LIST, "envelopes": [], "blobs": []}),
        ("unknown-fields", "unknown fields are ignored", {**LIST, "later": [1, {"new": "x"}]}),
    ]
    for name, comment, fields in good:
        counts = [(kind, str(len(fields[kind]))) for kind in ("envelopes", "blobs")]
        yield _case(name, "open", comment, write_json(fields), *counts)
    yield publishing_case(
        "purged",
        "none",
        "open",
        "a keyring without a list purges nothing",
        publish(),
        ("envelopes", "0"),
        ("blobs", "0"),
    )
    files = publish(more={PURGED: write_json(LIST)})
    del files[name_target(PURGED, write_json(LIST))]
    yield publishing_case(
        "purged", "left-out", "keyring-file-missing", "listed, and not in the bundle", files
    )
    for name, code, comment, data in _bad_lists():
        yield _case(name, f"keyring-{code}", comment, data)


def _bad_lists() -> Iterator[tuple[str, str, str, bytes]]:
    good = write_json(LIST)
    yield "json", "json", "no JSON", good[:-1]
    yield "twice", "json", "one name twice", swap(good, b'"blobs":', b'"blobs":[],"blobs":')
    yield "float", "json", "a fraction", swap(good, b'"blobs":', b'"x":1.5,"blobs":')
    yield "not-object", "field", "a list", b"[]"
    cases: list[tuple[str, str, str, dict[str, Any]]] = [
        ("format", "format", "a format of the future", {"format": "heliograph/purged/v2"}),
        ("no-blobs", "field", "null in place of a list", {"blobs": None}),
        ("object", "field", "an object in place of a list", {"envelopes": {}}),
        ("order", "field", "ids out of order", {"envelopes": IDS[::-1]}),
        ("same", "field", "one id twice", {"blobs": IDS[:1] * 2}),
        ("short", "key", "an id of 63 digits", {"blobs": [IDS[0][1:]]}),
        ("capitals", "key", "an id in capitals", {"blobs": ["A" * 64]}),
        ("number", "key", "a number in place of an id", {"blobs": [1]}),
    ]
    for name, code, comment, changes in cases:
        yield name, code, comment, write_json({**LIST, **changes})


def _case(name: str, expect: str, comment: str, data: bytes, *more: tuple[str, str]) -> Case:
    return publishing_case("purged", name, expect, comment, publish(more={PURGED: data}), *more)
