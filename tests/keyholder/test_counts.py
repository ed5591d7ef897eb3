"""Counted things: one is one."""

import re
from pathlib import Path

import pytest

from keyholder.counts import choose_word, write_count
from tests.conftest import ROOT
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.test_reading import APP

_VERBS = "signs|does|says|holds|opens|agrees|has|was|waits"  # which of one end with an s
_PLURAL = re.compile(
    rf"\b1  ?(?!(?:{_VERBS})\b)(?:new |sealed )?(?:[a-z]+[^s\W]s|leaves|copies)\b(?! of)"
    r"|\b(?<!epoch )1  ?(?:are|hold|open|do|agree|have) "
)


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
    assert f"{number:,} {choose_word(number, *words)}" == written


def listed_id(desk: DeskForTests) -> str:
    return str(desk.done("list", "--json").json["reports"][0]["id"])


def test_a_home_with_one_of_everything_is_told_so(
    coalition: DeskForTests, service: FakeService, tmp_path: Path
) -> None:
    service.store(coalition.seal(APP))
    listed = coalition.done("sync")
    told = [listed, coalition.done("verify"), coalition.done("coalition", "officers")]
    told.append(coalition.done("export", "--format", "csv", "--output", tmp_path / "one.csv"))
    told += [coalition.done("list"), coalition.done("incidents"), coalition.done("floods")]
    told += [coalition.done("coalition", "show"), coalition.done("tag", listed_id(coalition), "a")]
    told.append(coalition.done("history"))
    told.append(coalition.done("keep", "--country", APP["cc"]))
    told.append(coalition.run("epoch", "destroy", 1, "--early", "--yes"))
    for result in told:
        assert not _PLURAL.search(result.out + result.err), result.out + result.err


def test_nothing_is_counted_in_any_other_way() -> None:
    """A number beside a plural, or beside the verb of one, that never changes."""
    nouns = "reports|envelopes|records|holders|attachments|incidents|groups|codes|bytes|cells"
    nouns += "|rows|items|files|leaves|days|hours|officers|epochs|purged ones|more ranges"
    verbs = "are|were|hold|open|do not"
    careless = re.compile(
        r"\{[^{}]*(?::>?9?,|len\([^{}\"']*\)|count|bad|damaged|refused|waiting|DAY|3600)\} +"
        rf"(?:{nouns}|{verbs})\b"
    )
    for room in ("keyholder", "heliograph"):
        for file in sorted((ROOT / room).rglob("*.py")):
            text = file.read_text(encoding="utf-8")
            text = text.replace("{hard:,} files may be open", "")  # a limit, never one
            text = text.replace('else f"{days:,} days"', "")
            found = careless.search(text)
            assert not found, (file.name, found)
