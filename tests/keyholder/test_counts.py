"""Counted things: one is one."""

import re
from pathlib import Path

import pytest

from keyholder.counts import write_count
from tests.conftest import ROOT
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.test_reading import APP

_PLURAL = re.compile(r"\b1 (?:new |sealed )?(?:[a-z]+[^s\W]s|leaves|copies)\b(?! of)")


@pytest.mark.parametrize(
    ("number", "words", "written"),
    [
        (0, ("report",), "0 reports"),
        (1, ("report",), "1 report"),
        (2_000, ("leaf",), "2,000 leaves"),
        (1, ("report is", "reports are"), "1 report is"),
        (2, ("report is", "reports are"), "2 reports are"),
    ],
)
def test_words_follow_their_number(number: int, words: tuple[str, ...], written: str) -> None:
    assert write_count(number, *words) == written


def test_a_home_with_one_of_everything_is_told_so(
    coalition: DeskForTests, service: FakeService, tmp_path: Path
) -> None:
    service.store(coalition.seal(APP))
    listed = coalition.done("sync")
    told = [listed, coalition.done("verify"), coalition.done("coalition", "officers")]
    told.append(coalition.done("export", "--format", "csv", "--output", tmp_path / "one.csv"))
    told.append(coalition.done("keep", "--country", APP["cc"]))
    told.append(coalition.run("epoch", "destroy", 1, "--early", "--yes"))
    for result in told:
        assert not _PLURAL.search(result.out + result.err), result.out + result.err


def test_commands_count_in_no_other_way() -> None:
    """A number beside a plural that never changes."""
    careless = re.compile(r"\{[^{}]*(?::,|len\([^{}]*\))\} (?:reports|envelopes|records|holders)\b")
    for file in sorted((ROOT / "keyholder" / "commands").glob("*.py")):
        assert not careless.search(file.read_text(encoding="utf-8")), file.name
