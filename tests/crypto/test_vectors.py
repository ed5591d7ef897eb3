"""Every file in spec/vectors/, and that they cover what they must."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from crypto.errors import (
    BlobError,
    CarriedError,
    CryptoError,
    EnvelopeError,
    KeyringError,
    NoteError,
    OpeningError,
    SealedSmsError,
)
from reports.errors import SENTENCES
from reports.table import load_table
from tests.conftest import ROOT
from tests.crypto.vectors import FOLDER, RUN, find_outcome, read_vector
from tools.make_vectors import make_cases
from tools.vectors.boxes import HybridBoxes
from tools.vectors.report_json import from_json

FILES = sorted(FOLDER.glob("*.txt"))
EVERY = sorted(FOLDER.rglob("*.txt"))
"""With those of holders/, which tests/keyholder/keys/test_vectors.py runs: no phone reads them."""
ANOTHER_READERS = {"note-key", "consistency-wrong", "frontier-damaged"}
"""Codes of spec/log-v1.md that come of no receipt: keys alone, and who keeps a log."""


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_vector(path: Path) -> None:
    vector = read_vector(path)
    assert find_outcome(vector) == vector.expect


def test_vectors_are_many_and_mostly_negative() -> None:
    expected = [read_vector(path).expect for path in FILES]
    print(f"vectors: {len(expected)}")
    assert len(expected) >= 60
    assert sum(expect != "open" for expect in expected) > len(expected) / 2


@pytest.mark.parametrize(
    "errors",
    [
        BlobError,
        CarriedError,
        EnvelopeError,
        KeyringError,
        NoteError,
        OpeningError,
        SealedSmsError,
    ],
)
def test_every_code_has_a_vector(errors: type[CryptoError]) -> None:
    expected = {read_vector(path).expect for path in EVERY}
    assert set(errors.CAUSES) <= expected


def test_every_code_of_reports_blobs_and_receipts_has_a_vector() -> None:
    expected: dict[str, set[str]] = defaultdict(set)
    for path in FILES:
        vector = read_vector(path)
        expected[vector.kind].add(vector.expect)
    reading = {code for code in SENTENCES if code.startswith("report-")}
    writing = {code for code in SENTENCES if code.startswith(("field-", "time-"))}
    assert expected["report"] == {"open", *reading}
    assert expected["report-write"] >= {"open", *writing}
    specified = (ROOT / "spec" / "blob-v1.md").read_text(encoding="utf-8")
    assert expected["blob"] == {"open", *re.findall(r"\| `(blob-[a-z]+)` \|", specified)}
    told = (ROOT / "spec" / "log-v1.md").read_text(encoding="utf-8")
    codes = set(re.findall(r"\| `([a-z]+-[a-z-]+)` \|", told))
    assert expected["receipt"] == {"open", *codes} - ANOTHER_READERS
    assert expected["note-key"] == {"open", "note-key"}


def test_every_field_has_vectors() -> None:
    """Each type is read; is kept as it came; is refused where it is written."""
    read, odd, refused = set(), set(), set()
    for vector in map(read_vector, FILES):
        said = from_json(vector.fields.get("report", ["{}"])[0])
        types = {name: field.type for name, field in load_table().by_name.items()}
        by_key = {field.key: field.type for field in load_table().fields}
        if vector.kind == "report":
            read |= {types[name] for name in said if name != "unknown"}
            odd |= {by_key.get(key) for key in said.get("unknown", {})}
        elif vector.kind == "report-write" and vector.expect.startswith(("field-", "time-")):
            refused |= {types.get(name) for name in said} if isinstance(said, dict) else set()
    every = {field.type for field in load_table().fields}
    assert read == every
    assert odd - {None} == every
    assert refused - {None} == every


def test_every_kind_has_a_vector() -> None:
    assert {read_vector(path).kind for path in FILES} == set(RUN)


def test_generator_makes_the_committed_files() -> None:
    """Regenerating changes nothing: hybrid boxes are kept, all else has fixed keys."""
    boxes = HybridBoxes(FOLDER / "hybrid-boxes.hex")
    made = {case.name: case.to_text() for case in make_cases(boxes)}
    names = {path: path.relative_to(FOLDER).with_suffix("").as_posix() for path in EVERY}
    assert made == {names[path]: path.read_text(encoding="utf-8") for path in EVERY}
