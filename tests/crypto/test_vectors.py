"""Every file in spec/vectors/, and that they cover what they must."""

from pathlib import Path

import pytest

from crypto.errors import CryptoError, EnvelopeError, KeyringError, OpeningError, SealedSmsError
from tests.crypto.vectors import FOLDER, RUN, read_vector, run_vector
from tools.make_vectors import make_cases
from tools.vectors.boxes import HybridBoxes

FILES = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_vector(path: Path) -> None:
    vector = read_vector(path)
    try:
        found = run_vector(vector)
    except CryptoError as error:
        found = error.code
    assert found == vector.expect


def test_vectors_are_many_and_mostly_negative() -> None:
    expected = [read_vector(path).expect for path in FILES]
    print(f"vectors: {len(expected)}")
    assert len(expected) >= 60
    assert sum(expect != "open" for expect in expected) > len(expected) / 2


@pytest.mark.parametrize("errors", [EnvelopeError, OpeningError, SealedSmsError, KeyringError])
def test_every_code_has_a_vector(errors: type[CryptoError]) -> None:
    expected = {read_vector(path).expect for path in FILES}
    assert set(errors.CAUSES) <= expected


def test_every_kind_has_a_vector() -> None:
    assert {read_vector(path).kind for path in FILES} == set(RUN)


def test_generator_makes_the_committed_files() -> None:
    """Regenerating changes nothing: hybrid boxes are kept, all else has fixed keys."""
    boxes = HybridBoxes(FOLDER / "hybrid-boxes.hex")
    made = {case.name: case.to_text() for case in make_cases(boxes)}
    assert made == {path.stem: path.read_text(encoding="utf-8") for path in FILES}
